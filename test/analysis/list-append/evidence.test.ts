import { MultiDirectedGraph } from 'graphology';
import { parse } from 'graphology-gexf';
import { expect, test } from 'vitest';
import type { Core } from '../../../src/analysis/evidence/core.ts';
import { coreGraph } from '../../../src/analysis/evidence/core-graph.ts';
import { dotLines, toGexf } from '../../../src/analysis/evidence/export.ts';
import { analyzeListAppend } from '../../../src/analysis/list-append/check.ts';
import type { History } from '../../../src/history/history.ts';
import { a, during, inTurn, judge, ok, r, timed, together } from './lists.ts';

const coreOf = (history: History): Core => analyzeListAppend(history).core!;

const skew = () => together(ok(a('x', 1), r('y')), ok(a('y', 1), r('x')), ok(r('x', [1])));

test('a cycle is told with its transactions, its reasons, and the read that proves the order', () => {
  const h = together(ok(a('x', 1), a('y', 1)), ok(a('x', 2), r('y')), ok(r('x', [1, 2])));
  const { message, steps, ops } = judge(h).anomalies[0]!;
  expect(message).toContain('two transactions, each of which would have to come before the other');
  expect(message).toContain('T2 appended 2 to "x" next after T1\'s 1');
  expect(message).toContain('T2 read "y" empty and did not see T1\'s append of 1');
  expect(message).toContain('the transaction invoked at record 2 read "x" as [1 2]');
  expect(ops).toHaveLength(2);
  expect(ops[0]).toMatchObject({
    name: 'T1',
    invoked: 0,
    returned: 3,
    type: 'ok',
    value: [
      ['append', 'x', 1],
      ['append', 'y', 1],
    ],
  });
  expect(steps![0]).toMatchObject({
    from: 'T1',
    to: 'T2',
    type: 'ww',
    key: 'x',
    value: 1,
    valueAfter: 2,
    aMop: 0,
    bMop: 0,
  });
  expect(steps![0]!.proof).toMatchObject({ invoked: 2 });
  expect(steps![1]).toMatchObject({
    from: 'T2',
    to: 'T1',
    type: 'rw',
    key: 'y',
    value: null,
    valueAfter: 1,
    aMop: 1,
    bMop: 1,
  });
});

test('a step in real time says which record came before which', () => {
  const h = inTurn(ok(a('x', 1)), ok(r('x')), ok(r('x', [1])));
  const step = judge(h).anomalies[0]!.steps!.find((s) => s.type === 'realtime')!;
  expect(step.why).toBe('T1 had returned (record 1) before T2 was invoked (record 2), 1.00 ms earlier');
});

test('the core holds the cyclic part alone, with every dependency in it', () => {
  const graph = coreGraph(coreOf(skew()));
  expect(graph.nodes()).toEqual(['0', '1']);
  expect(graph.mapEdges((_, { type, key }, from, to) => `${from} ${type} ${key} ${to}`).sort()).toEqual([
    '0 rw "y" 1',
    '1 rw "x" 0',
  ]);
  expect(graph.getNodeAttributes('0')).toMatchObject({ witness: true, part: 0, outcome: 'ok' });
  expect(graph.getAttribute('omitted')).toBe(0);
  expect(coreGraph(coreOf(together(ok(a('x', 1)), ok(r('x', [1]))))).order).toBe(0);
});

test('a core beyond the caps keeps its witnesses', () => {
  const ring = 50;
  const h = timed(
    ...Array.from({ length: ring }, (_, i) => during(i, 100 + i, ok(r(i), a((i + 1) % ring, 1)))),
  );
  const skewed = timed(
    ...Array.from({ length: ring }, (_, i) => during(i, 100 + i, ok(r(i), a((i + 1) % ring, 1)))),
    during(98, 200, ok(r('x'), a('y', 1))),
    during(99, 201, ok(r('y'), a('x', 1))),
  );
  expect(coreGraph(coreOf(h)).order).toBe(ring);
  const small = coreGraph(coreOf(skewed), { nodes: 10, edges: 5 });
  expect(small.order).toBe(10);
  expect(small.size).toBeLessThanOrEqual(5);
  expect(small.getAttribute('omitted')).toBe(ring + 2 - 10);
});

test('GEXF can be read back', () => {
  const graph = coreGraph(coreOf(skew()));
  const text = toGexf(graph);
  const back = parse(MultiDirectedGraph, text);
  expect(back.order).toBe(2);
  expect(back.size).toBe(2);
  expect(back.getNodeAttribute('0', 'label')).toBe('append "x" 1, r "y" nil');
});

test('DOT names every transaction and every edge, with quotes escaped', () => {
  const lines = [...dotLines(coreOf(skew()))];
  expect(lines[0]).toBe('digraph core {');
  expect(lines.at(-1)).toBe('}');
  expect(lines).toContain('    0 [label="append \\"x\\" 1, r \\"y\\" nil"];');
  expect(lines.filter((l) => l.includes('->'))).toHaveLength(2);
  expect(lines.filter((l) => l.endsWith('{')).length).toBe(lines.filter((l) => l.trim() === '}').length);
});
