import { expect, test } from 'vitest';
import { buildCsr, subgraph, vertexScratch } from '../../../src/analysis/graph/csr.ts';
import { findCycles } from '../../../src/analysis/graph/cycles.ts';
import { Edges } from '../../../src/analysis/graph/edges.ts';
import { kahn } from '../../../src/analysis/graph/kahn.ts';
import { DATA, EVERY, only, RW, WR, WW } from '../../../src/analysis/graph/labels.ts';
import { nameCycle } from '../../../src/analysis/graph/names.ts';
import { plainCycles } from '../../../src/analysis/graph/plain.ts';
import { closedEdges } from '../../../src/analysis/graph/reach.ts';
import { CycleSearch } from '../../../src/analysis/graph/search.ts';
import { onNonadjacentCycle } from '../../../src/analysis/graph/split.ts';
import { strong } from '../../../src/analysis/graph/strong.ts';
import { tarjan } from '../../../src/analysis/graph/tarjan.ts';
import { boundary, impliedBy } from '../../../src/analysis/models.ts';
import { NEVER } from '../../../src/history/history.ts';
import { eachCycle, labelings, smallGraph, typesByBruteForce } from './brute.ts';
import { cases, Dice } from './dice.ts';

const unlimited = (): { left: number } => ({ left: Number.MAX_SAFE_INTEGER });

test('every type that a brute-force enumeration of cycles finds is reported or implied, and nothing else', () => {
  for (let seed = 0; seed < cases(5000); seed++) {
    const { edges, inv, ret, process, labels } = smallGraph(seed);
    const intervals = { inv, ret };
    const { cycles, counts, cut } = findCycles({
      edges,
      intervals,
      process,
      witnesses: 100,
      steps: unlimited(),
    });
    const at = `seed ${seed}`;
    expect(cut, at).toBe(false);
    const { types, partOf } = typesByBruteForce(labels);
    const reported = new Map<number, Map<string, number>>();
    for (const { type, steps } of cycles) {
      const vertices = steps.map((s) => s.from);
      expect(new Set(vertices).size, at).toBe(vertices.length);
      steps.forEach((s, i) => {
        expect(s.to, at).toBe(steps[(i + 1) % steps.length]!.from);
        expect(labels[s.from]![s.to], at).toContain(s.label);
      });
      expect(nameCycle(steps.map((s) => s.label)), at).toBe(type);
      const part = partOf(vertices[0]!);
      const shortest = types.get(part)?.get(type);
      expect(shortest, `${at}: ${type}`).toBeDefined();
      expect(steps.length, `${at}: ${type}`).toBeGreaterThanOrEqual(shortest!);
      const here = reported.get(part) ?? new Map<string, number>();
      reported.set(part, here.set(type, Math.min(here.get(type) ?? steps.length, steps.length)));
    }
    for (const [part, all] of types) {
      const here = reported.get(part) ?? new Map<string, number>();
      const known = impliedBy(here.keys());
      for (const [type, shortest] of all) {
        const others = [...all.keys()].filter((o) => o !== type);
        if (here.has(type) && !impliedBy(others).has(type))
          expect(here.get(type), `${at}: ${type}`).toBe(shortest);
        const beside = type.startsWith('G-nonadjacent') && [...here.keys()].some((t) => /^G[01]/.test(t));
        if (!beside) expect([...known], `${at}: ${type}`).toContain(type);
      }
    }
    const all = [...types.values()].flatMap((part) => [...part.keys()]);
    expect(boundary(counts.keys()), at).toEqual(boundary(all));
  }
});

test('peeling leaves nothing iff there is no cycle, and of the rest the strong part is what lies on cycles', () => {
  for (let seed = 0; seed < cases(3000); seed++) {
    const { n, edges, inv, ret } = smallGraph(seed);
    for (const realtime of [false, true]) {
      const linked = (u: number, v: number): boolean =>
        hasData(edges, u, v) || (realtime && ret[u]! < inv[v]!);
      const on = new Set<number>();
      eachCycle(linked, n, (cycle) => {
        for (const v of cycle) on.add(v);
      });
      const at = `seed ${seed}, real time ${realtime}`;
      const graph = buildCsr(edges);
      // Positions far apart are renumbered; that must not change the order.
      const wide = { inv: inv.map((p) => p * 1000), ret: ret.map((p) => (p === NEVER ? p : p * 1000)) };
      const intervals = realtime ? (seed % 2 ? { inv, ret } : wide) : undefined;
      const core = kahn(graph, intervals);
      expect(core.length > 0, at).toBe(on.size > 0);
      const members = strong(graph, core, intervals).filter((v) => v < n);
      expect([...members], at).toEqual([...on].sort((x, y) => x - y));
    }
  }
});

