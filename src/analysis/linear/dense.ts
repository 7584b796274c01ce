const FIRST_INTERNED = 1 << 30;

/**
 * Numbers ids densely, from 0, in order of first appearance.
 *
 * Value ids are nearly always small integers or interned ones counted from 2^30, so both ranges get a direct table;
 * only what falls outside pays for a hash.
 */
export class Dense {
  size = 0;
  private readonly limit: number;
  private small: Int32Array;
  private interned = new Int32Array(0);
  private readonly rest = new Map<number, number>();
  private ids: Int32Array;

  /** @param expected how many ids to expect: direct tables grow to a small multiple of it, no further. */
  constructor(expected: number) {
    this.limit = 4 * expected + 1024;
    const size = Math.min(256, expected + 2);
    this.small = new Int32Array(size).fill(-1);
    this.ids = new Int32Array(size);
  }

  /** The number of an id, given now if it has none. */
  of(id: number): number {
    const known = this.find(id);
    if (known >= 0) return known;
    const number = this.size++;
    if (number === this.ids.length) this.ids = grown(this.ids, number * 2, 0);
    this.ids[number] = id;
    // Ids from −1: nil is one of them.
    const at = id + 1;
    const from = id - FIRST_INTERNED;
    if (at >= 0 && at < this.limit) {
      if (at >= this.small.length) this.small = grown(this.small, Math.min(this.limit, 2 * at + 2), -1);
      this.small[at] = number;
    } else if (from >= 0 && from < this.limit) {
      if (from >= this.interned.length)
        this.interned = grown(this.interned, Math.min(this.limit, 2 * from + 256), -1);
      this.interned[from] = number;
    } else this.rest.set(id, number);
    return number;
  }

  /** The number of an id, or −1. */
  find(id: number): number {
    const at = id + 1;
    if (at >= 0 && at < this.limit) return at < this.small.length ? this.small[at] : -1;
    const from = id - FIRST_INTERNED;
    if (from >= 0 && from < this.limit) return from < this.interned.length ? this.interned[from] : -1;
    return this.rest.get(id) ?? -1;
  }

  id(number: number): number {
    return this.ids[number];
  }
}

function grown(table: Int32Array, length: number, fill: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(length).fill(fill, table.length);
  next.set(table);
  return next;
}
