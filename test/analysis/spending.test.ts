import { expect, test } from 'vitest';
import { check } from '../../src/analysis/check.ts';
import { cutBy, watched } from '../../src/analysis/spending.ts';
import { type Budget, DEFAULT_BUDGET } from '../../src/analysis/verdict.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { Json, Op } from '../../src/history/op.ts';
import { registers, stack } from '../support/long-searches.ts';

/** What a poll says from the n-th on, and how often it was asked. */
function expiring(after: number): Budget & { readonly polls: () => number } {
  let polls = 0;
  return {
    steps: Number.MAX_SAFE_INTEGER,
    tableBytes: DEFAULT_BUDGET.tableBytes,
    expired: () => ++polls > after,
    polls: () => polls,
  };
}

test('a long search tells how far it is, of one object too', () => {
  const budget = { steps: 400_000, tableBytes: 1 << 28 };
  const told: [done: number, total: number, phase: string][] = [];
  const progress = (...what: [number, number, string]): number => told.push(what);
  const verdict = check(historyOf(stack()), { budget, progress });
  expect(verdict).toEqual(check(historyOf(stack()), { budget }));
  const searching = told.filter(([, , phase]) => phase === 'searching within the budget');
  expect(searching.length).toBeGreaterThan(20);
  expect(searching.every(([, total]) => total === budget.steps)).toBe(true);
  const done = searching.map(([spent]) => spent);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(done.at(-1)).toBeGreaterThan(budget.steps / 2);
});

test('transactions, and searches whose steps are not limited, tell it as well', () => {
  const phases = new Set<string>();
  const progress = (_: number, total: number, phase: string): void => {
    if (total === 0) phases.add(phase);
  };
  check(historyOf(registers(300)), {
    workload: 'rw-register',
    models: ['serializable'],
    progress,
    budget: expiring(50),
  });
  expect([...phases]).toEqual(['searching']);
});

test('without anybody to tell, options stay as they are', () => {
  const options = { budget: DEFAULT_BUDGET };
  expect(watched(options)).toBe(options);
});

test.each(['serializable', 'snapshot-isolation'])(
  'when the time is up the search for %s ends soon, wherever it is, and says that it was the time',
  (model) => {
    const history = historyOf(registers(2500));
    const ended: string[] = [];
    for (const after of [0, 1, 10, 100, 1000]) {
      const budget = expiring(after);
      let late = 0;
      const expired = (): boolean => {
        const is = budget.expired!();
        if (is && late === 0) late = process.cpuUsage().user;
        return is;
      };
      const { valid, reason } = check(history, {
        workload: 'rw-register',
        models: [model],
        budget: { ...budget, expired },
      });
      if (late === 0) continue;
      ended.push(reason ?? '');
      expect(valid, `after ${after}`).toBe('unknown');
      expect((process.cpuUsage().user - late) / 1e6, `after ${after}`).toBeLessThan(1);
    }
    expect(ended.length).toBeGreaterThan(3);
    for (const reason of ended) expect(reason).toMatch(/^the search .* ended as the time limit was reached$/);
  },
);

test('what ended a search is told by its budget', () => {
  expect(cutBy({ steps: 7, tableBytes: 1 })).toBe('after 7 steps');
  expect(cutBy({ steps: 7, tableBytes: 1, expired: () => false }, 3)).toBe('after 3 steps');
  expect(cutBy({ steps: 7, tableBytes: 1, expired: () => true })).toBe('as the time limit was reached');
});

test('the time ends the search of sessions, too', () => {
  // Writes-follow-reads is told apart from causality: a read of x that its own past had overwritten, two sessions away.
  const ops: readonly [process: number, value: Json][] = [
    [0, [['w', 'x', 1]]],
    [1, [['r', 'x', 1]]],
    [1, [['w', 'y', 1]]],
    [
      2,
      [
        ['r', 'y', 1],
        ['r', 'x', null],
      ],
    ],
  ];
  const history = historyOf(
    ops.map(([process, value], index): Op => ({ index, time: index, process, type: 'ok', f: 'txn', value })),
  );
  const { reason } = check(history, {
    workload: 'session',
    models: ['writes-follow-reads'],
    budget: expiring(0),
  });
  expect(reason).toBe('the search for writes-follow-reads ended as the time limit was reached');
});

test('and that for an order of writes for each session', () => {
  const ops = Array.from(
    { length: 6000 },
    (_, i): Op => ({
      index: i,
      time: i,
      // Two who write, and one who reads each of it at once.
      process: [0, 1, 2, 1][i % 4]!,
      type: 'ok',
      f: i % 2 === 0 ? 'write' : 'read',
      value: 1 + (i >> 1),
    }),
  );
  const judge = (budget: Budget) =>
    check(historyOf(ops), { workload: 'causal', models: ['causal-memory'], budget });
  expect(judge(DEFAULT_BUDGET).valid).toBe(true);
  expect(judge(expiring(0)).reason).toBe(
    'the search for an order of writes for each session ended as the time limit was reached',
  );
});
