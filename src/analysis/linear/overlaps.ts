import { FAIL, INFO, NEVER } from '../../history/history.ts';
import { CAS, type Calls, MISS, READ, WRITE } from './calls.ts';

/** Calls under way at once, at most: a return costs up to m · 2^m steps. */
const MOST = 7;
/** Values in play at once, at most: they are bits of an int. */
const MOST_VALUES = 30;

/**
 * Proves registers linearizable of which few calls overlap, in one pass over the calls.
 *
 * For every set of the calls under way that may have taken effect it keeps all values that the register may hold then; a
 * return leaves the sets that hold the call. Exact while it lasts; it gives up where more than `MOST` calls are under way
 * (one of unknown outcome is so to the end) or too many values are in play. Its tables are used again from one register
 * to the next, so that a history of thousands of small registers costs no more than its calls.
 */
export class Overlaps {
  /** By set of slots whose calls have taken effect: which of `values` the register may hold, as bits. */
  private readonly held = new Int32Array(1 << MOST);
  private readonly values = new Int32Array(MOST_VALUES);
  private count = 0;
  /** Slots in use, as bits; by slot its call's kind, return, and bits of the value seen and of the value set. */
  private active = 0;
  private readonly kind = new Uint8Array(MOST);
  private readonly ret = new Int32Array(MOST);
  private readonly seen = new Int32Array(MOST);
  private readonly own = new Int32Array(MOST);

  /** Whether an order of the calls `from` … `to` − 1 is known to exist; false proves nothing. O(to − from) where few calls overlap. */
  legal(calls: Calls, initial: number, from = 0, to = calls.n): boolean {
    const { kind, a, b, inv, ret, outcome } = calls;
    this.held.fill(0);
    this.values[0] = initial;
    this.count = 1;
    this.held[0] = 1;
    this.active = 0;
    let next = NEVER;
    for (let i = from; i < to; i++) {
      const fate = outcome[i];
      const k = kind[i];
      if (fate === FAIL || (fate === INFO && (k === READ || k === MISS))) continue;
      for (; next < inv[i]; next = this.nextReturn()) if (!this.finish(next)) return false;
      const free = ~this.active & (this.active + 1);
      const s = 31 - Math.clz32(free);
      if (s >= MOST) return false;
      const seen = this.bit(a[i]);
      const own = k === CAS ? this.bit(b[i]) : seen;
      // Numbering the second value may have numbered the first anew.
      const first = k === CAS ? this.bit(a[i]) : seen;
      if (first === 0 || own === 0) return false;
      this.active |= free;
      this.kind[s] = k;
      this.seen[s] = first;
      this.own[s] = own;
      this.ret[s] = fate === INFO ? NEVER : ret[i];
      if (this.ret[s] < next) next = this.ret[s];
    }
    for (; next !== NEVER; next = this.nextReturn()) if (!this.finish(next)) return false;
    return true;
  }

  private nextReturn(): number {
    let least = NEVER;
    for (let s = 0; s < MOST; s++)
      if ((this.active & (1 << s)) !== 0 && this.ret[s] < least) least = this.ret[s];
    return least;
  }

  /** Lets whatever can take effect do so, and keeps what has the call that returns now; false if there is nothing. */
  private finish(at: number): boolean {
    const { held, active } = this;
    let slot = 0;
    while ((active & (1 << slot)) === 0 || this.ret[slot] !== at) slot++;
    for (let done = 0; done <= active; done++) {
      const values = held[done];
      if (values === 0) continue;
      for (let rest = active & ~done; rest !== 0; rest &= rest - 1) {
        const s = 31 - Math.clz32(rest & -rest);
        const k = this.kind[s];
        const after =
          k === WRITE
            ? this.own[s]
            : k === READ
              ? values & this.seen[s]
              : k === MISS
                ? values & ~this.seen[s]
                : (values & this.seen[s]) === 0
                  ? 0
                  : this.own[s];
        held[done | (1 << s)] |= after;
      }
    }
    const bit = 1 << slot;
    let any = 0;
    for (let done = 0; done <= active; done++) {
      if ((done & bit) === 0) continue;
      held[done ^ bit] = held[done];
      any |= held[done];
      held[done] = 0;
    }
    this.active = active & ~bit;
    return any !== 0;
  }

  /** The bit of a value, 0 where there are too many. */
  private bit(value: number): number {
    const { values } = this;
    for (let v = 0; v < this.count; v++) if (values[v] === value) return 1 << v;
    if (this.count === MOST_VALUES) this.forget();
    if (this.count === MOST_VALUES) return 0;
    values[this.count] = value;
    return 1 << this.count++;
  }

  /** Takes bits away from values that the register cannot hold and no call under way mentions. */
  private forget(): void {
    const { held, values, active } = this;
    let used = 0;
    for (let done = 0; done <= active; done++) used |= held[done];
    for (let s = 0; s < MOST; s++) if ((active & (1 << s)) !== 0) used |= this.seen[s] | this.own[s];
    const to = new Int32Array(this.count);
    let kept = 0;
    for (let v = 0; v < this.count; v++) {
      if ((used & (1 << v)) === 0) continue;
      to[v] = 1 << kept;
      values[kept++] = values[v];
    }
    this.count = kept;
    const moved = (bits: number) => {
      let out = 0;
      for (; bits !== 0; bits &= bits - 1) out |= to[31 - Math.clz32(bits & -bits)];
      return out;
    };
    for (let done = 0; done <= active; done++) held[done] = moved(held[done]);
    for (let s = 0; s < MOST; s++) {
      if ((active & (1 << s)) === 0) continue;
      this.seen[s] = moved(this.seen[s]);
      this.own[s] = moved(this.own[s]);
    }
  }
}
