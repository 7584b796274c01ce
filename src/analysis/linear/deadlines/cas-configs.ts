import { INFO } from '../../../history/history.ts';
import { CAS, WRITE } from '../calls.ts';
import type { Meter } from '../meter.ts';
import { clearLowest, popcount } from './masks.ts';
import { INF, type Plan } from './plan.ts';
import { Pool } from './pool.ts';

/** What an unused call of unknown outcome counts for a thrifty beam. */
const THRIFT = 3;
/** More values than this, and configurations get too long for the engine to be the right one. */
export const MOST_VALUES = 96;

/**
 * Configurations of a register with compare-and-set. All values have a place, the last one being "something else".
 *
 * Ints: v, N (the least return of pending misses that need the value to change), U (minus the units of supply used), S
 * (minus the compare-and-sets of unknown outcome used); then by value F, D, I, masks A (as in `RegisterDeadlines`, but F
 * by value, since a compare-and-set hides only writes of the value it sets); C, ranks of pending ok compare-and-sets not
 * done; T, unused compare-and-sets of unknown outcome by type. U and S follow from the rest: a comparison looks there first.
 */
export class CasConfigs {
  readonly K: number;
  readonly W: number;
  readonly casWords: number;
  readonly oF = 4;
  readonly oD: number;
  readonly oI: number;
  readonly oA: number;
  readonly oC: number;
  readonly oT: number;
  /** By type: the value expected, and the one set. */
  readonly typeFrom: number[] = [];
  readonly typeTo: number[] = [];
  readonly pool: Pool;
  /**
   * Let a beam keep what spent least of what never expires, however much there is: what that is needed for may be far
   * ahead. Where unknown outcomes are many it keeps what is of no use.
   */
  thrifty = false;
  /** Pending ok compare-and-sets in order of return: rows. */
  readonly cas: number[] = [];
  protected readonly plan: Plan;
  protected readonly meter: Meter;
  private readonly types = new Map<number, number>();
  private readonly need: Int32Array;

  constructor(plan: Plan, meter: Meter, from: number) {
    this.plan = plan;
    this.meter = meter;
    this.K = plan.values.size + 1;
    const widest = this.measure(from);
    this.W = (widest.writes + 31) >>> 5 || 1;
    this.casWords = (widest.cas + 31) >>> 5 || 1;
    this.oD = this.oF + this.K;
    this.oI = this.oD + this.K;
    this.oA = this.oI + this.K;
    this.oC = this.oA + this.K * this.W;
    this.oT = this.oC + this.casWords;
    this.need = new Int32Array(this.K);
    this.pool = new Pool(this.oT + this.typeFrom.length);
  }

  type(row: number): number {
    return this.types.get(this.plan.value[row] * this.K + this.plan.to[row]) ?? -1;
  }

  /** How many writes of one value, and how many compare-and-sets, are ever pending together; types of unknown ones. */
  private measure(from: number): { writes: number; cas: number } {
    const { calls, events, value, to } = this.plan;
    const pending = new Int32Array(this.K);
    let writes = 0;
    let cas = 0;
    let casNow = 0;
    const open = new Set<number>();
    const name = (row: number) => {
      const key = value[row] * this.K + to[row];
      if (this.types.has(key)) return;
      this.types.set(key, this.typeFrom.length);
      this.typeFrom.push(value[row]);
      this.typeTo.push(to[row]);
    };
    for (let e = 0; e < events.length; e++) {
      // Where a search starts in the middle, what is pending there is as good as unknown.
      if (e === from) for (const row of open) name(row);
      const event = events[e];
      const row = event >= 0 ? event : ~event;
      const kind = calls.kind[row];
      if (event >= 0 && calls.outcome[row] === INFO) {
        if (kind === CAS) name(row);
      } else if (kind === CAS) {
        casNow += event >= 0 ? 1 : -1;
        if (casNow > cas) cas = casNow;
        if (event >= 0) open.add(row);
        else open.delete(row);
      } else if (kind === WRITE) {
        const now = (pending[value[row]] += event >= 0 ? 1 : -1);
        if (now > writes) writes = now;
      }
    }
    return { writes, cas };
  }

  blank(): number {
    const c = this.pool.make();
    const { mem } = this.pool;
    mem.fill(0, c, c + this.pool.stride);
    mem.fill(INF, c + this.oF, c + this.oI);
    mem[c + 1] = INF;
    return c;
  }

  has(c: number, value: number): boolean {
    const { mem } = this.pool;
    if (mem[c + this.oI + value] > 0) return true;
    const at = c + this.oA + value * this.W;
    for (let w = 0; w < this.W; w++) if (mem[at + w] !== 0) return true;
    return false;
  }

  spend(c: number, value: number): void {
    const { mem } = this.pool;
    mem[c + 2]--;
    if (!clearLowest(mem, c + this.oA + value * this.W, this.W)) mem[c + this.oI + value]--;
  }

  /** The write of a value that returns first hides behind another. */
  hide(c: number, value: number): void {
    const { mem } = this.pool;
    mem[c + 2]--;
    mem[c + this.oA + value * this.W] &= ~1;
  }

  /** A write takes effect: it hides every pending write. */
  set(c: number, value: number): void {
    const { mem } = this.pool;
    mem.fill(INF, c + this.oF, c + this.oF + this.K);
    if (mem[c] !== value) mem[c + 1] = INF;
    mem[c] = value;
    mem[c + this.oD + value] = INF;
  }

