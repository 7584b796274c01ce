import { INFO } from '../../../history/history.ts';
import { CAS, READ, WRITE } from '../calls.ts';
import type { Meter } from '../meter.ts';
import { CasFrontier } from './cas-frontier.ts';
import { insertBit, shiftDown } from './masks.ts';
import { INF, type Plan, positionOf } from './plan.ts';
import type { Reach, Run } from './run.ts';
import type { Beamed } from './widening.ts';

/** Half-finished walks kept at one return and configuration. */
const MOST_WALKS = 128;

export interface CasCheckpoint {
  readonly event: number;
  readonly configs: Int32Array;
  readonly returns: readonly (readonly number[])[];
  readonly cas: readonly number[];
  readonly dropped: boolean;
}

/** What the last move of a walk must be. */
type Goal = { readonly kind: 'value' | 'write' | 'hide' | 'cas' | 'change'; readonly value: number };

/**
 * Registers with compare-and-set, of reused values, by deadlines.
 *
 * As `RegisterDeadlines`, but a compare-and-set must happen, and only from its value; it does not hide other writes than
 * those of the value it sets. When a return forces something, all walks of writes and compare-and-sets at that instant
 * are searched whose last move is what was forced. A beam keeps the frontier bounded: the end reached is a proof, and an
 * emptied frontier is one if nothing was dropped.
 *
 * @param relaxed take a compare-and-set of unknown outcome for a write of unknown outcome: more is possible, so
 *   "illegal" is still a proof.
 */
export class CasDeadlines extends CasFrontier implements Beamed<CasCheckpoint> {
  private readonly relaxed: boolean;
  private readonly returns: number[][] = [];
  private readonly free = new Set<number>();
  private live: number[] = [];
  private width = 1;

  constructor(plan: Plan, meter: Meter, relaxed: boolean, reach: Reach) {
    super(plan, meter, (reach.anyStart ?? (reach.from ?? 0) > 0) ? (reach.from ?? 0) : -1);
    this.relaxed = relaxed;
    for (let v = 0; v < this.K; v++) this.returns.push([]);
  }

  run(reach: Reach): Run {
    const from = reach.from ?? 0;
    const any = reach.anyStart ?? from > 0;
    const end = reach.to ?? this.plan.events.length;
    this.beam = reach.beam;
    if (!any) this.begin();
    for (let e = 0; e < end; e++) {
      if (e === from && any) this.seedAny(from, end);
      const ended = this.step(e, e >= from);
      if (ended !== undefined) return ended;
    }
    return this.legal();
  }

  begin(): void {
    const c = this.blank();
    this.pool.mem[c] = this.plan.initial;
    this.live = [c];
  }

  /** Works on one event; a run that must end there, if it must. */
  step(e: number, begun: boolean): Run | undefined {
    const event = this.plan.events[e];
    if (event >= 0) {
      this.invoke(event);
      this.meter.spend(this.live.length);
    } else {
      this.now = this.plan.calls.ret[~event];
      if (!this.return(~event) && begun && !this.stopped) return this.ended(e, ~event);
      this.finish(~event);
    }
    return this.stopped ? this.ended(e) : undefined;
  }

  legal(): Run {
    return {
      answer: 'legal',
      engine: 'deadlines',
      steps: this.meter.steps,
      width: this.width,
      dropped: this.dropped,
    };
  }

  save(event: number): CasCheckpoint {
    const { stride, mem } = this.pool;
    const configs = new Int32Array(this.live.length * stride);
    this.live.forEach((c, i) => {
      configs.set(mem.subarray(c, c + stride), i * stride);
    });
    return {
      event,
      configs,
      returns: this.returns.map((list) => list.slice()),
      cas: this.cas.slice(),
      dropped: this.dropped,
    };
  }

