import type { Base, Core, DemandIndex } from './arbitration.ts';
import type { Evidence } from './evidence.ts';
import { INITIAL, type Indexed } from './transactions.ts';

/** One step of a cycle. `so` may skip over members of the session; `wr` names the read, `co` the demand. */
export type CycleStep =
  | { readonly kind: 'so'; readonly from: number; readonly to: number }
  | { readonly kind: 'wr'; readonly from: number; readonly to: number; readonly read: number }
  | { readonly kind: 'co'; readonly from: number; readonly to: number; readonly demand: number };

/** Searches started in one component at most: enough for the shortest of small ones, a bound for huge ones. */
const STARTS = 64;

/**
 * A shortest cycle of a component, where any number of successive steps of one session counts as one. Each start costs
 * time linear in the component; of components with more than 64 demands that many are tried, evenly spread.
 * Only demands that `through` accepts are starts. Reads-from and session order alone may be cyclic: then every member may be a start.
 */
export function shortestCycle(
  t: Indexed,
  base: Base,
  demands: Evidence,
  by: DemandIndex,
  core: Core,
  which: number,
  through: (demand: number) => boolean = () => true,
): CycleStep[] {
  const members = core.members[which]!;
  const starts: number[] = [];
  for (const i of members)
    for (let e = by.start[i]!; e < by.start[i + 1]!; e++)
      if (core.component[demands.to[by.index[e]!]!] === which && through(by.index[e]!))
        starts.push(by.index[e]!);
  let best: CycleStep[] | undefined;
  for (const e of spread(starts)) {
    const way = walk(t, base, demands, by, core, demands.to[e]!, demands.from[e]!, best?.length ?? 1 << 30);
    if (way === undefined) continue;
    best = [{ kind: 'co', from: demands.from[e]!, to: demands.to[e]!, demand: e }, ...way];
    if (best.length === 2) return best;
  }
  if (best !== undefined) return best;
  for (const i of spread([...members])) {
    const way = walk(t, base, demands, by, core, i, i, best?.length ?? 1 << 30);
    if (way !== undefined && (best === undefined || way.length < best.length)) best = way;
  }
  return best!;
}

function spread(all: readonly number[]): readonly number[] {
  if (all.length <= STARTS) return all;
  return Array.from({ length: STARTS }, (_, i) => all[Math.floor((i * all.length) / STARTS)]!);
}

/**
 * A shortest walk from one transaction to another (at least one step) inside a component: breadth first over states
 * (transaction, came along its session), where going on along the session costs nothing.
 */
function walk(
  t: Indexed,
  base: Base,
  demands: Evidence,
  by: DemandIndex,
  core: Core,
  from: number,
  to: number,
  shorterThan: number,
): CycleStep[] | undefined {
  const which = core.component[from]!;
  const came = new Map<number, { readonly state: number; readonly step: CycleStep }>();
  let layer = [from * 2];
  for (let length = 1; length + 1 < shorterThan && layer.length > 0; length++) {
    const following: number[] = [];
    for (const state of layer) {
      const i = state >> 1;
      if (base.sessions && (state & 1) === 0) {
        for (let next = t.next[i]!; next !== -1; next = t.next[next]!) {
          if (came.has(next * 2 + 1)) break;
          if (core.component[next] !== which) continue;
          if (arrive(state, next * 2 + 1, { kind: 'so', from: i, to: next }, following))
            return trace(next * 2 + 1);
        }
      }
      for (let e = t.readersStart[i]!; e < t.readersStart[i + 1]!; e++) {
        const read = t.readers[e]!;
        const next = t.reader[read]!;
        if (core.component[next] !== which || came.has(next * 2)) continue;
        if (arrive(state, next * 2, { kind: 'wr', from: i, to: next, read }, following))
          return trace(next * 2);
      }
      for (let e = by.start[i]!; e < by.start[i + 1]!; e++) {
        const demand = by.index[e]!;
        const next = demands.to[demand]!;
        if (core.component[next] !== which || came.has(next * 2)) continue;
        if (arrive(state, next * 2, { kind: 'co', from: i, to: next, demand }, following))
          return trace(next * 2);
      }
    }
    layer = following;
  }
  return undefined;

  function arrive(state: number, next: number, step: CycleStep, following: number[]): boolean {
    came.set(next, { state, step });
    following.push(next);
    return next >> 1 === to;
  }

  function trace(end: number): CycleStep[] {
    const steps: CycleStep[] = [];
    let state = end;
    do {
      const { state: before, step } = came.get(state)!;
      steps.push(step);
      state = before;
    } while (state !== from * 2);
    return steps.reverse();
  }
}

/**
 * How `to` comes to depend on `from`: a shortest path of session order and reads-from, sessions compacted. Empty when there is
 * none. Searches backwards from `to`, at most `limit` transactions.
 */
export function causalPath(t: Indexed, from: number, to: number, limit = 200_000): CycleStep[] {
  const came = new Map<number, CycleStep>();
  let layer = [to];
  while (layer.length > 0 && came.size < limit) {
    const before: number[] = [];
    for (const i of layer) {
      for (let r = t.readStart[i]!; r < t.readStart[i + 1]!; r++) {
        const writer = t.readFrom[r]!;
        if (writer === INITIAL || came.has(writer)) continue;
        came.set(writer, { kind: 'wr', from: writer, to: i, read: r });
        before.push(writer);
      }
      // Only members that someone read from, or the goal itself, lead anywhere new.
      for (let p = t.previous[i]!; p !== -1; p = t.previous[p]!) {
        if (came.has(p)) break;
        came.set(p, { kind: 'so', from: p, to: i });
        before.push(p);
      }
    }
    if (came.has(from)) break;
    layer = before;
  }
  const steps: CycleStep[] = [];
  for (let at = from; at !== to || steps.length === 0; ) {
    const step = came.get(at);
    if (step === undefined) return [];
    steps.push(step);
    at = step.to;
  }
  return mergeSessions(steps);
}

function mergeSessions(steps: readonly CycleStep[]): CycleStep[] {
  const merged: CycleStep[] = [];
  for (const step of steps) {
    const last = merged[merged.length - 1];
    if (last !== undefined && last.kind === 'so' && step.kind === 'so')
      merged[merged.length - 1] = { kind: 'so', from: last.from, to: step.to };
    else merged.push(step);
  }
  return merged;
}
