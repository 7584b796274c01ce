import { APPEND } from '../../history/history.ts';
import type { Transactions } from './transactions.ts';

/**
 * Who appended an element to a key: (key, element) → micro-operation.
 *
 * Elements of one key are nearly always close integers (a counter per key or one for all), so that each key gets a plain table over its
 * range; where the ranges together are too wide, an open-addressing table serves all. O(appends) to build, O(1) to ask.
 */
export class Writers {
  private readonly txns: Transactions;
  /** By key, when there are plain tables: the smallest element, and where its table begins. */
  private readonly base: Int32Array;
  private readonly start: Int32Array | null;
  /** 1 + micro-operation, 0 for none. */
  private readonly table: Int32Array;
  private readonly mask: number;
  /** Micro-operations that append what another one before them appended to the same key. A bug of the test. */
  readonly repeated: readonly number[];

  constructor(txns: Transactions) {
    this.txns = txns;
    const { count, from, to, keyOf, keys } = txns;
    const { mopF, mopVal } = txns.history;
    this.base = new Int32Array(keys).fill(0x7fffffff);
    const top = new Int32Array(keys).fill(-1);
    let appends = 0;
    for (let t = 0; t < count; t++)
      for (let m = from[t]; m < to[t]; m++) {
        if (mopF[m] !== APPEND) continue;
        appends++;
        const k = keyOf[m];
        const v = mopVal[m];
        if (v < this.base[k]) this.base[k] = v;
        if (v > top[k]) top[k] = v;
      }
    let cells = 0;
    for (let k = 0; k < keys; k++) if (top[k] >= this.base[k]) cells += top[k] - this.base[k] + 1;
    if (cells <= 8 * appends + 1024) {
      this.start = new Int32Array(keys + 1);
      for (let k = 0; k < keys; k++)
        this.start[k + 1] = this.start[k] + (top[k] >= this.base[k] ? top[k] - this.base[k] + 1 : 0);
      this.table = new Int32Array(cells);
      this.mask = 0;
    } else {
      this.start = null;
      let size = 16;
      while (size < appends * 2) size *= 2;
      this.table = new Int32Array(size);
      this.mask = size - 1;
    }
    const repeated: number[] = [];
    for (let t = 0; t < count; t++)
      for (let m = from[t]; m < to[t]; m++) {
        if (mopF[m] !== APPEND) continue;
        const at = this.cell(keyOf[m], mopVal[m]);
        if (this.table[at] !== 0) repeated.push(m);
        else this.table[at] = m + 1;
      }
    this.repeated = repeated;
  }

  /** The micro-operation that appended `element` to key number `key`, or −1. */
  of(key: number, element: number): number {
    const at = this.cell(key, element);
    return at < 0 ? -1 : this.table[at] - 1;
  }

  /** The cell for a pair, occupied or free; −1 where no cell can be. */
  private cell(key: number, element: number): number {
    const { start, table, mask } = this;
    if (start !== null) {
      const at = start[key] + (element - this.base[key]);
      return element >= this.base[key] && at < start[key + 1] ? at : -1;
    }
    const { keyOf, history } = this.txns;
    let h = (Math.imul(key, 0x9e3779b1) ^ Math.imul(element, 0x85ebca6b)) >>> 0;
    h = (h ^ (h >>> 15)) & mask;
    for (; table[h] !== 0; h = (h + 1) & mask) {
      const m = table[h] - 1;
      if (keyOf[m] === key && history.mopVal[m] === element) break;
    }
    return h;
  }
}
