import { expect, test } from 'vitest';
import { HistoryBuilder, historyOf } from '../../src/history/builder.ts';
import {
  APPEND,
  FAIL,
  FIRST_LIST,
  History,
  INFO,
  NEVER,
  OK,
  R,
  Shape,
  UNREAD,
  W,
} from '../../src/history/history.ts';
import type { Json, Op, OpType } from '../../src/history/op.ts';
import { NIL } from '../../src/history/values.ts';

let next = 0;
function op(process: number | 'nemesis', type: OpType, f: string, value: Json, more: Partial<Op> = {}): Op {
  return { index: next++, time: next * 10, process, type, f, value, ...more };
}

function fresh(): void {
  next = 0;
}

test('an invocation and its completion are one row, with the value of the ok completion', () => {
  fresh();
  const h = historyOf([
    op(0, 'invoke', 'read', null),
    op(1, 'invoke', 'write', 3),
    op('nemesis', 'info', 'kill', ['n1']),
    op(1, 'ok', 'write', 3, { node: 'n2', epoch: 4 }),
    op(0, 'ok', 'read', 3),
    op(2, 'invoke', 'cas', [3, 4]),
    op(2, 'info', 'cas', [3, 4], { error: 'timeout' }),
    op(3, 'invoke', 'write', 9),
    op(4, 'invoke', 'write', 8),
    op(4, 'fail', 'write', 8, { error: ['no-leader'] }),
  ]);
  expect(h.n).toBe(5);
  expect(h.records).toBe(10);
  expect(h.nemesis.map((o) => o.f)).toEqual(['kill']);
  expect([...h.outcome]).toEqual([OK, OK, INFO, INFO, FAIL]);
  expect([...h.inv]).toEqual([0, 1, 5, 7, 8]);
  expect([...h.ret]).toEqual([4, 3, NEVER, NEVER, 9]);
  expect([...h.shape]).toEqual([Shape.Scalar, Shape.Scalar, Shape.Pair, Shape.Scalar, Shape.Scalar]);
  expect(h.value(0)).toBe(3);
  expect(h.value(2)).toEqual([3, 4]);
  expect(h.errors.get(2)).toBe('timeout');
  expect(h.nodes[h.node[1]!]).toBe('n2');
  expect(h.epoch[1]).toBe(4);
  expect(h.op(0)).toEqual({
    invocation: { index: 0, time: 10, process: 0, type: 'invoke', f: 'read', value: null },
    completion: { index: 4, time: 50, process: 0, type: 'ok', f: 'read', value: 3 },
  });
  expect(h.op(3).completion).toBeNull();
  expect(h.warnings).toEqual([]);
});

test('list reads of a key share the storage of its longest read, equal ones the handle', () => {
  fresh();
  const reads = [[1], [1, 2, 23], [1, 2], [], null, [1, 2], [1, 3], [1, 3], [1, 2, 23, 4]];
  const h = historyOf(reads.map((r, i) => op(i, 'ok', 'txn', [['r', 7, r]])));
  expect([...h.mopF]).toEqual(reads.map(() => R));
  const offset = (i: number): number => h.listOffset[FIRST_LIST - h.mopVal[i]!]!;
  expect(h.mopVal[3]).toBe(NIL);
  expect(h.mopVal[4]).toBe(NIL);
  expect(h.mopVal[5]).toBe(h.mopVal[2]);
  expect(h.mopVal[6]).toBe(h.mopVal[7]);
  expect(new Set([0, 1, 2, 5, 8].map(offset)).size).toBe(1);
  expect(offset(6)).not.toBe(offset(0));
  expect(reads.map((_, i) => h.mops(i)[0]![2])).toEqual(reads.map((r) => (r?.length === 0 ? null : r)));
});

test('where a diverging list becomes the longest, prefixes of it move to its storage', () => {
  fresh();
  const reads = [[1, 2], [1], [1, 3], [1, 3, 4], [1, 2], [1, 3], [1, 5, 6, 7], [1], [1, 5]];
  const h = historyOf(reads.map((r, i) => op(i, 'ok', 'txn', [['r', 'k', r]])));
  const handle = (i: number): number => FIRST_LIST - h.mopVal[i]!;
  expect(reads.map((_, i) => h.mops(i)[0]![2])).toEqual(reads);
  for (let i = 0; i < reads.length; i++)
    for (let j = 0; j < i; j++)
      expect(handle(i) === handle(j), `${i} ${j}`).toBe(
        JSON.stringify(reads[i]) === JSON.stringify(reads[j]),
      );
  const longest = h.listOffset[handle(6)];
  for (const i of [1, 7, 8]) expect(h.listOffset[handle(i)]).toBe(longest);
});

