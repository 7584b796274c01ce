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
  /** By key: the value id of the key. */
  readonly keyIds: Int32Array;
  readonly keys: number;
  /** Why this is no history of appends and list reads, if it is none: with a micro-operation as example. */
  readonly foreign: string | null;

  constructor(history: History) {
    this.history = history;
    const rows: number[] = [];
    for (let r = 0; r < history.n; r++) if (history.shape[r] === Shape.Txn) rows.push(r);
    const n = rows.length;
    this.count = n;
    this.row = Int32Array.from(rows);
    this.from = new Int32Array(n);
    this.to = new Int32Array(n);
    this.outcome = new Uint8Array(n);
    this.inv = new Int32Array(n);
    this.ret = new Int32Array(n);
    let mops = 0;
    let succeeded = 0;
    for (let t = 0; t < n; t++) {
      const r = this.row[t];
      this.from[t] = history.x0[r];
      this.to[t] = history.x0[r] + history.x1[r];
      if (this.to[t] > mops) mops = this.to[t];
      this.outcome[t] = history.outcome[r];
      this.inv[t] = history.inv[r];
      this.ret[t] = history.outcome[r] === OK ? history.ret[r] : NEVER;
      if (history.outcome[r] === OK) succeeded++;
    }
    this.mops = mops;
    this.succeeded = succeeded;
    this.txnOf = new Int32Array(mops);
    this.keyOf = new Int32Array(mops);
    const { keyIds, foreign } = this.numberKeys();
    this.keyIds = keyIds;
    this.keys = keyIds.length;
    this.foreign = foreign;
  }

  private numberKeys(): { keyIds: Int32Array; foreign: string | null } {
    const { mopF, mopKey, mopVal } = this.history;
    const { txnOf, keyOf, from, to } = this;
    const numbers = new IdMap();
    const ids: number[] = [];
    let foreign = -1;
    for (let t = 0; t < this.count; t++)
      for (let m = from[t]; m < to[t]; m++) {
        const id = mopKey[m];
        let key = numbers.get(id) - 1;
        if (key < 0) {
          key = ids.length;
          ids.push(id);
          numbers.set(id, key + 1);
        }
        txnOf[m] = t;
        keyOf[m] = key;
        const f = mopF[m];
        // Reads of lists have handles below UNREAD; what lies above NIL is a register's value.
        if (f !== APPEND && (f !== R || mopVal[m] > NIL)) foreign = m;
      }
    return {
      keyIds: Int32Array.from(ids),
      foreign: foreign < 0 ? null : `${this.showMop(foreign)} is neither an append nor a read of a list`,
    };
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
    return Int32Array.from(this.row, (r, t) => (this.outcome[t] === OK ? process[r] : -1));
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

  showMop(mop: number): string {
    const { mopF, mopVal, values } = this.history;
    if (mopF[mop] === APPEND) return `append(${this.key(mop)}, ${values.show(mopVal[mop])})`;
    return mopF[mop] === R && mopVal[mop] <= NIL
      ? `r(${this.key(mop)})`
      : `${mopF[mop] === R ? 'r' : 'w'}(${this.key(mop)}, ${values.show(mopVal[mop])})`;
  }
}
