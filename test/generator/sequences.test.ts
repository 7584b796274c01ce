import { describe, expect, test } from 'vitest';
import {
  andThen,
  cycle,
  flipFlop,
  limit,
  once,
  phases,
  repeat,
  seq,
  sleep,
  synchronize,
} from '../../src/generator/sequences.ts';
import { calls, nothing, values } from '../../src/generator/sources.ts';
import { drive } from './driver.ts';

const op = (f: string) => ({ f, value: null });
const a = values(op('a1'), op('a2'), op('a3'));
const b = values(op('b1'), op('b2'));
const endless = (f: string) => calls(() => op(f));
const fs = (generator: Parameters<typeof drive>[0], driving: Parameters<typeof drive>[1] = {}) =>
  drive(generator, { threads: 1, ...driving }).ops.map((o) => o.f);

describe('seq, phases, andThen', () => {
  test('one after the other', () => {
    expect(fs(seq(a, nothing, b))).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
    expect(fs(seq())).toEqual([]);
    expect(fs(seq(b))).toEqual(['b1', 'b2']);
  });

  test('seq begins the next while the one before is under way, phases and andThen only after it', () => {
    const slow = { threads: 5, latency: ({ f }: { f: string }) => (f === 'a1' ? 9_000 : 1_000) };
    const overlap = (generator: Parameters<typeof drive>[0]) => {
      const { ops } = drive(generator, slow);
      return ops.find((o) => o.f === 'b1')!.time < ops.find((o) => o.f === 'a1')!.end;
    };
    expect(overlap(seq(a, b))).toBe(true);
    expect(overlap(phases(a, b))).toBe(false);
    expect(overlap(andThen(a, b))).toBe(false);
  });

  test('within a phase operations run side by side', () => {
    const { ops } = drive(phases(limit(5, endless('x')), b), { threads: 5 });
    expect(new Set(ops.filter((o) => o.f === 'x').map((o) => o.time)).size).toBe(1);
  });

  test('synchronize does not wait again once it has begun', () => {
    const { ops } = drive(synchronize(limit(10, endless('x'))), {
      threads: 2,
      latency: (_, id) => 1000 + id,
    });
    expect(ops).toHaveLength(10);
    expect(ops.some((o) => o.time > 0 && ops.some((p) => p !== o && p.time < o.time && p.end > o.time))).toBe(
      true,
    );
  });
});

describe('sleep', () => {
  test('keeps what follows off for a while, counted from the operation before', () => {
    const { ops, ended } = drive(seq(once(endless('a')), sleep(1000), sleep(500), b), {
      threads: 3,
      latency: () => 1,
    });
    expect(ops.map((o) => o.time)).toEqual([0, 1500, 1500]);
    expect(ended).toBe('done');
  });

  test('does not begin anew when it is asked again, nor when others complete', () => {
    const napping = seq(once(endless('a')), sleep(1000), b);
    const { ops } = drive(seq(once(endless('x')), napping), { threads: 5, latency: (_, id) => 300 + id });
    expect(ops.map((o) => o.time)).toEqual([0, 0, 1000, 1000]);
  });

  test('in a cycle, every time', () => {
    const { ops } = drive(cycle(seq(once(endless('a')), sleep(100)), 4), { threads: 2, latency: () => 1 });
    expect(ops.map((o) => o.time)).toEqual([0, 100, 200, 300]);
  });

  test('refuses what is no time', () => {
    expect(() => sleep(-1)).toThrow('a sleep (ns) must be a whole number of at least 0, not -1');
  });
});

describe('limit, once, repeat, cycle', () => {
  test('limit and once', () => {
    expect(fs(limit(2, a))).toEqual(['a1', 'a2']);
    expect(fs(limit(9, a))).toEqual(['a1', 'a2', 'a3']);
    expect(fs(limit(0, a))).toEqual([]);
    expect(fs(once(a))).toEqual(['a1']);
    expect(() => limit(1.5, a)).toThrow(
      'a limit of operations must be a whole number of at least 0, not 1.5',
    );
  });

  test('repeat does not advance', () => {
    expect(fs(repeat(a, 3))).toEqual(['a1', 'a1', 'a1']);
    expect(fs(limit(4, repeat(a)))).toEqual(['a1', 'a1', 'a1', 'a1']);
  });

  test('cycle begins again', () => {
    expect(fs(cycle(b, 3))).toEqual(['b1', 'b2', 'b1', 'b2', 'b1', 'b2']);
    expect(fs(limit(5, cycle(a)))).toEqual(['a1', 'a2', 'a3', 'a1', 'a2']);
    expect(drive(cycle(nothing))).toMatchObject({ ops: [], ended: 'done' });
    expect(fs(cycle(b, 0))).toEqual([]);
  });
});

describe('flipFlop', () => {
  test('alternates and ends with the one that ends in its turn', () => {
    expect(fs(flipFlop(a, b))).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
    expect(fs(flipFlop(b, a))).toEqual(['b1', 'a1', 'b2', 'a2']);
    expect(fs(limit(4, flipFlop(endless('x'), endless('y'))))).toEqual(['x', 'y', 'x', 'y']);
  });
});
