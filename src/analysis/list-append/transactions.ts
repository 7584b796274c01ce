import { APPEND, FAIL, type History, INFO, NEVER, OK, R, Shape, UNREAD } from '../../history/history.ts';
import { IdMap } from '../../history/idmap.ts';
import { NIL } from '../../history/values.ts';
import { inPieces } from '../pieces.ts';

/**
 * The transactions of a history, renumbered from 0 in order of invocation, and their keys, numbered from 0, some numbers perhaps unused.
 * Failed ones are among them: their writes may have been seen.
 */
export class Transactions {
  readonly history: History;
  readonly count: number;
  /** By transaction: its first micro-operation, and how many it has. */
  readonly from: Int32Array;
  readonly size: Int32Array;
  readonly outcome: Uint8Array;
  readonly inv: Int32Array;
  /** NEVER for those that did not succeed: nothing follows them for certain. */
  readonly ret: Int32Array;
  readonly succeeded: number;
  /** Micro-operations up to the last one used. */
  readonly mops: number;
  /** The most micro-operations of one. */
  readonly longestTxn: number;
  /** By micro-operation: its key. */
  readonly keyOf: Int32Array;
  /** Numbers of keys end before this one. */
  readonly keys: number;
  /** Keys that were named. */
  readonly named: number;
  /** By key: a longest read by a successful transaction, or −1, its length, and where in `history.elements` it begins, or −1. */
  readonly longest: Int32Array;
  readonly length: Int32Array;
  readonly storage: Int32Array;
  /** By key: the smallest value id appended and the largest; the other way round where nothing was. */
  readonly lowest: Int32Array;
  readonly highest: Int32Array;
  readonly appends: number;
  /** Reads of successful transactions. */
  readonly reads: number;
  /**
   * How many of these reads saw a list, by its end in `history.elements`; and from `unread` on, by key, how many saw the empty one.
   * Says nothing of a key whose reads are stored `apart`.
   */
  readonly readers: Int32Array;
  readonly unread: number;
  /** Some reads of one key are stored at different places: they may or may not be prefixes of one list. */
  readonly apart: boolean;
  /** Why this is no history of appends and list reads, if it is none: with a micro-operation as example. */
  readonly foreign: string | null;
  private readonly rows: Int32Array | null;
  private details: Details | null = null;

  constructor(history: History) {
    this.history = history;
    const rows = transactionRows(history);
    const n = rows === null ? history.n : rows.length;
    const pick = <C extends Int32Array | Uint8Array>(column: C): C => {
      if (rows === null) return column.subarray(0, n) as C;
      const picked = column.slice(0, n) as C;
      for (let t = 0; t < n; t++) picked[t] = column[rows[t]];
      return picked;
    };
    this.rows = rows;
    this.count = n;
    this.from = pick(history.x0);
    this.size = pick(history.x1);
    this.outcome = pick(history.outcome);
    this.inv = pick(history.inv);
    this.ret = certainEnds(pick(history.ret), this.outcome);
    ({ mops: this.mops, longestTxn: this.longestTxn } = extent(this.from, this.size));
    const { keyOf, keys } = numberKeys(history.mopKey, this.mops);
    this.keyOf = keyOf;
    this.keys = keys;
    this.longest = new Int32Array(keys).fill(-1);
    this.length = new Int32Array(keys).fill(-1);
    this.storage = new Int32Array(keys).fill(-1);
    this.lowest = new Int32Array(keys).fill(0x7fffffff);
    this.highest = new Int32Array(keys).fill(-0x80000000);
    this.unread = history.elements.length + 1;
    this.readers = new Int32Array(this.unread + keys);
    const tally = { succeeded: 0, appends: 0, reads: 0, named: 0, foreign: -1, apart: false };
    for (let t = 0; t < n; t += BATCH) this.survey(t, Math.min(n, t + BATCH), tally);
    for (let k = 0; k < keys; k++) if (this.length[k] < 0) this.length[k] = 0;
    this.succeeded = tally.succeeded;
    this.appends = tally.appends;
    this.reads = tally.reads;
    this.named = tally.named;
    this.apart = tally.apart;
    this.foreign =
      tally.foreign < 0 ? null : `${this.showMop(tally.foreign)} is neither an append nor a read of a list`;
  }

  /** The one pass that everything needs, over some transactions. Lengths are −1 until a key is named. */
  private survey(start: number, end: number, tally: Tally): void {
    const { mopF, mopVal, listOffset, listLength } = this.history;
    const { keyOf, from, size, outcome, longest, length, storage, lowest, highest, readers, unread } = this;
    let { succeeded, appends, reads } = tally;
    for (let t = start; t < end; t++) {
      const ok = outcome[t] === OK;
      if (ok) succeeded++;
      const to = from[t] + size[t];
      for (let m = from[t]; m < to; m++) {
        const k = keyOf[m];
        const value = mopVal[m];
        if (length[k] < 0) {
          length[k] = 0;
          tally.named++;
        }
        if (mopF[m] === APPEND) {
          appends++;
          if (value < lowest[k]) lowest[k] = value;
          if (value > highest[k]) highest[k] = value;
        } else if (mopF[m] !== R || value > NIL) {
          // Reads of lists have handles below UNREAD; what lies above NIL is a register's value.
          tally.foreign = m;
        } else if (ok && value !== UNREAD) {
          reads++;
          if (value === NIL) {
            readers[unread + k]++;
            continue;
          }
          const offset = listOffset[-3 - value];
          const n = listLength[-3 - value];
          readers[offset + n]++;
          if (offset !== storage[k] && storage[k] >= 0) tally.apart = true;
          if (n > length[k]) {
            length[k] = n;
            longest[k] = m;
            storage[k] = offset;
          }
        }
      }
    }
    tally.succeeded = succeeded;
    tally.appends = appends;
    tally.reads = reads;
  }