/** Whether an edge, or a path through hubs, leads from u to v. */
function hasData(edges: Edges, u: number, v: number, overHubs = false): boolean {
  const next = [u];
  const seen = new Set<number>();
  for (let at = next.pop(); at !== undefined; at = next.pop())
    for (let e = 0; e < edges.length; e++) {
      if (edges.src[e] !== at) continue;
      const w = edges.dst[e]!;
      if (w === v && !(overHubs && at === u)) return true;
      if (w >= edges.txns && !seen.has(w)) {
        seen.add(w);
        next.push(w);
      }
    }
  return false;
}

test('the begin-commit graph is cyclic iff some cycle has no adjacent anti-dependencies', () => {
  for (let seed = 0; seed < cases(4000); seed++) {
    const { n, edges } = smallGraph(seed);
    const dataOnly = subgraphOfAll(edges);
    const labels = matrix(edges, n);
    const linked = (u: number, v: number): boolean => labels[u]![v]!.length > 0;
    let shortest = Number.POSITIVE_INFINITY;
    eachCycle(linked, n, (cycle) => {
      const adjacent = labelings(labels, cycle).every((chosen) => nameCycle(chosen).startsWith('G2'));
      if (!adjacent) shortest = Math.min(shortest, cycle.length);
    });
    const on = onNonadjacentCycle(dataOnly, DATA);
    expect(on.includes(1), `seed ${seed}`).toBe(shortest < Number.POSITIVE_INFINITY);

    // The lengths agree too: the shortest walk over all starting edges is as long as the shortest such cycle.
    const search = new CycleSearch(dataOnly);
    let found = Number.POSITIVE_INFINITY;
    for (let u = 0; u < n; u++)
      for (let e = dataOnly.offset[u]!; e < dataOnly.offset[u + 1]!; e++) {
        const walk = search.shortest(u, e, { mask: DATA, nonadjacent: true }, 2 * n, unlimited());
        if (walk) found = Math.min(found, walk.length);
      }
    expect(found, `seed ${seed}`).toBe(shortest);
  }
});

function subgraphOfAll(edges: Edges): ReturnType<typeof subgraph> {
  const graph = buildCsr(edges);
  return subgraph(
    graph,
    Int32Array.from({ length: graph.vertices }, (_, v) => v),
    EVERY,
    vertexScratch(graph),
  );
}

/** By pair: the strongest label of its data edges, and that of the paths over hubs. */
function matrix(edges: Edges, n: number): number[][][] {
  return Array.from({ length: n }, (_, u) =>
    Array.from({ length: n }, (_, v) => {
      if (u === v) return [];
      const direct: number[] = [];
      for (let e = 0; e < edges.length; e++)
        if (edges.src[e] === u && edges.dst[e] === v) direct.push(edges.label[e]!);
      const labels = direct.length > 0 ? [Math.min(...direct)] : [];
      return hasData(edges, u, v, true) ? [...labels, RW] : labels;
    }),
  );
}

test('the bit-parallel pass closes the same anti-dependencies as one search each', () => {
  for (let seed = 0; seed < cases(300, 20_000); seed++) {
    const dice = new Dice(seed);
    const n = 4 + dice.below(120);
    const edges = new Edges(n);
    const density = dice.pick([50, 100, 200]);
    const back = dice.pick([0, 0, 3]);
    for (let i = (n * density) / 100; i > 0; i--) {
      const [a, b] = [dice.below(n), dice.below(n)];
      if (a === b) continue;
      const [u, v] = dice.chance(back) ? [Math.max(a, b), Math.min(a, b)] : [Math.min(a, b), Math.max(a, b)];
      edges.add(u, v, dice.pick([WW, WR]), 0);
    }
    for (let i = n; i > 0; i--) {
      const [a, b] = [dice.below(n), dice.below(n)];
      if (a !== b) edges.add(a, b, RW, 0);
    }
    const graph = buildCsr(edges);
    const mask = only(WW, WR);
    const candidates: number[] = [];
    const sources: number[] = [];
    const search = new CycleSearch(graph);
    const expected: number[] = [];
    for (let u = 0; u < n; u++)
      for (let e = graph.offset[u]!; e < graph.offset[u + 1]!; e++) {
        if (graph.label[e] !== RW) continue;
        candidates.push(e);
        sources.push(u);
        if (search.shortest(u, e, { mask, nonadjacent: false }, n, unlimited())) expected.push(e);
      }
    const closed = closedEdges(
      graph,
      mask,
      tarjan(graph, mask, true),
      Int32Array.from(candidates),
      Int32Array.from(sources),
      unlimited(),
    );
    expect([...closed!], `seed ${seed}`).toEqual(expected);
  }
});