  restore({ configs, returns, cas, dropped }: CasCheckpoint): void {
    for (const c of this.live) this.pool.drop(c);
    const { stride } = this.pool;
    this.live = [];
    for (let at = 0; at < configs.length; at += stride) {
      const c = this.pool.make();
      this.pool.mem.set(configs.subarray(at, at + stride), c);
      this.live.push(c);
    }
    returns.forEach((list, value) => {
      this.returns[value].splice(0, this.returns[value].length, ...list);
    });
    this.cas.splice(0, this.cas.length, ...cas);
    this.dropped = dropped;
  }

  private ended(e: number, culprit?: number): Run {
    const { plan, meter } = this;
    const died = culprit !== undefined;
    const values = new Set(this.live.slice(0, 64).map((c) => this.pool.mem[c]));
    const ids = [...values]
      .slice(0, 8)
      .map((v) => (v < plan.values.size ? String(plan.values.id(v)) : 'other'));
    return {
      answer: died && !this.dropped ? 'illegal' : 'unknown',
      engine: 'deadlines',
      culprit,
      reached: positionOf(plan, e),
      reason:
        meter.stopped ||
        (died ? 'the search kept only the most promising states, and these ended here' : undefined),
      steps: meter.steps,
      width: this.width,
      dropped: this.dropped,
      diedAt: died ? e : undefined,
      survivors: died ? ids : undefined,
    };
  }

  private seedAny(from: number, end: number): void {
    const { events, value, to } = this.plan;
    const near = new Set<number>([this.K - 1, this.plan.initial]);
    for (let v = 0; v < this.K; v++) if (this.returns[v].length > 0) near.add(v);
    for (let e = from; e < end; e++) {
      const row = events[e];
      if (row < 0) continue;
      near.add(value[row]);
      if (to[row] >= 0) near.add(to[row]);
    }
    const started: number[] = [];
    for (const row of this.cas) this.free.add(row);
    for (const v of near) {
      const c = this.blank();
      const { mem } = this.pool;
      mem[c] = v;
      for (let u = 0; u < this.K; u++) {
        for (let r = 0; r < this.returns[u].length; r++)
          mem[c + this.oA + u * this.W + (r >>> 5)] |= 1 << (r & 31);
        mem[c + this.oI + u] = this.infoWrites[u] ?? 0;
      }
      for (const [type, count] of this.infoCas) mem[c + this.oT + type] += count;
      for (const row of this.free) mem[c + this.oT + this.type(row)]++;
      started.push(c);
    }
    this.live = started;
  }

  private readonly infoWrites: number[] = [];
  private readonly infoCas = new Map<number, number>();

  private invoke(row: number): void {
    const { calls, value, to } = this.plan;
    const kind = calls.kind[row];
    const deadline = calls.ret[row];
    const { mem } = this.pool;
    const { live } = this;
    const x = value[row];
    if (calls.outcome[row] === INFO) {
      if (kind === WRITE || this.relaxed) {
        const set = kind === WRITE ? x : to[row];
        this.infoWrites[set] = (this.infoWrites[set] ?? 0) + 1;
        for (const c of live) mem[c + this.oI + set]++;
      } else {
        const type = this.type(row);
        this.infoCas.set(type, (this.infoCas.get(type) ?? 0) + 1);
        for (const c of live) mem[c + this.oT + type]++;
      }
      return;
    }
    if (kind === CAS) {
      const rank = this.enter(row);
      for (const c of live) insertBit(mem, c + this.oC, this.casWords, rank);
    } else if (kind === WRITE) {
      const list = this.returns[x];
      let rank = list.length;
      while (rank > 0 && list[rank - 1] > deadline) rank--;
      list.splice(rank, 0, deadline);
      for (const c of live) {
        insertBit(mem, c + this.oA + x * this.W, this.W, rank);
        if (mem[c] !== x && deadline < mem[c + this.oF + x]) mem[c + this.oF + x] = deadline;
      }
    } else if (kind === READ) {
      for (const c of live)
        if (mem[c] !== x && deadline < mem[c + this.oD + x]) mem[c + this.oD + x] = deadline;
    } else for (const c of live) if (mem[c] === x && deadline < mem[c + 1]) mem[c + 1] = deadline;
  }

