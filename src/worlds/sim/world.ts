import type { ClientHost, ClientMachine } from '../../cluster/client.ts';
import type { ClusterEvent, Host, Message, NodeId, Replica } from '../../cluster/host.ts';
import {
  type Action,
  CAPABILITIES,
  type Capability,
  type Confirmation,
  type Link,
  type OpenClient,
  type World,
  type WorldListener,
} from '../world.ts';
import { Agenda } from './agenda.ts';
import type { DiskOp } from './disk.ts';
import { type Occurrence, SimMachine } from './machine.ts';
import { SimNetwork } from './network.ts';
import { type NodeSurroundings, SimNode } from './node.ts';
import { SIM_DEFAULTS, type SimOptions } from './options.ts';

/** What the agenda holds. One object an item; `run` says the rest. */
type Item =
  | { readonly kind: 'call'; fn: (() => void) | undefined }
  | { readonly kind: 'message'; readonly message: Message; readonly incarnation: number }
  | {
      readonly kind: 'wake';
      readonly machine: SimMachine;
      readonly tag: string;
      readonly incarnation: number;
    }
  | { readonly kind: 'disk'; readonly node: SimNode; readonly op: DiskOp; readonly incarnation: number };

interface Station {
  readonly machine: SimMachine;
  readonly program: ClientMachine;
}

export interface SimSetup {
  readonly nodes: readonly NodeId[];
  readonly create: (host: Host) => Replica;
  readonly listener: WorldListener;
  readonly options?: Partial<SimOptions>;
}

/** Items handled between two looks at the real event loop, so that Ctrl-C and progress lines get through. */
const SLICE = 20_000;

/**
 * The simulator: one thread, virtual time, and a seed that decides everything. Time jumps from one occurrence to the
 * next; nothing takes time but links, disks and timers.
 */
export class SimWorld implements World, NodeSurroundings {
  readonly name = 'sim';
  readonly virtual = true;
  readonly capabilities: ReadonlySet<Capability> = new Set(CAPABILITIES);
  readonly nodes: readonly NodeId[];
  private readonly options: SimOptions;
  private readonly create: (host: Host) => Replica;
  private readonly listener: WorldListener;
  private readonly agenda = new Agenda<Item>();
  /** What must happen now, but not inside the call that caused it. */
  private readonly soon: (() => void)[] = [];
  private readonly cluster = new Map<NodeId, SimNode>();
  private readonly clients = new Map<NodeId, Station>();
  private readonly network: SimNetwork;
  private time = 0;
  private steps = 0;
  private disposed = false;

  constructor(setup: SimSetup) {
    this.options = { ...SIM_DEFAULTS, ...setup.options };
    this.nodes = setup.nodes;
    this.create = setup.create;
    this.listener = setup.listener;
    this.network = new SimNetwork(this.options, (time, message) =>
      this.agenda.push(time, {
        kind: 'message',
        message,
        incarnation: this.cluster.get(message.dest)?.incarnation ?? 0,
      }),
    );
    for (const id of setup.nodes) this.cluster.set(id, new SimNode(id, this.options, this));
  }

  now(): number {
    return this.time;
  }

  at(time: number, fn: () => void): () => void {
    const item: Item = { kind: 'call', fn };
    this.agenda.push(Math.max(time, this.time), item);
    return () => {
      item.fn = undefined;
    };
  }

  setUp(done: (error?: Error) => void): void {
    for (const node of this.cluster.values()) this.boot(node);
    this.soon.push(done);
  }

  openClient(id: NodeId, create: (host: ClientHost) => ClientMachine): OpenClient {
    const machine = new SimMachine(id, this.options.seed, this);
    const program = create(machine);
    this.clients.set(id, { machine, program });
    return {
      machine: program,
      close: () => {
        machine.restart();
        if (this.clients.get(id)?.machine === machine) this.clients.delete(id);
      },
    };
  }

  apply(action: Action, done: (confirmation: Confirmation) => void): void {
    const confirmation = this.perform(action);
    this.soon.push(() => done(confirmation));
  }

  dispose(done: () => void): void {
    this.soon.push(() => {
      this.disposed = true;
      done();
    });
  }

