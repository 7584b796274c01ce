import type { Outcome, Request } from '../../../src/cluster/client.ts';
import { MS, SECOND } from '../../../src/duration.ts';
import { type Draw, draws } from '../../../src/random.ts';
import type { System } from '../../../src/systems/system.ts';
import { SimWorld } from '../../../src/worlds/sim/world.ts';
import type { Action, Crash, Link, ObservedEvent } from '../../../src/worlds/world.ts';

export const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** One operation as a client saw it. `invoked` and `returned` count invocations and returns of the whole drill. */
export interface Done {
  readonly request: Request;
  readonly process: number;
  readonly invoked: number;
  readonly returned: number;
  readonly outcome: Outcome;
  readonly final: boolean;
  /** World time of the return, ns. */
  readonly at: number;
}

export type Fault =
  | 'kill'
  | 'kill-leader'
  | 'power-failure'
  | 'pause'
  | 'pause-leader'
  | 'partition'
  | 'one-way'
  | 'isolate-leader'
  | 'clock'
  | 'drift'
  | 'loss';

export interface Drill<O> {
  readonly system: System<O>;
  readonly options: object;
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** The next operation of a process; unique values derive from the id. */
  readonly operation: (
    id: number,
    draw: Draw,
    process: number,
  ) => { readonly f: string; readonly value: Request['value'] };
  /** Read at the end, of every node by itself and in the ordinary way. */
  readonly finals: readonly { readonly f: string; readonly value: Request['value'] }[];
  /** Faults at fixed times (ns), besides those that are drawn. */
  readonly script?: readonly {
    readonly at: number;
    readonly for: number;
    readonly begin: readonly Action[];
    readonly heal: readonly Action[];
  }[];
  readonly clients?: number;
  readonly load?: number;
  readonly interval?: number;
}

export interface Report {
  readonly done: readonly Done[];
  readonly events: readonly ObservedEvent[];
  readonly crashes: readonly Crash[];
  /** By node: its own answers to the final reads. */
  readonly states: ReadonlyMap<string, readonly unknown[]>;
}

/** Between the beginnings of two faults, by default. */
const INTERVAL = 2 * SECOND;

/**
 * Ten clients, twenty simulated seconds, a fault every two that is healed after three quarters of the time; then a while
 * of peace, and final reads. Draws depend on the seed and on what is drawn for alone.
 */
export function drill<O>(plan: Drill<O>): Report {
  const { system, seed } = plan;
  const options = system.options.parse(plan.options);
  const draw = draws(seed, 'drill');
  const clients = plan.clients ?? 10;
  const load = plan.load ?? 20 * SECOND;
  const interval = plan.interval ?? INTERVAL;
  const done: Done[] = [];
  const events: ObservedEvent[] = [];
  const crashes: Crash[] = [];
  const roles = new Map<string, string>();
  const world = new SimWorld({
    nodes: NODES,
    create: (host) => system.replica(host, options, NODES),
    listener: {
      event: (observed) => {
        events.push(observed);
        if (observed.event.type === 'role') roles.set(observed.node, String(observed.event.role));
      },
      crash: (crash) => crashes.push(crash),
    },
    options: { seed, codec: seed % 4 === 0 },
  });
  let tick = 0;
  let id = 0;
  const setup = (process: number) => ({
    nodes: NODES,
    process,
    home: NODES[process % NODES.length]!,
    attemptTimeout: 500 * MS,
    timeout: 2 * SECOND,
  });
  const open = (process: number) =>
    world.openClient(`c${process}`, (host) => system.client(host, options, setup(process)));
  const invoke = (
    client: ReturnType<typeof open>,
    process: number,
    request: Request,
    then: (outcome: Outcome) => void,
  ) => {
    const invoked = tick++;
    client.machine.invoke(request, (outcome) => {
      done.push({
        request,
        process,
        invoked,
        returned: tick++,
        outcome,
        final: request.final === true,
        at: world.now(),
      });
      world.at(world.now(), () => then(outcome));
    });
  };
  const work = (process: number, client: ReturnType<typeof open>) => {
    if (world.now() >= load) return;
    const request: Request = { id: ++id, space: 't', ...plan.operation(id, draw, process) };
    invoke(client, process, request, (outcome) => {
      const rest = world.now() + Math.floor(draw(1, request.id) * 40 * MS);
      if (outcome.type !== 'info') world.at(rest, () => work(process, client));
      else {
        client.close();
        const next = process + clients;
        world.at(rest, () => work(next, open(next)));
      }
    });
  };
  const apply = (actions: readonly Action[]) => {
    for (const action of actions) world.apply(action, () => {});
  };
  const states = new Map<string, unknown[]>();
  const readFinals = () => {
    let left = 0;
    const reading = (at: string | undefined, i: number) => {
      const process = 1_000_000 + left++;
      const request: Request = { id: ++id, space: 't', final: true, at, ...plan.finals[i]! };
      invoke(open(process), process, request, (outcome) => {
        if (at !== undefined)
          (states.get(at) ?? states.set(at, []).get(at)!)[i] =
            outcome.type === 'ok' ? outcome.value : outcome;
        if (--left === 0) world.dispose(() => {});
      });
    };
    plan.finals.forEach((_, i) => {
      reading(undefined, i);
      for (const node of NODES) reading(node, i);
    });
  };
  world.setUp(() => {
    for (let process = 0; process < clients; process++) work(process, open(process));
    for (let n = 0, time = interval; time < load && plan.faults.length > 0; n++, time += interval)
      world.at(time, () => {
        const { begin, heal } = fault(plan.faults[n % plan.faults.length]!, roles, (what) =>
          draw(2, n, what),
        );
        apply(begin);
        world.at(time + interval * 0.75, () => apply(heal));
      });
    for (const { at, begin, heal, ...scripted } of plan.script ?? []) {
      world.at(at, () => apply(begin));
      world.at(at + scripted.for, () => apply(heal));
    }
    world.at(load + 5 * SECOND, readFinals);
  });
  while (world.step());
  return { done, events, crashes, states };
}