test('components agree with reachability both ways, and their numbers ascend against the edges', () => {
  for (let seed = 0; seed < cases(2000); seed++) {
    const { n, edges } = smallGraph(seed);
    const graph = buildCsr(edges);
    const { component } = tarjan(graph, EVERY);
    const reaches = Array.from({ length: n }, (_, from) => {
      const seen = new Set([from]);
      for (const u of seen) for (let v = 0; v < n; v++) if (hasData(edges, u, v)) seen.add(v);
      return seen;
    });
    for (let u = 0; u < n; u++)
      for (let v = 0; v < n; v++) {
        const together = u === v || (reaches[u]!.has(v) && reaches[v]!.has(u));
        expect(component[u] === component[v], `seed ${seed}: ${u}, ${v}`).toBe(together);
        if (reaches[u]!.has(v)) expect(component[u]).toBeGreaterThanOrEqual(component[v]!);
      }
  }
});

test('cycles that need no name: one shortest in every part', () => {
  for (let seed = 0; seed < cases(3000); seed++) {
    const { n, edges } = smallGraph(seed);
    const linked = (u: number, v: number): boolean => hasData(edges, u, v);
    let shortest = Number.POSITIVE_INFINITY;
    eachCycle(linked, n, (cycle) => {
      shortest = Math.min(shortest, cycle.length);
    });
    const { cycles, parts } = plainCycles(edges, 100, unlimited());
    expect(parts > 0, `seed ${seed}`).toBe(shortest < Number.POSITIVE_INFINITY);
    expect(cycles.length, `seed ${seed}`).toBe(parts);
    if (parts > 0) expect(cycles[0]!.length, `seed ${seed}`).toBe(shortest);
    for (const cycle of cycles)
      cycle.forEach((s, i) => {
        expect(hasData(edges, s.from, s.to), `seed ${seed}`).toBe(true);
        expect(s.to).toBe(cycle[(i + 1) % cycle.length]!.from);
      });
  }
});

test('among hundreds of anti-dependencies, the one that closes a G-single is found, and the shortest', () => {
  let far = 0;
  for (let seed = 0; seed < cases(60, 3000); seed++) {
    const dice = new Dice(seed);
    const n = 150 + dice.below(250);
    const edges = new Edges(n);
    // Dependencies lead forward, a chain of them all the way; anti-dependencies too, but for a few that go back a long way.
    for (let v = 1; v < n; v++) if (!dice.chance(2)) edges.add(v - 1, v, dice.pick([WW, WR]), 0);
    for (let i = 2 * n; i > 0; i--) {
      const u = dice.below(n - 1);
      edges.add(u, Math.min(n - 1, u + 1 + dice.below(9)), RW, 0);
    }
    for (let i = dice.pick([60, 200]); i > 0; i--) {
      const u = dice.below(n);
      const v = dice.below(n);
      if (u > v + 4 || dice.chance(20)) edges.add(u, v, RW, 0);
    }
    const graph = buildCsr(edges);
    const search = new CycleSearch(graph);
    let shortest = Number.POSITIVE_INFINITY;
    for (let u = 0; u < n; u++)
      for (let e = graph.offset[u]!; e < graph.offset[u + 1]!; e++) {
        if (graph.label[e] !== RW || graph.dst[e] === u) continue;
        const cycle = search.shortest(u, e, { mask: only(WW, WR), nonadjacent: false }, n, unlimited());
        if (cycle) shortest = Math.min(shortest, cycle.length);
      }
    const { cycles } = findCycles({ edges, witnesses: 1000, steps: unlimited() });
    const found = cycles.filter((c) => c.type === 'G-single-item').map((c) => c.steps.length);
    expect(Math.min(...found), `seed ${seed}`).toBe(shortest);
    // Beyond the look around, only the bit-parallel pass tells.
    if (shortest > 4) far++;
  }
  expect(far).toBeGreaterThan(10);
});
