import type { Csr } from '../graph/csr.ts';
import { ANTI, CO } from '../graph/labels.ts';
import type { CycleStep } from '../graph/search.ts';
import type { Anomaly, Step } from '../verdict.ts';
import { type Cast, show } from '../weak/words.ts';
import type { Contradiction } from './question.ts';
import type { Narrator } from './steps.ts';
import type { Versions } from './versions.ts';

/**
 * A contradiction between choices as an anomaly: for each pair of writes, why neither may come first. A side that only fails because
 * of other pairs says so. Steps are the cycle that the first side closes.
 */
export function contradictionAnomaly(
  type: string,
  model: string,
  contradiction: Contradiction,
  versions: Versions,
  narrator: Narrator,
  cast: Cast,
): Anomaly {
  const { choices: pairs, graph, members, snapshot } = contradiction;
  if (pairs.length === 0) {
    const cycle = members.length === 0 ? [] : (shortestAround(graph, members, snapshot) ?? []);
    return narrator.anomaly(type, cycle, cast);
  }
  const lines: string[] = [];
  let steps: Step[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [a, b] = [pairs[i]!, pairs[i + 1]!];
    const key = versions.key[a]!;
    const [wa, wb] = [versions.writer[a]!, versions.writer[b]!];
    const [na, nb] = [cast.name(wa), cast.name(wb)];
    lines.push(
      `${na} wrote ${show(cast.written(wa, key))} to ${cast.key(key)}, and ${nb} wrote ${show(cast.written(wb, key))}.`,
    );
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const cycle = side(versions, graph, x, y, snapshot);
      const [first, second] = [cast.name(versions.writer[x]!), cast.name(versions.writer[y]!)];
      if (cycle === undefined) {
        lines.push(`If ${first} was first: impossible together with the others.`);
        continue;
      }
      const told = cycle.map((s) => step(s, x, y, versions, narrator, cast));
      if (steps.length === 0) steps = told;
      lines.push(
        `If ${first} was first: ${told.map((s) => `${s.from} < ${s.to}, because ${s.why}`).join('; ')}.`,
      );
      if (second === first) break;
    }
  }
  lines.push(`So no order of ${pairs.length === 2 ? 'these writes' : 'all these writes'} is ${model}.`);
  return {
    type,
    message: lines.join('\n'),
    ops: cast.ops,
    ...(steps.length === 0 ? {} : { steps }),
    key: cast.keyValue(versions.key[pairs[0]!]!),
  };
}

/** The cycle that arises in the known graph when version x comes before version y. */
function side(
  versions: Versions,
  graph: Csr,
  x: number,
  y: number,
  snapshot: boolean,
): CycleStep[] | undefined {
  const { writer, reader, readsStart, reads } = versions;
  const target = writer[y]!;
  let best: CycleStep[] | undefined;
  const close = (from: number, read: number): void => {
    if (from === target) return;
    const most = best === undefined ? graph.vertices : best.length - 2;
    const way = path(graph, target, from, snapshot, read >= 0, most);
    if (way === undefined) return;
    best = [{ from, to: target, label: CO, why: read, whyTo: read }, ...way];
  };
  close(writer[x]!, -1);
  for (let i = readsStart[x]!; i < readsStart[x + 1]!; i++) close(reader[reads[i]!]!, reads[i]!);
  return best;
}

function step(s: CycleStep, x: number, y: number, versions: Versions, narrator: Narrator, cast: Cast): Step {
  if (s.label !== CO) return narrator.step(s, cast);
  const key = versions.key[x]!;
  const [from, to] = [cast.name(s.from), cast.name(s.to)];
  const [older, newer] = [cast.written(versions.writer[x]!, key), cast.written(versions.writer[y]!, key)];
  const shared = { from, to, key: cast.keyValue(key), value: older, valueAfter: newer };
  return s.why < 0
    ? { ...shared, type: 'ww', why: `its ${show(older)} would be replaced by ${show(newer)}` }
    : {
        ...shared,
        type: 'rw',
        why: `it read ${cast.key(key)} as ${show(older)} and would not have seen ${show(newer)} from ${to}`,
      };
}

/**
 * A shortest path from one transaction to another; passages through hubs are one step. With `snapshot`, no two
 * anti-dependencies are next to each other, an anti-dependency `around` the path (from its end to its start) included. Undefined where
 * there is none, of at most `most` steps.
 */
export function path(
  graph: Csr,
  from: number,
  to: number,
  snapshot = false,
  around = false,
  most = graph.vertices,
): CycleStep[] | undefined {
  const { txns, offset, dst, label } = graph;
  // A state is a vertex, and whether an anti-dependency led there, where that matters.
  const came = new Map<number, { readonly before: number; readonly edge: number }>();
  const start = from * 2 + (snapshot && around ? 1 : 0);
  let layer = [start];
  let end = -1;
  for (let length = 0; length < most && layer.length > 0 && end < 0; length++) {
    const next: number[] = [];
    for (const state of layer) {
      if (end >= 0) break;
      const agenda = [state];
      for (let s = agenda.pop(); s !== undefined && end < 0; s = agenda.pop())
        for (let e = offset[s >> 1]!; e < offset[(s >> 1) + 1]!; e++) {
          const hub = s >> 1 >= txns;
          const anti = snapshot && ((ANTI >>> label[e]!) & 1) === 1;
          if (anti && !hub && (s & 1) === 1) continue;
          const w = dst[e]!;
          const reached = w * 2 + (anti ? 1 : 0);
          if (came.has(reached) || (w === to && anti && around)) continue;
          came.set(reached, { before: s, edge: e });
          if (w === to) {
            end = reached;
            break;
          }
          if (w < txns) next.push(reached);
          else agenda.push(reached);
        }
    }
    layer = next;
  }
  if (end < 0) return undefined;
  const steps: CycleStep[] = [];
  for (let state = end; steps.length === 0 || state !== start; ) {
    const last = came.get(state)!;
    let { before, edge } = last;
    while (before >> 1 >= txns) ({ before, edge } = came.get(before)!);
    steps.push({
      from: before >> 1,
      to: state >> 1,
      label: label[edge]!,
      why: graph.why[edge]!,
      whyTo: graph.why[last.edge]!,
    });
    state = before;
  }
  return steps.reverse();
}

/** Through one of the first members at least, of many; not every member need lie on a cycle that counts. */
function shortestAround(graph: Csr, members: Int32Array, snapshot: boolean): CycleStep[] | undefined {
  let best: CycleStep[] | undefined;
  for (const [i, v] of members.entries()) {
    if (i >= 256 && best !== undefined) break;
    const found = path(graph, v, v, snapshot);
    if (found !== undefined && (best === undefined || found.length < best.length)) best = found;
  }
  return best;
}