function fault(
  kind: Fault,
  roles: ReadonlyMap<string, string>,
  draw: (what: number) => number,
): { begin: readonly Action[]; heal: readonly Action[] } {
  const leaders = NODES.filter((node) => roles.get(node) === 'leader');
  const any = NODES[Math.floor(draw(0) * NODES.length)]!;
  const leader = leaders[Math.floor(draw(1) * leaders.length)] ?? any;
  const shuffled = NODES.map((node, i) => ({ node, at: draw(10 + i) }))
    .sort((a, b) => a.at - b.at)
    .map(({ node }) => node);
  const some = shuffled.slice(0, 1 + Math.floor(draw(2) * NODES.length));
  const halves = shuffled.slice(0, 1 + Math.floor(draw(3) * 2));
  const across = (side: readonly string[], back: boolean): Link[] =>
    NODES.filter((node) => !side.includes(node)).flatMap((other) =>
      side.flatMap((node): Link[] =>
        back
          ? [
              [node, other],
              [other, node],
            ]
          : [[node, other]],
      ),
    );
  const nodes = (
    doing: 'kill' | 'power-failure' | 'pause',
    undo: 'start' | 'resume',
    whom: readonly string[],
  ) => ({
    begin: [{ do: doing, nodes: whom }],
    heal: [{ do: undo, nodes: whom }],
  });
  const cut = (links: readonly Link[]) => ({
    begin: [{ do: 'cut', links } as const],
    heal: [{ do: 'mend', links } as const],
  });
  switch (kind) {
    case 'kill':
      return nodes('kill', 'start', some);
    case 'kill-leader':
      return nodes('kill', 'start', [leader]);
    case 'power-failure':
      return nodes('power-failure', 'start', some);
    case 'pause':
      return nodes('pause', 'resume', some);
    case 'pause-leader':
      return nodes('pause', 'resume', [leader]);
    case 'partition':
      return cut(across(halves, true));
    case 'one-way':
      return cut(across(halves, false));
    case 'isolate-leader':
      return cut(across([leader], true));
    case 'clock':
      return {
        begin: [{ do: 'bump', nodes: some, by: Math.floor((draw(4) - 0.5) * 4 * SECOND) }],
        heal: [{ do: 'reset-clock', nodes: NODES }],
      };
    case 'drift':
      return {
        begin: [{ do: 'drift', nodes: some, rate: draw(4) < 0.5 ? 0.3 : 3 }],
        heal: [{ do: 'reset-clock', nodes: NODES }],
      };
    case 'loss': {
      const links = across(halves, true);
      return {
        begin: [{ do: 'degrade', links, loss: 0.2, duplicate: 0.2, delay: [0, 50 * MS] }],
        heal: [{ do: 'restore', links }],
      };
    }
  }
}
