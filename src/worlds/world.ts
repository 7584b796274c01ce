import type { ClientHost, ClientMachine } from '../cluster/client.ts';
import type { ClusterEvent, NodeId } from '../cluster/host.ts';

/** All that a world can be able to do to its nodes. */
export const CAPABILITIES = [
  'kill',
  'power-failure',
  'pause',
  'cut',
  'hold',
  'degrade',
  'clock-bump',
  'clock-drift',
  'clock-strobe',
] as const;

/** What a world can do to its nodes. A nemesis that needs more is refused when the plan is resolved. */
export type Capability = (typeof CAPABILITIES)[number];

/** A directed link: what `from` sends to `to`. */
export type Link = readonly [from: NodeId, to: NodeId];

/**
 * The elementary things a world does to its nodes; every fault and every heal is a list of them. Plain data, because
 * an explicit plan consists of them.
 */
export type Action =
  | {
      readonly do: 'kill' | 'power-failure' | 'start' | 'pause' | 'resume';
      readonly nodes: readonly NodeId[];
    }
  /** Drops what crosses the links, also what is under way; `held` keeps it and delivers it when mended, as TCP would. */
  | { readonly do: 'cut'; readonly links: readonly Link[]; readonly held?: boolean }
  | { readonly do: 'mend'; readonly links: readonly Link[] }
  /** Loss and duplication as probabilities; `delay` in ns is added to the base latency, uniform between the two. */
  | {
      readonly do: 'degrade';
      readonly links: readonly Link[];
      readonly loss?: number;
      readonly duplicate?: number;
      readonly delay?: readonly [min: number, max: number];
    }
  | { readonly do: 'restore'; readonly links: readonly Link[] }
  /** Moves the wall clock by so many ns. */
  | { readonly do: 'bump'; readonly nodes: readonly NodeId[]; readonly by: number }
  /** Rate of both clocks against real time, 0.25 to 4. */
  | { readonly do: 'drift'; readonly nodes: readonly NodeId[]; readonly rate: number }
  /** The wall clock jumps to and fro by `by` ns every `period` ns, until it is reset. */
  | { readonly do: 'strobe'; readonly nodes: readonly NodeId[]; readonly by: number; readonly period: number }
  /** Wall clock right again, rate 1, no strobe. The monotonic clock keeps the time it has gained. */
  | { readonly do: 'reset-clock'; readonly nodes: readonly NodeId[] };

/** What a world says an action did. `took` names the nodes or links on which it took effect. */
export type Confirmation =
  | { readonly ok: true; readonly took: readonly string[] }
  | { readonly ok: false; readonly error: string };

/** A cluster event as the world received it. `time` is the world's, unskewed; `nodeTime` the node's own wall clock. */
export interface ObservedEvent {
  readonly time: number;
  readonly node: NodeId;
  readonly incarnation: number;
  /** Counts a node incarnation's events; a gap is lost events. */
  readonly seq: number;
  readonly nodeTime: number;
  readonly event: ClusterEvent;
}

/** A node that ended without having been told to. */
export interface Crash {
  readonly time: number;
  readonly node: NodeId;
  readonly reason: string;
}

/** A client machine at work in a world. */
export interface OpenClient {
  readonly machine: ClientMachine;
  close(): void;
}

/** Called back by a world. */
export interface WorldListener {
  event(event: ObservedEvent): void;
  crash(crash: Crash): void;
}

/**
 * Where a run happens and who can hurt it. Callbacks only: virtual time and promises do not mix. All times are
 * nanoseconds since the world began.
 */
export interface World {
  readonly name: string;
  /** Everything in it ends with this process: nothing can have been done of which no record was kept. */
  readonly virtual: boolean;
  readonly capabilities: ReadonlySet<Capability>;
  readonly nodes: readonly NodeId[];
  /** Nanoseconds since the world began. */
  now(): number;
  /** Calls `fn` at `time` (or as soon as it can, when that is past); the returned function cancels. */
  at(time: number, fn: () => void): () => void;
  /** Starts every node. */
  setUp(done: (error?: Error) => void): void;
  openClient(id: NodeId, create: (host: ClientHost) => ClientMachine): OpenClient;
  /** Does one action; `done` tells what took effect once it has. */
  apply(action: Action, done: (confirmation: Confirmation) => void): void;
  /** Stops everything, leaves nothing behind; idempotent. */
  dispose(done: () => void): void;
  /**
   * Runs the world until `dispose` has finished: a loop over virtual time, or simply the passing of real time. Rejects
   * when the world itself has failed (its supervisor or switchboard is lost), after everything has been disposed of.
   */
  drive(): Promise<void>;
  /** Messages sent, delivered, dropped and why; anything countable. For the report, never for the verdict. */
  counters(): { readonly [name: string]: number };
}
