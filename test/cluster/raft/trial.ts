import type { Outcome, Request } from '../../../src/cluster/client.ts';
import type { RaftOptions } from '../../../src/cluster/raft/options.ts';
import { MS, SECOND } from '../../../src/duration.ts';
import type { Json } from '../../../src/history/op.ts';
import { draws } from '../../../src/random.ts';
import { raft } from '../../../src/systems/raft.ts';
import type { SimOptions } from '../../../src/worlds/sim/options.ts';
import { SimWorld } from '../../../src/worlds/sim/world.ts';
import type { Action, Crash, ObservedEvent, OpenClient } from '../../../src/worlds/world.ts';

/** An operation as the trial recorded it. Order is that of `began` and `ended`: one counter for both. */
export interface Done {
  readonly request: Request;
  readonly began: number;
  readonly ended: number;
  readonly outcome: Outcome;
}

export interface TrialSetup {
  readonly seed: number;
  readonly nodes?: number;
  readonly clients?: number;
  /** Operations begin until then, virtual ns; faults end then as well. */
  readonly until?: number;
  readonly options?: { readonly [name: string]: Json };
  /** Pause of a client between two operations, ns. */
  readonly think?: number;
  readonly request?: (
    id: number,
    draw: (what: number) => number,
    process: number,
  ) => { f: string; value: Json };
  readonly onEvent?: (trial: Trial, event: ObservedEvent) => void;
  readonly faults?: (trial: Trial) => void;
  readonly timeout?: number;
  readonly attemptTimeout?: number;
  /** Figures of the simulated environment. */
  readonly sim?: Partial<SimOptions>;
}

/** One simulated run of Raft under faults, recorded. After `until` everything is healed and every node read. */
export class Trial {
  readonly world: SimWorld;
  readonly events: ObservedEvent[] = [];
  readonly crashes: Crash[] = [];
  readonly done: Done[] = [];
  /** What each node answered to a read of its own state at the end. */
  readonly finals: Done[] = [];
  readonly setup: TrialSetup;
  readonly options: RaftOptions;
  readonly nodes: readonly string[];
  readonly until: number;
  private readonly draw: (...at: readonly number[]) => number;
  private tick = 0;
  private nextId = 0;
  private nextProcess = 0;
  private disposed = false;

  constructor(setup: TrialSetup) {
    this.setup = setup;
    this.until = setup.until ?? 3 * SECOND;
    this.nodes = Array.from({ length: setup.nodes ?? 5 }, (_, n) => `n${n + 1}`);
    this.options = raft.options.parse(setup.options ?? {});
    this.draw = draws(setup.seed, 'trial');
    this.world = new SimWorld({
      nodes: this.nodes,
      create: (host) => raft.replica(host, this.options, this.nodes),
      listener: {
        event: (event) => {
          this.events.push(event);
          setup.onEvent?.(this, event);
        },
        crash: (crash) => this.crashes.push(crash),
      },
      options: { ...setup.sim, seed: setup.seed },
    });
  }

  run(): this {
    const { world } = this;
    world.setUp(() => {});
    for (let n = 0; n < (this.setup.clients ?? 5); n++) this.work(this.open(), this.draw(1, n) * 50 * MS);
    this.setup.faults?.(this);
    world.at(this.until, () => this.heal());
    world.at(this.until + 8 * SECOND, () => this.final(0));
    while (!this.disposed && world.step());
    return this;
  }

  act(time: number, action: Action): void {
    this.world.at(time, () => this.world.apply(action, () => {}));
  }

  /** Draws that only depend on the seed and their arguments. */
  random(...at: readonly number[]): number {
    return this.draw(2, ...at);
  }

  leaders(): string[] {
    const last = this.events.findLast((e) => e.event.type === 'role' && e.event.role === 'leader');
    return last === undefined ? [] : [last.node];
  }

  heal(): void {
    const { world, nodes } = this;
    const links = nodes.flatMap((a) => nodes.map((b) => [a, b] as const));
    for (const action of [
      { do: 'mend', links },
      { do: 'restore', links: [...links, ...clientLinks(nodes, CLIENTS)] },
      { do: 'resume', nodes },
      { do: 'start', nodes },
      { do: 'reset-clock', nodes },
    ] as const)
      world.apply(action, () => {});
  }

  private open(home?: string): { client: OpenClient; process: number } {
    const process = this.nextProcess++;
    const { nodes, setup } = this;
    const client = this.world.openClient(`c${process}`, (host) =>
      raft.client(host, this.options, {
        nodes,
        process,
        home: home ?? nodes[process % nodes.length]!,
        attemptTimeout: setup.attemptTimeout ?? 200 * MS,
        timeout: setup.timeout ?? SECOND,
      }),
    );
    return { client, process };
  }

  private work(at: { client: OpenClient; process: number }, delay: number): void {
    this.world.at(this.world.now() + delay, () => {
      if (this.world.now() >= this.until) return;
      const id = this.nextId++;
      const op = (this.setup.request ?? listAppend)(id, (what) => this.draw(3, id, what), at.process);
      const request: Request = { id, space: 's', ...op };
      this.invoke(at.client, request, (outcome) => {
        if (outcome.type === 'info') {
          at.client.close();
          this.work(this.open(), 0);
        } else this.work(at, this.setup.think ?? 5 * MS);
      });
    });
  }

