import { NEVER } from '../../history/history.ts';
import type { Csr } from '../graph/csr.ts';
import type { Intervals } from '../graph/intervals.ts';
import { kahn } from '../graph/kahn.ts';
import { PROCESS } from '../graph/labels.ts';
import type { Budget } from '../verdict.ts';
import { early } from './early.ts';
import { Known } from './known.ts';
import { PATIENCE } from './limits.ts';
import { refutedNear, refuteNear, type Span } from './near.ts';
import type { Answer, Question } from './question.ts';
import { deadlines } from './schedule.ts';
import { type Stuck, timedOrder, timedOrderFound } from './timed-schedule.ts';
import { Source } from './version-order.ts';
import { zoneOf } from './zones.ts';

/** How far from its interval a transaction may be placed, in positions, where real time does not bind. */
const SLACKS = [8, 64];

/** How far from where the search got stuck transactions may leave their intervals, and how far. */
const AROUND = 1024;
const AWAY = 64;

/** The same, beside a stretch whose ends belong together. */
const BESIDE = 256;

/** How many places are relaxed or looked at. */
const PLACES = 12;

/** How often a span is extended. */
const SPANS = 4;

/**
 * Where real time does not bind, most transactions could have kept it all the same: looks for a serial order in which only those leave their
 * intervals that read too late what was overwritten, and those that ran about where the search for an order in real time got stuck, and then got
 * stuck again. Where it gets no further even so, those who ran there (up to whom the search waited for) are looked at by themselves: they contradict
 * each other; or the order that they have is tried in the whole, and with more of what is beside them where it does not fit. With `quick` that is
 * left out.
 */
export function relaxed(question: Question, budget: Budget, quick: boolean): Answer | undefined {
  const { versions, order, process, stuck } = question;
  if (stuck === undefined) return undefined;
  const intervals = (order === 'none' && early(versions, question.intervals)) || question.intervals;
  if (quick && hopeless(question, stuck, budget)) return undefined;
  let graph = order === 'process' ? processes(process) : undefined;
  const loose: Stretch[] = [about(stuck.position)];
  /** Where an order of transactions by themselves was tried last, with it, and without. */
  let ordered: Span | undefined;
  let guess = question.pairs;
  let pairs = guess;
  let spans = 0;
  const soonest = deadlines(versions, intervals);
  let before = stuck;
  for (let places = 0; places < PLACES; places++) {
    const found = timedOrder(
      versions,
      graph,
      soonest,
      loosened(intervals, loose),
      PATIENCE,
      untouched(before, intervals),
      budget.expired,
    );
    if (found === 'found') return { verdict: 'yes', engine: 'serial-order' };
    if (budget.expired?.() === true) return undefined;
    before = found;
    const at = found.position;
    if (at === NEVER) return undefined;
    const late = quick ? -1 : awaited(question.intervals, intervals, found);
    let span: Span = { first: at, last: Math.max(at, late) };
    if (ordered !== undefined && at >= ordered.first - AROUND && at <= ordered.last + AROUND) {
      // The order of what was looked at does not fit what is beside it: both are looked at as one.
      span = extended(ordered, at);
      spans++;
    } else if (
      span.first === span.last &&
      !loose.some((p) => Math.abs(p.first + AROUND - at) <= AROUND / 2)
    ) {
      loose.push(about(at));
      continue;
    } else {
      pairs = guess;
      spans = 0;
    }
    if (quick || spans > SPANS) return undefined;
    const near = refuteNear(question, span, budget);
    if (near.contradiction !== undefined)
      return { verdict: 'no', engine: 'saturation', contradiction: near.contradiction };
    // What is looked for is a serial order, whatever is asked.
    const serial: Question = { ...question, isolation: 'serializable' };
    const way = question.isolation === 'serializable' ? near.order : refuteNear(serial, span, budget).order;
    if (way === undefined) return undefined;
    guess = pairs.copy();
    for (let i = 0; i < way.length; i += 2) guess.add(way[i]!, way[i + 1]!, Source.Forced);
    graph = new Known(question, guess).graph;
    if (kahn(graph).length > 0) return undefined;
    ordered = span;
    const { first, last } = span;
    if (first < last)
      loose.push(about(first), { first: first - 2 * AWAY, last, slack: last - first + BESIDE });
  }
  return undefined;
}

