import type { Json } from '../history/op.ts';

/**
 * What a generator may look at. All of it is plain and pure: asked twice in one situation, a generator answers twice
 * the same.
 */
export interface Context {
  /** Nanoseconds since the world began. */
  readonly time: number;
  /** Threads that have no operation outstanding, ascending. A generator may only emit for one of these. */
  readonly free: readonly number[];
  /** All threads this generator may use, ascending. */
  readonly threads: readonly number[];
  /** The process that a thread currently is. */
  readonly process: (thread: number) => number;
  /** The id that the next emitted operation will have: unique values derive from it. */
  readonly id: number;
  /** A number in [0, 1): a pure function of the seed and the arguments. Name the decision, then say which one. */
  readonly draw: (what: string, ...at: readonly number[]) => number;
  /** When what this generator follows was last heard of (ns): sleeps count from it. The world's beginning if absent. */
  readonly since?: number;
}

/** An operation to do: who, not before when, and what. */
export interface Emitted {
  readonly thread: number;
  /** Nanoseconds since the world began, ≥ 0; a time in the past means now. */
  readonly time: number;
  readonly f: string;
  readonly value: Json;
  readonly workload?: string;
  readonly final?: boolean;
  /** Read this node's own state. */
  readonly at?: string;
  /** An explicit schedule fixes the operation's id; otherwise it is `context.id`. */
  readonly id?: number;
}

/**
 * `emit`: the soonest operation and the generator that goes on once it has been dispatched. `pending`: nothing now;
 * ask again after the next completion, or at `until` (ns). `done`: never again.
 */
export type Next =
  | { readonly kind: 'emit'; readonly op: Emitted; readonly then: Generator }
  | { readonly kind: 'pending'; readonly until?: number }
  | { readonly kind: 'done' };

/** A completed operation, as generators are told of it. */
export interface Completed {
  readonly thread: number;
  readonly type: 'ok' | 'fail' | 'info';
  readonly f: string;
  readonly value: Json;
  readonly workload?: string;
  readonly final?: boolean;
  readonly node?: string;
}

/**
 * A lazy, immutable source of operations (after Jepsen's `jepsen.generator`). `next` proposes, and is asked again from
 * the same generator when something completes before the proposed time; only `then` of a dispatched operation is kept.
 */
export interface Generator {
  next(context: Context): Next;
  /** Told of each completion; most generators return themselves. */
  update(context: Context, completed: Completed): Generator;
}
