import type { Csr } from '../graph/csr.ts';
import type { Intervals } from '../graph/kahn.ts';
import { States } from './states.ts';
import { TimedState } from './timed-state.ts';
import type { Versions } from './versions.ts';
import type { Crossing } from './zones.ts';

/**
 * Tries to lay the transactions out in a serial order that extends real time, and a graph where one is given; `true` is a proof, `false` proves
 * nothing.
 *
 * A transaction may go next when what it read is current, no read is outstanding of a version that it replaces, and all that precede it are
 * gone. The graph only saves it from dead ends.
 *
 * Real time leaves few to choose from at any moment: as many as run at once. Whoever can go together with all that read what it wrote, one
 * after the other, goes: nobody is left who cares, so that in every order that goes on from here they could be moved to the front. (One who only
 * reads, or whose writes nobody read, is the smallest such group.) Only where there is no such group is there a choice: the one that must be over
 * soonest goes first. A wrong choice shows soon, since its consequences must be over soon too: at a dead end the last choice is taken back and the
 * next one made, depth first, with a memory of the states that failed. (They are known by a hash: that two are confused can cost an order, never
 * prove one.)
 *
 * O(n · concurrency), if dead ends are near. After `patience` choices taken back without getting further it gives up.
 */
export function timedOrderFound(
  versions: Versions,
  graph: Csr | undefined,
  priority: Float64Array,
  intervals: Intervals,
  patience: number,
  expired?: () => boolean,
): boolean {
  return timedOrder(versions, graph, priority, intervals, patience, undefined, expired) === 'found';
}

/** A position of the history about which a serial order in real time was looked for in vain. */
export interface Stuck {
  readonly position: number;
  /** Two versions of one key that have no order by themselves, were it that. */
  readonly crossing?: Crossing;
  /** What was placed by then, in order. */
  readonly placed: Int32Array;
}

/**
 * The same. Where no order was found, it says at what position it got no further. A `beginning` of the order may be given, which was found in
 * intervals no wider than these: it is not looked for again. Once `expired` it goes no further.
 */
export function timedOrder(
  versions: Versions,
  graph: Csr | undefined,
  priority: Float64Array,
  intervals: Intervals,
  patience: number,
  beginning?: Int32Array,
  expired?: () => boolean,
): 'found' | Stuck {
  const state = new TimedState(versions, graph, intervals, beginning);
  const crossing = state.crossing();
  if (crossing !== undefined)
    return { position: state.over(crossing[1]), crossing, placed: new Int32Array(0) };
  const schedule = new TimedSchedule(versions, state, priority);
  if (schedule.run(patience, expired)) return 'found';
  return { position: schedule.stuck, placed: state.order.subarray(0, state.length) };
}

/** Placings and choices taken back between two looks at the clock. */
const POLL = 1024;

const NOBODY = -1;
const TOGETHER = -2;

class TimedSchedule {
  private readonly versions: Versions;
  private readonly state: TimedState;
  private readonly priority: Float64Array;
  /** By transaction, whether somebody read what it wrote. */
  private readonly wasRead: Uint8Array;
  /** By place in the order, whether there was no choice. */
  private readonly forced: Uint8Array;
  private readonly failed = new States();
  /** The horizon when most were placed. */
  stuck = 0;
  /** Scratch lists, as long as their counts say: emptying an array is a slow call. */
  private readonly near: number[] = [];
  private readonly left: number[] = [];

  constructor(versions: Versions, state: TimedState, priority: Float64Array) {
    const { registers, readsStart } = versions;
    const { n, writeStart } = registers;
    this.versions = versions;
    this.state = state;
    this.priority = priority;
    this.forced = new Uint8Array(n);
    const wasRead = new Uint8Array(n);
    for (let t = 0; t < n; t++)
      if (readsStart[writeStart[t]!] !== readsStart[writeStart[t + 1]!]) wasRead[t] = 1;
    this.wasRead = wasRead;
  }