test('a prefix ends where an element ends', () => {
  fresh();
  const h = historyOf([[1, 23], [1, 2], [1]].map((r, i) => op(i, 'ok', 'txn', [['r', 0, r]])));
  expect([0, 1, 2].map((i) => h.mops(i)[0]![2])).toEqual([[1, 23], [1, 2], [1]]);
  expect(h.listOffset[FIRST_LIST - h.mopVal[1]!]).not.toBe(h.listOffset[FIRST_LIST - h.mopVal[0]!]);
});

test('reads of transactions that are not ok are unread', () => {
  fresh();
  const txn = [
    ['append', 'x', 1],
    ['r', 'x', null],
    ['w', 5, 'a'],
  ];
  const h = History.of([
    op(0, 'invoke', 'txn', txn),
    op(0, 'fail', 'txn', [
      ['append', 'x', 1],
      ['r', 'x', [1]],
      ['w', 5, 'a'],
    ]),
    op(1, 'invoke', 'txn', txn),
    op(2, 'invoke', 'txn', txn),
    op(2, 'info', 'txn', [
      ['append', 'x', 1],
      ['r', 'x', [1]],
      ['w', 5, 'a'],
    ]),
  ]);
  expect([...h.mopF]).toEqual([APPEND, R, W, APPEND, R, W, APPEND, R, W]);
  for (const i of [1, 4, 7]) expect(h.mopVal[i]).toBe(UNREAD);
  expect(h.mops(0)).toEqual(txn);
  expect(h.op(1).invocation!.value).toEqual(txn);
});

test('shapes', () => {
  const shapes: [Json, number][] = [
    [null, Shape.Scalar],
    ['a', Shape.Scalar],
    [-5, Shape.Scalar],
    [[1, 2], Shape.Pair],
    [[1, null], Shape.Pair],
    [['k', [1, 2]], Shape.PairOfPair],
    [['k', []], Shape.KeyedList],
    [['k', [1, 2, 3]], Shape.KeyedList],
    [[], Shape.List],
    [[7], Shape.List],
    [[1, 2, 'x', 4.5, true], Shape.List],
    [{ '0': 10, '1': 20 }, Shape.Other],
    [[['poll'], ['send', 1, 2]], Shape.Other],
    [[1, { a: 1 }], Shape.Other],
  ];
  for (const [value, shape] of shapes) {
    fresh();
    const h = historyOf([op(0, 'invoke', 'read', null), op(0, 'ok', 'read', value)]);
    expect(h.shape[0], JSON.stringify(value)).toBe(shape);
    expect(h.value(0)).toEqual(value);
  }
});

test('completion-only records are instantaneous rows without warning', () => {
  fresh();
  const h = historyOf([op(0, 'ok', 'write', 1), op(1, 'info', 'write', 2), op(0, 'ok', 'read', 2)]);
  expect([...h.inv]).toEqual([0, 1, 2]);
  expect([...h.ret]).toEqual([0, NEVER, 2]);
  expect(h.op(0).invocation).toBeNull();
  expect(h.warnings).toEqual([]);
});

test('warnings: a process that comes back, two invocations, a lone completion', () => {
  fresh();
  const h = historyOf([
    op(0, 'invoke', 'write', 1),
    op(0, 'info', 'write', 1),
    op(0, 'invoke', 'write', 2),
    op(0, 'invoke', 'write', 3),
    op(0, 'ok', 'write', 3),
    op(0, 'ok', 'write', 3),
  ]);
  expect(h.warnings.map((w) => w.slice(0, 30))).toEqual([
    'record 3: process 0 goes on af',
    'record 4: process 0 invokes wh',
    'record 6: process 0 completes ',
  ]);
  expect([...h.outcome]).toEqual([INFO, INFO, OK, OK]);
});

test('indices must ascend', () => {
  const builder = new HistoryBuilder();
  builder.add({ index: 4, time: 0, process: 0, type: 'invoke', f: 'read', value: null });
  const again: Op = { index: 4, time: 0, process: 1, type: 'invoke', f: 'read', value: null };
  expect(() => builder.add(again)).toThrow(/index 4 comes twice/);
});

test('one workload of a mixed history keeps its positions', () => {
  fresh();
  const h = historyOf([
    op(0, 'invoke', 'add', 1, { workload: 'set' }),
    op(1, 'invoke', 'read', null, { workload: 'register' }),
    op(1, 'ok', 'read', 5, { workload: 'register' }),
    op(0, 'info', 'add', 1, { workload: 'set', error: 'timeout' }),
  ]);
  expect(h.workloads).toEqual(['', 'set', 'register']);
  const registers = h.only('register');
  expect(registers.n).toBe(1);
  expect(registers.inv[0]).toBe(1);
  expect(registers.value(0)).toBe(5);
  expect(h.only('set').errors.get(0)).toBe('timeout');
});
