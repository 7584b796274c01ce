import { grownBytes, grownInts } from '../growable.ts';

/**
 * A number for each distinct token, found by its bytes: no string is made for a token that was met before. `decode` gives the number of
 * a new token.
 */
export class Tokens {
  private readonly decode: (from: number, to: number) => number;
  private pool: Uint8Array = new Uint8Array(4096);
  private used = 0;
  private count = 0;
  private start = new Int32Array(256);
  private end = new Int32Array(256);
  private numbers = new Int32Array(256);
  private hashes = new Int32Array(256);
  /** Open addressing; entry + 1, 0 for none. At most half full. */
  private table = new Int32Array(512);

  constructor(decode: (from: number, to: number) => number) {
    this.decode = decode;
  }

  get(bytes: Uint8Array, from: number, to: number): number {
    let hash = to - from;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.table.length - 1;
    let slot = hash & mask;
    for (let entry = this.table[slot]!; entry !== 0; entry = this.table[slot]!) {
      if (this.hashes[entry - 1] === hash && this.equals(entry - 1, bytes, from, to))
        return this.numbers[entry - 1]!;
      slot = (slot + 1) & mask;
    }
    return this.add(hash, bytes, from, to);
  }

  private equals(entry: number, bytes: Uint8Array, from: number, to: number): boolean {
    let p = this.start[entry]!;
    if (this.end[entry]! - p !== to - from) return false;
    const { pool } = this;
    for (let i = from; i < to; i++) if (pool[p++] !== bytes[i]) return false;
    return true;
  }

  private add(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const number = this.decode(from, to);
    const entry = this.count++;
    if (entry === this.start.length) {
      this.start = grownInts(this.start, entry + 1);
      this.end = grownInts(this.end, entry + 1);
      this.numbers = grownInts(this.numbers, entry + 1);
      this.hashes = grownInts(this.hashes, entry + 1);
      this.rehash();
    }
    if (this.used + to - from > this.pool.length) this.pool = grownBytes(this.pool, this.used + to - from);
    this.pool.set(bytes.subarray(from, to), this.used);
    this.start[entry] = this.used;
    this.used += to - from;
    this.end[entry] = this.used;
    this.numbers[entry] = number;
    this.hashes[entry] = hash;
    this.insert(entry);
    return number;
  }

  private rehash(): void {
    let size = 512;
    while (size < 4 * this.count) size *= 2;
    this.table = new Int32Array(size);
    for (let entry = 0; entry < this.count - 1; entry++) this.insert(entry);
  }

  private insert(entry: number): void {
    const mask = this.table.length - 1;
    let slot = this.hashes[entry]! & mask;
    while (this.table[slot] !== 0) slot = (slot + 1) & mask;
    this.table[slot] = entry + 1;
  }
}