/** Whether a narrow look says that there is no order, or two versions cross that do so in widened intervals, too. */
function hopeless(question: Question, { position, crossing }: Stuck, budget: Budget): boolean {
  if (crossing === undefined) return refutedNear(question, position, budget);
  if (question.order === 'none') return false;
  const { versions, intervals } = question;
  const a = zoneOf(versions, intervals, crossing[0]);
  const b = zoneOf(versions, intervals, crossing[1]);
  const initial = a.version >= versions.written;
  return (initial || a.lo + 2 * AWAY < b.hi) && b.lo + 2 * AWAY < a.hi;
}

/** The span, and a place beside it as far again, or somewhat more on both sides of it. */
function extended({ first, last }: Span, at: number): Span {
  if (at < first) return { first: Math.min(2 * at - first, first - AWAY), last };
  if (at > last) return { first, last: Math.max(2 * at - last, last + AWAY) };
  return { first: first - AWAY, last: last + AWAY };
}

/** A stretch of time, and how far who ran there may leave their intervals. */
interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly slack: number;
}

const about = (position: number): Stretch => ({
  first: position - AROUND,
  last: position + AROUND,
  slack: AWAY,
});

/** When the first one began, -1 for none, of those that the search waited for when it got stuck and that really came later. */
function awaited({ inv }: Intervals, widened: Intervals, { position, placed }: Stuck): number {
  const there = new Uint8Array(inv.length);
  for (const t of placed) there[t] = 1;
  let first = -1;
  for (let t = 0; t < inv.length; t++)
    if (
      there[t] === 0 &&
      widened.inv[t]! <= position &&
      inv[t]! > position &&
      (first === -1 || inv[t]! < first)
    )
      first = inv[t]!;
  return first;
}

/** Of what was placed when the search got stuck, the beginning that is well before that place: what is wrong there need not be taken back further. */
function untouched({ position, placed }: Stuck, { inv }: Intervals): Int32Array {
  let length = 0;
  while (length < placed.length && inv[placed[length]!]! < position - 2 * AROUND) length++;
  return placed.subarray(0, length);
}

/** The intervals, widened in those stretches. */
function loosened({ inv, ret }: Intervals, stretches: readonly Stretch[]): Intervals {
  const from = inv.slice();
  const to = ret.slice();
  for (let t = 0; t < inv.length; t++)
    for (const { first, last, slack } of stretches) {
      if (inv[t]! > last || ret[t]! < first) continue;
      from[t] = Math.max(0, Math.min(from[t]!, inv[t]! - slack));
      if (ret[t]! < NEVER - slack) to[t] = Math.max(to[t]!, ret[t]! + slack);
    }
  return { inv: from, ret: to };
}

/** Looks for a serial order that places each transaction within some slack of its interval; the graph saves it from dead ends. */
export function nearTime({ versions, intervals }: Question, known: Csr, { expired }: Budget): boolean {
  return SLACKS.some((slack) => {
    const inv = intervals.inv.map((i) => Math.max(0, i - slack));
    const ret = intervals.ret.map((r) => (r >= NEVER - slack ? NEVER : r + slack));
    return timedOrderFound(versions, known, deadlines(versions, intervals), { inv, ret }, PATIENCE, expired);
  });
}

/** Each transaction before the next one of its process. Linear. */
function processes(of: Int32Array): Csr {
  const txns = of.length;
  const dst = new Int32Array(txns);
  const offset = new Int32Array(txns + 1);
  const following = new Int32Array(txns).fill(-1);
  const last = new Map<number, number>();
  for (let t = 0; t < txns; t++) {
    const before = last.get(of[t]!);
    if (before !== undefined) following[before] = t;
    last.set(of[t]!, t);
  }
  let count = 0;
  for (let t = 0; t < txns; t++) {
    if (following[t] !== -1) dst[count++] = following[t]!;
    offset[t + 1] = count;
  }
  const label = new Uint8Array(count).fill(PROCESS);
  return { txns, vertices: txns, offset, dst: dst.subarray(0, count), label, why: new Int32Array(count) };
}
