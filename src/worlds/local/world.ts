import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ClientHost, ClientMachine } from '../../cluster/client.ts';
import type { NodeId } from '../../cluster/host.ts';
import type { Json } from '../../history/op.ts';
import { realTime } from '../process/clocks.ts';
import {
  type Action,
  CAPABILITIES,
  type Capability,
  type Confirmation,
  type OpenClient,
  type World,
  type WorldListener,
} from '../world.ts';
import { Alarms } from './alarms.ts';
import { ClientLink, LocalClient } from './client-link.ts';
import { environmentError } from './environment.ts';
import type { LinkAction } from './fabric.ts';
import { isNodeId } from './ids.ts';
import { type Effect, LocalNode, nodeEnvironment } from './local-node.ts';
import { logLength, logTail } from './log-tail.ts';
import { LOCAL_DEFAULTS, type LocalOptions } from './options.ts';
import { Pending } from './pending.ts';
import { SWITCHBOARD_VARIABLE, type SwitchboardConfig } from './protocol.ts';
import { type Command, Supervision } from './supervision.ts';
import { SwitchboardLine } from './switchboard-line.ts';
import { refuse } from './validate.ts';

type NodeAction = Exclude<Action, { readonly links: unknown }>;

export type Role = 'supervisor' | 'switchboard' | 'node';

export interface LocalSetup {
  readonly nodes: readonly NodeId[];
  /** The run's directory: `nodes/<id>/log.txt`, `nodes/<id>/data/` and `switchboard.txt` are made in it. */
  readonly directory: string;
  /**
   * The program that plays a role: it calls `runSupervisor`, `runSwitchboard` or `runNode`. `args` are for people who
   * look at a list of processes (the run, the node); whoever starts the program passes them on and may ignore them.
   */
  readonly command: (
    role: Role,
    args: readonly string[],
  ) => { readonly file: string; readonly args: readonly string[] };
  /** What `runNode` hands to its `create`: which system, with which options. */
  readonly settings: Json;
  readonly listener: WorldListener;
  readonly options?: Partial<LocalOptions>;
}

const SECOND = 1_000_000_000;

/** Every process of a run has it in its environment. */
export const RUN_VARIABLE = 'ORDEAL_RUN';

/**
 * Real processes on this machine: one a node, a switchboard between them, a supervisor above them, clients in the
 * process of the caller. Needs no root and no ports of its own.
 */
export class LocalWorld implements World {
  readonly name = 'local';
  readonly virtual = false;
  readonly capabilities: ReadonlySet<Capability> = new Set(CAPABILITIES);
  readonly nodes: readonly NodeId[];
  /** Names this run's processes: it stands in their command lines and environments. */
  readonly run = randomUUID();
  private readonly token = randomUUID();
  private readonly setup: LocalSetup;
  private readonly options: LocalOptions;
  private readonly epoch = process.hrtime.bigint();
  readonly now: () => number = realTime(this.epoch);
  private readonly alarms = new Alarms(this.now);
  private readonly supervision = new Supervision((reason) => this.fail(`the supervisor ${reason}`));
  private readonly switchboard = new SwitchboardLine(this.supervision);
  private readonly link = new ClientLink(this.token);
  private readonly cluster = new Map<NodeId, LocalNode>();
  private readonly clients = new Set<LocalClient>();
  private readonly opened = new Map<NodeId, number>();
  private dropped = 0;
  private readonly pending = new Pending(this.alarms, this.now);
  private ready: ((error?: Error) => void) | undefined;
  private phase: 'new' | 'running' | 'ending' | 'over' = 'new';
  private failure: Error | undefined;
  private readonly afterwards: (() => void)[] = [];

  /** Throws on node ids that could not be told from each other, from clients or from paths. */
  constructor(setup: LocalSetup) {
    const bad = setup.nodes.find((id, i) => !isNodeId(id) || setup.nodes.indexOf(id) !== i);
    if (bad !== undefined) throw new Error(`no two nodes, and no node at all, can be called ${bad}`);
    this.setup = setup;
    this.nodes = setup.nodes;
    this.options = { ...LOCAL_DEFAULTS, ...setup.options };
    for (const id of setup.nodes) this.cluster.set(id, this.node(id));
  }