  /** A compare-and-set takes effect: it hides only writes of the same value. */
  swap(c: number, value: number): void {
    const { mem } = this.pool;
    if (mem[c] !== value) mem[c + 1] = INF;
    mem[c] = value;
    mem[c + this.oF + value] = INF;
    mem[c + this.oD + value] = INF;
  }

  /** Whether y is no better than x anywhere, without either moving: equal value and compare-and-sets. */
  noWorse(x: number, y: number): boolean {
    const { mem } = this.pool;
    if (mem[x] !== mem[y] || mem[x + 2] < mem[y + 2] || mem[x + 3] < mem[y + 3]) return false;
    for (let i = this.oC; i < this.oT; i++) if (mem[x + i] !== mem[y + i]) return false;
    if (mem[x + 1] < mem[y + 1]) return false;
    for (let i = this.oF; i < this.oI; i++) if (mem[x + i] < mem[y + i]) return false;
    for (let i = this.oT; i < this.pool.stride; i++) if (mem[x + i] < mem[y + i]) return false;
    for (let v = 0; v < this.K; v++) if (!this.suffices(x, y, v, 0)) return false;
    return true;
  }

  /** Whether whatever can follow y can follow x, after x has moved to where y is. */
  makesSuperfluous(x: number, y: number): boolean {
    const { mem } = this.pool;
    const { K, need } = this;
    if (mem[x + 2] < mem[y + 2] || mem[x + 3] < mem[y + 3]) return false;
    for (let i = this.oC; i < this.oT; i++) if ((mem[y + i] & ~mem[x + i]) !== 0) return false;
    if (mem[x + 3] !== 0 || mem[y + 3] !== 0)
      for (let i = this.oT; i < this.pool.stride; i++) if (mem[x + i] < mem[y + i]) return false;
    const vy = mem[y];
    let moves = mem[x] !== vy;
    let changes = moves;
    need.fill(0);
    for (let w = 0; w < this.casWords; w++) {
      const mine = mem[x + this.oC + w];
      const theirs = mem[y + this.oC + w];
      // What y has done and x has not, x does now: it goes to the value expected for each.
      for (let extra = mine & ~theirs; extra !== 0; extra &= extra - 1) {
        const row = this.cas[32 * w + 31 - Math.clz32(extra & -extra)];
        need[this.plan.value[row]]++;
        moves = true;
        if (this.plan.value[row] !== vy || this.plan.to[row] !== vy) changes = true;
      }
    }
    for (let v = 0; v < K; v++)
      if (v !== vy && mem[x + this.oD + v] < mem[y + this.oD + v] && need[v] === 0) {
        need[v] = 1;
        moves = changes = true;
      }
    if (!changes && mem[x + 1] < mem[y + 1]) return false;
    if (!moves)
      for (let v = 0; v < K && !moves; v++) if (mem[x + this.oF + v] < mem[y + this.oF + v]) moves = true;
    if (moves) need[vy]++;
    for (let v = 0; v < K; v++) if (!this.suffices(x, y, v, need[v])) return false;
    return true;
  }

  private suffices(x: number, y: number, value: number, units: number): boolean {
    const { mem } = this.pool;
    const { W } = this;
    let running = mem[x + this.oI + value] - mem[y + this.oI + value];
    const ax = x + this.oA + value * W;
    const ay = y + this.oA + value * W;
    if (units === 0 && running >= 0) {
      let equal = true;
      for (let w = 0; w < W && equal; w++) equal = mem[ax + w] === mem[ay + w];
      if (equal) return true;
    }
    let held = 0;
    if (units > 0) {
      for (let w = 0; w < W; w++) held += popcount(mem[ax + w]);
      if (held < units) running -= units - held;
    }
    if (running < 0) return false;
    // Units go lowest rank first: of x's bits, the lowest `units` do not count.
    let counting = held - units;
    for (let w = W - 1; w >= 0; w--) {
      let bits = mem[ax + w] | mem[ay + w];
      while (bits !== 0) {
        const one = 1 << (31 - Math.clz32(bits));
        if ((mem[ax + w] & one) !== 0 && (units === 0 || counting > 0)) {
          running++;
          counting--;
        }
        if ((mem[ay + w] & one) !== 0) running--;
        if (running < 0) return false;
        bits ^= one;
      }
    }
    return true;
  }

  /** Supply less urgency: what a beam keeps. */
  promise(c: number, now: number): number {
    const { mem } = this.pool;
    let score = 0;
    for (let v = 0; v < this.K; v++) {
      const endless = mem[c + this.oI + v];
      let units = Math.min(4, endless);
      if (this.thrifty) score += THRIFT * endless;
      for (let w = 0; w < this.W; w++) units += popcount(mem[c + this.oA + v * this.W + w]);
      score += 4 * Math.min(units, 4) + units;
      const due = mem[c + this.oD + v];
      if (due < INF) score -= (units === 0 ? 12 : 3) + (due - now < 64 ? 2 : 0);
      if (mem[c + this.oF + v] < INF) score -= 1;
    }
    for (let w = 0; w < this.casWords; w++) score -= 25 * popcount(mem[c + this.oC + w]);
    for (let i = this.oT; i < this.pool.stride; i++)
      score += this.thrifty ? (THRIFT + 1) * mem[c + i] : 2 * Math.min(mem[c + i], 3);
    return score;
  }

  /** The place of a pending ok compare-and-set among them, by return. */
  enter(row: number): number {
    const { ret } = this.plan.calls;
    let rank = this.cas.length;
    while (rank > 0 && ret[this.cas[rank - 1]] > ret[row]) rank--;
    this.cas.splice(rank, 0, row);
    return rank;
  }

  protected get stopped(): boolean {
    return this.meter.stopped !== '';
  }
}