  /** Moves every configuration that the return forces; false when none is left. */
  private return(row: number): boolean {
    const { calls, value, to } = this.plan;
    const x = value[row];
    const kind = calls.kind[row];
    const { live } = this;
    if (live.length === 0) return true;
    const next: number[] = [];
    const moving: number[] = [];
    for (const c of live) {
      const { mem } = this.pool;
      const forced =
        kind === READ
          ? mem[c + this.oD + x] === this.now
          : kind === WRITE
            ? (mem[c + this.oA + x * this.W] & 1) !== 0
            : kind === CAS
              ? !this.free.has(row) && (mem[c + this.oC] & 1) !== 0
              : mem[c + 1] === this.now && mem[c] === x;
      (forced ? moving : next).push(c);
    }
    if (moving.length === 0) return true;
    this.gather(next);
    for (const c of moving) {
      if (this.stopped) return true;
      if (kind === READ) this.walk(c, { kind: 'value', value: x });
      else if (kind === CAS) this.walk(c, { kind: 'cas', value: to[row] });
      else if (kind === WRITE) this.returnWrite(c, x);
      else this.walk(c, { kind: 'change', value: x });
    }
    if (this.next.length === 0) {
      this.live = moving;
      return this.stopped;
    }
    for (const c of moving) this.pool.drop(c);
    this.live = this.select(this.beam);
    if (this.live.length > this.width) this.width = this.live.length;
    return true;
  }

  private returnWrite(c: number, x: number): void {
    const { mem } = this.pool;
    const current = mem[c] === x;
    if (current || mem[c + this.oF + x] !== this.now) {
      const d = this.pool.copy(c);
      this.hide(d, x);
      // A write of the value that is current anyway hides every other.
      if (current) this.set(d, x);
      this.insert(d);
    } else this.walk(c, { kind: 'hide', value: x });
    // Its own effect, at the last moment, by way of whatever is worth it.
    this.walk(c, { kind: 'write', value: x });
  }

  private finish(row: number): void {
    const { calls, value } = this.plan;
    const { mem } = this.pool;
    if (calls.kind[row] === WRITE) {
      this.returns[value[row]].shift();
      for (const c of this.live) shiftDown(mem, c + this.oA + value[row] * this.W, this.W);
    } else if (calls.kind[row] === CAS) {
      this.free.delete(row);
      this.cas.shift();
      for (const c of this.live) shiftDown(mem, c + this.oC, this.casWords);
    }
  }

  /** All walks at this instant from c whose last move is the goal, those that are worse than another left out. */
  private walk(c: number, goal: Goal): void {
    const walks: number[] = [c];
    /** A value entered for nothing but the compare-and-set that must follow; −1: none. */
    const bound: boolean[] = [false];
    for (let i = 0; i < walks.length; i++) {
      if (walks.length > MOST_WALKS || this.stopped) {
        this.dropped = true;
        break;
      }
      this.meter.spend(3 * (this.K + this.cas.length + this.typeFrom.length));
      this.moves(walks[i], goal, bound[i], (d, mustSwap) => {
        for (let j = 0; j < walks.length; j++)
          if ((!bound[j] || mustSwap) && this.noWorse(walks[j], d)) {
            this.pool.drop(d);
            return;
          }
        if (!this.meter.spend(3 * walks.length)) return;
        walks.push(d);
        bound.push(mustSwap);
      });
    }
    for (let i = 1; i < walks.length; i++) this.pool.drop(walks[i]);
  }

