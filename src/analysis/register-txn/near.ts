import { NEVER } from '../../history/history.ts';
import { buildCsr, type Subgraph, subgraph, vertexScratch } from '../graph/csr.ts';
import { Edges } from '../graph/edges.ts';
import { EVERY, RW, WR, WW } from '../graph/labels.ts';
import { addProcess, addRealtime } from '../graph/order.ts';
import { cyclicParts, tarjan } from '../graph/tarjan.ts';
import type { Budget } from '../verdict.ts';
import { Part } from './part.ts';
import type { Contradiction, Question } from './question.ts';
import { Source, VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';
import { type Zones, zonesOf } from './zones.ts';

/** Half the widths, in positions, of the windows that are looked at, one after the other. */
const WIDTHS = [32, 64, 128, 256, 512, 1024];
/** The same where real time does not bind, so that far more pairs of writes are open. */
const NARROW = [32, 64, 128, 256];

/** Transactions above which a window is not looked at. */
const MOST = 2048;

/** Steps for each window, and for making a contradiction small. */
const STEPS = 10_000_000;

/** What a window shows: that there is no order; or one of its own, as pairs of versions. Neither where the steps ran out. */
export interface Near {
  readonly contradiction?: Contradiction;
  readonly order?: Int32Array;
}

/**
 * Looks for a contradiction among the transactions that ran about one position of the history, where the search for a serial order had got
 * stuck: the polygraph of these alone, of the reads that they have of each other and the order that their times impose. Whatever the
 * rest of the history is, its order would have to order them too, under all of these constraints and more: that they have no order is a proof, that
 * they have one says nothing.
 */
export function refuteNear(
  question: Question,
  position: number,
  budget: Budget,
  widths: readonly number[] = question.order === 'realtime' ? WIDTHS : NARROW,
): Near {
  const { inv, ret } = question.intervals;
  const { versions } = question;
  const zones = zonesOf(versions, inv, ret);
  let before = 0;
  let last: Near = {};
  for (const width of widths) {
    const members: number[] = [];
    for (let t = 0; t < inv.length; t++) {
      // Nobody knows when those of unknown outcome ended: only late ones are taken in, or there would be ever more of them.
      const end = ret[t] === NEVER ? inv[t]! + 4 * width : ret[t]!;
      if (inv[t]! <= position + width && end >= position - width) members.push(t);
    }
    if (members.length > MOST) break;
    if (members.length === before) continue;
    before = members.length;
    last = look(question, zones, Int32Array.from(members), budget);
    if (last.contradiction !== undefined) return last;
    if (last.order !== undefined) last = { order: inner(question, last.order, position, width >> 1) };
  }
  return last;
}

/** The pairs of which both were written near the middle: towards its ends a window knows too little of what is outside. */
function inner(
  { versions, intervals }: Question,
  order: Int32Array,
  position: number,
  width: number,
): Int32Array {
  const near = (v: number): boolean => Math.abs(intervals.inv[versions.writer[v]!]! - position) <= width;
  const kept: number[] = [];
  for (let i = 0; i < order.length; i += 2)
    if (near(order[i]!) && near(order[i + 1]!)) kept.push(order[i]!, order[i + 1]!);
  return Int32Array.from(kept);
}

function look(question: Question, zones: Zones, members: Int32Array, budget: Budget): Near {
  const { versions, intervals, order, process, isolation } = question;
  const { pairs, open } = pairsAmong(question, zones, members);
  const edges = dependenciesAmong(versions, pairs, members);
  if (order === 'realtime') addRealtime(edges, members, intervals);
  if (order === 'process') addProcess(edges, members, process);
  const graph = buildCsr(edges);
  const local = new Int32Array(members.length + graph.vertices - graph.txns);
  local.set(members);
  for (let v = graph.txns; v < graph.vertices; v++) local[members.length + v - graph.txns] = v;
  const small = subgraph(graph, local, EVERY, vertexScratch(graph));
  const part = new Part(versions, small, open, isolation, budget.tableBytes);
  const allowance = { left: Math.min(STEPS, budget.steps), expired: budget.expired };
  const told: number[] = [];
  const solution = part.solve(open, allowance, told);
  if (solution === 'cut') return {};
  if (solution === 'yes') {
    for (const i of told) [open[i], open[i + 1]] = [open[i + 1]!, open[i]!];
    return { order: open };
  }
  const choices = part.shrink(STEPS);
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

/**
 * What is known of the order of versions that the members wrote, or read, and the pairs of written ones of which nothing is, the one that was over
 * first in front: that is the side to try first.
 */
function pairsAmong(
  { versions, pairs: known, order }: Question,
  zones: Zones,
  members: Int32Array,
): { readonly pairs: VersionPairs; readonly open: Int32Array } {
  const { registers, written, key, ofRead } = versions;
  const byKey = new Map<number, number[]>();
  const there = new Set<number>();
  const meet = (v: number): void => {
    if (v >= written || there.has(v)) return;
    there.add(v);
    const list = byKey.get(key[v]!);
    if (list === undefined) byKey.set(key[v]!, [v]);
    else list.push(v);
  };
  const inside = new Set<number>();
  for (const t of members) {
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
      meet(w);
      inside.add(w);
    }
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) meet(ofRead[r]!);
  }
  const pairs = new VersionPairs();
  const open: number[] = [];
  const ordered = new Set<number>();
  for (let e = 0; e < known.count; e++) {
    const [a, b] = [known.from[e]!, known.to[e]!];
    if (!inside.has(b) || (a < written && !there.has(a))) continue;
    pairs.add(a, b, known.source[e]! as Source);
    ordered.add(Math.min(a, b) * versions.count + Math.max(a, b));
  }
  for (const list of byKey.values())
    for (let i = 0; i < list.length; i++)
      for (let j = i + 1; j < list.length; j++) {
        const [a, b] = [list[i]!, list[j]!];
        if (ordered.has(Math.min(a, b) * versions.count + Math.max(a, b))) continue;
        if (order === 'realtime') {
          if (zones.lo[a]! < zones.hi[b]!) {
            pairs.add(a, b, Source.Realtime);
            continue;
          }
          if (zones.lo[b]! < zones.hi[a]!) {
            pairs.add(b, a, Source.Realtime);
            continue;
          }
        }
        if (!inside.has(a) || !inside.has(b)) continue;
        if (zones.lo[a]! <= zones.lo[b]!) open.push(a, b);
        else open.push(b, a);
      }
  return { pairs, open: Int32Array.from(open) };
}

