import { describe, expect, test } from 'vitest';
import { any, mix } from '../../src/generator/choices.ts';
import { limit, seq, sleep } from '../../src/generator/sequences.ts';
import { calls, nothing, values } from '../../src/generator/sources.ts';
import { concurrencyLimit, onThreads } from '../../src/generator/threads.ts';
import { delay } from '../../src/generator/timing.ts';
import { type Driven, drive } from './driver.ts';

const op = (f: string) => ({ f, value: null });
const endless = (f: string) => calls(() => op(f));
const share = ({ ops }: Driven, f: string) => ops.filter((o) => o.f === f).length / ops.length;

describe('any', () => {
  test('the soonest; among those that are due, each alike', () => {
    const late = values({ ...op('late'), time: 500 });
    expect(drive(any(late, values(op('now'))), { threads: 1, latency: () => 1 }).ops.map((o) => o.f)).toEqual(
      ['now', 'late'],
    );
    const both = drive(any(endless('a'), endless('b')), { most: 4000 });
    expect(share(both, 'a')).toBeGreaterThan(0.46);
    expect(share(both, 'a')).toBeLessThan(0.54);
  });

  test('each keeps its own pace', () => {
    const { ops } = drive(any(delay(100, endless('fast')), delay(300, endless('slow'))), {
      until: 30_000,
      latency: () => 1,
      most: 10_000,
    });
    expect(ops.filter((o) => o.f === 'fast').length).toBeGreaterThanOrEqual(299);
    expect(ops.filter((o) => o.f === 'slow').length).toBeGreaterThanOrEqual(99);
  });

  test('ends when all have ended', () => {
    const { ops, ended } = drive(any(limit(3, endless('a')), nothing, limit(2, endless('b'))));
    expect(ops).toHaveLength(5);
    expect(ended).toBe('done');
    expect(drive(any())).toMatchObject({ ended: 'done' });
  });

  test('wakes for one that will have something before another one is due', () => {
    const napping = seq(limit(1, endless('first')), sleep(100), limit(1, endless('second')));
    const { ops } = drive(any(napping, values({ ...op('late'), time: 900 })), { latency: () => 1 });
    expect(ops.map((o) => [o.f, o.time])).toEqual([
      ['first', 0],
      ['second', 100],
      ['late', 900],
    ]);
  });
});

describe('mix', () => {
  test('by equal shares, or by weight', () => {
    const equal = drive(mix([endless('a'), endless('b'), endless('c')]), { most: 6000 });
    for (const f of ['a', 'b', 'c']) expect(Math.abs(share(equal, f) - 1 / 3)).toBeLessThan(0.03);
    const weighted = drive(mix([endless('a'), endless('b')], [3, 1]), { most: 6000 });
    expect(Math.abs(share(weighted, 'a') - 0.75)).toBeLessThan(0.03);
  });

  test('one that may use only a few threads is not starved by one that keeps all of them busy', () => {
    const picky = onThreads((thread) => thread === 3, endless('picky'));
    const { ops } = drive(mix([picky, endless('greedy')]), { threads: 10, most: 5000 });
    const onItsThread = ops.filter((o) => o.thread === 3);
    expect(onItsThread.filter((o) => o.f === 'picky').length / onItsThread.length).toBeGreaterThan(0.5);
    const slow = concurrencyLimit(1, endless('slow'));
    const bounded = drive(mix([slow, endless('greedy')]), {
      threads: 4,
      most: 4000,
      latency: ({ f }) => (f === 'slow' ? 3000 : 1000),
    });
    const lasts = bounded.ops.filter((o) => o.f === 'slow').reduce((sum, o) => sum + o.end - o.time, 0);
    expect(lasts / bounded.time).toBeGreaterThan(0.8);
  });

  test('one that cannot do anything yet, or is far off, does not hold up the others', () => {
    const far = values({ ...op('far'), time: 1_000_000 });
    const { ops } = drive(mix([far, limit(50, endless('near'))]), { threads: 2, latency: () => 10 });
    expect(ops.slice(0, 50).every((o) => o.f === 'near')).toBe(true);
    expect(ops[50]).toMatchObject({ f: 'far', time: 1_000_000 });
    expect(ops[49]!.time).toBeLessThan(1000);
  });

  test('turns that it could not take are made up for, but not for ever', () => {
    const gone = seq(limit(1, endless('late')), sleep(1_000_000), endless('late'));
    const { ops } = drive(mix([gone, endless('other')]), { threads: 1, most: 6000, latency: () => 1000 });
    const after = ops.filter((o) => o.time >= 1_000_000);
    const first = after.slice(0, 16).filter((o) => o.f === 'late').length;
    expect(first).toBeGreaterThan(14);
    const later = after.slice(100);
    expect(Math.abs(later.filter((o) => o.f === 'late').length / later.length - 0.5)).toBeLessThan(0.04);
  });

  test('ends when all have ended', () => {
    const { ops, ended } = drive(mix([limit(30, endless('a')), limit(3, endless('b'))]));
    expect(ops).toHaveLength(33);
    expect(ended).toBe('done');
  });

  test('refuses weights that mean nothing', () => {
    expect(() => mix([endless('a')], [1, 2])).toThrow('a mix of 1 generators needs as many weights, not 2');
    expect(() => mix([endless('a')], [0])).toThrow(
      'the weight of a generator in a mix must be above 0, not 0',
    );
  });
});
