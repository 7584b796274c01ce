/**
 * (key, value) → the access that wrote it, for dense keys and value ids. A plain table where each key's values are small
 * integers that nearly fill their range, as generated histories have them; otherwise open addressing.
 */
export class WriterTable {
  private readonly start: Int32Array | undefined;
  private readonly table: Int32Array;
  private readonly keyOf: Int32Array;
  private readonly valueOf: Int32Array;
  private readonly mask: number;

  /** @param largest by key, the largest written value id, -1 where nothing is written. @param count of writes. */
  constructor(largest: Int32Array, count: number) {
    let range = 0;
    for (const value of largest) range += value + 1;
    const room = 8 * count + 1024;
    if (range <= room) {
      this.start = new Int32Array(largest.length + 1);
      for (let x = 0; x < largest.length; x++) this.start[x + 1] = this.start[x]! + largest[x]! + 1;
      this.table = new Int32Array(range).fill(-1);
      this.keyOf = this.valueOf = this.table;
      this.mask = 0;
      return;
    }
    let size = 64;
    while (size < 2 * count) size *= 2;
    this.mask = size - 1;
    this.table = new Int32Array(size).fill(-1);
    this.keyOf = new Int32Array(size);
    this.valueOf = new Int32Array(size);
  }

  get(key: number, value: number): number {
    if (this.start !== undefined) {
      if (value < 0) return -1;
      const at = this.start[key]! + value;
      return at < this.start[key + 1]! ? this.table[at]! : -1;
    }
    return this.table[this.slot(key, value)]!;
  }

  /** @precondition value ≤ largest[key], value ≥ 0 */
  set(key: number, value: number, access: number): void {
    if (this.start !== undefined) {
      this.table[this.start[key]! + value] = access;
      return;
    }
    const at = this.slot(key, value);
    this.table[at] = access;
    this.keyOf[at] = key;
    this.valueOf[at] = value;
  }

  private slot(key: number, value: number): number {
    let at = (Math.imul(key, 0x9e3779b1) ^ Math.imul(value, 0x85ebca6b)) & this.mask;
    at ^= at >>> 13;
    while (this.table[at] !== -1 && (this.keyOf[at] !== key || this.valueOf[at] !== value))
      at = (at + 1) & this.mask;
    return at;
  }
}
