/**
 * A set of (state, set of operations done), exact: the operations are stored, not only hashed, because a false hit
 * would call a linearizable history illegal.
 *
 * Sets are bit words; what is stored is the stretch from the first word that is not full to the last that is not empty,
 * so that an entry is as long as the concurrency, not the history.
 */
export class Visited {
  private arena = new Int32Array(1 << 12);
  private used = 0;
  private count = 0;
  private table = new Int32Array(1 << 10).fill(-1);

  get bytes(): number {
    return 4 * (this.arena.length + this.table.length);
  }

  /** False if it was there already. */
  add(state: number, done: Int32Array): boolean {
    let first = 0;
    while (first < done.length && done[first] === -1) first++;
    let last = done.length;
    while (last > first && done[last - 1] === 0) last--;
    const length = 3 + last - first;
    if (this.used + length > this.arena.length) {
      const bigger = new Int32Array(this.arena.length * 2 + length);
      bigger.set(this.arena);
      this.arena = bigger;
    }
    const { arena } = this;
    const at = this.used;
    arena[at] = length;
    arena[at + 1] = state;
    arena[at + 2] = first;
    for (let w = first; w < last; w++) arena[at + 3 + w - first] = done[w];
    const mask = this.table.length - 1;
    let i = hash(arena, at, length) & mask;
    for (; this.table[i] >= 0; i = (i + 1) & mask) if (same(arena, this.table[i], at, length)) return false;
    this.table[i] = at;
    this.used += length;
    if (++this.count * 2 > this.table.length) this.grow();
    return true;
  }

  private grow(): void {
    const old = this.table;
    this.table = new Int32Array(old.length * 2).fill(-1);
    const mask = this.table.length - 1;
    for (const at of old) {
      if (at < 0) continue;
      let i = hash(this.arena, at, this.arena[at]) & mask;
      while (this.table[i] >= 0) i = (i + 1) & mask;
      this.table[i] = at;
    }
  }
}

function same(arena: Int32Array, x: number, y: number, length: number): boolean {
  for (let w = 0; w < length; w++) if (arena[x + w] !== arena[y + w]) return false;
  return true;
}

function hash(arena: Int32Array, at: number, length: number): number {
  let h = 0x811c9dc5;
  for (let w = 0; w < length; w++) {
    h = Math.imul(h ^ arena[at + w], 0x9e3779b1);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}
