import { describe, expect, test } from 'vitest';
import type { Completed } from '../../src/generator/generator.ts';
import { limit, seq } from '../../src/generator/sequences.ts';
import { calls, stateful, values } from '../../src/generator/sources.ts';
import { filter, labelled, map, untilOk } from '../../src/generator/transforms.ts';
import { drive } from './driver.ts';

const numbers = calls(({ id, draw }) => ({ f: 'n', value: Math.floor(draw('n', id) * 10) }));

/** Emits for ever, and how many completions it has been told of as the value. */
const listener = (heard: (completed: Completed) => boolean = () => true) =>
  stateful(0, {
    next: (state) => ({ draft: { f: 'heard', value: state }, state }),
    update: (state, completed) => (heard(completed) ? state + 1 : state),
  });

describe('map and filter', () => {
  test('map changes every operation', () => {
    const { ops } = drive(
      limit(
        5,
        map((op) => ({ ...op, f: 'm', value: op.thread }), numbers),
      ),
    );
    for (const { f, value, thread } of ops) expect([f, value]).toEqual(['m', thread]);
    expect(ops).toHaveLength(5);
  });

  test('filter drops what does not match, and tries again with other draws', () => {
    const { ops } = drive(
      filter(({ value }) => value === 7, numbers),
      { most: 300 },
    );
    expect(ops).toHaveLength(300);
    expect(new Set(ops.map((o) => o.value))).toEqual(new Set([7]));
  });

  test('filter lets a sequence go on', () => {
    const some = values({ f: 'a', value: 1 }, { f: 'b', value: 2 }, { f: 'a', value: 3 });
    const { ops, ended } = drive(filter(({ f }) => f === 'a', some));
    expect(ops.map((o) => o.value)).toEqual([1, 3]);
    expect(ended).toBe('done');
  });

  test('a filter that nothing passes says so instead of hanging', () => {
    expect(() => drive(filter(() => false, numbers))).toThrow('none will ever pass');
  });

  test('both pass completions on', () => {
    const { ops } = drive(
      map(
        (op) => op,
        filter(() => true, listener()),
      ),
      { threads: 1, most: 5 },
    );
    expect(ops.map((o) => o.value)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('labelled', () => {
  test('marks operations, and hears of no other workload', () => {
    const mine = labelled('mine', listener());
    const { ops } = drive(seq(limit(3, labelled('other', listener())), mine), { threads: 1, most: 6 });
    expect(ops.map((o) => [o.workload, o.value])).toEqual([
      ['other', 0],
      ['other', 1],
      ['other', 2],
      ['mine', 0],
      ['mine', 1],
      ['mine', 2],
    ]);
  });
});

describe('untilOk', () => {
  test('goes on through failures and unknowns', () => {
    const { ops, ended } = drive(untilOk(numbers), {
      threads: 1,
      outcome: (_, id) => ({ type: id < 2 ? 'fail' : id < 4 ? 'info' : 'ok' }),
    });
    expect(ops.map((o) => o.type)).toEqual(['fail', 'fail', 'info', 'info', 'ok']);
    expect(ended).toBe('done');
  });

  test("somebody else's success does not count", () => {
    const { ops } = drive(seq(limit(1, numbers), untilOk(limit(9, numbers))), {
      threads: 5,
      latency: (_, id) => 1000 + id,
      outcome: (_, id) => ({ type: id === 0 ? 'ok' : 'fail' }),
    });
    expect(ops).toHaveLength(10);
  });
});
