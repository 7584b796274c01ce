import type { Spent } from './spent.ts';

/**
 * Configurations (state, spent, mask) of a frontier, antichained: of two with equal state and mask, one that spent no
 * more of any unknown operation makes the other superfluous.
 *
 * A configuration is `2 + words` ints of `cells`, at `index * stride`. Indices are stable; `alive` tells which count.
 */
export class ConfigSet {
  readonly words: number;
  readonly stride: number;
  cells: Int32Array;
  alive = new Uint8Array(64);
  size = 0;
  living = 0;
  private link = new Int32Array(64);
  /** By index: its bucket. Cells may be edited after they went in. */
  private bucket = new Int32Array(64);
  private heads = new Int32Array(256).fill(-1);
  private readonly spent: Spent;

  constructor(words: number, spent: Spent) {
    this.words = words;
    this.stride = 2 + words;
    this.spent = spent;
    this.cells = new Int32Array(64 * this.stride);
  }

  get bytes(): number {
    return 4 * (this.cells.length + this.link.length + this.heads.length) + this.alive.length;
  }

  clear(): void {
    if (this.size * 4 > this.heads.length) this.heads.fill(-1);
    else for (let i = 0; i < this.size; i++) this.heads[this.bucket[i]] = -1;
    this.size = 0;
    this.living = 0;
  }

  /** Adds the configuration that begins at `at` in `from`; its index, or −1 if it is superfluous. */
  insert(from: Int32Array, at: number): number {
    const { stride, spent } = this;
    const bucket = this.hash(from, at);
    for (let i = this.heads[bucket]; i >= 0; i = this.link[i]) {
      if (this.alive[i] === 0 || !this.same(i * stride, from, at)) continue;
      if (spent.within(this.cells[i * stride + 1], from[at + 1])) return -1;
      if (spent.within(from[at + 1], this.cells[i * stride + 1])) {
        this.alive[i] = 0;
        this.living--;
      }
    }
    const index = this.size++;
    if (index === this.alive.length) this.grow();
    for (let w = 0; w < stride; w++) this.cells[index * stride + w] = from[at + w];
    this.alive[index] = 1;
    this.living++;
    if (this.size * 2 > this.heads.length) this.rehash();
    else {
      this.bucket[index] = bucket;
      this.link[index] = this.heads[bucket];
      this.heads[bucket] = index;
    }
    return index;
  }

  private same(mine: number, from: Int32Array, at: number): boolean {
    const { cells, stride } = this;
    if (cells[mine] !== from[at]) return false;
    for (let w = 2; w < stride; w++) if (cells[mine + w] !== from[at + w]) return false;
    return true;
  }

  private hash(from: Int32Array, at: number): number {
    let h = Math.imul(from[at] + 0x7f4a7c15, 0x9e3779b1);
    for (let w = 2; w < this.stride; w++) {
      h = Math.imul(h ^ from[at + w], 0x85ebca6b);
      h ^= h >>> 15;
    }
    return (h ^ (h >>> 13)) & (this.heads.length - 1);
  }

  private grow(): void {
    const n = this.alive.length * 2;
    const cells = new Int32Array(n * this.stride);
    cells.set(this.cells);
    this.cells = cells;
    const alive = new Uint8Array(n);
    alive.set(this.alive);
    this.alive = alive;
    const link = new Int32Array(n);
    link.set(this.link);
    this.link = link;
    const bucket = new Int32Array(n);
    bucket.set(this.bucket);
    this.bucket = bucket;
  }

  private rehash(): void {
    this.heads = new Int32Array(this.heads.length * 4).fill(-1);
    for (let i = 0; i < this.size; i++) {
      const bucket = this.hash(this.cells, i * this.stride);
      this.bucket[i] = bucket;
      this.link[i] = this.heads[bucket];
      this.heads[bucket] = i;
    }
  }
}
