import { INFO } from '../../../history/history.ts';
import { READ } from '../calls.ts';
import type { Meter } from '../meter.ts';
import { HEAD, RegisterConfigs, type SavedConfigs } from './configs.ts';
import { insertBit, shiftDown } from './masks.ts';
import { firstSeenFrom, INF, lastSeenUpTo, type Plan, positionOf, type Stays, staysOf } from './plan.ts';
import type { Reach, Run } from './run.ts';
import type { SavedSlots } from './slots.ts';
import type { Beamed } from './widening.ts';

export interface RegisterCheckpoint extends SavedConfigs {
  readonly event: number;
  readonly slots: SavedSlots;
  /** By slot. */
  readonly infos: readonly number[];
}

/** Optional visits are enumerated in subsets; beyond this many of them, fewer in narrow beams, only the most urgent. */
const MOST_OPTIONAL = 8;

/**
 * Registers with reads and writes of reused values: configurations that carry deadlines instead of sets of calls.
 *
 * Return times are known, so a configuration need only say: the current value v; F, the least return of pending unused
 * writes invoked after the last effect with a value other than v (a write is absorbed, never seen, if an effect came
 * after its invocation); for each value b, D[b], the least return of pending b-reads not served; and the supply of
 * unused b-writes, as ranks by deadline (earliest used first) and a count of those of unknown outcome. Effects are
 * pushed as late as their own deadlines and the next effect allow, so they clump at returns, the forced one last.
 *
 * A value is visited on the way to x only if that buys a longer stay at x: some x-read is invoked after the visit would
 * otherwise be due (or its write gone), and before anything else forces x to change. Else the visit can wait.
 *
 * A beam of one looks neither aside nor ahead: x becomes current when a read of it is due, or an x-write returns that a
 * read waits for, each time by the write that expires first. Were it enough that values are current for moments, this
 * would be exact: for each value it is the stabbing of intervals at their right ends (earliest deadline first), and moments of
 * different values are never in each other's way. With many calls at a time that is nearly so.
 *
 * X makes Y superfluous if X may first visit what Y has served, come back, and then still has as late a supply of every
 * value. O(1) a call and configuration for a bounded number of values; the frontier is small where supply is plenty.
 */
export class RegisterDeadlines extends RegisterConfigs implements Beamed<RegisterCheckpoint> {
  private readonly plan: Plan;
  private readonly stays: Stays;
  /** The event being worked on. */
  private event = 0;
  /** By value: ok reads not yet returned, of the whole history. */
  private readonly readsLeft: Int32Array;
  private readonly infos: Int32Array;
  constructor(plan: Plan, meter: Meter) {
    super(plan.values.size, meter);
    this.plan = plan;
    this.stays = staysOf(plan);
    const V = plan.values.size;
    this.infos = new Int32Array(V);
    this.readsLeft = new Int32Array(V);
    for (let v = 0; v < V; v++) this.readsLeft[v] = plan.seenFrom[v + 1] - plan.seenFrom[v];
  }

  run(reach: Reach): Run {
    const from = reach.from ?? 0;
    const end = reach.to ?? this.plan.events.length;
    this.beam = reach.beam;
    const any = reach.anyStart ?? from > 0;
    if (!any) this.begin();
    for (let e = 0; e < end; e++) {
      if (e === from && any) this.seedAny(from, end);
      const ended = this.step(e, e >= from);
      if (ended !== undefined) return ended;
    }
    return this.legal();
  }

