import { buildCsr, type Csr, subgraph, vertexScratch } from '../graph/csr.ts';
import { Edges } from '../graph/edges.ts';
import { type Intervals, kahn } from '../graph/kahn.ts';
import { CO, EVERY } from '../graph/labels.ts';
import { addRealtime } from '../graph/order.ts';
import { stepsOf } from '../graph/steps.ts';
import { cyclicParts, tarjan } from '../graph/tarjan.ts';
import { cutBy } from '../spending.ts';
import type { Budget } from '../verdict.ts';
import { crossed } from './crossed.ts';
import { all, Known } from './known.ts';
import { PAIR_LIMIT, PATIENCE } from './limits.ts';
import { at, refuteNear } from './near.ts';
import { Part } from './part.ts';
import { Polygraph } from './polygraph.ts';
import type { Answer, Question } from './question.ts';
import { nearTime, relaxed } from './relaxed.ts';
import { deadlines, serialOrderFound } from './schedule.ts';
import { tightened } from './tighten.ts';
import { timedOrderFound } from './timed-schedule.ts';
import { undecidedPairs } from './undecided.ts';
import { Source, type VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';
import { saturateInTime } from './window.ts';
import { addRealtimePairs, type Crossing, zonesOf } from './zones.ts';

/**
 * Decides whether the versions of all keys can be ordered so that the history is serializable, or snapshot isolated, with
 * the given order of transactions. Exact where it says yes or no. NP-complete in general (Papadimitriou 1979; Biswas & Enea,
 * OOPSLA 2019), so it stops at the budget: within a pass over the history of it, where that is a limit on wall time.
 *
 * First a serial order is tried outright (near linear). Then the graph falls apart: only transactions on a common cycle of what is known
 * and what is possible have to do with each other, and under real time those are small groups. Each group is a
 * polygraph, saturated and searched. With `quick` only the first is done. After Tan et al., "Cobra" (OSDI 2020), and Zhang et al., "Viper" (EuroSys 2023).
 */
export function decide(question: Question, budget: Budget, quick = false): Answer {
  const { versions, intervals, order } = question;
  const realtime = order === 'realtime';
  if (realtime && question.stuck !== undefined) {
    const { position, crossing } = question.stuck;
    if (crossing !== undefined) return crossed(question, crossing);
    const contradiction = quick ? undefined : refuteNear(question, at(position), budget).contradiction;
    if (contradiction !== undefined) return { verdict: 'no', engine: 'saturation', contradiction };
  }
  const inTime = realtime ? timed(question, intervals) : undefined;
  if (!realtime) {
    const settled = relaxed(question, budget, quick);
    if (settled !== undefined) return settled;
    if (quick) return { verdict: 'unknown', reason: 'no serial order was found at once' };
  }
  if (inTime?.crossing !== undefined) return crossed(question, inTime.crossing);
  if (budget.expired?.() === true) return late(budget);
  let known = new Known(question, inTime?.pairs ?? question.pairs);
  const acyclic = kahn(known.graph, realtime ? intervals : undefined).length === 0;
  if (acyclic && !realtime && nearTime(question, known.graph, budget))
    return { verdict: 'yes', engine: 'serial-order' };
  if (budget.expired?.() === true) return late(budget);
  if (acyclic && !realtime && serialOrderFound(versions, known.graph, deadlines(versions, intervals)))
    return { verdict: 'yes', engine: 'serial-order' };
  let undecided: Int32Array | undefined;
  if (acyclic && realtime) {
    const rest = orderInTime(question, known, budget, quick);
    if (rest === undefined) return { verdict: 'yes', engine: 'serial-order' };
    if (rest.empty && question.isolation === 'serializable' && !quick) {
      const circle = circular(question, rest.known);
      if (circle !== undefined) return circle;
    }
    // Orders that serializability forces are none that snapshot isolation does.
    if (question.isolation === 'serializable') ({ known, undecided } = rest);
  }
  if (quick) return { verdict: 'unknown', reason: 'no serial order was found at once' };
  if (budget.expired?.() === true) return late(budget);
  const open =
    undecided ??
    undecidedPairs(versions, known.pairs, PAIR_LIMIT, question.isolation === 'serializable') ??
    undefined;
  if (open === undefined)
    return { verdict: 'unknown', reason: `more than ${PAIR_LIMIT} pairs of writes have no known order` };
  if (open.length === 0 && acyclic) return { verdict: 'yes', engine: 'saturation' };
  return solveParts(question, known, open, budget);
}

/** Before there are pairs of writes to search among. */
const late = (budget: Budget): Answer => ({
  verdict: 'unknown',
  reason: `the search for a serial order ended ${cutBy(budget)}`,
});

/** What is known after saturation, and the pairs that it left, if it came to that. */
interface Rest {
  readonly known: Known;
  /** Some transaction had no time left to take effect: what is known and real time contradict each other. */
  readonly empty: boolean;
  readonly undecided: Int32Array | undefined;
}

/**
 * Looks for a serial order in real time, knowing more after each failure: first narrower intervals, then what saturation forces.
 * Undefined when an order was found.
 */
function orderInTime(question: Question, known: Known, budget: Budget, quick: boolean): Rest | undefined {
  const { expired } = budget;
  const { versions, intervals } = question;
  const found = (k: Known, until: Int32Array, patience: number): boolean =>
    timedOrderFound(versions, k.graph, Float64Array.from(until), intervals, patience, expired);
  if (found(known, intervals.ret, PATIENCE)) return undefined;
  const tight = quick || expired?.() === true ? null : tightened(known.graph, intervals);
  if (tight === null) return { known, undecided: undefined, empty: !quick && expired?.() !== true };
  const better = new Known(question, timed(question, tight).pairs);
  const tighter = tightened(better.graph, tight);
  if (tighter === null) return { known: better, undecided: undefined, empty: true };
  const undecided = undecidedPairs(versions, better.pairs, PAIR_LIMIT, true);
  if (undecided === null) return { known: better, undecided: undefined, empty: false };
  const saturated = saturateInTime(versions, better.graph, tighter, undecided, expired);
  if (saturated.contradiction !== undefined) return { known: better, undecided, empty: false };
  for (let e = 0; e < saturated.forced.count; e++)
    better.pairs.add(saturated.forced.from[e]!, saturated.forced.to[e]!, Source.Forced);
  const best = new Known(question, better.pairs);
  return found(best, tighter.ret, 4 * PATIENCE)
    ? undefined
    : { known: best, undecided: saturated.open, empty: false };
}

/**
 * With the order of versions that the intervals impose. Under real time each key by itself has to be linearizable; of keys that are not,
 * two versions that cross are given, and their order is left open.
 */
function timed(
  { versions, pairs }: Question,
  { inv, ret }: Intervals,
): { readonly pairs: VersionPairs; readonly crossing: Crossing | undefined } {
  const more = pairs.copy();
  const unordered = addRealtimePairs(versions, zonesOf(versions, inv, ret), more);
  for (const crossing of unordered.values()) if (crossing !== undefined) return { pairs: more, crossing };
  return { pairs: more, crossing: undefined };
}

/** What is known, with real time as edges. */
function withRealtime({ versions, intervals }: Question, { edges }: Known): Csr {
  addRealtime(edges, all(versions.registers.n), intervals);
  return buildCsr(edges);
}

/** The smallest part of the transactions that are on a cycle of what is known and of real time. */
function circular(question: Question, known: Known): Answer | undefined {
  const graph = withRealtime(question, known);
  let least: Int32Array | undefined;
  for (const part of cyclicParts(graph, tarjan(graph, EVERY)))
    if (least === undefined || part.length < least.length) least = Int32Array.from(part);
  return (
    least && {
      verdict: 'no',
      engine: 'saturation',
      contradiction: {
        choices: new Int32Array(0),
        members: least.filter((v) => v < graph.txns),
        graph,
        pairs: known.pairs,
        snapshot: false,
      },
    }
  );
}

function solveParts(question: Question, known: Known, undecided: Int32Array, budget: Budget): Answer {
  const { versions, order } = question;
  const { pairs } = known;
  const graph = order === 'realtime' ? withRealtime(question, known) : known.graph;
  const possible = possibleGraph(versions, graph, undecided);
  const parts = cyclicParts(possible, tarjan(possible, EVERY));
  const scratch = vertexScratch(graph);
  const partOf = new Int32Array(graph.vertices).fill(-1);
  parts.forEach((members, i) => {
    for (const v of members) partOf[v] = i;
  });
  const inside: number[][] = parts.map(() => []);
  for (let i = 0; i < undecided.length; i += 2) {
    const a = partOf[versions.writer[undecided[i]!]!]!;
    if (a !== -1 && a === partOf[versions.writer[undecided[i + 1]!]!])
      inside[a]!.push(undecided[i]!, undecided[i + 1]!);
  }
  const allowance = stepsOf(budget);
  let reason: string | undefined;
  for (const [i, members] of parts.entries()) {
    const part = new Part(
      versions,
      subgraph(graph, members, EVERY, scratch),
      Int32Array.from(inside[i]!),
      question.isolation,
      budget.tableBytes,
    );
    if (Polygraph.bytes(part.nodes) * 4 > budget.tableBytes) {
      reason ??= `a group of ${part.graph.txns} transactions that depend on each other is too large to search`;
      continue;
    }
    const solution = part.solve(part.pairs, allowance);
    if (solution === 'no')
      return {
        verdict: 'no',
        engine: 'saturation',
        contradiction: {
          choices: part.shrink(allowance),
          members: members.filter((v) => v < graph.txns),
          graph,
          pairs,
          snapshot: question.isolation === 'snapshot',
        },
      };
    if (solution === 'cut') {
      const why = allowance.left > 0 ? `as its tables outgrew ${budget.tableBytes} bytes` : cutBy(budget);
      reason = `the search for an order of ${part.pairs.length / 2} pairs of writes ended ${why}`;
      break;
    }
  }
  return reason === undefined ? { verdict: 'yes', engine: 'search' } : { verdict: 'unknown', reason };
}

/** What is known, and both sides of whatever is not. */
function possibleGraph(versions: Versions, known: Csr, undecided: Int32Array): Csr {
  const edges = new Edges(known.txns, known.dst.length + undecided.length * 2);
  edges.vertices = known.vertices;
  for (let v = 0; v < known.vertices; v++)
    for (let e = known.offset[v]!; e < known.offset[v + 1]!; e++)
      edges.add(v, known.dst[e]!, known.label[e]!, -1);
  const { writer, reader, readsStart, reads } = versions;
  for (let i = 0; i < undecided.length; i += 2)
    for (const [a, b] of [
      [undecided[i]!, undecided[i + 1]!],
      [undecided[i + 1]!, undecided[i]!],
    ] as const) {
      edges.add(writer[a]!, writer[b]!, CO, -1);
      for (let r = readsStart[a]!; r < readsStart[a + 1]!; r++)
        if (reader[reads[r]!] !== writer[b]) edges.add(reader[reads[r]!]!, writer[b]!, CO, -1);
    }
  return buildCsr(edges);
}