  /** By transaction: its row in the history. */
  get row(): Int32Array {
    return this.rows ?? this.detail().row;
  }

  /** By transaction: the micro-operation after its last. */
  get to(): Int32Array {
    return this.detail().to;
  }

  /** By micro-operation: its transaction. */
  get txnOf(): Int32Array {
    return this.detail().txnOf;
  }

  /** By micro-operation: 1 for an append that its transaction followed by another to the same key. */
  get intermediate(): Uint8Array {
    return this.detail().intermediate;
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

  /**
   * By transaction: its process p where it succeeded. Where its outcome is unknown, −2 − p: it follows what its process did before, but
   * may take effect at any later time, so that nothing certainly follows it. −1 where it failed. See `addProcess`.
   */
  processes(): Int32Array {
    const { outcome, row } = this;
    const { process } = this.history;
    const processes = new Int32Array(this.count).fill(-1);
    for (let t = 0; t < this.count; t++) {
      if (outcome[t] === OK) processes[t] = process[row[t]];
      else if (outcome[t] === INFO) processes[t] = -2 - process[row[t]];
    }
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

/** Transactions surveyed by one call: few, so that the optimised loop is soon begun with. */
const BATCH = 64;

interface Tally {
  succeeded: number;
  appends: number;
  reads: number;
  named: number;
  foreign: number;
  apart: boolean;
}

/** The rows that are transactions; null for all. */
function transactionRows({ n, shape }: History): Int32Array | null {
  let count = 0;
  while (count < n && shape[count] === Shape.Txn) count++;
  if (count === n) return null;
  const rows = new Int32Array(n);
  for (let r = 0; r < count; r++) rows[r] = r;
  for (let r = count; r < n; r++) if (shape[r] === Shape.Txn) rows[count++] = r;
  return rows.subarray(0, count);
}

function extent(from: Int32Array, size: Int32Array): { mops: number; longestTxn: number } {
  let mops = 0;
  let longestTxn = 0;
  inPieces(from.length, (first, end) => {
    let last = mops;
    let most = longestTxn;
    for (let t = first; t < end; t++) {
      if (size[t] > most) most = size[t];
      if (from[t] + size[t] > last) last = from[t] + size[t];
    }
    mops = last;
    longestTxn = most;
  });
  return { mops, longestTxn };
}

/** The ends of those that succeeded; the same column where no other has one. */
function certainEnds(ret: Int32Array, outcome: Uint8Array): Int32Array {
  let t = 0;
  while (t < ret.length && (outcome[t] === OK || ret[t] === NEVER)) t++;
  if (t === ret.length) return ret;
  const ends = ret.slice();
  for (; t < ret.length; t++) if (outcome[t] !== OK) ends[t] = NEVER;
  return ends;
}

/** Ids that are small themselves serve as numbers; others are numbered in order of appearance. */
function numberKeys(ids: Int32Array, mops: number): { keyOf: Int32Array; keys: number } {
  let highest = 0;
  inPieces(mops, (first, end) => {
    let high = highest;
    for (let m = first; m < end; m++) {
      // Those below zero become the largest of all.
      const id = ids[m] >>> 0;
      if (id > high) high = id;
    }
    highest = high;
  });
  if (highest < 2 * mops + 1024) return { keyOf: ids.subarray(0, mops), keys: highest + 1 };
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
  readonly row: Int32Array;
  readonly to: Int32Array;
  readonly txnOf: Int32Array;
  readonly intermediate: Uint8Array;

  constructor({ history, count, mops, keys, keyOf, from, size }: Transactions) {
    const { mopF } = history;
    this.row = new Int32Array(count);
    this.to = new Int32Array(count);
    this.txnOf = new Int32Array(mops);
    this.intermediate = new Uint8Array(mops);
    const { row, to, txnOf, intermediate } = this;
    const last = new Int32Array(keys).fill(-1);
    inPieces(count, (first, end) => {
      for (let t = first; t < end; t++) {
        const start = from[t];
        row[t] = t;
        to[t] = start + size[t];
        for (let m = start; m < to[t]; m++) {
          txnOf[m] = t;
          if (mopF[m] !== APPEND) continue;
          const k = keyOf[m];
          if (last[k] >= start && last[k] < m) intermediate[last[k]] = 1;
          last[k] = m;
        }
      }
    });
  }
}
