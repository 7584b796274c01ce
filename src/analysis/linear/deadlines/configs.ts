import { NEVER } from '../../../history/history.ts';
import type { Meter } from '../meter.ts';
import { anySet, clearLowest, covers, lowest, popcount } from './masks.ts';
import { INF } from './plan.ts';
import { Pool } from './pool.ts';
import { Slots } from './slots.ts';

/** Ints before D. */
export const HEAD = 3;

/** The configurations of one moment, and their layout. */
export interface SavedConfigs {
  readonly configs: Int32Array;
  readonly count: number;
  readonly K: number;
  readonly W: number;
  readonly dropped: boolean;
}

/**
 * Configurations of a register with reads and writes, and which of them make others superfluous.
 *
 * One is `3 + K (2 + W)` ints for K slots and masks of W words: v, F, U, D[slot], I[slot], A[slot][word]. U counts
 * units of supply, less what all configurations have gained alike: only differences matter.
 *
 * (see `RegisterDeadlines` for what they mean).
 */
export class RegisterConfigs {
  protected readonly meter: Meter;
  protected readonly slots: Slots;
  protected K = 8;
  protected W = 1;
  protected pool: Pool;
  protected mem: Int32Array;
  protected live: number[] = [];
  protected next: number[] = [];
  protected lastWinner = -1;
  protected dropped = false;
  /** How many configurations are kept. */
  beam = INF;
  /** The position of the return being worked on. */
  protected now = 0;
  protected width = 1;

  constructor(values: number, meter: Meter) {
    this.meter = meter;
    // One value more than there are: "something else", where a search starts in the middle.
    this.slots = new Slots(values + 1);
    this.pool = new Pool(this.size());
    this.mem = this.pool.mem;
  }

  protected size(): number {
    return HEAD + this.K * (2 + this.W);
  }

  protected blank(): number {
    const c = this.pool.make();
    this.mem = this.pool.mem;
    this.mem.fill(0, c, c + this.pool.stride);
    this.mem[c + 1] = INF;
    this.mem.fill(INF, c + HEAD, c + HEAD + this.K);
    return c;
  }

  protected atI(c: number, s: number): number {
    return c + HEAD + this.K + s;
  }

  protected atA(c: number, s: number): number {
    return c + HEAD + 2 * this.K + s * this.W;
  }

  /** Room for one more slot, or for more pending writes of one value. */
  protected grow(K: number, W: number): void {
    const { K: oldK, W: oldW } = this;
    this.K = K;
    this.W = W;
    this.live = this.pool.relayout(this.live, this.size(), (from, at, to, newAt) =>
      this.widen(from, at, oldK, oldW, to, newAt),
    );
    this.mem = this.pool.mem;
    this.meter.holds(this.pool.bytes);
  }

  /** A configuration of the old layout in the present one. */
  private widen(
    from: Int32Array,
    at: number,
    oldK: number,
    oldW: number,
    to: Int32Array,
    newAt: number,
  ): void {
    const { K, W } = this;
    to.fill(0, newAt, newAt + this.size());
    to[newAt] = from[at];
    to[newAt + 1] = from[at + 1];
    to[newAt + 2] = from[at + 2];
    to.fill(INF, newAt + HEAD, newAt + HEAD + K);
    for (let s = 0; s < oldK; s++) {
      to[newAt + HEAD + s] = from[at + HEAD + s];
      to[newAt + HEAD + K + s] = from[at + HEAD + oldK + s];
      for (let w = 0; w < oldW; w++)
        to[newAt + HEAD + 2 * K + s * W + w] = from[at + HEAD + 2 * oldK + s * oldW + w];
    }
  }

  protected saveConfigs(): SavedConfigs {
    const { stride } = this.pool;
    const configs = new Int32Array(this.live.length * stride);
    this.live.forEach((c, i) => {
      configs.set(this.mem.subarray(c, c + stride), i * stride);
    });
    return { configs, count: this.live.length, K: this.K, W: this.W, dropped: this.dropped };
  }

  protected restoreConfigs({ configs, count, K, W, dropped }: SavedConfigs): void {
    for (const c of this.live) this.pool.drop(c);
    this.live = [];
    this.next.length = 0;
    const stride = count === 0 ? 0 : configs.length / count;
    for (let i = 0; i < count; i++) {
      const c = this.pool.make();
      this.mem = this.pool.mem;
      this.widen(configs, i * stride, K, W, this.mem, c);
      this.live.push(c);
    }
    this.dropped = dropped;
    this.lastWinner = -1;
  }

  protected copy(c: number): number {
    const d = this.pool.copy(c);
    this.mem = this.pool.mem;
    return d;
  }

  protected has(c: number, s: number): boolean {
    return this.mem[this.atI(c, s)] > 0 || anySet(this.mem, this.atA(c, s), this.W);
  }

  /** Uses the unit of a value that expires first. */
  protected spend(c: number, s: number): void {
    this.mem[c + 2]--;
    if (!clearLowest(this.mem, this.atA(c, s), this.W)) this.mem[this.atI(c, s)]--;
  }

