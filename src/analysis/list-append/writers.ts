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
  /** By key, when there are plain tables: where its table begins. */
  private readonly start: Int32Array | null;
  /** 1 + micro-operation, 0 for none. */
  private readonly table: Int32Array;
  private readonly mask: number;
  /** Micro-operations that append what another one before them appended to the same key. A bug of the test. */
  readonly repeated: readonly number[];

  constructor(txns: Transactions) {
    this.txns = txns;
    const { keys, appends } = txns;
    const { lowest, highest } = txns;
    const start = new Int32Array(keys + 1);
    let cells = 0;
    for (let k = 0; k < keys; k++) {
      start[k] = cells;
      if (highest[k] >= lowest[k]) cells += highest[k] - lowest[k] + 1;
      if (cells > 8 * appends + 1024) break;
    }
    if (cells <= 8 * appends + 1024) {
      start[keys] = cells;
      this.start = start;
      this.table = new Int32Array(cells);
      this.mask = 0;
    } else {
      let size = 16;
      while (size < appends * 2) size *= 2;
      this.start = null;
      this.table = new Int32Array(size);
      this.mask = size - 1;
    }
    this.repeated = this.enter();
  }

  private enter(): number[] {
    const { count, from, to, keyOf, history, lowest } = this.txns;
    const { mopF, mopVal } = history;
    const { start, table } = this;
    const repeated: number[] = [];
    for (let t = 0; t < count; t++)
      for (let m = from[t]; m < to[t]; m++) {
        if (mopF[m] !== APPEND) continue;
        const k = keyOf[m];
        const at = start === null ? this.probe(k, mopVal[m]) : start[k] + (mopVal[m] - lowest[k]);
        if (table[at] !== 0) repeated.push(m);
        else table[at] = m + 1;
      }
    return repeated;
  }

  /** The micro-operation that appended `element` to key number `key`, or −1. */
  of(key: number, element: number): number {
    const { start, table } = this;
    if (start === null) return table[this.probe(key, element)] - 1;
    const { lowest, highest } = this.txns;
    if (element < lowest[key] || element > highest[key]) return -1;
    return table[start[key] + (element - lowest[key])] - 1;
  }

  /** The cell of a pair, or the free one that it would get. */
  private probe(key: number, element: number): number {
    const { table, mask } = this;
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
