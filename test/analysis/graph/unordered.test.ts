import { expect, test } from 'vitest';
import { buildCsr, subgraph, vertexScratch } from '../../../src/analysis/graph/csr.ts';
import { findCycles } from '../../../src/analysis/graph/cycles.ts';
import { Edges } from '../../../src/analysis/graph/edges.ts';
import { EVERY, RW, WR, WW } from '../../../src/analysis/graph/labels.ts';
import {
  nonadjacentClosing,
  orderGroups,
  pathOf,
  runsApart,
  singleClosing,
} from '../../../src/analysis/graph/unordered.ts';
import { impliedBy } from '../../../src/analysis/models.ts';
import { cases, Dice } from './dice.ts';

const unlimited = () => ({ left: Number.MAX_SAFE_INTEGER });

/** What forbids a class: the cycles found imply one of these. */
const classes = [
  ['G-nonadjacent', ['G0', 'G1c', 'G-nonadjacent']],
  ['G-single', ['G0', 'G1c', 'G-single']],
] as const;

interface Case {
  readonly n: number;
  readonly edges: readonly (readonly [number, number, number])[];
  readonly groups: number[][];
  readonly hub: number;
}

function random(dice: Dice): Case {
  const n = 3 + dice.below(5);
  const edges: [number, number, number][] = [];
  for (let i = 2 + dice.below(2 * n); i > 0; i--) {
    const [u, w] = [dice.below(n), dice.below(n)];
    if (u !== w) edges.push([u, w, dice.pick([WR, RW, RW, RW])]);
  }
  const all = Array.from({ length: n }, (_, t) => t);
  const groups = Array.from({ length: 1 + dice.below(2) }, () =>
    dice.shuffle([...all]).slice(0, 2 + dice.below(2)),
  );
  return { n, edges, groups, hub: dice.chance(30) ? dice.below(n) : -1 };
}

/** With a hub, one transaction is before all others at once by an anti-dependency. */
function graphOf({ n, edges, hub }: Case, orders: readonly (readonly number[])[]): Edges {
  const out = new Edges(n, 4);
  for (const [u, w, label] of edges) out.add(u, w, label, -1);
  for (const order of orders)
    for (let i = 1; i < order.length; i++) out.add(order[i - 1]!, order[i]!, WW, -1);
  if (hub >= 0) {
    const h = out.hub();
    out.add(hub, h, RW, -1);
    for (let t = 0; t < n; t += 2) if (t !== hub) out.add(h, t, RW, -1);
  }
  return out;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((x) => permutations(items.filter((y) => y !== x)).map((rest) => [x, ...rest]));
}

function choices(groups: readonly number[][]): number[][][] {
  if (groups.length === 0) return [[]];
  return permutations(groups[0]!).flatMap((p) => choices(groups.slice(1)).map((rest) => [p, ...rest]));
}

function free(edges: Edges, forbidden: readonly string[]): boolean {
  const { counts } = findCycles({ edges, witnesses: 1, steps: unlimited() });
  const found = impliedBy(counts.keys());
  return !forbidden.some((type) => found.has(type));
}

test('an order of unordered writes is found iff one of all orders closes no cycle, and a clash is one by itself', () => {
  const tally = { found: 0, none: 0, pair: 0, ran: 0 };
  for (let seed = 0; seed < cases(1500); seed++) {
    const given = random(new Dice(seed));
    const csr = buildCsr(graphOf(given, []));
    const every = Int32Array.from({ length: csr.vertices }, (_, v) => v);
    const graph = subgraph(csr, every, EVERY, vertexScratch(csr));
    for (const [name, forbidden] of classes) {
      // Cycles without a choice are not what this is for.
      if (!free(graphOf(given, []), forbidden)) continue;
      const expected = choices(given.groups).some((orders) => free(graphOf(given, orders), forbidden));
      const closing = (name === 'G-single' ? singleClosing : nonadjacentClosing)(graph, EVERY);
      const ordering = orderGroups(closing, given.groups, unlimited());
      expect(ordering.found, `seed ${seed}: ${name}`).toBe(expected);
      tally[expected ? 'found' : 'none']++;
      if (name === 'G-nonadjacent' && runsApart(graph, EVERY, given.groups, unlimited())) {
        expect(expected, `seed ${seed}: they ran`).toBe(true);
        tally.ran++;
      }
      if (ordering.found !== false || ordering.pair === null) continue;
      tally.pair++;
      const [a, b] = ordering.pair;
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        expect(free(graphOf(given, [[from, to]]), forbidden), `seed ${seed}: ${name}`).toBe(false);
        const path = pathOf(graph, closing, from, to)!;
        expect([path[0]!.from, path.at(-1)!.to]).toEqual([from, to]);
        for (const [i, step] of path.entries()) if (i > 0) expect(step.from).toBe(path[i - 1]!.to);
      }
    }
  }
  expect(tally.found).toBeGreaterThan(500);
  expect(tally.none).toBeGreaterThan(100);
  expect(tally.pair).toBeGreaterThan(100);
  // The quick way is nearly always enough.
  expect(tally.ran).toBeGreaterThan(300);
});

test('without steps nothing is claimed', () => {
  const edges = new Edges(4);
  for (const [u, w] of [
    [0, 1],
    [1, 0],
  ] as const)
    edges.add(u, w, RW, -1);
  const graph = buildCsr(edges);
  const closing = nonadjacentClosing(graph, EVERY);
  expect(orderGroups(closing, [[0, 2]], { left: 0 }).found).toBe('cut');
  expect(orderGroups(closing, [[0, 1]], unlimited())).toEqual({ found: false, pair: [0, 1] });
});
