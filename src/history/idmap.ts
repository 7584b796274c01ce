const DENSE_LIMIT = 1 << 24;
const FIRST_INTERNED = 1 << 30;

/**
 * A map from value ids or process numbers to small numbers, 0 where nothing was set.
 *
 * Histories use nearly consecutive ids from 0 up, and interned ones from 2^30 up: both ends are plain tables. Only ids
 * that are too sparse for a table go to a hash map.
 */
export class IdMap {
  /** Small, so that it soon grows: code that V8 compiled while it never had is thrown away when it does. */
  private low = new Int32Array(8);
  private high = new Int32Array(0);
  private readonly rest = new Map<number, number>();

  get(id: number): number {
    if (id >= 0 && id < this.low.length) return this.low[id]!;
    const interned = id - FIRST_INTERNED;
    if (interned >= 0 && interned < this.high.length) return this.high[interned]!;
    return this.rest.size === 0 ? 0 : (this.rest.get(id) ?? 0);
  }

  set(id: number, value: number): void {
    if (id >= 0 && id < this.low.length) {
      this.low[id] = value;
    } else if (id >= 0 && id < DENSE_LIMIT && id < 8 * this.low.length) {
      this.low = grown(this.low, id);
      this.moveIn(this.low, 0);
      this.low[id] = value;
    } else if (id >= FIRST_INTERNED && id - FIRST_INTERNED < 8 * (this.high.length + 32)) {
      const interned = id - FIRST_INTERNED;
      if (interned >= this.high.length) {
        this.high = grown(this.high, interned);
        this.moveIn(this.high, FIRST_INTERNED);
      }
      this.high[interned] = value;
    } else this.rest.set(id, value);
  }

  /** Ids that were sparse when they came may be inside the table once it has grown: `get` looks there first. */
  private moveIn(table: Int32Array, base: number): void {
    if (this.rest.size === 0) return;
    for (const [id, value] of this.rest)
      if (id >= base && id - base < table.length) {
        table[id - base] = value;
        this.rest.delete(id);
      }
  }
}

function grown(table: Int32Array, id: number): Int32Array<ArrayBuffer> {
  let size = Math.max(32, 4 * table.length);
  while (size <= id) size *= 2;
  const larger = new Int32Array(size);
  larger.set(table);
  return larger;
}
