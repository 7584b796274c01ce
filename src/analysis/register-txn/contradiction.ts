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
  const paths = new Paths(graph);
  if (pairs.length === 0) {
    const cycle = members.length === 0 ? [] : (shortestAround(paths, members, snapshot) ?? []);
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
      const cycle = side(versions, paths, x, y, snapshot);
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
  paths: Paths,
  x: number,
  y: number,
  snapshot: boolean,
): CycleStep[] | undefined {
  const { writer, reader, readsStart, reads } = versions;
  const target = writer[y]!;
  let best: CycleStep[] | undefined;
  const close = (from: number, read: number): void => {
    if (from === target) return;
    const most = best === undefined ? paths.graph.vertices : best.length - 2;
    const way = paths.find(target, from, snapshot, read >= 0, most);
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

/** Searches for paths in one graph: its tables are as large as the graph, so they are kept from one search to the next. */
class Paths {
  readonly graph: Csr;
  /** By state (a vertex, and whether an anti-dependency led there, where that matters): 1 + the edge it was reached by, and from where. */
  private readonly via: Int32Array;
  private readonly before: Int32Array;
  private readonly reached: number[] = [];

  constructor(graph: Csr) {
    this.graph = graph;
    this.via = new Int32Array(2 * graph.vertices);
    this.before = new Int32Array(2 * graph.vertices);
  }

  /**
   * A shortest path from one transaction to another; passages through hubs are one step. With `snapshot`, no two
   * anti-dependencies are next to each other, an anti-dependency `around` the path (from its end to its start) included. Undefined
   * where there is none, of at most `most` steps.
   */
  find(
    from: number,
    to: number,
    snapshot = false,
    around = false,
    most = this.graph.vertices,
  ): CycleStep[] | undefined {
    const { via, before, reached } = this;
    const { txns, offset, dst, label } = this.graph;
    for (const state of reached) via[state] = 0;
    reached.length = 0;
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
            const there = w * 2 + (anti ? 1 : 0);
            if (via[there] !== 0 || (w === to && anti && around)) continue;
            via[there] = e + 1;
            before[there] = s;
            reached.push(there);
            if (w === to) {
              end = there;
              break;
            }
            if (w < txns) next.push(there);
            else agenda.push(there);
          }
      }
      layer = next;
    }
    return end < 0 ? undefined : this.back(start, end);
  }

  private back(start: number, end: number): CycleStep[] {
    const { via, before, graph } = this;
    const steps: CycleStep[] = [];
    for (let state = end; steps.length === 0 || state !== start; ) {
      const last = via[state]! - 1;
      let edge = last;
      let from = before[state]!;
      while (from >> 1 >= graph.txns) {
        edge = via[from]! - 1;
        from = before[from]!;
      }
      steps.push({
        from: from >> 1,
        to: state >> 1,
        label: graph.label[edge]!,
        why: graph.why[edge]!,
        whyTo: graph.why[last]!,
      });
      state = from;
    }
    return steps.reverse();
  }
}

/** Through one of the first members at least, of many; not every member need lie on a cycle that counts. */
function shortestAround(paths: Paths, members: Int32Array, snapshot: boolean): CycleStep[] | undefined {
  let best: CycleStep[] | undefined;
  for (const [i, v] of members.entries()) {
    if (i >= 256 && best !== undefined) break;
    const found = paths.find(v, v, snapshot);
    if (found !== undefined && (best === undefined || found.length < best.length)) best = found;
  }
  return best;
}
