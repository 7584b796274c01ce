import { describe, expect, test } from 'vitest';
import type { Completed } from '../../src/generator/generator.ts';
import { concurrentKeys, groupProblem, type PerKey, sequentialKeys } from '../../src/generator/keys.ts';
import { mostKeys, pool, written } from '../../src/generator/pool.ts';
import { limit } from '../../src/generator/sequences.ts';
import { calls, nothing, stateful } from '../../src/generator/sources.ts';
import type { Json } from '../../src/history/op.ts';
import { type Done, drive } from './driver.ts';

const some =
  (n: number): PerKey =>
  () =>
    limit(
      n,
      calls(({ id }) => ({ f: 'w', value: id })),
    );
const keyOf = ({ value }: Done) => (value as readonly Json[])[0]!;
const threadsByKey = (ops: readonly Done[]) => {
  const by = new Map<Json, Set<number>>();
  for (const op of ops) by.set(keyOf(op), (by.get(keyOf(op)) ?? new Set()).add(op.thread));
  return by;
};

describe('concurrentKeys', () => {
  test('so many keys at a time, fresh ones for ever, each with its operations and no more', () => {
    const { ops } = drive(concurrentKeys(3, some(20)), {
      threads: 9,
      most: 3000,
      latency: (_, id) => 100 + (id % 7),
    });
    const keys = [...new Set(ops.map(keyOf))];
    expect(keys.length).toBeGreaterThanOrEqual(150);
    expect([...keys].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: keys.length }, (_, i) => i),
    );
    for (const key of keys.slice(0, -3)) expect(ops.filter((op) => keyOf(op) === key)).toHaveLength(20);
    for (let i = 60; i < ops.length - 60; i++)
      expect(new Set(ops.slice(i - 3, i + 3).map(keyOf)).size).toBeLessThanOrEqual(6);
  });

  test('groups of threads need not be even, and every thread works', () => {
    for (const [groups, threads] of [
      [3, 10],
      [2, 5],
      [4, 7],
      [5, 5],
      [1, 3],
    ] as const) {
      const { ops } = drive(concurrentKeys(groups, some(50)), { threads, most: 3000 });
      expect(new Set(ops.map((op) => op.thread)).size).toBe(threads);
      const sizes = [...threadsByKey(ops).values()].map((set) => set.size);
      for (const size of sizes.slice(0, groups)) {
        expect(size).toBeGreaterThanOrEqual(Math.floor(threads / groups));
        expect(size).toBeLessThanOrEqual(Math.ceil(threads / groups));
      }
      const shares = Array.from(
        { length: threads },
        (_, t) => ops.filter((op) => op.thread === t).length / 3000,
      );
      for (const share of shares) expect(share).toBeGreaterThan(0.5 / threads);
    }
  });

  test('a group goes on to a fresh key while an old operation hangs', () => {
    const { ops } = drive(concurrentKeys(1, some(5)), {
      threads: 2,
      most: 40,
      latency: (_, id) => (id === 0 ? 1_000_000 : 10),
    });
    expect(new Set(ops.filter((op) => op.time < 1_000_000).map(keyOf)).size).toBe(8);
  });

  test('completions reach their own key, without the key', () => {
    const heard: Completed[] = [];
    const listening: PerKey = () =>
      limit(
        5,
        stateful(0, {
          next: (state) => ({ draft: { f: 'w', value: state }, state }),
          update: (state, completed) => {
            heard.push(completed);
            return state + 1;
          },
        }),
      );
    const { ops } = drive(concurrentKeys(2, listening), { threads: 2, most: 20 });
    expect(ops.map((op) => (op.value as readonly Json[])[1])).toEqual(
      expect.arrayContaining([0, 1, 2, 3, 4]),
    );
    expect(heard.every((completed) => typeof completed.value === 'number')).toBe(true);
  });

  test('ends with the supply of keys', () => {
    const three = (index: number) => (index < 3 ? `k${index}` : undefined);
    const { ops, ended } = drive(concurrentKeys(2, some(4), three), { threads: 4 });
    expect(ops).toHaveLength(12);
    expect(ended).toBe('done');
  });

  test('what cannot work is refused in words', () => {
    expect(groupProblem(3, 3)).toBe(undefined);
    expect(groupProblem(20, 10)).toBe('20 keys at once need at least 20 client threads, there are only 10');
    expect(() => drive(concurrentKeys(6, some(1)))).toThrow('6 keys at once need at least 6 client threads');
    expect(() => concurrentKeys(0, some(1))).toThrow(
      'keys at once must be a whole number of at least 1, not 0',
    );
    expect(() => drive(concurrentKeys(1, () => nothing))).toThrow('were empty');
  });
});

test('sequentialKeys: one after the other on all threads', () => {
  const { ops } = drive(sequentialKeys(some(30)), { threads: 4, most: 90 });
  expect(ops.map(keyOf)).toEqual(Array.from({ length: 90 }, (_, i) => Math.floor(i / 30)));
  expect([...threadsByKey(ops).values()].map((set) => set.size)).toEqual([4, 4, 4]);
});

test('pool: a key is replaced after so many writes, and mostKeys is no less than were born', () => {
  let now = pool(3);
  const before = now;
  for (let i = 0; i < 1000; i++) now = written(now, i % 3, 7);
  expect(before).toEqual({ keys: [0, 1, 2], writes: [0, 0, 0], fresh: 3 });
  expect(now.fresh).toBe(3 + 3 * Math.floor(333 / 7));
  expect(now.fresh).toBeLessThanOrEqual(mostKeys(3, 1000, 7));
  expect(written(pool(1), 0, 1)).toEqual({ keys: [1], writes: [0], fresh: 2 });
});
