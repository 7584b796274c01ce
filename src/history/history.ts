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

/**
 * A whole history in columns, one row an operation: its invocation together with its completion.
 *
 * Rows are in order of invocation; completion-only records (common in published Elle examples) are rows with
 * `inv = ret = index`. `inv` and `ret` are positions in the history: order is decided by them alone, never by times.
 * The value is the completion's where the operation is OK and has one, else the invocation's.
 *
 * Nemesis records are kept apart in `nemesis`: no check ever has to filter them.
 */
export class History {
  /** Rows. */
  readonly n: number;
  readonly outcome: Uint8Array;
  readonly process: Int32Array;
  /** Index into `fs`. */
  readonly f: Uint8Array;
  /** Index into `workloads`; 0 is "none named". */
  readonly workload: Uint8Array;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  /** Nanoseconds; `retTime` is NaN where `ret` is NEVER. */
  readonly invTime: Float64Array;
  readonly retTime: Float64Array;
  readonly shape: Uint8Array;
  readonly x0: Int32Array;
  readonly x1: Int32Array;
  readonly x2: Int32Array;
  /** Bit 0: a final read. */
  readonly flags: Uint8Array;
  /** Index into `nodes`, -1 where no node is named. */
  readonly node: Int16Array;
  /** -1 where none is named. */
  readonly epoch: Int32Array;

  /** Micro-operations of all transactions. `mopKey` is a value id. */
  readonly mopF: Uint8Array;
  readonly mopKey: Int32Array;
  /**
   * append, w: the value id. r of a register: the value id, NIL, or UNREAD.
   * r of a list: NIL (nil and [] are equal), UNREAD, or a list handle ≤ FIRST_LIST.
   */
  readonly mopVal: Int32Array;

  /** By −3 − handle: offset and length in `elements`. */
  readonly listOffset: Int32Array;
  readonly listLength: Int32Array;
  /** Value ids: what lists are made of. */
  readonly elements: Int32Array;

  readonly values: ValueTable;
  readonly fs: readonly string[];
  readonly workloads: readonly string[];
  readonly nodes: readonly string[];
  /** Nemesis records, in order. */
  readonly nemesis: readonly Op[];
  /** Errors of rows that have one. */
  readonly errors: ReadonlyMap<number, Json>;
  /** Records read, nemesis ones included. */
  readonly records: number;
  /** What the reader had to warn of, in words with a position. */
  readonly warnings: readonly string[];

  constructor(columns: HistoryColumns) {
    this.n = columns.n;
    this.outcome = columns.outcome;
    this.process = columns.process;
    this.f = columns.f;
    this.workload = columns.workload;
    this.inv = columns.inv;
    this.ret = columns.ret;
    this.invTime = columns.invTime;
    this.retTime = columns.retTime;
    this.shape = columns.shape;
    this.x0 = columns.x0;
    this.x1 = columns.x1;
    this.x2 = columns.x2;
    this.flags = columns.flags;
    this.node = columns.node;
    this.epoch = columns.epoch;
    this.mopF = columns.mopF;
    this.mopKey = columns.mopKey;
    this.mopVal = columns.mopVal;
    this.listOffset = columns.listOffset;
    this.listLength = columns.listLength;
    this.elements = columns.elements;
    this.values = columns.values;
    this.fs = columns.fs;
    this.workloads = columns.workloads;
    this.nodes = columns.nodes;
    this.nemesis = columns.nemesis;
    this.errors = columns.errors;
    this.records = columns.records;
    this.warnings = columns.warnings;
  }
}

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
  readonly records: number;
  readonly warnings: readonly string[];
}
