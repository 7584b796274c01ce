import { APPEND, FAIL, type History, NEVER, OK, R, Shape, UNREAD } from '../../history/history.ts';
import { IdMap } from '../../history/idmap.ts';
import { NIL } from '../../history/values.ts';

/**
 * The transactions of a history, renumbered from 0 in order of invocation, and their keys, renumbered from 0 in order of appearance.
 * Failed ones are among them: their writes may have been seen.
 */
export class Transactions {
  readonly history: History;
  readonly count: number;
  /** By transaction: its row, its first micro-operation, and the one after its last. */
  readonly row: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly outcome: Uint8Array;
  readonly inv: Int32Array;
  /** NEVER for those that did not succeed: nothing follows them for certain. */
  readonly ret: Int32Array;
  readonly succeeded: number;
  /** Micro-operations up to the last one used. */
  readonly mops: number;
  /** By micro-operation: its transaction and its key. */
  readonly txnOf: Int32Array;
  readonly keyOf: Int32Array;
  /** By micro-operation: 1 for an append that its transaction followed by another to the same key. */
  readonly intermediate: Uint8Array;
  readonly keys: number;
  readonly perKey: KeyColumns;
  readonly appends: number;
  /** Why this is no history of appends and list reads, if it is none: with a micro-operation as example. */
  readonly foreign: string | null;

  constructor(history: History) {
    this.history = history;
    const row = transactionRows(history);
    const n = row.length;
    const whole = n === history.n;
    const pick = <C extends Int32Array | Uint8Array>(column: C): C => {
      if (whole) return column.subarray(0, n) as C;
      const picked = column.slice(0, n) as C;
      for (let t = 0; t < n; t++) picked[t] = column[row[t]];
      return picked;
    };
    const from = pick(history.x0);
    const length = pick(history.x1);
    const outcome = pick(history.outcome);
    const ret = pick(history.ret).slice();
    const to = new Int32Array(n);
    let mops = 0;
    let succeeded = 0;
    for (let t = 0; t < n; t++) {
      to[t] = from[t] + length[t];
      if (to[t] > mops) mops = to[t];
      if (outcome[t] === OK) succeeded++;
      else ret[t] = NEVER;
    }
    this.count = n;
    this.row = row;
    this.from = from;
    this.to = to;
    this.outcome = outcome;
    this.inv = pick(history.inv);
    this.ret = ret;
    this.mops = mops;
    this.succeeded = succeeded;
    this.txnOf = new Int32Array(mops);
    this.keyOf = new Int32Array(mops);
    this.intermediate = new Uint8Array(mops);
    const columns = new KeyColumns();
    const { appends, foreign } = this.read(columns);
    this.perKey = columns;
    this.keys = columns.count;
    this.appends = appends;
    this.foreign = foreign < 0 ? null : `${this.showMop(foreign)} is neither an append nor a read of a list`;
  }

  /** The one pass that gives every key its number, and by key what the later ones need to make their tables. */
  private read(columns: KeyColumns): { appends: number; foreign: number } {
    const { mopF, mopKey, mopVal, listLength } = this.history;
    const { txnOf, keyOf, intermediate, from, to, outcome } = this;
    const numbers = new IdMap();
    let { lowest, highest, longest, length, last } = columns;
    let appends = 0;
    let foreign = -1;
    for (let t = 0; t < this.count; t++) {
      const start = from[t];
      for (let m = start; m < to[t]; m++) {
        let k = numbers.get(mopKey[m]) - 1;
        if (k < 0) {
          k = columns.add();
          ({ lowest, highest, longest, length, last } = columns);
          numbers.set(mopKey[m], k + 1);
        }
        txnOf[m] = t;
        keyOf[m] = k;
        const value = mopVal[m];
        if (mopF[m] === APPEND) {
          appends++;
          if (value < lowest[k]) lowest[k] = value;
          if (value > highest[k]) highest[k] = value;
          const before = last[k];
          if (before >= start && before < m) intermediate[before] = 1;
          last[k] = m;
        } else if (mopF[m] !== R || value > NIL) {
          // Reads of lists have handles below UNREAD; what lies above NIL is a register's value.
          foreign = m;
        } else if (value < UNREAD && outcome[t] === OK && listLength[-3 - value] > length[k]) {
          length[k] = listLength[-3 - value];
          longest[k] = m;
        }
      }
    }
    return { appends, foreign };
  }

  isOk(t: number): boolean {
    return this.outcome[t] === OK;
  }

  isFailed(t: number): boolean {
    return this.outcome[t] === FAIL;
  }

  /** By transaction: its process where it succeeded, else −1: nothing certainly follows the others in their process. */
  processes(): Int32Array {
    const { process } = this.history;
    const processes = new Int32Array(this.count).fill(-1);
    for (let t = 0; t < this.count; t++) if (this.outcome[t] === OK) processes[t] = process[this.row[t]];
    return processes;
  }

  /** The value ids of the list that a read returned; empty for nil. */
  list(mop: number): Int32Array {
    const { mopVal, listOffset, listLength, elements } = this.history;
    const value = mopVal[mop];
    if (value >= UNREAD) return elements.subarray(0, 0);
    const offset = listOffset[-3 - value];
    return elements.subarray(offset, offset + listLength[-3 - value]);
  }

  key(mop: number): string {
    return this.history.values.show(this.history.mopKey[mop]);
  }

  private showMop(mop: number): string {
    const { mopF, mopVal, values } = this.history;
    return `${mopF[mop] === R ? 'r' : 'w'}(${this.key(mop)}, ${values.show(mopVal[mop])})`;
  }
}

function transactionRows({ n, shape }: History): Int32Array {
  const rows = new Int32Array(n);
  let count = 0;
  for (let r = 0; r < n; r++) if (shape[r] === Shape.Txn) rows[count++] = r;
  return rows.subarray(0, count);
}

/** What one pass learns of each key. */
export class KeyColumns {
  count = 0;
  /** The smallest and the largest value id appended; lowest > highest where nothing was. */
  lowest = new Int32Array(1024);
  highest = new Int32Array(1024);
  /** A longest read by a successful transaction, or −1, and its length. */
  longest = new Int32Array(1024);
  length = new Int32Array(1024);
  /** The last append met so far. */
  last = new Int32Array(1024);

  add(): number {
    const k = this.count++;
    if (k === this.lowest.length) {
      this.lowest = doubled(this.lowest);
      this.highest = doubled(this.highest);
      this.longest = doubled(this.longest);
      this.length = doubled(this.length);
      this.last = doubled(this.last);
    }
    this.lowest[k] = 0x7fffffff;
    this.highest[k] = this.longest[k] = this.last[k] = -1;
    return k;
  }
}

function doubled(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(column.length * 2);
  wide.set(column);
  return wide;
}
