/** Plain data: what a history line, a message and a disk record are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * What became of an operation. `ok`: it happened. `fail`: it certainly did not. `info`: nobody knows; it may take
 * effect at any time after its invocation, or never.
 */
export type OpType = 'invoke' | 'ok' | 'fail' | 'info';

/** The nemesis acts under this process name; clients are numbers. */
export const NEMESIS = 'nemesis';

/**
 * One record of a history: the invocation of an operation or its completion.
 *
 * A process has at most one outstanding operation. After an `info` it is retired: its thread goes on under a new
 * process id (old id + concurrency).
 */
export interface Op {
  /** Position in the history, from 0, dense. All ordering is by index; times are for people. */
  readonly index: number;
  /** Nanoseconds since the start of the run. */
  readonly time: number;
  readonly process: number | typeof NEMESIS;
  readonly type: OpType;
  /** The function called: `read`, `write`, `cas`, `txn`, `add`, … */
  readonly f: string;
  readonly value: Json;
  /** Which workload of a mixed run the operation belongs to. Key spaces of different workloads are disjoint. */
  readonly workload?: string;
  /** Why an operation failed or its outcome is unknown. */
  readonly error?: Json;
  /** The node that answered, and the epoch (term, ballot) in which it did. */
  readonly node?: string;
  readonly epoch?: number;
  /** True for the reads that follow heal and recovery. */
  readonly final?: boolean;
}
