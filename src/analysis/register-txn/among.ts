import { buildCsr, type Csr } from '../graph/csr.ts';
import { Edges } from '../graph/edges.ts';
import { RW, WR, WW } from '../graph/labels.ts';
import { addProcess, addRealtime } from '../graph/order.ts';
import type { Question } from './question.ts';
import { Source, VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';
import { type Zone, zoneOf } from './zones.ts';

/** What is known of a few transactions by themselves. */
export interface Among {
  readonly pairs: VersionPairs;
  /** Pairs of versions that members wrote and nothing orders, flat; the one that was over first in front: that is the side to try first. */
  readonly open: Int32Array;
  /** Their dependencies and the order asked about, on vertices of all transactions. */
  readonly graph: Csr;
}

/**
 * The reads that the members (ascending) have of each other, and the order of versions that is known or that time imposes. Linear in their
 * accesses and in all known pairs, quadratic in the versions of one key that they meet.
 */
export function among(question: Question, members: Int32Array): Among {
  const { versions, intervals, order, process } = question;
  const { pairs, open } = pairsAmong(question, members);
  const edges = dependenciesAmong(versions, pairs, members);
  if (order === 'realtime') addRealtime(edges, members, intervals);
  if (order === 'process') addProcess(edges, members, process);
  return { pairs, open, graph: buildCsr(edges) };
}

/**
 * What is known of the order of versions that the members wrote, or read, and the pairs of written ones of which nothing is, the one that was over
 * first in front: that is the side to try first.
 */
function pairsAmong(
  { versions, pairs: known, order, intervals }: Question,
  members: Int32Array,
): { readonly pairs: VersionPairs; readonly open: Int32Array } {
  const { registers, written, key, ofRead } = versions;
  const byKey = new Map<number, Zone[]>();
  // By version: 1 if members read it, 2 if one wrote it.
  const there = new Uint8Array(written);
  const meet = (v: number, how: 1 | 2): void => {
    if (v >= written || there[v] !== 0) return;
    there[v] = how;
    const list = byKey.get(key[v]!);
    const zone = zoneOf(versions, intervals, v);
    if (list === undefined) byKey.set(key[v]!, [zone]);
    else list.push(zone);
  };
  for (const t of members)
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) meet(w, 2);
  for (const t of members)
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) meet(ofRead[r]!, 1);
  const pairs = new VersionPairs();
  const open: number[] = [];
  const ordered = new Set<number>();
  for (let e = 0; e < known.count; e++) {
    const [a, b] = [known.from[e]!, known.to[e]!];
    if (there[b] !== 2 || (a < written && there[a] === 0)) continue;
    pairs.add(a, b, known.source[e]! as Source);
    ordered.add(Math.min(a, b) * versions.count + Math.max(a, b));
  }
  for (const list of byKey.values())
    for (let i = 0; i < list.length; i++)
      for (let j = i + 1; j < list.length; j++) {
        const [a, b] = [list[i]!, list[j]!];
        const [v, w] = [a.version, b.version];
        if (ordered.has(Math.min(v, w) * versions.count + Math.max(v, w))) continue;
        const before = order === 'realtime' && a.lo < b.hi;
        const after = order === 'realtime' && b.lo < a.hi;
        // Two that cross stay open: each side of the choice tells why it is wrong.
        if (before !== after) pairs.add(before ? v : w, before ? w : v, Source.Realtime);
        else if (there[v] === 2 && there[w] === 2) open.push(...(a.lo <= b.lo ? [v, w] : [w, v]));
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
