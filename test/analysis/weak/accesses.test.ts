import { expect, test } from 'vitest';
import { accessesOf } from '../../../src/analysis/weak/accesses.ts';
import { historyOf } from '../../../src/history/builder.ts';
import type { Json, Op } from '../../../src/history/op.ts';

/** Three transactions of different sizes that complete in another order than they begin. */
function history(invoked: (value: Json) => Json): readonly Op[] {
  const values: readonly Json[] = [
    [['w', 0, 1]],
    [
      ['r', 0, 1],
      ['w', 1, 2],
    ],
    [
      ['r', 1, 2],
      ['r', 0, 1],
      ['w', 0, 3],
    ],
  ];
  const record = (index: number, process: number, type: Op['type'], value: Json): Op => ({
    index,
    time: index,
    process,
    type,
    f: 'txn',
    value,
  });
  return [
    ...values.map((value, p) => record(p, p, 'invoke', invoked(value))),
    ...[2, 0, 1].map((p, i) => record(3 + i, p, 'ok', values[p]!)),
  ];
}

test('accesses are in the order of their transactions, wherever these keep their micro-operations', () => {
  const ordered = historyOf(history((value) => value));
  // What an invocation does not say has its place behind what completed before.
  const late = historyOf(history(() => null));
  expect([...ordered.x0]).toEqual([0, 1, 3]);
  expect([...late.x0]).toEqual([3, 4, 0]);
  const shown = (h: typeof ordered): unknown => {
    const { f, key, value, unit, start } = accessesOf(h);
    return [f, key, value, unit, start].map((column) => [...column]);
  };
  expect(shown(late)).toEqual(shown(ordered));
  expect(shown(ordered)).toEqual([
    [2, 0, 2, 0, 0, 2],
    [0, 0, 1, 1, 0, 0],
    [1, 1, 2, 2, 1, 3],
    [0, 1, 1, 2, 2, 2],
    [0, 1, 3, 6],
  ]);
});