  private moves(c: number, goal: Goal, mustSwap: boolean, go: (d: number, mustSwap: boolean) => void): void {
    const { value, to } = this.plan;
    const v = this.pool.mem[c];
    if (!mustSwap)
      for (let y = 0; y < this.K - 1; y++) {
        if (!this.has(c, y)) continue;
        if (y === v) {
          this.again(c, y, go);
          continue;
        }
        // It serves a read that waits for it, or a miss that waits for the current value to go.
        const served = this.pool.mem[c + this.oD + y] < INF || this.pool.mem[c + 1] < INF;
        const d = this.pool.copy(c);
        this.spend(d, y);
        this.set(d, y);
        const own = (goal.kind === 'value' || goal.kind === 'write') && y === goal.value;
        if (goal.kind === 'hide' && y === goal.value) {
          this.pool.drop(d);
          continue;
        }
        if (own || goal.kind === 'hide' || goal.kind === 'change') {
          if (goal.kind === 'hide') this.hide(d, goal.value);
          this.insert(d);
          continue;
        }
        if (!served && !this.leads(d, y)) this.pool.drop(d);
        else go(d, !served);
      }
    // Of pending compare-and-sets that are alike the first to return goes first.
    const tried = new Set<number>();
    for (let rank = 0; rank < this.cas.length; rank++) {
      const row = this.cas[rank];
      if (value[row] !== v || this.free.has(row)) continue;
      if ((this.pool.mem[c + this.oC + (rank >>> 5)] & (1 << (rank & 31))) === 0) continue;
      const y = to[row];
      if (tried.has(y)) continue;
      tried.add(y);
      const d = this.pool.copy(c);
      this.pool.mem[d + this.oC + (rank >>> 5)] &= ~(1 << (rank & 31));
      this.swap(d, y);
      const isGoal = goal.kind === 'cas' && rank === 0;
      this.swapped(d, y, v, goal, isGoal, go);
    }
    for (let t = 0; t < this.typeFrom.length; t++) {
      if (this.typeFrom[t] !== v || this.pool.mem[c + this.oT + t] <= 0) continue;
      const y = this.typeTo[t];
      if (y === v) continue;
      const d = this.pool.copy(c);
      this.pool.mem[d + this.oT + t]--;
      this.pool.mem[d + 3]--;
      this.swap(d, y);
      this.swapped(d, y, v, goal, false, go);
    }
  }

  private swapped(
    d: number,
    y: number,
    v: number,
    goal: Goal,
    isGoal: boolean,
    go: (d: number, mustSwap: boolean) => void,
  ): void {
    if (isGoal) this.insert(d);
    else if (goal.kind === 'value' && y === goal.value) this.insert(d);
    else if (goal.kind === 'change' && y !== v) this.insert(d);
    else if ((goal.kind === 'hide' || goal.kind === 'write') && y === goal.value) {
      // The value is current again: the write may go here, and hides all others; or it waits for a later move.
      if (goal.kind === 'write') go(this.pool.copy(d), false);
      this.hide(d, y);
      this.set(d, y);
      this.insert(d);
    } else go(d, false);
  }

  /**
   * Writes the current value once more before a compare-and-set from it: the write hides others that the
   * compare-and-set would leave to be seen later.
   */
  private again(c: number, v: number, go: (d: number, mustSwap: boolean) => void): void {
    if (!this.leads(c, v)) return;
    const { mem } = this.pool;
    let hides = false;
    for (let u = 0; u < this.K && !hides; u++) hides = mem[c + this.oF + u] < INF;
    if (!hides) return;
    const d = this.pool.copy(c);
    this.spend(d, v);
    this.set(d, v);
    go(d, true);
  }

  /** Whether some compare-and-set starts at y. */
  private leads(c: number, y: number): boolean {
    const { value } = this.plan;
    const { mem } = this.pool;
    for (let rank = 0; rank < this.cas.length; rank++)
      if (value[this.cas[rank]] === y && (mem[c + this.oC + (rank >>> 5)] & (1 << (rank & 31))) !== 0)
        return true;
    for (let t = 0; t < this.typeFrom.length; t++)
      if (this.typeFrom[t] === y && mem[c + this.oT + t] > 0) return true;
    return false;
  }
}
