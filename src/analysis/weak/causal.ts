import { inPieces } from '../pieces.ts';
import { type Evidence, Rule } from './evidence.ts';
import { type KeyWriters, lastBelow } from './key-writers.ts';
import { INITIAL, type Indexed } from './transactions.ts';

/** Session order ∪ reads-from, in topological order; what is left of it when there is a cycle. */
export interface CausalOrder {
  readonly order: Int32Array;
  /** How many of `order` are filled. Fewer than all transactions: the rest is on or behind a cycle. */
  readonly length: number;
}

/** Kahn's algorithm, first in first out, which keeps the live part of the vector clocks small. Linear. */
export function causalOrder(t: Indexed): CausalOrder {
  const waiting = new Int32Array(t.n);
  const { n, next, previous, readStart, readFrom, readersStart, readers, reader } = t;
  inPieces(n, (from, to) => {
    for (let i = from; i < to; i++) {
      if (previous[i] !== -1) waiting[i] = 1;
      for (let r = readStart[i]!; r < readStart[i + 1]!; r++) if (readFrom[r] !== INITIAL) waiting[i]!++;
    }
  });
  const order = new Int32Array(n);
  let tail = 0;
  for (let i = 0; i < n; i++) if (waiting[i] === 0) order[tail++] = i;
  const follow = (i: number): void => {
    if (next[i] !== -1 && --waiting[next[i]!]! === 0) order[tail++] = next[i]!;
    for (let e = readersStart[i]!; e < readersStart[i + 1]!; e++) {
      const to = reader[readers[e]!]!;
      if (--waiting[to]! === 0) order[tail++] = to;
    }
  };
  for (let head = 0; head < tail; head++) follow(order[head]!);
  return { order, length: tail };
}

/**
 * Calls `visit(transaction, past)` in causal order, where `past[s]` is how many transactions of session s are in the
 * strict causal past. A clock is dropped when all direct successors have taken it over; `clockOf` gives the clock of
 * a direct predecessor while its successor is visited. O(n·sessions + reads·sessions).
 */
function walkCausalPast(
  t: Indexed,
  causal: CausalOrder,
  visit: (i: number, clocks: Int32Array, at: number, clockOf: (i: number) => number) => void,
): void {
  const k = t.sessions;
  const pending = new Int32Array(t.n);
  inPieces(t.n, (from, to) => {
    for (let i = from; i < to; i++)
      pending[i] = t.readersStart[i + 1]! - t.readersStart[i]! + (t.next[i] === -1 ? 0 : 1);
  });
  const slot = new Int32Array(t.n).fill(-1);
  let clocks = new Int32Array(Math.max(k, 1) * 256);
  let slots = 0;
  const free: number[] = [];
  const clockOf = (i: number): number => slot[i]! * k;

  const step = (i: number): void => {
    const mine = free.length > 0 ? free.pop()! : slots++;
    slot[i] = mine;
    const at = mine * k;
    if (at + k > clocks.length) {
      const larger = new Int32Array(2 * clocks.length);
      larger.set(clocks);
      clocks = larger;
    }
    const previous = t.previous[i]!;
    if (previous === -1) clocks.fill(0, at, at + k);
    else {
      const from = slot[previous]! * k;
      for (let j = 0; j < k; j++) clocks[at + j] = clocks[from + j]!;
      clocks[at + t.session[i]!] = t.position[i]!;
    }
    const start = t.readStart[i]!;
    const end = t.readStart[i + 1]!;
    for (let r = start; r < end; r++) {
      const from = t.readFrom[r]!;
      if (from === INITIAL) continue;
      const s = t.session[from]!;
      if (clocks[at + s]! > t.position[from]!) continue;
      const other = slot[from]! * k;
      // The larger of the two without a branch, which nothing could predict.
      for (let j = 0; j < k; j++) {
        const mine = clocks[at + j]!;
        const more = clocks[other + j]! - mine;
        clocks[at + j] = mine + (more & ~(more >> 31));
      }
      if (clocks[at + s]! <= t.position[from]!) clocks[at + s] = t.position[from]! + 1;
    }
    visit(i, clocks, at, clockOf);
    if (previous !== -1) release(previous);
    for (let r = start; r < end; r++) if (t.readFrom[r] !== INITIAL) release(t.readFrom[r]!);
    if (pending[i] === 0) free.push(mine);
  };
  for (let o = 0; o < causal.length; o++) step(causal.order[o]!);

  function release(i: number): void {
    if (--pending[i]! === 0) free.push(slot[i]!);
  }
}

