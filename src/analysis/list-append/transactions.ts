import { APPEND, FAIL, type History, NEVER, OK, R, Shape, UNREAD } from '../../history/history.ts';
import { IdMap } from '../../history/idmap.ts';
import { NIL } from '../../history/values.ts';

/**
 * The transactions of a history, renumbered from 0 in order of invocation, and their keys, numbered from 0, some numbers perhaps unused.
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
  /** By micro-operation: its key. */
  readonly keyOf: Int32Array;
  /** Numbers of keys end before this one. */
  readonly keys: number;
  /** Keys that were named. */
  readonly named: number;
  /** By key: a longest read by a successful transaction, or −1, and its length. */
  readonly longest: Int32Array;
  readonly length: Int32Array;
  readonly appends: number;
  /** Why this is no history of appends and list reads, if it is none: with a micro-operation as example. */
  readonly foreign: string | null;
  private details: Details | null = null;

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
    ({ keyOf: this.keyOf, keys: this.keys } = numberKeys(history.mopKey, mops));
    this.longest = new Int32Array(this.keys).fill(-1);
    this.length = new Int32Array(this.keys).fill(-1);
    const { appends, named, foreign } = this.read();
    this.appends = appends;
    this.named = named;
    this.foreign = foreign < 0 ? null : `${this.showMop(foreign)} is neither an append nor a read of a list`;
  }

  /** The one pass that everything needs. Lengths are −1 until a key is named. */
  private read(): { appends: number; named: number; foreign: number } {
    const { mopF, mopVal, listLength } = this.history;
    const { keyOf, from, to, outcome, longest, length } = this;
    let appends = 0;
    let named = 0;
    let foreign = -1;
    for (let t = 0; t < this.count; t++) {
      const ok = outcome[t] === OK;
      for (let m = from[t]; m < to[t]; m++) {
        const k = keyOf[m];
        const value = mopVal[m];
        if (length[k] < 0) {
          length[k] = 0;
          named++;
        }
        if (mopF[m] === APPEND) appends++;
        // Reads of lists have handles below UNREAD; what lies above NIL is a register's value.
        else if (mopF[m] !== R || value > NIL) foreign = m;
        else if (value < UNREAD && ok && listLength[-3 - value] > length[k]) {
          length[k] = listLength[-3 - value];
          longest[k] = m;
        }
      }
    }
    for (let k = 0; k < this.keys; k++) if (length[k] < 0) length[k] = 0;
    return { appends, named, foreign };
  }

  /** By micro-operation: its transaction. */
  get txnOf(): Int32Array {
    return this.detail().txnOf;
  }

  /** By micro-operation: 1 for an append that its transaction followed by another to the same key. */
  get intermediate(): Uint8Array {
    return this.detail().intermediate;
  }

  /** By key: the smallest value id appended; above the highest where nothing was. */
  get lowest(): Int32Array {
    return this.detail().lowest;
  }

  get highest(): Int32Array {
    return this.detail().highest;
  }

  /** What only a history needs that has no serial order: made when first asked for. */
  private detail(): Details {
    this.details ??= new Details(this);
    return this.details;
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

/** Ids that are small themselves serve as numbers; others are numbered in order of appearance. */
function numberKeys(ids: Int32Array, mops: number): { keyOf: Int32Array; keys: number } {
  let highest = -1;
  let lowest = 0;
  for (let m = 0; m < mops; m++) {
    if (ids[m] > highest) highest = ids[m];
    if (ids[m] < lowest) lowest = ids[m];
  }
  if (lowest === 0 && highest < 2 * mops + 1024) return { keyOf: ids.subarray(0, mops), keys: highest + 1 };
  const keyOf = new Int32Array(mops);
  const numbers = new IdMap();
  let keys = 0;
  for (let m = 0; m < mops; m++) {
    let k = numbers.get(ids[m]);
    if (k === 0) numbers.set(ids[m], (k = ++keys));
    keyOf[m] = k - 1;
  }
  return { keyOf, keys };
}

class Details {
  readonly txnOf: Int32Array;
  readonly intermediate: Uint8Array;
  readonly lowest: Int32Array;
  readonly highest: Int32Array;

  constructor({ history, count, mops, keys, keyOf, from, to }: Transactions) {
    const { mopF, mopVal } = history;
    this.txnOf = new Int32Array(mops);
    this.intermediate = new Uint8Array(mops);
    this.lowest = new Int32Array(keys).fill(0x7fffffff);
    this.highest = new Int32Array(keys).fill(-1);
    const { txnOf, intermediate, lowest, highest } = this;
    const last = new Int32Array(keys).fill(-1);
    for (let t = 0; t < count; t++) {
      const start = from[t];
      for (let m = start; m < to[t]; m++) {
        txnOf[m] = t;
        if (mopF[m] !== APPEND) continue;
        const k = keyOf[m];
        const value = mopVal[m];
        if (value < lowest[k]) lowest[k] = value;
        if (value > highest[k]) highest[k] = value;
        if (last[k] >= start && last[k] < m) intermediate[last[k]] = 1;
        last[k] = m;
      }
    }
  }
}
