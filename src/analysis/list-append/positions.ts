import type { Transactions } from './transactions.ts';

/**
 * Where elements stand in the longest lists: (key, element) → version.
 *
 * Elements of one key are nearly always close integers, so that each key gets a plain table over its range; where the ranges
 * together are too wide, as with one counter for all keys, an open-addressing table serves all. O(elements) to build,
 * O(1) to ask.
 */
export class Positions {
  /** Some list shows an element twice: then nothing here is of use. */
  readonly repeated: boolean;
  private readonly elements: Int32Array;
  /** By key: its first version, and where its longest list is stored. */
  private readonly first: Int32Array;
  private readonly storage: Int32Array;
  /** By key: the range of its elements, empty where there are none. */
  private readonly lowest: Int32Array;
  private readonly highest: Int32Array;
  /** By key, when there are plain tables: where its table begins. */
  private readonly start: Int32Array | null;
  /** Versions, 0 for none: the empty version of a key is never asked for. */
  private readonly table: Int32Array;
  private readonly mask: number;

  constructor({ keys, length, history }: Transactions, first: Int32Array, storage: Int32Array) {
    const { elements } = history;
    this.elements = elements;
    this.first = first;
    this.storage = storage;
    this.lowest = new Int32Array(keys);
    this.highest = new Int32Array(keys);
    const start = new Int32Array(keys);
    let cells = 0;
    let all = 0;
    for (let k = 0; k < keys; k++) {
      let low = 0x7fffffff;
      let high = -0x80000000;
      for (let i = storage[k], end = i + length[k]; i < end; i++) {
        if (elements[i] < low) low = elements[i];
        if (elements[i] > high) high = elements[i];
      }
      this.lowest[k] = low;
      this.highest[k] = high;
      start[k] = cells;
      all += length[k];
      if (high >= low) cells += high - low + 1;
    }
    const plain = cells <= 8 * all + 1024;
    let size = 16;
    while (!plain && size < 2 * all) size *= 2;
    this.start = plain ? start : null;
    this.table = new Int32Array(plain ? cells : size);
    this.mask = size - 1;
    this.repeated = !this.enter(keys, length);
  }

  /** The version of `key` whose last element this is, or 0. */
  of(key: number, element: number): number {
    if (element < this.lowest[key] || element > this.highest[key]) return 0;
    if (this.start !== null) return this.table[this.start[key] + (element - this.lowest[key])];
    return this.table[this.cell(key, element)];
  }

  private enter(keys: number, length: Int32Array): boolean {
    const { elements, first, storage, table, start, lowest } = this;
    for (let k = 0; k < keys; k++)
      for (let i = 0; i < length[k]; i++) {
        const element = elements[storage[k] + i];
        const at = start === null ? this.cell(k, element) : start[k] + (element - lowest[k]);
        if (table[at] !== 0) return false;
        table[at] = first[k] + i + 1;
      }
    return true;
  }

  /** The cell of a pair, or the free one that it would get. */
  private cell(key: number, element: number): number {
    const { table, mask, first, storage, elements } = this;
    let h = Math.imul(key, 0x9e3779b1) ^ Math.imul(element, 0x85ebca6b);
    h = (h ^ (h >>> 15)) & mask;
    for (let v = table[h]; v !== 0; v = table[h]) {
      const place = v - first[key];
      if (place > 0 && v < first[key + 1] && elements[storage[key] + place - 1] === element) break;
      h = (h + 1) & mask;
    }
    return h;
  }
}
