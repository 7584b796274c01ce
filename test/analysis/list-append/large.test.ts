import { expect, test } from 'vitest';
import { cases } from '../graph/dice.ts';
import type { Timed } from './lists.ts';
import { a, during, judge, ok, r, timed } from './lists.ts';

/** All of them at once, given as lists of micro-operations. */
const concurrent = (txns: Parameters<typeof ok>[]): Timed[] =>
  txns.map((mops, i) => during(i, txns.length + i, ok(...mops)));

test('a ring of a thousand writes closed by one anti-dependency, among thirty thousand write skews: G-single-item', () => {
  const ring = 1000;
  const decoys = 30;
  const txns: Parameters<typeof ok>[] = [];
  const readers: Parameters<typeof ok>[] = [];
  for (let i = 0; i < ring; i++) {
    const mops: Parameters<typeof ok> = [];
    // Transaction i writes key i after its predecessor did; the last does not see what the first wrote.
    if (i > 0) mops.push(a(`k${i}`, 2));
    if (i < ring - 1) mops.push(a(`k${i + 1}`, 1));
    if (i === 0) mops.push(a('z', 1));
    if (i === ring - 1) mops.push(r('z'));
    if (i > 0) readers.push([r(`k${i}`, [1, 2])]);
    for (let d = 0; d < decoys; d++) {
      const skew = `${i}.${d}`;
      mops.push(a(`u${skew}`, 1), r(`v${skew}`));
      readers.push([r(`u${skew}`), a(`v${skew}`, 1)]);
    }
    txns.push(mops);
  }
  const verdict = judge(timed(...concurrent([...txns, ...readers])));
  expect(verdict.anomalyTypes).toEqual(['G-single-item']);
  const { steps, message } = verdict.anomalies[0]!;
  expect(steps!.length).toBe(ring);
  expect(steps!.filter((s) => s.type === 'rw').length).toBe(1);
  expect(message.split('\n').length).toBeLessThan(60);
});

test('a long G-single among long forks, where only the bit-parallel pass tells which anti-dependency closes', () => {
  const ring = 120;
  const txns: Parameters<typeof ok>[] = [];
  for (let i = 0; i < ring; i++) {
    const mops: Parameters<typeof ok> = [];
    if (i > 0) mops.push(r(`k${i}`, [1]));
    if (i < ring - 1) mops.push(a(`k${i + 1}`, 1));
    if (i === 0) mops.push(a('z', 1));
    if (i === ring - 1) mops.push(r('z'));
    // i wrote two keys of which i's two readers each saw one: an anti-dependency forward, a dependency back, twice.
    mops.push(a(`p${i}`, 1), r(`q${i}`, [1]));
    txns.push([r(`p${i}`), r(`s${i}`, [1])], [a(`s${i}`, 1), r(`t${i}`)], [a(`t${i}`, 1), a(`q${i}`, 1)]);
    txns.push(mops);
  }
  const verdict = judge(timed(...concurrent(txns)));
  expect(verdict.anomalyTypes).toContain('G-single-item');
  expect(verdict.anomalies[0]!.steps!.length).toBeGreaterThan(4);
});

test('one strongly connected part of very many transactions still gets short, named witnesses', () => {
  const n = cases(20_000, 100_000);
  const txns: Parameters<typeof ok>[] = [];
  for (let i = 0; i < n; i++) {
    const next = (i + 1) % n;
    // Each misses what the next two wrote, in a ring; and neighbours in pairs miss each other.
    txns.push([
      r(next, null),
      r(((i + 2) % n) + n, null),
      a(i, 1),
      a(i + n, 1),
      r((i ^ 1) + 2 * n),
      a(i + 2 * n, 1),
    ]);
  }
  const verdict = judge(timed(...concurrent(txns)));
  expect(verdict.anomalyTypes).toEqual(['G2-item']);
  expect(verdict.anomalies[0]!.steps!.length).toBe(2);
});

test('appends that nobody saw, by transactions that all read the same state: linear, not quadratic', () => {
  const n = 3000;
  const blind = Array.from({ length: n }, (_, i): Parameters<typeof ok> => [a('x', i + 1)]);
  const readers = Array.from({ length: n }, (): Parameters<typeof ok> => [r('x')]);
  expect(judge(timed(...concurrent([...blind, ...readers]))).valid).toBe(true);
  const updates = Array.from({ length: n }, (_, i): Parameters<typeof ok> => [r('x'), a('x', i + 1)]);
  const verdict = judge(timed(...concurrent(updates)));
  expect(verdict.anomalyTypes).toEqual(['G2-item', 'lost-update']);
  expect(verdict.anomalies[0]!.steps!.length).toBe(2);
  // A single update beside blind readers must not be taken for a cycle with itself.
  expect(
    judge(timed(...concurrent([...readers.slice(0, 9), ...blind.slice(1, 9), [r('x'), a('x', 1)]]))).valid,
  ).toBe(true);
});

test('without a budget the verdict still stands, and names what it can', () => {
  const skew = [
    [r('x'), a('y', 1)],
    [r('y'), a('x', 1)],
  ] as Parameters<typeof ok>[];
  const nothing = { budget: { steps: 0, tableBytes: 0 } };
  expect(judge(timed(...concurrent(skew)), undefined, nothing).anomalyTypes).toEqual(['G2-item']);

  // Each of a long chain misses what its sixth predecessor wrote. Which of these close is more than no steps can settle.
  const n = 200;
  const chain = Array.from({ length: n }, (_, i): Parameters<typeof ok> => {
    const mops: Parameters<typeof ok> = [a(i, 1), a(i + n, 1)];
    if (i > 0) mops.push(r(i - 1, [1]));
    if (i > 5) mops.push(r(i - 6 + n));
    return mops;
  });
  const history = timed(...concurrent(chain));
  const full = judge(history);
  expect(full.anomalyTypes).toEqual(['G-single-item']);
  expect(full.anomalies[0]!.steps!.length).toBe(7);
  const cut = judge(history, undefined, nothing);
  expect(cut.valid).toBe(false);
  expect(cut.anomalyTypes).toEqual(['G-single-item']);
  expect(cut.consistentWith).toEqual([]);
  expect(cut.reason).toContain('budget');
});