  at(time: number, fn: () => void): () => void {
    return this.alarms.at(time, fn);
  }

  setUp(done: (error?: Error) => void): void {
    if (this.phase !== 'new') {
      setImmediate(() => done(new Error('a world is set up once, before it is disposed of')));
      return;
    }
    this.phase = 'running';
    this.ready = done;
    const directory = path.resolve(this.setup.directory);
    try {
      fs.mkdirSync(path.join(directory, 'nodes'), { recursive: true });
    } catch (error) {
      setImmediate(() => this.fail(environmentError(`make ${directory}`, error).message));
      return;
    }
    this.supervision.start({ ...this.setup.command('supervisor', [this.run]), env: this.environment() });
    // All at once: nodes wait for the switchboard, not their set-up for its.
    let missing = 1 + this.cluster.size;
    const started = (effect: Effect) => {
      if (effect instanceof Error) this.fail(effect.message);
      else if (--missing === 0) this.settle();
    };
    const { startLimit } = this.options;
    const cancel = this.at(this.now() + startLimit, () =>
      this.fail(`the switchboard did not start within ${startLimit / SECOND} s`),
    );
    this.startSwitchboard(directory, () => {
      cancel();
      started(true);
    });
    for (const node of this.cluster.values()) node.start(started);
  }

  openClient(id: NodeId, create: (host: ClientHost) => ClientMachine): OpenClient {
    const incarnation = this.opened.get(id) ?? 0;
    const client = new LocalClient(id, incarnation, this.options.seed, this.link, this.now, create);
    this.opened.set(id, incarnation + 1);
    this.clients.add(client);
    return {
      machine: client.machine,
      close: () => {
        client.close();
        this.clients.delete(client);
      },
    };
  }

  apply(action: Action, done: (confirmation: Confirmation) => void): void {
    const refusal = this.phase === 'running' ? refuse(action, this.nodes) : 'the world is not up';
    if (refusal !== undefined) setImmediate(() => done({ ok: false, error: refusal }));
    else if ('links' in action) this.onLinks(action, done);
    else this.onNodes(action, done);
  }

  dispose(done: () => void): void {
    if (this.phase === 'over') {
      setImmediate(done);
      return;
    }
    this.afterwards.push(done);
    if (this.phase !== 'ending') this.end('the world has been disposed of');
  }

  async drive(): Promise<void> {
    if (this.phase !== 'over') await new Promise<void>((resolve) => this.afterwards.push(resolve));
    if (this.failure !== undefined) throw this.failure;
  }

  counters(): { readonly [name: string]: number } {
    return { ...this.switchboard.counters, unsent: this.dropped + this.link.dropped };
  }

  private node(id: NodeId): LocalNode {
    const { options, setup, supervision, switchboard, now } = this;
    const directory = path.resolve(setup.directory, 'nodes', id);
    const log = path.join(directory, 'log.txt');
    return new LocalNode(id, directory, options, {
      supervision,
      switchboard,
      now,
      command: (config) => ({
        ...setup.command('node', [id, this.run]),
        env: this.environment(nodeEnvironment(config)),
        log,
      }),
      config: () => ({
        token: this.token,
        id,
        nodes: this.nodes,
        seed: options.seed,
        epoch: String(this.epoch),
        queueLimit: options.queueLimit,
        settings: setup.settings,
      }),
      event: (node, { time, seq, nodeTime, event }) => {
        if (this.phase !== 'running') return;
        setup.listener.event({ time, node: id, incarnation: node.incarnation, seq, nodeTime, event });
      },
      crash: (_, reason) => {
        if (this.phase !== 'running' || this.ready !== undefined) return;
        setup.listener.crash({ time: now(), node: id, reason });
      },
      dropped: (count) => {
        this.dropped += count;
      },
    });
  }

  private environment(more: { readonly [name: string]: string } = {}): { readonly [name: string]: string } {
    return { [RUN_VARIABLE]: this.run, ...more };
  }

