/**
 * Configurations in one flat table, addressed by where they begin. Freed ones are used again; the table doubles when
 * it is full, so addresses stay and views of `mem` must be taken anew after `make`.
 */
export class Pool {
  mem: Int32Array;
  stride: number;
  private used = 0;
  private free: number[] = [];

  constructor(stride: number) {
    this.stride = stride;
    this.mem = new Int32Array(stride * 64);
  }

  get bytes(): number {
    return this.mem.length * 4;
  }

  make(): number {
    const at = this.free.pop();
    if (at !== undefined) return at;
    const next = this.used;
    this.used += this.stride;
    if (this.used > this.mem.length) {
      const bigger = new Int32Array(this.mem.length * 2);
      bigger.set(this.mem);
      this.mem = bigger;
    }
    return next;
  }

  copy(from: number): number {
    const to = this.make();
    this.mem.copyWithin(to, from, from + this.stride);
    return to;
  }

  drop(at: number): void {
    this.free.push(at);
  }

  /** Moves the given configurations into a table of another stride; `move` fills each. Their new addresses. */
  relayout(
    live: readonly number[],
    stride: number,
    move: (from: Int32Array, at: number, to: Int32Array, newAt: number) => void,
  ): number[] {
    const old = this.mem;
    const next = new Int32Array(Math.max(64, live.length * 2) * stride);
    const moved = live.map((at, i) => {
      move(old, at, next, i * stride);
      return i * stride;
    });
    this.mem = next;
    this.stride = stride;
    this.used = live.length * stride;
    this.free = [];
    return moved;
  }
}
