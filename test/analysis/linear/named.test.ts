import { expect, test } from 'vitest';
import { check } from '../../../src/analysis/check.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, history, type Line } from './histories.ts';

const read = (seen: Json) => alone(1, 'read', null, seen);
const failed = (f: string, value: Json): Line[] => [
  [0, 'invoke', f, value],
  [0, 'fail', f, value],
];
const many = (n: number, lines: (i: number) => Line[]) =>
  Array.from({ length: n }, (_, i) => lines(i)).flat();

/** What is found of a history, whatever number of witnesses is wanted. */
function named(workload: string, ...lines: Line[]): string {
  const verdicts = [0, 1, 2, 8, 100].map((witnesses) => {
    const verdict = check(history(...lines), { workload, witnesses });
    for (const type of verdict.anomalyTypes) {
      const shown = verdict.anomalies.filter((a) => a.type === type).length;
      expect(shown).toBeLessThanOrEqual(witnesses);
      if (witnesses > 0) expect(shown).toBeGreaterThan(0);
    }
    return JSON.stringify([verdict.valid, verdict.anomalyTypes, verdict.counts]);
  });
  expect(new Set(verdicts).size).toBe(1);
  return (JSON.parse(verdicts[0]!) as [boolean, string[]])[1].join();
}

test('a register: what is rare is named beside what there is much of', () => {
  const nobody = many(20, (i) => read(100 + i));
  expect(named('register', ...nobody)).toBe('thin-air-read');
  expect(named('register', ...nobody, ...failed('write', 1), ...read(1))).toBe('aborted-read,thin-air-read');
  expect(named('register', ...nobody, ...read(2), ...alone(0, 'write', 2))).toBe('future-read,thin-air-read');
  const stale = many(20, (i) => [...alone(0, 'write', i), ...read(Math.max(0, i - 1))]);
  expect(named('register', ...stale)).toBe('stale-read');
});

test('a register whose values repeat', () => {
  const lines = many(20, (i) => [...alone(0, 'write', i % 2), ...read(i === 0 ? 0 : (i + 1) % 2)]);
  expect(named('register', ...lines, ...read(9))).toBe('stale-read,thin-air-read');
});

test('a list', () => {
  const nobody = alone(0, 'append', 1).concat(read([1, ...Array.from({ length: 20 }, (_, i) => 100 + i)]));
  expect(named('append-list', ...nobody, ...read([7]))).toBe('incompatible-order,thin-air-read');
});

test('a queue', () => {
  const twice = many(20, (i) => [
    ...alone(0, 'enqueue', i),
    ...alone(0, 'dequeue', null, i),
    ...alone(1, 'dequeue', null, i),
  ]);
  expect(named('queue', ...twice, ...alone(1, 'dequeue', null, 99))).toBe('duplicate-dequeue,never-enqueued');
});