  private startSwitchboard(directory: string, done: () => void): void {
    const { seed, latency, queueLimit } = this.options;
    const config: SwitchboardConfig = { token: this.token, seed, latency, queueLimit };
    const log = path.join(directory, 'switchboard.txt');
    const command: Command = {
      ...this.setup.command('switchboard', [this.run]),
      env: this.environment({ [SWITCHBOARD_VARIABLE]: JSON.stringify(config) }),
      log,
    };
    const logged = logLength(log);
    const lost = (how: string) => {
      const words = logTail(log, logged);
      this.fail(`the switchboard ${how}${words && `: ${words}`} (log: ${log})`);
    };
    this.switchboard.start(
      command,
      (port) =>
        this.link.connect(port, queueLimit, done, (why) => {
          // If it has ended, that is the reason, and it is about to be told.
          this.at(this.now() + SECOND, () => lost(`cannot be reached: ${why}`));
        }),
      lost,
    );
  }

  /** Tells whoever waits for the set-up, once. */
  private settle(error?: Error): void {
    const { ready } = this;
    this.ready = undefined;
    ready?.(error);
  }

  /** Nanoseconds: starting has a limit of its own. */
  private patience(action: Action): number {
    return this.options.patience + (action.do === 'start' ? this.options.startLimit : 0);
  }

  private onLinks(action: LinkAction, done: (confirmation: Confirmation) => void): void {
    const late: Confirmation = { ok: false, error: `the switchboard did not confirm ${action.do}` };
    const answer = this.pending.add(this.patience(action), done, () => late);
    const took = action.links.map(([from, to]) => `${from}>${to}`);
    this.switchboard.apply(action, (error) =>
      answer(error === undefined ? { ok: true, took } : { ok: false, error: error.message }),
    );
  }

  /** Confirms the nodes on which the action took effect; an error only when it failed and took effect on none. */
  private onNodes(action: NodeAction, done: (confirmation: Confirmation) => void): void {
    const targets = [...new Set(action.nodes)].map((id) => this.cluster.get(id)!);
    const effects = new Map<LocalNode, Effect>();
    const result = (): Confirmation => {
      const took = targets.filter((node) => effects.get(node) === true).map((node) => node.id);
      const errors = targets.flatMap((node) => {
        const effect = effects.get(node) ?? this.silence(node, action);
        return effect instanceof Error ? [effect.message] : [];
      });
      if (took.length > 0 || errors.length === 0) return { ok: true, took };
      return { ok: false, error: errors.join('; ') };
    };
    const answer = this.pending.add(this.patience(action), done, result);
    if (targets.length === 0) answer(result());
    for (const node of targets) {
      perform(node, action, (effect) => {
        effects.set(node, effect);
        if (effects.size === targets.length) answer(result());
      });
    }
  }

  private silence(node: LocalNode, action: NodeAction): Error {
    const seconds = this.patience(action) / SECOND;
    return new Error(`${node.id}, which is ${node.life}, did not confirm ${action.do} within ${seconds} s`);
  }

  /** The environment failed: everything ends, and whoever waits is told why. */
  private fail(reason: string): void {
    if (this.phase !== 'running') return;
    this.failure = new Error(reason);
    this.end(reason);
  }

  private end(reason: string): void {
    this.phase = 'ending';
    this.alarms.cancelAll();
    for (const client of this.clients) client.close();
    this.clients.clear();
    this.pending.failAll(reason);
    this.link.close();
    this.supervision.stop(() => {
      this.phase = 'over';
      this.settle(this.failure ?? new Error(reason));
      for (const fn of this.afterwards.splice(0)) fn();
    });
  }
}

function perform(node: LocalNode, action: NodeAction, done: (effect: Effect) => void): void {
  switch (action.do) {
    case 'start':
      node.start(done);
      break;
    case 'kill':
    case 'power-failure':
      node.kill(action.do === 'power-failure', done);
      break;
    case 'pause':
      node.pause(done);
      break;
    case 'resume':
      node.resume(done);
      break;
    default:
      node.changeClock(action, done);
  }
}
