/**
 * How many operations of unknown outcome a configuration has used, of each type, as an interned vector: two are
 * compared for every configuration met, and there are few different ones.
 */
export class Spent {
  /** By id: types in ascending order, each with its count. Id 0 is "none". */
  private readonly vectors: Int32Array[] = [new Int32Array(0)];
  private readonly totals: number[] = [0];
  private readonly ids = new Map<string, number>([['', 0]]);
  private readonly after = new Map<number, Map<number, number>>();

  total(id: number): number {
    return this.totals[id];
  }

  count(id: number, type: number): number {
    const vector = this.vectors[id];
    for (let i = 0; i < vector.length; i += 2) if (vector[i] === type) return vector[i + 1];
    return 0;
  }

  /** The vector with one more of a type. */
  plus(id: number, type: number): number {
    let row = this.after.get(id);
    if (row === undefined) {
      row = new Map();
      this.after.set(id, row);
    }
    const known = row.get(type);
    if (known !== undefined) return known;
    const counts = new Map<number, number>();
    const vector = this.vectors[id];
    for (let i = 0; i < vector.length; i += 2) counts.set(vector[i], vector[i + 1]);
    counts.set(type, (counts.get(type) ?? 0) + 1);
    const flat = Int32Array.from([...counts].sort((p, q) => p[0] - q[0]).flat());
    const key = flat.join(',');
    let next = this.ids.get(key);
    if (next === undefined) {
      next = this.vectors.length;
      this.vectors.push(flat);
      this.totals.push(this.totals[id] + 1);
      this.ids.set(key, next);
    }
    row.set(type, next);
    return next;
  }

  /** Whether x used no more than y of any type. */
  within(x: number, y: number): boolean {
    if (x === y || x === 0) return true;
    if (this.totals[x] > this.totals[y]) return false;
    const mine = this.vectors[x];
    const theirs = this.vectors[y];
    let j = 0;
    for (let i = 0; i < mine.length; i += 2) {
      while (j < theirs.length && theirs[j] < mine[i]) j += 2;
      if (j >= theirs.length || theirs[j] !== mine[i] || theirs[j + 1] < mine[i + 1]) return false;
    }
    return true;
  }
}
