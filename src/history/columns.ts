import type { Json, Op } from './op.ts';
import type { ValueTable } from './values.ts';

/** Outcome codes in the `outcome` column. An invocation without a completion is INFO. */
export const OK = 0;
export const FAIL = 1;
export const INFO = 2;

/** In the `ret` column: it has no known end. True of every INFO row, whether or not an `info` record was written. */
export const NEVER = 0x7fffffff;

/** How the value of a row is laid out in the columns x0, x1, x2. All scalars are value ids (see ValueTable). */
export const Shape = {
  /** x0 = a scalar (NIL when there is none). */
  Scalar: 0,
  /** `[x0, x1]`, both scalars: a keyed value, or the two values of an un-keyed cas. The check knows which. */
  Pair: 1,
  /** `[x0, [x1, x2]]`, all scalars: a keyed cas. */
  PairOfPair: 2,
  /** A list of scalars, not of length 2: x0 = offset in `elements`, x1 = length. */
  List: 3,
  /** `[k, list]` where the list is not two scalars: x0 = k, x1 = offset in `elements`, x2 = length. */
  KeyedList: 4,
  /** A transaction: x0 = index of its first micro-operation, x1 = how many. */
  Txn: 5,
  /** Anything else, as one interned value: x0. */
  Other: 6,
} as const;
export type Shape = (typeof Shape)[keyof typeof Shape];

/** Codes in `mopF`. */
export const R = 0;
export const APPEND = 1;
export const W = 2;

/** In `mopVal` of an R: the read has no known result, because its transaction is not OK. */
export const UNREAD = -2;
/**
 * In `mopVal` of an R that returned a non-empty list: handles, from −3 downwards. Handle h stands for
 * `listOffset[-3 - h]`, `listLength[-3 - h]`, a run of `elements`. Reads of one key that are prefixes of its longest
 * read share the longest's offset, and equal ones the handle: whether two reads are compatible is one comparison.
 */
export const FIRST_LIST = -3;

/** Everything a history is made of; a builder fills it, a `History` exposes it. */
export interface HistoryColumns {
  readonly n: number;
  readonly outcome: Uint8Array;
  readonly process: Int32Array;
  readonly f: Uint8Array;
  readonly workload: Uint8Array;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly invTime: Float64Array;
  readonly retTime: Float64Array;
  readonly shape: Uint8Array;
  readonly x0: Int32Array;
  readonly x1: Int32Array;
  readonly x2: Int32Array;
  readonly flags: Uint8Array;
  readonly node: Int16Array;
  readonly epoch: Int32Array;
  readonly mopF: Uint8Array;
  readonly mopKey: Int32Array;
  readonly mopVal: Int32Array;
  readonly listOffset: Int32Array;
  readonly listLength: Int32Array;
  readonly elements: Int32Array;
  readonly values: ValueTable;
  readonly fs: readonly string[];
  readonly workloads: readonly string[];
  readonly nodes: readonly string[];
  readonly nemesis: readonly Op[];
  readonly errors: ReadonlyMap<number, Json>;
  /** None where absent. */
  readonly told?: ReadonlyMap<number, number>;
  readonly records: number;
  readonly warnings: readonly string[];
}