/**
 * Causal convergence: t3 sees everything in its causal past, (session order ∪ reads-from)+. Demands nothing that
 * causality orders already.
 * @precondition session order ∪ reads-from has no cycle
 */
export function demandCausal(t: Indexed, causal: CausalOrder, writersOf: KeyWriters, out: Evidence): void {
  const { keyStart, groupStart, groupSession, writer, session, place } = writersOf;
  walkCausalPast(t, causal, (t3, clocks, at, clockOf) => {
    for (let r = t.readStart[t3]!; r < t.readStart[t3 + 1]!; r++) {
      const key = t.readKey[r]!;
      const t1 = t.readFrom[r]!;
      // The causal past of t1, by session; there is none of an initial value.
      const before = t1 === INITIAL ? -1 : clockOf(t1);
      const first = keyStart[key]!;
      const last = keyStart[key + 1]!;
      const end = groupStart[last]!;
      if (end - groupStart[first]! > 2 * (last - first)) byGroup(first, last, r, t1, clocks, at, before);
      else
        for (let e = groupStart[first]!; e < end; e++) {
          const s = session[e]!;
          const p = place[e]!;
          const limit = clocks[at + s]!;
          const known = before < 0 ? 0 : clocks[before + s]!;
          // In the past of t3 (p < limit) and not in that of t1 (p ≥ known): one branch, for each by itself is as likely as not.
          if (((p - limit) & ~(p - known)) >= 0) continue;
          const later = e + 1 < end && session[e + 1] === s && place[e + 1]! < limit;
          if (!later && writer[e] !== t1) out.demand(writer[e]!, t1, r, Rule.Causal);
        }
    }
  });

  /** Where sessions write a key again and again: the last write of each that is in the past, by binary search. */
  function byGroup(
    first: number,
    last: number,
    r: number,
    t1: number,
    clocks: Int32Array,
    at: number,
    before: number,
  ): void {
    for (let g = first; g < last; g++) {
      const limit = clocks[at + groupSession[g]!]!;
      const known = before < 0 ? 0 : clocks[before + groupSession[g]!]!;
      if (limit === known) continue;
      const entry = lastBelow(writersOf, g, limit);
      if (entry >= 0 && place[entry]! >= known && writer[entry] !== t1)
        out.demand(writer[entry]!, t1, r, Rule.Causal);
    }
  }
}

/**
 * Which demands contradict causality by themselves: t1 is in the causal past of t2, so t3 read a value that it
 * knew to be overwritten. Without these (and with no initial value read against a visible write) a history is weakly causal
 * (Bouajjani et al., "On Verifying Causal Consistency", POPL 2017: WriteCORead).
 */
export function overwrittenInPast(t: Indexed, causal: CausalOrder, demands: Evidence): Uint8Array {
  const start = new Int32Array(t.n + 1);
  for (let e = 0; e < demands.count; e++) start[demands.from[e]! + 1]!++;
  for (let i = 0; i < t.n; i++) start[i + 1]! += start[i]!;
  const cursor = start.slice(0, t.n);
  const byWriter = new Int32Array(demands.count);
  for (let e = 0; e < demands.count; e++) byWriter[cursor[demands.from[e]!]!++] = e;
  const bad = new Uint8Array(demands.count);
  walkCausalPast(t, causal, (t2, clocks, at) => {
    for (let b = start[t2]!; b < start[t2 + 1]!; b++) {
      const t1 = demands.to[byWriter[b]!]!;
      if (clocks[at + t.session[t1]!]! > t.position[t1]!) bad[byWriter[b]!] = 1;
    }
  });
  return bad;
}
