/** A hash table from pairs of non-negative ints to ints: open addressing, flat, no objects. */
export class PairTable {
  private mask = 1023;
  private used = 0;
  /** x + 1 (0 is free), y, value. */
  private cells = new Int32Array(3 * 1024);

  get bytes(): number {
    return this.cells.length * 4;
  }

  get(x: number, y: number): number | undefined {
    const { cells, mask } = this;
    for (let i = slot(x, y) & mask; ; i = (i + 1) & mask) {
      const at = 3 * i;
      if (cells[at] === 0) return undefined;
      if (cells[at] === x + 1 && cells[at + 1] === y) return cells[at + 2];
    }
  }

  /** The pair must be absent. */
  set(x: number, y: number, value: number): void {
    if (++this.used * 2 > this.mask) this.grow();
    this.put(x, y, value);
  }

  private put(x: number, y: number, value: number): void {
    const { cells, mask } = this;
    let i = slot(x, y) & mask;
    while (cells[3 * i] !== 0) i = (i + 1) & mask;
    cells[3 * i] = x + 1;
    cells[3 * i + 1] = y;
    cells[3 * i + 2] = value;
  }

  private grow(): void {
    const old = this.cells;
    this.mask = this.mask * 2 + 1;
    this.cells = new Int32Array(3 * (this.mask + 1));
    for (let at = 0; at < old.length; at += 3)
      if (old[at] !== 0) this.put(old[at] - 1, old[at + 1], old[at + 2]);
  }
}

function slot(x: number, y: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y + 0x7f4a7c15, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 13)) >>> 0;
}
