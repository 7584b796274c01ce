import { describe, expect, test } from 'vitest';
import type { Generator } from '../../src/generator/generator.ts';
import { carry } from '../../src/generator/next.ts';
import { limit } from '../../src/generator/sequences.ts';
import { calls, nothing, values } from '../../src/generator/sources.ts';
import { delay, rate, stagger, timeLimit } from '../../src/generator/timing.ts';
import { context, drive } from './driver.ts';

const endless = calls(() => ({ f: 'a', value: null }));
const gaps = (times: readonly number[]) => times.slice(1).map((time, i) => time - times[i]!);

describe('stagger', () => {
  test('uniformly 0 to twice the gap, over all threads together', () => {
    const { ops } = drive(stagger(1000, endless), { threads: 20, most: 5000, latency: () => 5 });
    const between = gaps(ops.map((o) => o.time));
    const mean = between.reduce((sum, gap) => sum + gap, 0) / between.length;
    expect(Math.abs(mean - 1000)).toBeLessThan(40);
    expect(Math.max(...between)).toBeLessThan(2000);
    expect(between.filter((gap) => gap < 500).length / between.length).toBeCloseTo(0.25, 1);
    expect(between.filter((gap) => gap > 1500).length / between.length).toBeCloseTo(0.25, 1);
  });

  test('does not make up for time when every thread was busy', () => {
    const ms = 1_000_000;
    const { ops } = drive(stagger(10 * ms, endless), {
      threads: 1,
      most: 100,
      latency: (_, id) => (id === 5 ? 5000 * ms : ms),
    });
    const after = ops.filter((o) => o.time > 5000 * ms);
    expect(Math.max(...gaps(after.map((o) => o.time)))).toBeLessThan(20 * ms);
    expect(after.at(-1)!.time - after[0]!.time).toBeGreaterThan(600 * ms);
  });

  test('keeps its rate although every timer is a little late', () => {
    const ms = 1_000_000;
    let generator: Generator = stagger(ms, endless);
    let time = 0;
    let id = 0;
    while (time < 2000 * ms) {
      const next = generator.next(context({ time, id }));
      if (next.kind !== 'emit') throw new Error(next.kind);
      if (next.op.time > time) time = next.op.time + 2 * ms;
      else {
        generator = next.then;
        id++;
      }
    }
    expect(id).toBeGreaterThan(1800);
    expect(id).toBeLessThan(2200);
  });

  test('rate is per second', () => {
    const { ops } = drive(rate(200, endless), { threads: 5, until: 5_000_000_000, most: 10_000 });
    expect(Math.abs(ops.length - 1000)).toBeLessThan(60);
    expect(() => rate(0, endless)).toThrow('a rate must be above 0 operations a second, not 0');
  });
});

describe('delay', () => {
  test('exactly, and catches up', () => {
    const { ops } = drive(delay(10, endless), {
      threads: 1,
      most: 100,
      latency: (_, id) => (id === 5 ? 300 : 1),
    });
    expect(ops.slice(0, 6).map((o) => o.time)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(ops.filter((o) => o.time >= 350 && o.time < 390).length).toBeGreaterThan(20);
    expect(ops[99]!.time).toBe(990);
  });
});

describe('timeLimit', () => {
  test('counts from the first operation', () => {
    const later = values({ f: 'first', value: null, time: 5000 });
    expect(drive(timeLimit(100, later)).ops).toHaveLength(1);
    const { ops, ended } = drive(timeLimit(1000, delay(100, endless)), { threads: 3, latency: () => 1 });
    expect(ops.map((o) => o.time)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(ended).toBe('done');
  });

  test('ends on time though everything inside waits', () => {
    const stuck = timeLimit(1000, limit(1, endless));
    expect(drive(stuck)).toMatchObject({ ended: 'done' });
    const waiting = { next: () => ({ kind: 'pending' }) as const, update: () => waiting };
    const { ended, time } = drive(
      timeLimit(1000, {
        next: (context) => {
          const first = endless.next(context);
          return carry(first, () => waiting);
        },
        update: () => waiting,
      }),
      { latency: () => 1 },
    );
    expect(ended).toBe('done');
    expect(time).toBe(1000);
  });

  test('of nothing is nothing', () => {
    expect(drive(timeLimit(1, nothing))).toMatchObject({ ops: [], ended: 'done' });
    expect(() => timeLimit(0, endless)).toThrow(
      'a time limit (ns) must be a whole number of at least 1, not 0',
    );
  });
});
