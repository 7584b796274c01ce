import { Edges } from '../../../src/analysis/graph/edges.ts';
import { PROCESS, REALTIME, RW, RWP, WR, WW } from '../../../src/analysis/graph/labels.ts';
import { nameCycle } from '../../../src/analysis/graph/names.ts';
import { NEVER } from '../../../src/history/history.ts';
import { Dice } from './dice.ts';

export interface SmallGraph {
  readonly n: number;
  readonly edges: Edges;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly process: Int32Array;
  /** By pair: the labels it counts with. The strongest of its plain data edges, that of its hubs, and its strongest order. */
  readonly labels: number[][][];
}

/** A random graph of a few transactions in time, with data dependencies that agree with time more or less often. */
export function smallGraph(seed: number): SmallGraph {
  const dice = new Dice(seed);
  const n = 2 + dice.below(5);
  const inv = new Int32Array(n);
  const ret = new Int32Array(n);
  const process = new Int32Array(n);
  const direct = Array.from({ length: n }, () => new Array<number>(n).fill(-1));

  // Each process runs its transactions one after the other; events interleave at random.
  const processes = 1 + dice.below(4);
  const busy = new Array<number>(processes).fill(-1);
  let started = 0;
  let now = 0;
  for (; started < n || busy.some((t) => t >= 0); now++) {
    const p = dice.below(processes);
    if (busy[p]! >= 0) {
      ret[busy[p]!] = now;
      busy[p] = -1;
    } else if (started < n) {
      inv[started] = now;
      process[started] = p;
      busy[p] = started++;
    }
  }
  for (let t = 0; t < n; t++)
    if (dice.chance(10)) {
      ret[t] = NEVER;
      process[t] = t % 2 === 0 ? -1 : -2 - process[t]!;
    }

  const edges = new Edges(n, 4);
  const kinds = dice.chance(30) ? [WW, WR, RW, RWP] : dice.chance(50) ? [WW, WR, RW] : [WR, RW, RW, RW];
  const back = dice.pick([5, 20, 50]);
  for (let i = dice.below(2 * n + 3); i > 0; i--) {
    let u = dice.below(n);
    let v = dice.below(n);
    if (u === v) continue;
    if (u > v && !dice.chance(back)) [u, v] = [v, u];
    const l = dice.pick(kinds);
    edges.add(u, v, l, i);
    if (direct[u]![v]! < 0 || direct[u]![v]! > l) direct[u]![v] = l;
  }
  const labels = direct.map((row) => row.map((l) => (l < 0 ? [] : [l])));
  if (dice.chance(30)) {
    // Some transactions before some others, all at once.
    const hub = edges.hub();
    const side = Array.from({ length: n }, () => dice.below(3));
    const hub2 = dice.chance(50) ? edges.hub() : hub;
    if (hub2 !== hub) edges.add(hub, hub2, RW, -1);
    for (let t = 0; t < n; t++) {
      if (side[t] === 0) edges.add(t, hub, RW, t);
      if (side[t] === 1) edges.add(hub2, t, RW, t);
      for (let o = 0; o < n; o++) if (side[t] === 0 && side[o] === 1) labels[t]![o]!.push(RW);
    }
  }
  for (let u = 0; u < n; u++)
    for (let v = 0; v < n; v++) {
      const p = process[u]!;
      if (p >= 0 && (process[v] === p || process[v] === -2 - p) && u < v) labels[u]![v]!.push(PROCESS);
      else if (ret[u]! < inv[v]!) labels[u]![v]!.push(REALTIME);
    }
  return { n, edges, inv, ret, process, labels };
}

/** Every simple cycle of at least two vertices; calls back with its vertices, the smallest first. */
export function eachCycle(
  linked: (u: number, v: number) => boolean,
  n: number,
  visit: (cycle: number[]) => void,
): void {
  const path: number[] = [];
  const on = new Array<boolean>(n).fill(false);
  const walk = (start: number, v: number): void => {
    for (let w = start; w < n; w++) {
      if (!linked(v, w)) continue;
      if (w === start && path.length > 1) visit(path);
      if (on[w] || w === start) continue;
      on[w] = true;
      path.push(w);
      walk(start, w);
      path.pop();
      on[w] = false;
    }
  };
  for (let s = 0; s < n; s++) {
    path.push(s);
    walk(s, s);
    path.pop();
  }
}

/** Every way to put one of its labels on each step of a cycle. */
export function labelings(
  labels: readonly (readonly (readonly number[])[])[],
  cycle: readonly number[],
): number[][] {
  let all: number[][] = [[]];
  cycle.forEach((v, i) => {
    const step = labels[v]![cycle[(i + 1) % cycle.length]!]!;
    all = all.flatMap((head) => step.map((l) => [...head, l]));
  });
  return all;
}

/** By strongly connected part (named by its smallest vertex): type → length of a shortest cycle of the type. */
export function typesByBruteForce(labels: readonly (readonly (readonly number[])[])[]): {
  types: Map<number, Map<string, number>>;
  partOf: (v: number) => number;
} {
  const n = labels.length;
  const root = Array.from({ length: n }, (_, v) => v);
  const partOf = (v: number): number => (root[v] === v ? v : (root[v] = partOf(root[v]!)));
  const all: { at: number; type: string; length: number }[] = [];
  eachCycle(
    (u, v) => labels[u]![v]!.length > 0,
    n,
    (cycle) => {
      for (const v of cycle) {
        const [a, b] = [partOf(cycle[0]!), partOf(v)];
        root[Math.max(a, b)] = Math.min(a, b);
      }
      for (const chosen of labelings(labels, cycle))
        all.push({ at: cycle[0]!, type: nameCycle(chosen), length: cycle.length });
    },
  );
  const types = new Map<number, Map<string, number>>();
  for (const { at, type, length } of all) {
    const part = types.get(partOf(at)) ?? new Map<string, number>();
    part.set(type, Math.min(part.get(type) ?? length, length));
    types.set(partOf(at), part);
  }
  return { types, partOf };
}
