import { expect, test } from 'vitest';
import { CheckError, check, checkAll } from '../../src/analysis/check.ts';
import { checks, findCheck } from '../../src/analysis/checks.ts';
import { detect } from '../../src/analysis/detect.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import type { Json, Op } from '../../src/history/op.ts';

/** Each entry is an operation that succeeded: function, value, workload. */
function history(...ops: readonly (readonly [string, Json, string?])[]): History {
  return historyOf(
    ops.flatMap(([f, value, workload], i): Op[] => {
      const op = { time: i, process: 0, f, value, ...(workload === undefined ? {} : { workload }) };
      return [
        { ...op, index: 2 * i, type: 'invoke' },
        { ...op, index: 2 * i + 1, type: 'ok' },
      ];
    }),
  );
}

test('the kind of workload is told from functions and shapes', () => {
  const kinds: [History, string][] = [
    [
      history([
        'txn',
        [
          ['append', 1, 2],
          ['r', 1, [2]],
        ],
      ]),
      'list-append',
    ],
    [history(['txn', [['r', 1, [2]]]]), 'list-append'],
    [
      history([
        'txn',
        [
          ['w', 1, 2],
          ['r', 1, 2],
        ],
      ]),
      'rw-register',
    ],
    [history(['write', 1], ['read', 1]), 'register'],
    [history(['write', [1, 2]], ['read', [1, 2]]), 'register'],
    [history(['write', 1], ['cas', [1, 2]], ['read', 2]), 'cas-register'],
    [history(['put', ['a', 2]], ['get', ['a', 2]]), 'register'],
    [history(['enqueue', 1], ['dequeue', 1]), 'queue'],
    [history(['enqueue', 1], ['drain', [1]]), 'total-queue'],
    [history(['acquire', null], ['release', null]), 'mutex'],
    [history(['read-acquire', null], ['read-release', null]), 'mutex'],
    [history(['lock-write', null], ['unlock-write', null]), 'mutex'],
    [history(['write-lock', 1], ['release', null], ['acquire', 2], ['write-unlock', null]), 'mutex'],
    [history(['push', 1], ['pop', 1]), 'stack'],
    [history(['acquire', 1], ['release', 1], ['acquire', 1], ['release', 1]), 'mutex'],
    [history(['acquire', 1], ['release', null], ['acquire', 2], ['release', null]), 'fenced-lock'],
    [history(['acquire', ['a', 1]], ['release', 'a'], ['acquire', ['a', 2]]), 'fenced-lock'],
    [history(['acquire', { start: 1, end: 2 }], ['release', null]), 'lease'],
    [history(['add', 1], ['add', 2], ['add', 3], ['read', [1, 2, 3]]), 'set'],
    [history(['add', 1], ['read', [1]], ['add', 2], ['read', [1, 2]]), 'set-full'],
    [history(['add', 1], ['add', 2], ['read', [1, 2]]), 'set'],
    [history(['read', null], ['add', 1], ['add', 2], ['read', [1, 2]]), 'set-full'],
    [history(['add', ['a', 1]], ['add', ['a', 2]], ['read', ['a', 3]]), 'counter'],
    [history(['add', 1], ['read', 1]), 'counter'],
    [history(['increment', 1], ['read', 1]), 'counter'],
    [history(['transfer', { from: 1, to: 2, amount: 3 }], ['read', { '1': 5, '2': 7 }]), 'bank'],
    [history(['generate', 7]), 'unique-ids'],
    [history(['send', [['send', 1, 2]]], ['poll', [['poll', {}]]]), 'log'],
  ];
  for (const [h, kind] of kinds) expect(detect(h)[0], JSON.stringify(h.value(0))).toBe(kind);
  expect(detect(history(['frobnicate', 1]))).toEqual([]);
});

test('what changes objects of several kinds is told to be none', () => {
  for (const [f, value] of [
    ['increment', 1],
    ['add', 1],
    ['append', 1],
  ] as const) {
    const mixed = history(['write', 1], [f, value], ['read', 2]);
    expect(detect(mixed)).toEqual([]);
    expect(() => check(mixed)).toThrow(`operations named "write", "${f}", "read" do not tell`);
    expect(check(mixed, { workload: 'register' }).warnings?.[0]).toContain(`1 operation "${f}" was left out`);
    expect(detect(history([f, value], ['read', 1], ['sync', null]))).not.toEqual([]);
  }
});

test('no check, no model, nothing detected: the message says what is allowed', () => {
  const h = history(['frobnicate', 1]);
  expect(() => check(h)).toThrow(CheckError);
  expect(() => check(h)).toThrow(
    /"frobnicate" do not tell what kind of workload this is; name one of: list-append/,
  );
  expect(() => check(h, { workload: 'nope' })).toThrow(
    /no check for the workload "nope"; known: list-append/,
  );
  const lists = history(['txn', [['append', 1, 2]]]);
  expect(() => check(lists, { models: ['nope'] })).toThrow(
    /cannot be judged against "nope"; allowed: strict-serializable,/,
  );
  expect(() => check(lists, { models: ['linearizable'] })).toThrow(/allowed/);
  expect(check(lists, { models: ['PL-SI'] }).judged).toEqual(['snapshot-isolation']);
});

test('an empty history is unknown, whatever is asked', () => {
  expect(check(historyOf([])).valid).toBe('unknown');
  for (const { name } of checks) expect(check(historyOf([]), { workload: name }).valid, name).toBe('unknown');
});

test('every check finds itself by its name', () => {
  for (const one of checks) expect(findCheck(one.name)).toBe(one);
  expect(new Set(checks.map((c) => c.name)).size).toBe(checks.length);
  for (const one of checks) expect(one.models.length, one.name).toBeGreaterThan(0);
});

test('each workload of a mixed history is judged by its own check', () => {
  const h = history(
    ['write', 1, 'register'],
    ['txn', [['append', 1, 1]], 'odd'],
    ['read', 0, 'register'],
    ['txn', [['r', 1, [1]]], 'odd'],
  );
  const verdicts = checkAll(h);
  expect(verdicts.map((v) => [v.workload, v.check, v.valid])).toEqual([
    ['register', 'register', false],
    ['odd', 'list-append', true],
  ]);
  expect(checkAll(h, { workload: 'odd' }).map((v) => v.check)).toEqual(['list-append']);
});

test('what the reader warned of, and what is suspicious, stands in the verdict', () => {
  const h = historyOf([
    { index: 0, time: 9, process: 0, type: 'invoke', f: 'write', value: 1 },
    { index: 1, time: 5, process: 0, type: 'info', f: 'write', value: 1 },
    { index: 2, time: 6, process: 0, type: 'invoke', f: 'read', value: null },
    { index: 3, time: 7, process: 0, type: 'ok', f: 'read', value: 1 },
  ]);
  const { warnings } = check(h);
  expect(warnings!.join()).toMatch(/goes on after an operation of unknown outcome/);
  expect(warnings!.join()).toMatch(/the clock goes backwards/);
});

test('writes of one value each that are read as a list are of no register', () => {
  const writes = [1, 2, 3].map((v): [string, Json] => ['write', v]);
  expect(detect(history(...writes, ['read', [1, 2, 3]]))).toEqual([]);
  expect(detect(history(['write', [1, 2, 3]], ['read', [1, 2, 3]]))).toEqual(['register']);
  expect(detect(history(...writes, ['read', 3]))).toEqual(['register']);
});
