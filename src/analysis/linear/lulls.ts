import { FAIL, INFO, OK } from '../../history/history.ts';
import { CAS, type Calls, MISS, READ, WRITE } from './calls.ts';

/** Calls between two lulls, at most: a stretch costs up to m · 2^m steps. */
const MOST = 6;

/**
 * Proves registers linearizable whose calls seldom overlap: where no call is under way, all before come before all after.
 *
 * Between two such lulls there are a few calls, and whichever sets of them can have happened are tried against every
 * value that the register can have had. Exact while it lasts; it gives up at the first stretch of more than `MOST` calls
 * and at the first unknown outcome of a write. Its tables are used again from one register to the next, so that a
 * history of thousands of small registers costs no more than its calls.
 */
export class Lulls {
  private readonly rows = new Int32Array(MOST);
  /** By call of the stretch: the calls that returned before it was invoked. */
  private readonly before = new Int32Array(MOST);
  /** By set of calls that have happened: which of `values` the register may hold, as bits. */
  private readonly reached = new Int32Array(1 << MOST);
  /** What the register may have held at the last lull, then what the calls of the stretch set. */
  private readonly values = new Int32Array(2 * MOST);
  private possible = 1;

  /** Whether an order is known to exist; false proves nothing. O(n) for a bounded stretch. */
  legal(calls: Calls, initial: number): boolean {
    const { n, kind, inv, ret, outcome } = calls;
    this.values[0] = initial;
    this.possible = 1;
    let size = 0;
    let until = -1;
    for (let i = 0; i < n; i++) {
      const fate = outcome[i];
      if (fate !== OK) {
        if (fate === FAIL || kind[i] === READ || kind[i] === MISS) continue;
        if (fate === INFO) return false;
      }
      if (inv[i] > until && size > 0) {
        if (!this.passes(calls, size)) return false;
        size = 0;
      }
      if (size === MOST) return false;
      this.rows[size++] = i;
      if (ret[i] > until) until = ret[i];
    }
    return size === 0 || this.passes(calls, size);
  }

  /** Moves on to the lull behind the stretch; false if no order of it exists. */
  private passes(calls: Calls, size: number): boolean {
    return size === 1 ? this.alone(calls, this.rows[0]) : this.together(calls, size);
  }

  private alone({ kind, a, b }: Calls, row: number): boolean {
    const { values } = this;
    const v = a[row];
    const k = kind[row];
    let found = -1;
    for (let p = 0; p < this.possible; p++) if (values[p] === v) found = p;
    if (k === MISS) {
      // Values are distinct, so that this drops the only one.
      if (found >= 0) values[found] = values[--this.possible];
      return this.possible > 0;
    }
    if (k !== WRITE && found < 0) return false;
    values[0] = k === CAS ? b[row] : v;
    this.possible = 1;
    return true;
  }

  private together({ kind, a, b, inv, ret }: Calls, size: number): boolean {
    const { rows, before, reached, values, possible } = this;
    for (let i = 0; i < size; i++) {
      const row = rows[i];
      values[possible + i] = kind[row] === CAS ? b[row] : a[row];
      before[i] = 0;
      for (let j = 0; j < i; j++) if (ret[rows[j]] < inv[row]) before[i] |= 1 << j;
    }
    const all = (1 << size) - 1;
    reached.fill(0, 0, all + 1);
    reached[0] = (1 << possible) - 1;
    for (let done = 0; done < all; done++) {
      const held = reached[done];
      if (held === 0) continue;
      for (let i = 0; i < size; i++) {
        if ((done & (1 << i)) !== 0 || (before[i] & ~done) !== 0) continue;
        reached[done | (1 << i)] |= this.after(
          held,
          kind[rows[i]],
          a[rows[i]],
          possible + i,
          possible + size,
        );
      }
    }
    return this.settle(reached[all], possible + size);
  }

  /** What can be held after one more call, if `held` could be before. */
  private after(held: number, kind: number, value: number, own: number, count: number): number {
    if (kind === WRITE) return 1 << own;
    const { values } = this;
    let same = 0;
    for (let v = 0; v < count; v++) if (values[v] === value) same |= 1 << v;
    if (kind === MISS) return held & ~same;
    if (kind === READ) return held & same;
    return (held & same) === 0 ? 0 : 1 << own;
  }

  /** Keeps the distinct values among those held, in front. */
  private settle(held: number, count: number): boolean {
    const { values } = this;
    let kept = 0;
    for (let v = 0; v < count; v++) {
      if ((held & (1 << v)) === 0) continue;
      let known = false;
      for (let p = 0; p < kept; p++) if (values[p] === values[v]) known = true;
      if (!known) values[kept++] = values[v];
    }
    this.possible = kept;
    return kept > 0;
  }
}
