import { NEVER } from '../../history/history.ts';
import { type Subgraph, subgraph, vertexScratch } from '../graph/csr.ts';
import { EVERY } from '../graph/labels.ts';
import { stepsOf } from '../graph/steps.ts';
import { cyclicParts, tarjan } from '../graph/tarjan.ts';
import type { Budget } from '../verdict.ts';
import { among } from './among.ts';
import { Part } from './part.ts';
import type { Contradiction, Question } from './question.ts';

/** Half the widths, in positions, of the windows that are looked at, one after the other. */
const WIDTHS = [32, 64, 128, 256, 512, 1024];
/** The same where real time does not bind, so that far more pairs of writes are open. */
const NARROW = [32, 64, 128, 256];

/** The same around a span. */
const BESIDE = [32, 256];

/** Positions from the first up to the last. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** The span of one position. */
export const at = (position: number): Span => ({ first: position, last: position });

/** Transactions above which a window is not looked at. */
const MOST = 2048;

/** Steps for each window; and for making a contradiction small. */
const STEPS = 30_000_000;
const SHRINKING = 10_000_000;

/** What a window shows: that there is no order; or one of its own, as pairs of versions. Neither where the steps ran out. */
export interface Near {
  readonly contradiction?: Contradiction;
  readonly order?: Int32Array;
}

/**
 * Looks for a contradiction among the transactions that ran about one place of the history, where the search for a serial order had got
 * stuck: the polygraph of these alone, of the reads that they have of each other and the order that their times impose. Whatever the
 * rest of the history is, its order would have to order them too, under all of these constraints and more: that they have no order is a proof, that
 * they have one says nothing. Once the time is up no further window is opened.
 */
export function refuteNear(
  question: Question,
  { first, last: until }: Span,
  budget: Budget,
  widths: readonly number[] = question.order === 'realtime' ? WIDTHS : first < until ? BESIDE : NARROW,
): Near {
  const { inv, ret } = question.intervals;
  let before = 0;
  let last: Near = {};
  for (const width of widths) {
    if (budget.expired?.() === true) break;
    const members: number[] = [];
    for (let t = 0; t < inv.length; t++) {
      // Nobody knows when those of unknown outcome ended: only late ones are taken in, or there would be ever more of them.
      const end = ret[t] === NEVER ? inv[t]! + 4 * width : ret[t]!;
      if (inv[t]! <= until + width && end >= first - width) members.push(t);
    }
    if (members.length > MOST) break;
    if (members.length === before) continue;
    before = members.length;
    last = look(question, Int32Array.from(members), budget);
    if (last.contradiction !== undefined) return last;
    if (last.order !== undefined)
      last = { order: inner(question, last.order, first - (width >> 1), until + (width >> 1)) };
  }
  return last;
}

/** Whether the narrowest of these windows show already that there is no order: a look that costs next to nothing. */
export function refutedNear(question: Question, position: number, budget: Budget): boolean {
  return refuteNear(question, at(position), budget, NARROW.slice(0, 2)).contradiction !== undefined;
}

/** The pairs of which both were written near the middle: towards its ends a window knows too little of what is outside. */
function inner(
  { versions, intervals }: Question,
  order: Int32Array,
  first: number,
  last: number,
): Int32Array {
  const near = (v: number): boolean => {
    const at = intervals.inv[versions.writer[v]!]!;
    return at >= first && at <= last;
  };
  const kept: number[] = [];
  for (let i = 0; i < order.length; i += 2)
    if (near(order[i]!) && near(order[i + 1]!)) kept.push(order[i]!, order[i + 1]!);
  return Int32Array.from(kept);
}

function look(question: Question, members: Int32Array, budget: Budget): Near {
  const { versions, isolation } = question;
  const { pairs, open, graph } = among(question, members);
  const local = new Int32Array(members.length + graph.vertices - graph.txns);
  local.set(members);
  for (let v = graph.txns; v < graph.vertices; v++) local[members.length + v - graph.txns] = v;
  const small = subgraph(graph, local, EVERY, vertexScratch(graph));
  const part = new Part(versions, small, open, isolation, budget.tableBytes);
  const allowance = stepsOf(budget, STEPS);
  const told: number[] = [];
  const solution = part.solve(open, allowance, told);
  if (solution === 'cut') return {};
  if (solution === 'yes') {
    for (const i of told) [open[i], open[i + 1]] = [open[i + 1]!, open[i]!];
    return { order: open };
  }
  const choices = part.shrink({ left: SHRINKING, expired: allowance.expired });
  return {
    contradiction: {
      choices,
      members: choices.length === 0 ? leastCircle(small) : members,
      graph,
      pairs,
      snapshot: isolation === 'snapshot',
    },
  };
}

/** The transactions of the smallest part that is circular by itself. */
function leastCircle(graph: Subgraph): Int32Array {
  let least: readonly number[] | undefined;
  for (const part of cyclicParts(graph, tarjan(graph, EVERY)))
    if (least === undefined || part.length < least.length) least = [...part];
  return Int32Array.from(
    (least ?? []).filter((v) => v < graph.txns),
    (v) => graph.original[v]!,
  );
}