  private invoke(client: OpenClient, request: Request, then: (outcome: Outcome) => void): void {
    const began = this.tick++;
    client.machine.invoke(request, (outcome) => {
      (request.final ? this.finals : this.done).push({ request, began, ended: this.tick++, outcome });
      then(outcome);
    });
  }

  /** Reads all keys from each node in turn, then ends. */
  private final(n: number): void {
    const at = this.nodes[n];
    if (at === undefined) {
      this.world.dispose(() => {
        this.disposed = true;
      });
      return;
    }
    const value = Array.from({ length: KEYS }, (_, key) => ['r', key, null]);
    const request: Request = { id: this.nextId++, space: 's', f: 'txn', value, final: true, at };
    this.invoke(this.open(at).client, request, () => this.final(n + 1));
  }
}

/** Clients whose links are degraded and mended; more than a trial ever has. */
const CLIENTS = 80;
export const KEYS = 4;

/** One append or read of one of a few lists; now and then two in one transaction. */
export function listAppend(id: number, draw: (what: number) => number): { f: string; value: Json } {
  const key = Math.floor(draw(0) * KEYS);
  const op = (which: number, k: number): Json => (draw(which) < 0.5 ? ['append', k, id] : ['r', k, null]);
  if (draw(1) < 0.3) return { f: 'txn', value: [op(2, key), op(3, (key + 1) % KEYS)] };
  return { f: 'txn', value: [op(2, key)] };
}

/** Faults one after the other, each healed before the next, by draws of the trial. */
export function manyFaults(trial: Trial, kinds: readonly string[] = FAULTS): void {
  const step = 400 * MS;
  for (let n = 0; (n + 1) * step < trial.until; n++) {
    const start = n * step + 150 * MS;
    const kind = kinds[Math.floor(trial.random(n, 0) * kinds.length)]!;
    trial.world.at(start, () => {
      for (const action of fault(trial, kind, n)) trial.world.apply(action, () => {});
    });
    if (trial.random(n, 1) < 0.85)
      trial.world.at(start + trial.random(n, 2) * 2.5 * step, () => trial.heal());
  }
}

export const FAULTS = [
  'halves',
  'leader-alone',
  'one-way',
  'kill',
  'kill-leader',
  'power',
  'power-all',
  'pause-leader',
  'bump',
  'drift',
  'loss',
  'hold',
] as const;

function fault(trial: Trial, kind: string, n: number): Action[] {
  const { nodes } = trial;
  const shuffled = nodes
    .map((node, i) => ({ node, by: trial.random(n, 3, i) }))
    .sort((a, b) => a.by - b.by)
    .map(({ node }) => node);
  const leader = trial.leaders()[0] ?? nodes[0]!;
  const minority = shuffled.slice(0, Math.floor((nodes.length - 1) / 2));
  const rest = shuffled.slice(minority.length);
  const some = shuffled.slice(0, 1 + Math.floor(trial.random(n, 4) * nodes.length));
  switch (kind) {
    case 'halves':
      return [{ do: 'cut', links: between(minority, rest) }];
    case 'hold':
      return [{ do: 'cut', links: between(minority, rest), held: true }];
    case 'leader-alone':
      return [
        {
          do: 'cut',
          links: between(
            [leader],
            nodes.filter((node) => node !== leader),
          ),
        },
      ];
    case 'one-way':
      return [{ do: 'cut', links: rest.map((node) => [node, leader] as const) }];
    case 'kill':
      return [{ do: 'kill', nodes: some }];
    case 'kill-leader':
      return [{ do: 'kill', nodes: [leader] }];
    case 'power':
      return [{ do: 'power-failure', nodes: some }];
    case 'power-all':
      return [{ do: 'power-failure', nodes }];
    case 'pause-leader':
      return [{ do: 'pause', nodes: [leader] }];
    case 'bump':
      return [{ do: 'bump', nodes: some, by: (trial.random(n, 5) - 0.5) * 600 * SECOND }];
    case 'drift':
      return [{ do: 'drift', nodes: some, rate: 0.5 + trial.random(n, 5) * 1.5 }];
    case 'loss':
      return [
        {
          do: 'degrade',
          links: [...nodes.flatMap((a) => nodes.map((b) => [a, b] as const)), ...clientLinks(nodes, CLIENTS)],
          loss: trial.random(n, 5) * 0.3,
          duplicate: trial.random(n, 6) * 0.3,
          delay: [0, 60 * MS],
        },
      ];
    default:
      throw new Error(`no fault ${kind}`);
  }
}

export function between(a: readonly string[], b: readonly string[]): [string, string][] {
  return a.flatMap((x) =>
    b.flatMap((y): [string, string][] => [
      [x, y],
      [y, x],
    ]),
  );
}

function clientLinks(nodes: readonly string[], clients: number): [string, string][] {
  return between(
    nodes,
    Array.from({ length: clients }, (_, n) => `c${n}`),
  );
}