  async drive(): Promise<void> {
    for (;;) {
      for (let i = 0; i < SLICE; i++) if (!this.step()) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  counters(): { readonly [name: string]: number } {
    return { ...this.network.counters, steps: this.steps };
  }

  /** Does the next thing; false when the world has been disposed or nothing will ever happen again. */
  step(): boolean {
    for (let fn = this.soon.shift(); fn !== undefined; fn = this.soon.shift()) fn();
    if (this.disposed || this.agenda.size === 0) return false;
    this.steps++;
    this.time = this.agenda.nextTime;
    const item = this.agenda.pop();
    switch (item.kind) {
      case 'call':
        item.fn?.();
        break;
      case 'message':
        this.deliver(item.message, item.incarnation);
        break;
      case 'wake':
        item.machine.wake(item.tag, item.incarnation);
        break;
      case 'disk':
        item.node.diskDone(item.op, item.incarnation);
        break;
    }
    return true;
  }

  // What machines and nodes ask of their surroundings.

  send(message: Message): void {
    this.network.send(
      this.options.codec ? (JSON.parse(JSON.stringify(message)) as Message) : message,
      this.time,
    );
  }

  wake(time: number, machine: SimMachine, tag: string, incarnation: number): void {
    this.agenda.push(time, { kind: 'wake', machine, tag, incarnation });
  }

  diskBusy(time: number, node: SimNode, op: DiskOp, incarnation: number): void {
    this.agenda.push(time, { kind: 'disk', node, op, incarnation });
  }

  occur(machine: SimMachine, occurrence: Occurrence): void {
    if (machine instanceof SimNode) {
      if (machine.life === 'paused') this.keep(machine, occurrence);
      else this.run(machine, occurrence);
      return;
    }
    const station = this.clients.get(machine.id);
    if (station === undefined || station.machine !== machine) return;
    if (occurrence.kind === 'message') station.program.receive(occurrence.message);
    else if (occurrence.kind === 'timer') station.program.timer(occurrence.tag);
  }

  emit(node: SimNode, event: ClusterEvent): void {
    const observed = {
      time: this.time,
      node: node.id,
      incarnation: node.incarnation,
      seq: node.eventSeq++,
      nodeTime: node.wallClock(),
      event,
    };
    this.soon.push(() => this.listener.event(observed));
  }

  private deliver(message: Message, incarnation: number): void {
    if (!this.network.arrives(message)) return;
    const node = this.cluster.get(message.dest);
    const machine = node ?? this.clients.get(message.dest)?.machine;
    if (
      machine === undefined ||
      (node !== undefined && (node.life === 'down' || node.incarnation !== incarnation))
    ) {
      this.network.counters.stale++;
      return;
    }
    this.network.counters.delivered++;
    this.occur(machine, { kind: 'message', message });
  }

  private keep(node: SimNode, occurrence: Occurrence): void {
    if (occurrence.kind === 'message' && node.backlog.length >= this.options.queueLimit) {
      this.network.counters.overflow++;
    } else {
      node.backlog.push(occurrence);
    }
  }

  private run(node: SimNode, occurrence: Occurrence): void {
    try {
      node.run(occurrence);
    } catch (error) {
      this.crashed(node, error);
    }
  }

  private boot(node: SimNode): void {
    try {
      node.boot(this.create);
    } catch (error) {
      this.crashed(node, error);
    }
  }

  /** A program that throws has crashed: the node is down and the listener is told why. */
  private crashed(node: SimNode, error: unknown): void {
    node.kill(false);
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const { time } = this;
    this.soon.push(() => this.listener.crash({ time, node: node.id, reason }));
  }

  private perform(action: Action): Confirmation {
    switch (action.do) {
      case 'cut':
        return this.onLinks(action.links, (links) => this.network.cut(links, action.held ?? false));
      case 'mend':
        return this.onLinks(action.links, (links) => this.network.mend(links, this.time));
      case 'degrade':
        return this.onLinks(action.links, (links) => this.network.degrade(links, action));
      case 'restore':
        return this.onLinks(action.links, (links) => this.network.restore(links));
      default: {
        const unknown = action.nodes.find((id) => !this.cluster.has(id));
        if (unknown !== undefined) return { ok: false, error: `no node ${unknown}` };
        const took = action.nodes.filter((id) => this.onNode(this.cluster.get(id)!, action));
        return { ok: true, took };
      }
    }
  }

  private onLinks(links: readonly Link[], fn: (links: readonly Link[]) => void): Confirmation {
    fn(links);
    return { ok: true, took: links.map(([from, to]) => `${from}>${to}`) };
  }

  /** True if it took effect: a node that is down cannot be paused, one that runs cannot be started. */
  private onNode(node: SimNode, action: Exclude<Action, { readonly links: readonly Link[] }>): boolean {
    const { clock } = node;
    switch (action.do) {
      case 'kill':
      case 'power-failure':
        if (node.life === 'down') return false;
        node.kill(action.do === 'power-failure');
        return true;
      case 'start':
        if (node.life !== 'down') return false;
        this.boot(node);
        return true;
      case 'pause':
        if (node.life !== 'up') return false;
        node.life = 'paused';
        return true;
      case 'resume':
        if (node.life !== 'paused') return false;
        node.life = 'up';
        this.soon.push(() => this.catchUp(node));
        return true;
      case 'bump':
        clock.bump(action.by);
        return true;
      case 'drift':
        clock.drift(action.rate, this.time);
        node.rearm();
        return true;
      case 'strobe':
        clock.strobe(action.by, action.period);
        return true;
      case 'reset-clock':
        clock.reset(this.time);
        node.rearm();
        return true;
    }
  }

  /** A resumed node finds all that came meanwhile at once, in the order it came. */
  private catchUp(node: SimNode): void {
    while (node.life === 'up' && node.backlog.length > 0) {
      const occurrence = node.backlog.shift()!;
      this.run(node, occurrence);
    }
  }
}