/** The dependencies among members. `why` is as in `dependencies`: the read for wr and rw, the index of the pair for ww. */
function dependenciesAmong(versions: Versions, pairs: VersionPairs, members: Int32Array): Edges {
  const { registers, written, writer, ofRead, reader, readsStart, reads } = versions;
  const { readStart, readFrom, writeStart } = registers;
  const edges = new Edges(registers.n, 1024);
  const is = new Set(members);
  for (const t of members)
    for (let r = readStart[t]!; r < readStart[t + 1]!; r++)
      if (is.has(readFrom[r]!)) edges.add(readFrom[r]!, t, WR, r);
  const readersOf = (v: number, to: number): void => {
    for (let i = readsStart[v]!; i < readsStart[v + 1]!; i++) {
      const from = reader[reads[i]!]!;
      if (from !== to && is.has(from)) edges.add(from, to, RW, reads[i]!);
    }
  };
  for (let e = 0; e < pairs.count; e++) {
    const to = writer[pairs.to[e]!]!;
    const from = writer[pairs.from[e]!]!;
    if (!is.has(to)) continue;
    if (from !== to && is.has(from)) edges.add(from, to, WW, e);
    if (pairs.from[e]! < written) readersOf(pairs.from[e]!, to);
  }
  // Every write of a key comes after whoever read its initial version.
  const initial = new Set<number>();
  for (const t of members)
    for (let r = readStart[t]!; r < readStart[t + 1]!; r++)
      if (ofRead[r]! >= written) initial.add(ofRead[r]!);
  for (const t of members)
    for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) {
      const first = written + versions.key[w]!;
      if (initial.has(first)) readersOf(first, t);
    }
  return edges;
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