  /** Works on one event; the run, if it ends there. Before a search has begun nothing can end it. */
  step(e: number, begun: boolean): Run | undefined {
    const { plan, meter } = this;
    const { calls, value } = plan;
    const event = plan.events[e];
    this.event = e;
    if (event >= 0) {
      if (calls.kind[event] === READ) this.invokeRead(value[event], calls.ret[event]);
      else if (calls.outcome[event] === INFO) this.invokeInfo(value[event]);
      else this.invokeWrite(value[event], calls.ret[event]);
      return meter.spend(this.live.length) ? undefined : this.stop(e);
    }
    const row = ~event;
    const at = calls.ret[row];
    this.now = at;
    const isRead = calls.kind[row] === READ;
    const changed = isRead ? this.returnRead(value[row], at) : this.returnWrite(value[row], at);
    if (meter.stopped !== '') return this.stop(e);
    if (changed && begun) {
      if (this.next.length === 0) return this.died(e, row);
      const dead = this.live;
      this.live = this.next;
      dead.length = 0;
      this.next = dead;
      if (this.live.length > this.width) this.width = this.live.length;
      if (this.live.length > this.beam) this.live = this.best(this.live, this.beam);
    }
    if (isRead) this.readDone(value[row]);
    else this.writeDone(value[row]);
    return undefined;
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

  save(event: number): RegisterCheckpoint {
    const { slots } = this;
    return {
      event,
      ...this.saveConfigs(),
      slots: slots.save(),
      infos: slots.value.map((value, s) => (slots.users[s] > 0 ? this.infos[value] : 0)),
    };
  }

  /** Goes back to a checkpoint from the event at which the search is. */
  restore(saved: RegisterCheckpoint, at: number): void {
    const { events, calls, value } = this.plan;
    for (let e = saved.event; e < at; e++)
      if (events[e] < 0 && calls.kind[~events[e]] === READ) this.readsLeft[value[~events[e]]]++;
    for (let s = 0; s < this.slots.size; s++) this.infos[this.slots.value[s]] = 0;
    this.slots.restore(saved.slots);
    saved.infos.forEach((count, s) => {
      if (count > 0) this.infos[this.slots.value[s]] = count;
    });
    this.restoreConfigs(saved);
  }

  private stop(e: number): Run {
    return {
      answer: 'unknown',
      engine: 'deadlines',
      reached: positionOf(this.plan, e),
      reason: this.meter.stopped,
      steps: this.meter.steps,
      width: this.width,
      dropped: this.dropped,
    };
  }

  private died(e: number, row: number): Run {
    return {
      answer: this.dropped ? 'unknown' : 'illegal',
      engine: 'deadlines',
      culprit: row,
      reached: positionOf(this.plan, e),
      reason: this.dropped
        ? 'the search kept only the most promising states, and these ended here'
        : undefined,
      steps: this.meter.steps,
      width: this.width,
      dropped: this.dropped,
      diedAt: e,
      survivors: this.live.slice(0, 8).map((c) => this.describe(c)),
    };
  }

  /** In value ids: the caller makes words of it. */
  private describe(c: number): string {
    const v = this.mem[c];
    return v < this.plan.values.size ? String(this.plan.values.id(v)) : 'other';
  }

  // ---- beginnings

  begin(): void {
    const c = this.blank();
    this.mem[c] = this.plan.initial;
    this.live = [c];
  }

  private seedAny(from: number, end: number): void {
    const { calls, events, value } = this.plan;
    const near = new Set<number>([this.plan.values.size]);
    for (let s = 0; s < this.slots.size; s++) if (this.slots.users[s] > 0) near.add(this.slots.value[s]);
    for (let e = from; e < end; e++) if (events[e] >= 0) near.add(value[events[e]]);
    if (calls.n > 0) near.add(this.plan.initial);
    for (const v of near) {
      const c = this.blank();
      this.mem[c] = v;
      for (let s = 0; s < this.slots.size; s++) {
        if (this.slots.users[s] === 0) continue;
        const ranks = this.slots.deadlines[s].length;
        for (let r = 0; r < ranks; r++) this.mem[this.atA(c, s) + (r >>> 5)] |= 1 << (r & 31);
        this.mem[this.atI(c, s)] = this.infos[this.slots.value[s]];
      }
      this.live.push(c);
    }
  }

  private slot(value: number): number {
    const s = this.slots.take(value);
    if (s >= this.K) this.grow(this.K * 2, this.W);
    return s;
  }

  // ---- events

  private invokeRead(x: number, deadline: number): void {
    const s = this.slot(x);
    const { mem, live } = this;
    for (let i = 0; i < live.length; i++) {
      const c = live[i];
      if (mem[c] !== x && deadline < mem[c + HEAD + s]) mem[c + HEAD + s] = deadline;
    }
  }

  private invokeInfo(x: number): void {
    const s = this.slot(x);
    this.infos[x]++;
    for (const c of this.live) this.mem[this.atI(c, s)]++;
  }

  private invokeWrite(x: number, deadline: number): void {
    const s = this.slot(x);
    const rank = this.slots.enter(s, deadline);
    if (this.slots.deadlines[s].length > 32 * this.W) this.grow(this.K, this.W * 2);
    const { mem, live, W } = this;
    for (let i = 0; i < live.length; i++) {
      const c = live[i];
      insertBit(mem, this.atA(c, s), W, rank);
      if (mem[c] !== x && deadline < mem[c + 1]) mem[c + 1] = deadline;
    }
  }

  private readDone(x: number): void {
    const s = this.slots.of[x];
    this.readsLeft[x]--;
    if (this.readsLeft[x] === 0 && this.infos[x] > 0) {
      // Nobody can see an x any more: unknown writes of it cannot matter.
      for (const c of this.live) {
        this.mem[c + 2] -= this.mem[this.atI(c, s)];
        this.mem[this.atI(c, s)] = 0;
      }
      this.slots.give(s, this.infos[x]);
      this.infos[x] = 0;
    }
    this.slots.give(s);
  }

  private writeDone(x: number): void {
    const s = this.slots.of[x];
    this.slots.deadlines[s].shift();
    for (const c of this.live) shiftDown(this.mem, this.atA(c, s), this.W);
    this.slots.give(s);
  }

  /** Whether any configuration had to move; they are in `next` then. */
  private returnRead(x: number, at: number): boolean {
    const s = this.slots.of[x];
    if (this.beam === 1) return this.mem[this.only() + HEAD + s] === at && this.serve(x, s);
    const { live } = this;
    const next = this.next;
    next.length = 0;
    let moving = 0;
    for (let i = 0; i < live.length; i++) {
      if (this.mem[live[i] + HEAD + s] === at) live[moving++] = live[i];
      else next.push(live[i]);
    }
    if (moving === 0) return false;
    live.length = moving;
    this.lastWinner = -1;
    for (let i = 0; i < moving && this.meter.stopped === ''; i++) this.visit(live[i], x, s, at, false);
    if (this.next.length > 0) for (let i = 0; i < moving; i++) this.pool.drop(live[i]);
    return true;
  }

  private returnWrite(x: number, at: number): boolean {
    const s = this.slots.of[x];
    if (this.beam === 1) return this.expire(x, s, at);
    const { live } = this;
    const next = this.next;
    next.length = 0;
    let moving = 0;
    for (let i = 0; i < live.length; i++) {
      if ((this.mem[this.atA(live[i], s)] & 1) !== 0) live[moving++] = live[i];
      else next.push(live[i]);
    }
    if (moving === 0) return false;
    live.length = moving;
    this.lastWinner = -1;
    for (let i = 0; i < moving && this.meter.stopped === ''; i++) {
      const c = live[i];
      const v = this.mem[c];
      const forced = v !== x && this.mem[c + 1] === at;
      if (!forced) {
        const d = this.copy(c);
        this.hide(d, s);
        // An effect of the value that is current anyway costs nothing and hides everything.
        if (v === x) this.mem[d + 1] = INF;
        this.insert(d);
      } else this.hideBehind(c, s, at);
      this.visit(c, x, s, at, !forced);
    }
    if (this.next.length > 0) for (let i = 0; i < moving; i++) this.pool.drop(live[i]);
    return true;
  }

  // ---- one configuration alone

  private only(): number {
    if (this.live.length > 1) this.live = this.best(this.live, 1);
    return this.live[0];
  }

  /** Makes x current, if a write is left, and nothing else. */
  private serve(x: number, s: number): boolean {
    const c = this.live[0];
    this.dropped = true;
    this.next.length = 0;
    if (!this.meter.spend(4) || !this.has(c, s)) return true;
    this.spend(c, s);
    this.enter(c, x, s);
    this.next.push(c);
    return true;
  }

  /** The x-write returning now takes effect if a read waits for it; else it hides, if it can. */
  private expire(x: number, s: number, at: number): boolean {
    const c = this.only();
    const { mem } = this;
    if ((mem[this.atA(c, s)] & 1) === 0) return false;
    const needed = mem[c + HEAD + s] !== INF || (mem[c] !== x && mem[c + 1] === at);
    if (needed) return this.serve(x, s);
    this.dropped = true;
    this.hide(c, s);
    if (mem[c] === x) mem[c + 1] = INF;
    return false;
  }

  // ---- moves

  /** When x, current from now on, must give way to a read of another value, invoked already or yet to be. */
  private leaves(c: number, x: number, s: number): number {
    return Math.min(this.nextChange(c, s), this.staysUntil(x));
  }

  private staysUntil(x: number): number {
    const { until, value, otherwise } = this.stays;
    return value[this.event] === x ? otherwise[this.event] : until[this.event];
  }

  /** The x-write returning now must hide behind the effect of another value y. */
  private hideBehind(c: number, s: number, at: number): void {
    const { slots } = this;
    const v = this.mem[c];
    for (let t = 0; t < slots.size; t++) {
      const y = slots.value[t];
      if (t === s || slots.users[t] === 0 || y === v || !this.has(c, t)) continue;
      // An effect that nobody sees is worse than the effect of x itself.
      if (this.mem[c + HEAD + t] === INF && firstSeenFrom(this.plan, y, at) > this.leaves(c, y, t)) continue;
      const d = this.copy(c);
      this.hide(d, s);
      this.spend(d, t);
      this.enter(d, y, t);
      this.insert(d);
    }
  }

  /**
   * Makes x current, by way of every set of values that is worth visiting first. For a write returning now that could
   * as well hide (`optional`), only if somebody will see x.
   */
  private visit(c: number, x: number, s: number, at: number, optional: boolean): void {
    if (!this.has(c, s)) return;
    const { mem, slots } = this;
    const v = mem[c];
    const sv = v < slots.of.length ? slots.of[v] : -1;
    const useless =
      optional &&
      (v === x || (mem[c + HEAD + s] === INF && firstSeenFrom(this.plan, x, at) > this.leaves(c, x, s)));
    if (!useless) {
      const d = this.copy(c);
      this.spend(d, s);
      this.enter(d, x, s);
      this.insert(d);
    }
    // Nobody reads x in time: there is no reason to stay there.
    const most = this.staysUntil(x);
    if (lastSeenUpTo(this.plan, x, most) <= at) return;
    const mostExtra = Math.min(MOST_OPTIONAL, 32 - Math.clz32(this.beam));
    const due: number[] = [];
    for (let t = 0; t < slots.size; t++) if (t !== s && t !== sv && this.mem[c + HEAD + t] < INF) due.push(t);
    if (due.length === 0) return;
    due.sort((p, q) => this.mem[c + HEAD + p] - this.mem[c + HEAD + q]);
    const gone = due.map((t) => this.goneAt(c, t));
    // The first `j` are visited, the next is not: x may stay until that one is due.
    let latest = -1;
    for (let j = 0; j <= due.length; j++) {
      if (j > 0) {
        if (gone[j - 1] < 0) return;
        if (gone[j - 1] > latest) latest = gone[j - 1];
      }
      const until = j < due.length ? Math.min(most, this.mem[c + HEAD + due[j]]) : most;
      const seen = lastSeenUpTo(this.plan, x, until);
      if (seen <= at || latest >= seen) {
        if (j === due.length || latest >= lastSeenUpTo(this.plan, x, most)) return;
        continue;
      }
      const extra: number[] = [];
      for (let i = j + 1; i < due.length; i++) if (gone[i] >= 0 && gone[i] < seen) extra.push(due[i]);
      if (extra.length > mostExtra) {
        extra.length = mostExtra;
        this.dropped = true;
      }
      for (let subset = j === 0 ? 1 : 0; subset < 1 << extra.length; subset++) {
        const d = this.copy(c);
        for (let i = 0; i < j; i++) {
          this.spend(d, due[i]);
          this.mem[d + HEAD + due[i]] = INF;
        }
        for (let i = 0; i < extra.length; i++) {
          if ((subset & (1 << i)) === 0) continue;
          this.spend(d, extra[i]);
          this.mem[d + HEAD + extra[i]] = INF;
        }
        this.spend(d, s);
        this.enter(d, x, s);
        this.insert(d);
        if (this.meter.stopped !== '') return;
      }
    }
  }
}
