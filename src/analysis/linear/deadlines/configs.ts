import { NEVER } from '../../../history/history.ts';
import type { Meter } from '../meter.ts';
import { anySet, clearLowest, covers, lowest, popcount } from './masks.ts';
import { INF } from './plan.ts';
import { Pool } from './pool.ts';
import { Slots } from './slots.ts';

/**
 * Configurations of a register with reads and writes, and which of them make others superfluous.
 *
 * One is `2 + K (2 + W)` ints for K slots and masks of W words: v, F, D[slot], I[slot], A[slot][word]
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
  protected width = 1;

  constructor(values: number, meter: Meter) {
    this.meter = meter;
    // One value more than there are: "something else", where a search starts in the middle.
    this.slots = new Slots(values + 1);
    this.pool = new Pool(this.size());
    this.mem = this.pool.mem;
  }

  protected size(): number {
    return 2 + this.K * (2 + this.W);
  }

  protected blank(): number {
    const c = this.pool.make();
    this.mem = this.pool.mem;
    this.mem.fill(0, c, c + this.pool.stride);
    this.mem[c + 1] = INF;
    this.mem.fill(INF, c + 2, c + 2 + this.K);
    return c;
  }

  protected atI(c: number, s: number): number {
    return c + 2 + this.K + s;
  }

  protected atA(c: number, s: number): number {
    return c + 2 + 2 * this.K + s * this.W;
  }

  /** Room for one more slot, or for more pending writes of one value. */
  protected grow(K: number, W: number): void {
    const { K: oldK, W: oldW } = this;
    this.K = K;
    this.W = W;
    this.live = this.pool.relayout(this.live, this.size(), (from, at, to, newAt) => {
      to[newAt] = from[at];
      to[newAt + 1] = from[at + 1];
      to.fill(INF, newAt + 2, newAt + 2 + K);
      for (let s = 0; s < oldK; s++) {
        to[newAt + 2 + s] = from[at + 2 + s];
        to[newAt + 2 + K + s] = from[at + 2 + oldK + s];
        for (let w = 0; w < oldW; w++)
          to[newAt + 2 + 2 * K + s * W + w] = from[at + 2 + 2 * oldK + s * oldW + w];
      }
    });
    this.mem = this.pool.mem;
    this.meter.holds(this.pool.bytes);
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
    if (!clearLowest(this.mem, this.atA(c, s), this.W)) this.mem[this.atI(c, s)]--;
  }

  protected enter(d: number, value: number, s: number): void {
    this.mem[d] = value;
    this.mem[d + 1] = INF;
    this.mem[d + 2 + s] = INF;
  }

  /** The earliest deadline of a read not served, of any value but the one in slot `but`. */
  protected nextChange(c: number, but: number): number {
    const { mem } = this;
    let least = INF;
    for (let t = 0; t < this.slots.size; t++) if (t !== but && mem[c + 2 + t] < least) least = mem[c + 2 + t];
    return least;
  }

  /** Until when a visit can wait: the read is due, or the write that would be used returns. −1: there is no write. */
  protected goneAt(c: number, t: number): number {
    const rank = lowest(this.mem, this.atA(c, t), this.W);
    if (rank < 0) return this.mem[this.atI(c, t)] > 0 ? this.mem[c + 2 + t] : -1;
    return Math.min(this.mem[c + 2 + t], this.slots.deadlines[t][rank]);
  }

  // ---- the antichain

  protected insert(d: number): void {
    const { next } = this;
    if (!this.meter.spend(next.length + 1)) return;
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
    this.meter.holds(this.pool.bytes);
  }

  protected makesSuperfluous(x: number, y: number): boolean {
    const { mem, slots, K, W } = this;
    const vy = mem[y];
    const sy = slots.of[vy];
    const N = slots.size;
    let back = mem[x] !== vy || mem[x + 1] < mem[y + 1];
    for (let s = 0; s < N; s++) {
      if (mem[x + 2 + s] >= mem[y + 2 + s] || s === sy) continue;
      if (!this.has(x, s)) return false;
      back = true;
    }
    if (back && (sy < 0 || !this.has(x, sy))) return false;
    for (let s = 0; s < N; s++) {
      const used = s === sy ? back : mem[x + 2 + s] < mem[y + 2 + s];
      const surplus = mem[x + 2 + K + s] - mem[y + 2 + K + s];
      const ax = x + 2 + 2 * K + s * W;
      const ay = y + 2 + 2 * K + s * W;
      if (!used && W === 1 && surplus >= 0 && (mem[ay] & ~mem[ax]) === 0) continue;
      if (!covers(mem, ax, mem, ay, W, surplus, used)) return false;
    }
    return true;
  }

  /** Keeps the configurations with the most supply and the least that is urgent. */
  protected prune(beam: number, at: number): void {
    this.dropped = true;
    const scored = this.live.map((c) => ({ c, score: this.promise(c, at) }));
    scored.sort((p, q) => q.score - p.score || p.c - q.c);
    for (let i = beam; i < scored.length; i++) this.pool.drop(scored[i].c);
    this.live = scored.slice(0, beam).map((entry) => entry.c);
  }

  protected promise(c: number, at: number): number {
    const { mem, W } = this;
    let score = mem[c + 1] === INF ? 2 : 0;
    for (let s = 0; s < this.slots.size; s++) {
      let units = Math.min(4, mem[this.atI(c, s)]);
      for (let w = 0; w < W; w++) units += popcount(mem[this.atA(c, s) + w]);
      score += 4 * Math.min(units, 4) + units;
      const due = mem[c + 2 + s];
      if (due !== NEVER) score -= (units === 0 ? 12 : 3) + (due - at < 64 ? 2 : 0);
    }
    return score;
  }
}
