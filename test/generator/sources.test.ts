import { describe, expect, test } from 'vitest';
import { calls, nothing, stateful, values } from '../../src/generator/sources.ts';
import { context, drive } from './driver.ts';

const op = (value: number) => ({ f: 'write', value });

describe('values', () => {
  test('each once, in order, then done', () => {
    const { ops, ended } = drive(values(op(1), op(2), op(3)), { threads: 1 });
    expect(ops.map((o) => o.value)).toEqual([1, 2, 3]);
    expect(ended).toBe('done');
  });

  test('nothing is done at once', () => {
    expect(drive(nothing)).toMatchObject({ ops: [], ended: 'done' });
    expect(drive(values())).toMatchObject({ ops: [], ended: 'done' });
  });

  test('waits for a free thread', () => {
    expect(values(op(1)).next(context({ free: [] }))).toEqual({ kind: 'pending' });
  });

  test('keeps to the thread, the time and the marks of a draft', () => {
    const draft = { f: 'read', value: null, thread: 3, time: 50, final: true, at: 'n2', workload: 'set' };
    expect(values(draft).next(context())).toMatchObject({ kind: 'emit', op: draft });
    expect(values(draft).next(context({ free: [1, 2] }))).toEqual({ kind: 'pending' });
    expect(values({ ...draft, time: 5 }).next(context({ time: 9 }))).toMatchObject({ op: { time: 9 } });
  });

  test('at low rates every thread has its share', () => {
    const { ops } = drive(
      calls(() => op(0)),
      { threads: 5, most: 5000, latency: () => 0 },
    );
    for (let thread = 0; thread < 5; thread++) {
      const share = ops.filter((o) => o.thread === thread).length / ops.length;
      expect(share).toBeGreaterThan(0.17);
      expect(share).toBeLessThan(0.23);
    }
  });
});

describe('calls', () => {
  test('until the function returns nothing; told the thread that will do it', () => {
    const made = calls(({ id }, thread) => (id < 4 ? { f: 'read', value: thread } : undefined));
    const { ops, ended } = drive(made);
    expect(ops).toHaveLength(4);
    for (const { thread, value } of ops) expect(value).toBe(thread);
    expect(ended).toBe('done');
  });
});

describe('stateful', () => {
  test('the state goes on with what is dispatched and with what is learnt, and only then', () => {
    const counting = stateful(
      { sent: 0, heard: 0 },
      {
        next: (state) =>
          state.sent - state.heard >= 2
            ? { kind: 'pending' }
            : { draft: op(state.sent), state: { ...state, sent: state.sent + 1 } },
        update: (state) => ({ ...state, heard: state.heard + 1 }),
      },
    );
    const { ops } = drive(counting, { most: 100 });
    expect(ops.map((o) => o.value)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const atOnce = ops.map(
      (o) => ops.filter((p) => p.time <= o.time && p.end > o.time && p.id <= o.id).length,
    );
    expect(Math.max(...atOnce)).toBe(2);
    // Asked again without having been dispatched, it proposes the same.
    expect(counting.next(context())).toEqual(counting.next(context()));
  });
});
