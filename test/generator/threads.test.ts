import { describe, expect, test } from 'vitest';
import { limit, once, synchronize } from '../../src/generator/sequences.ts';
import { calls, nothing, values } from '../../src/generator/sources.ts';
import {
  concurrencyLimit,
  eachProcess,
  eachThread,
  onThreads,
  processLimit,
  reserve,
  reserveProblem,
} from '../../src/generator/threads.ts';
import { type Driven, drive } from './driver.ts';

const op = (f: string) => ({ f, value: null });
const endless = (f: string) => calls(() => op(f));
const threadsOf = ({ ops }: Driven, f: string) =>
  [...new Set(ops.filter((o) => o.f === f).map((o) => o.thread))].sort((x, y) => x - y);

describe('onThreads', () => {
  test('only there; and "all threads" are those', () => {
    const driven = drive(
      onThreads((t) => t % 2 === 1, synchronize(endless('a'))),
      { threads: 6, most: 200 },
    );
    expect(threadsOf(driven, 'a')).toEqual([1, 3, 5]);
  });

  test('refuses to wait for nobody', () => {
    expect(() => drive(onThreads(() => false, endless('a')))).toThrow('none of the 5 threads may be used');
  });
});

describe('reserve', () => {
  test('ranges of their own, the rest to the rest', () => {
    const driven = drive(
      reserve(
        [
          [2, endless('a')],
          [1, endless('b')],
        ],
        endless('c'),
      ),
      { threads: 7, most: 2000 },
    );
    expect(threadsOf(driven, 'a')).toEqual([0, 1]);
    expect(threadsOf(driven, 'b')).toEqual([2]);
    expect(threadsOf(driven, 'c')).toEqual([3, 4, 5, 6]);
    for (const { f, value } of driven.ops) expect(value, f).toBe(null);
  });

  test('an ended part leaves its threads idle; all ended is the end', () => {
    const driven = drive(
      reserve([
        [1, limit(3, endless('a'))],
        [4, limit(40, endless('b'))],
      ]),
    );
    expect(driven.ended).toBe('done');
    expect(threadsOf(driven, 'b')).toEqual([1, 2, 3, 4]);
    expect(driven.ops).toHaveLength(43);
  });

  test('what does not fit is refused in words', () => {
    expect(() => drive(reserve([[9, endless('a')]]))).toThrow('9 threads are reserved but there are only 5');
    expect(() => drive(reserve([[5, endless('a')]], endless('b')))).toThrow(
      'all 5 threads are reserved and none is left',
    );
    expect(() => drive(reserve([[3, endless('a')]]))).toThrow('2 of 5 threads have nothing to do');
    expect(() => reserve([[0, endless('a')]])).toThrow(
      'threads to reserve must be a whole number of at least 1, not 0',
    );
    expect(reserveProblem([2, 2], 5, true)).toBe(undefined);
  });
});

describe('eachThread, eachProcess', () => {
  test('a copy for each thread', () => {
    const { ops, ended } = drive(eachThread(values(op('a'), op('b'))), { threads: 4 });
    for (let thread = 0; thread < 4; thread++)
      expect(ops.filter((o) => o.thread === thread).map((o) => o.f)).toEqual(['a', 'b']);
    expect(ended).toBe('done');
  });

  test('a copy sees no thread but its own', () => {
    const { ops } = drive(eachThread(limit(3, synchronize(endless('a')))), {
      threads: 3,
      latency: ({ thread }) => 1000 * (thread + 1),
    });
    expect(ops).toHaveLength(9);
    expect(ops.filter((o) => o.time < 1000)).toHaveLength(3);
  });

  test('a new process begins afresh; by thread it would not', () => {
    const crash = {
      threads: 2,
      outcome: (_: unknown, id: number) => ({ type: id < 4 ? 'info' : 'ok' }) as const,
    };
    expect(drive(eachProcess(once(endless('hello'))), crash).ops.map((o) => o.process)).toHaveLength(6);
    expect(drive(eachThread(once(endless('hello'))), crash).ops).toHaveLength(2);
  });

  test('an empty copy is the end', () => {
    expect(drive(eachThread(nothing))).toMatchObject({ ops: [], ended: 'done' });
  });
});

describe('processLimit, concurrencyLimit', () => {
  test('no more processes than that ever, and an end when they are gone', () => {
    const dying = {
      threads: 5,
      outcome: (_: unknown, id: number) => ({ type: id % 3 === 0 ? 'info' : 'ok' }) as const,
    };
    const { ops, ended } = drive(processLimit(7, endless('a')), dying);
    expect(new Set(ops.map((o) => o.process)).size).toBe(7);
    expect(ended).toBe('done');
  });

  test('fewer processes than threads: the others do nothing', () => {
    const driven = drive(processLimit(2, endless('a')), { threads: 5, most: 100 });
    expect(threadsOf(driven, 'a')).toHaveLength(2);
    expect(driven.ended).toBe('limit');
  });

  test('no more at once than that', () => {
    const { ops } = drive(concurrencyLimit(3, endless('a')), {
      threads: 10,
      most: 500,
      latency: (_, id) => 100 + (id % 17),
      outcome: (_, id) => ({ type: id % 5 === 0 ? 'info' : 'ok' }),
    });
    const atOnce = ops.map((o) => ops.filter((p) => p.id <= o.id && p.end > o.time).length);
    expect(Math.max(...atOnce)).toBe(3);
    expect(new Set(ops.map((o) => o.thread)).size).toBe(10);
  });
});