  /** The write of earliest deadline is not needed as an effect: it hides behind another. */
  protected hide(c: number, s: number): void {
    this.mem[c + 2]--;
    this.mem[this.atA(c, s)] &= ~1;
  }

  protected enter(d: number, value: number, s: number): void {
    this.mem[d] = value;
    this.mem[d + 1] = INF;
    this.mem[d + HEAD + s] = INF;
  }

  /** The earliest deadline of a read not served, of any value but the one in slot `but`. */
  protected nextChange(c: number, but: number): number {
    const { mem } = this;
    let least = INF;
    for (let t = 0; t < this.slots.size; t++)
      if (t !== but && mem[c + HEAD + t] < least) least = mem[c + HEAD + t];
    return least;
  }

  /** Until when a visit can wait: the read is due, or the write that would be used returns. −1: there is no write. */
  protected goneAt(c: number, t: number): number {
    const rank = lowest(this.mem, this.atA(c, t), this.W);
    if (rank < 0) return this.mem[this.atI(c, t)] > 0 ? this.mem[c + HEAD + t] : -1;
    return Math.min(this.mem[c + HEAD + t], this.slots.deadlines[t][rank]);
  }

  // ---- the antichain

  protected insert(d: number): void {
    const { next } = this;
    // A step is a slot or so compared; 200 million are about two seconds.
    if (!this.meter.spend((next.length + 1) * (4 + ((11 * this.slots.size) >> 4)))) return;
    if (this.lastWinner >= 0 && this.makesSuperfluous(this.lastWinner, d)) {
      this.pool.drop(d);
      return;
    }
    for (let i = 0; i < next.length; i++) {
      if (this.makesSuperfluous(next[i], d)) {
        this.lastWinner = next[i];
        this.pool.drop(d);
        return;
      }
    }
    let kept = 0;
    for (let i = 0; i < next.length; i++) {
      if (this.makesSuperfluous(d, next[i])) {
        if (next[i] === this.lastWinner) this.lastWinner = -1;
        this.pool.drop(next[i]);
      } else next[kept++] = next[i];
    }
    next.length = kept;
    next.push(d);
    if (next.length > 4 * this.beam) this.next = this.best(next, 2 * this.beam);
    this.meter.holds(this.pool.bytes);
  }

  /** Whether whatever can follow y can follow x too, after x has moved at once to where y is. */
  protected makesSuperfluous(x: number, y: number): boolean {
    const { mem, slots, K, W } = this;
    // Every unit that y has, x must have, besides those it needs to move: a cheap look first.
    if (mem[x + 2] < mem[y + 2]) return false;
    const vy = mem[y];
    const sy = slots.of[vy];
    const N = slots.size;
    let back = mem[x] !== vy || mem[x + 1] < mem[y + 1];
    for (let s = 0; s < N; s++) {
      if (s === sy) continue;
      const used = mem[x + HEAD + s] < mem[y + HEAD + s];
      if (used) back = true;
      if (!this.suffices(x, y, s, K, W, used)) return false;
    }
    if (sy < 0) return !back;
    return this.suffices(x, y, sy, K, W, back);
  }

  /** Whether x has as late a supply of one value as y, and one unit more where it must use one. */
  private suffices(x: number, y: number, s: number, K: number, W: number, used: boolean): boolean {
    const { mem } = this;
    const surplus = mem[x + HEAD + K + s] - mem[y + HEAD + K + s];
    const ax = x + HEAD + 2 * K + s * W;
    const ay = y + HEAD + 2 * K + s * W;
    if (W > 1) return covers(mem, ax, mem, ay, W, surplus, used);
    let mine = mem[ax];
    let running = surplus;
    if (used) {
      if (mine === 0) running--;
      else mine &= mine - 1;
    }
    if (running < 0) return false;
    let differing = mine ^ mem[ay];
    if ((differing & ~mine) === 0) return true;
    while (differing !== 0) {
      const one = 1 << (31 - Math.clz32(differing));
      if ((mine & one) !== 0) running++;
      else if (--running < 0) return false;
      differing ^= one;
    }
    return true;
  }

  /** The configurations with the most supply and the least that is urgent. */
  protected best(configs: number[], most: number): number[] {
    this.dropped = true;
    this.lastWinner = -1;
    const scored = configs.map((c) => ({ c, score: this.promise(c) }));
    scored.sort((p, q) => q.score - p.score || p.c - q.c);
    for (let i = most; i < scored.length; i++) this.pool.drop(scored[i].c);
    return scored.slice(0, most).map((entry) => entry.c);
  }

  protected promise(c: number): number {
    const { mem, W } = this;
    let score = mem[c + 1] === INF ? 2 : 0;
    for (let s = 0; s < this.slots.size; s++) {
      let units = Math.min(4, mem[this.atI(c, s)]);
      for (let w = 0; w < W; w++) units += popcount(mem[this.atA(c, s) + w]);
      score += 4 * Math.min(units, 4) + units;
      const due = mem[c + HEAD + s];
      if (due !== NEVER) score -= (units === 0 ? 12 : 3) + (due - this.now < 64 ? 2 : 0);
    }
    return score;
  }
}