  run(patience: number, expired: (() => boolean) | undefined): boolean {
    const { state, forced } = this;
    const n = forced.length;
    const first = state.length;
    let furthest = first;
    this.stuck = state.horizon;
    let taken = 0;
    // The choice that was taken back last in this state: the next in line is after it.
    let after = -1;
    let poll = POLL;
    while (state.length < n) {
      if (--poll === 0) {
        if (expired?.() === true) return false;
        poll = POLL;
      }
      if (state.length > furthest) {
        furthest = state.length;
        this.stuck = state.horizon;
        taken = 0;
      }
      const t = after === -1 ? this.goOn() : this.next(after);
      if (t === TOGETHER) continue;
      if (t >= 0) {
        forced[state.length] = 0;
        state.add(t);
        after = -1;
        if (taken === 0 || !this.failed.has(state.high, state.low)) continue;
      } else this.failed.add(state.high, state.low);
      do {
        if (state.length === first || ++taken > patience) return false;
        after = state.remove();
      } while (forced[state.length] === 1);
    }
    return true;
  }

  /** Places a group that can go and leaves nobody behind who read from it, and says TOGETHER; without one, who is first in line, or NOBODY. */
  private goOn(): number {
    const { state, wasRead, forced, priority, near } = this;
    const { ready } = state;
    let best = NOBODY;
    let least = Number.POSITIVE_INFINITY;
    let nearCount = 0;
    for (let i = 0; i < state.readyCount; i++) {
      const t = ready[i]!;
      if (!state.free(t)) continue;
      if (wasRead[t] === 0) {
        forced[state.length] = 1;
        state.add(t);
        return TOGETHER;
      }
      if (this.readersAreNear(t)) near[nearCount++] = t;
      const place = priority[t]!;
      if (place > least || (place === least && t > best)) continue;
      best = t;
      least = place;
    }
    for (let i = 0; i < nearCount; i++) if (this.group(near[i]!)) return TOGETHER;
    return best;
  }

  /** Whether all who read from t are only waiting for it, and leave no readers behind. */
  private readersAreNear(t: number): boolean {
    const { wasRead, state } = this;
    const { registers, readsStart, reads, reader } = this.versions;
    const { readStart, readFrom, writeStart } = registers;
    const end = readsStart[writeStart[t + 1]!]!;
    for (let i = readsStart[writeStart[t]!]!; i < end; i++) {
      const other = reader[reads[i]!]!;
      if (wasRead[other] === 1) return false;
      const held = state.held[other]!;
      if (held > 1) {
        let mine = 0;
        for (let r = readStart[other]!; r < readStart[other + 1]!; r++) if (readFrom[r] === t) mine++;
        if (held > mine) return false;
      }
      if (!state.hasBegun(other)) return false;
    }
    return true;
  }

  /** Places t and those who read from it, if all of them can go. */
  private group(t: number): boolean {
    const { state, forced, left } = this;
    const { registers, readsStart, reads, reader } = this.versions;
    const start = state.length;
    let count = 0;
    state.add(t);
    forced[start] = 1;
    const end = readsStart[registers.writeStart[t + 1]!]!;
    for (let i = readsStart[registers.writeStart[t]!]!; i < end; i++) left[count++] = reader[reads[i]!]!;
    for (let progress = true; progress && count > 0; ) {
      progress = false;
      for (let i = count - 1; i >= 0; i--) {
        const other = left[i]!;
        if (state.placed[other] === 0) {
          if (state.held[other] !== 0 || !state.free(other)) continue;
          forced[state.length] = 1;
          state.add(other);
        }
        left[i] = left[--count]!;
        progress = true;
      }
    }
    if (count === 0) return true;
    while (state.length > start) state.remove();
    return false;
  }

  /** Who goes next, of those behind `after` in line. */
  private next(after: number): number {
    const { state, priority } = this;
    const { ready } = state;
    const behind = priority[after]!;
    let best = NOBODY;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < state.readyCount; i++) {
      const t = ready[i]!;
      const place = priority[t]!;
      if (place > least || place < behind) continue;
      if (place === least && t > best) continue;
      if (place === behind && t <= after) continue;
      if (!state.free(t)) continue;
      best = t;
      least = place;
    }
    return best;
  }
}
