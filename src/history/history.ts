import type { HistoryColumns } from './columns.ts';
import type { Json, Op } from './op.ts';
import { Recorder } from './recorder.ts';
import { mopsOf, opOf, rowValue } from './show.ts';
import { only } from './slice.ts';
import { addOp } from './stage.ts';
import type { ValueTable } from './values.ts';

export * from './columns.ts';

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
  /**
   * By row, a value id: what the completion of an INFO operation said although nobody knows whether it took effect, where
   * that is not what the invocation said already: a generated id, the offset of a message. Row values never have it.
   * Transactions of `r`, `append` and `w` are left out, and lists of scalars that are no pairs.
   */
  readonly told: ReadonlyMap<number, number>;
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
    this.told = columns.told ?? new Map();
    this.records = columns.records;
    this.warnings = columns.warnings;
  }

  /** The history of these records. O(size). Throws HistoryError when indices are not ascending. */
  static of(ops: Iterable<Op>): History {
    const recorder = new Recorder('record', false);
    for (const op of ops) addOp(recorder, op);
    return new History(recorder.finish(false));
  }

  /** The value of a row, as it was read. */
  value(row: number): Json {
    return rowValue(this, row);
  }

  /** The micro-operations of a transaction's row, `[f, key, value]`; none for other rows. Unknown reads are null. */
  mops(row: number): readonly (readonly [string, Json, Json])[] {
    return mopsOf(this, row);
  }

  /**
   * The records of a row. There is no invocation where only a completion was read, no completion where the operation
   * is INFO (an `info` record says no more than its absence). The invocation's value is rebuilt: what an OK read
   * returned is taken out again.
   */
  op(row: number): { readonly invocation: Op | null; readonly completion: Op | null } {
    return opOf(this, row);
  }

  /** The rows of one workload, positions and everything shared as they were. O(rows). */
  only(workload: string): History {
    return new History(only(this, (row) => this.workloads[this.workload[row]!] === workload));
  }

  /** The rows that `keep` accepts, positions and everything shared as they were. O(rows). */
  filter(keep: (row: number) => boolean): History {
    return new History(only(this, keep));
  }
}
