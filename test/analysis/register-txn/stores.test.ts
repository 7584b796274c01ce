import { describe, expect, test } from 'vitest';
import { rwRegister } from '../../../src/analysis/register-txn/check.ts';
import { causal, session } from '../../../src/analysis/session/check.ts';
import type { Verdict } from '../../../src/analysis/verdict.ts';
import { historyOf } from '../../../src/history/builder.ts';
import type { Json, Op } from '../../../src/history/op.ts';
import { Dice } from '../weak/random.ts';
import { type Load, simulate } from './stores.ts';

const SIZE = process.env.ORDEAL_LONG === '1' ? 20_000 : 2_000;

const judge = (load: Omit<Load, 'transactions' | 'clients' | 'seed'>, models: string[], seed = 7): Verdict =>
  rwRegister.judge(historyOf(simulate({ transactions: SIZE, clients: 8, seed, ...load })), { models });

describe('stores get the verdict that they deserve', () => {
  test('serializable, in real time', () => {
    for (const seed of [1, 2, 3]) {
      const verdict = judge({ store: 'serializable' }, ['strict-serializable'], seed);
      expect(verdict.reason).toBe(undefined);
      expect(verdict.valid).toBe(true);
      expect(verdict.consistentWith).toEqual(['strict-serializable']);
    }
  });

  test('serializable, every transaction an update', () => {
    expect(judge({ store: 'serializable', updates: true }, ['serializable']).valid).toBe(true);
    expect(judge({ store: 'serializable', updates: true }, ['strict-serializable']).valid).toBe(true);
  });

  test('snapshot isolation: write skew at most', () => {
    const verdict = judge({ store: 'snapshot' }, ['strict-serializable']);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes.filter((t) => !t.startsWith('G2'))).toEqual([]);
    expect(judge({ store: 'snapshot' }, ['snapshot-isolation']).valid).toBe(true);
    expect(judge({ store: 'snapshot' }, ['read-atomic']).valid).toBe(true);
  });

  test('read committed: committed, not atomic', () => {
    expect(judge({ store: 'read-committed' }, ['read-committed']).valid).toBe(true);
    const verdict = judge({ store: 'read-committed' }, ['serializable']);
    expect(verdict.valid).toBe(false);
    expect(verdict.not).not.toContain('read-committed');
  });

  test('causal replicas', () => {
    const history = historyOf(simulate({ store: 'causal', transactions: SIZE, clients: 9, seed: 5 }));
    expect(causal.judge(history).valid).toBe(true);
    expect(session.judge(history).valid).toBe(true);
    expect(rwRegister.judge(history, { models: ['serializable'] }).valid).toBe(false);
  });

  test('eventual replicas', () => {
    const history = historyOf(simulate({ store: 'eventual', transactions: SIZE, clients: 9, seed: 5 }));
    const verdict = session.judge(history);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('read-your-writes-violation');
  });
});

type Change = (ops: Op[], dice: Dice) => void;

/** Appends transactions that overlap nothing, on keys of their own, under processes of their own. */
function add(ops: Op[], ...txns: (readonly [number, Json, ('ok' | 'fail')?])[]): void {
  for (const [process, value, type] of txns)
    for (const kind of ['invoke', type ?? 'ok'] as const)
      ops.push({ index: ops.length, time: ops.length * 1000, process, type: kind, f: 'txn', value });
}

/** As `add`, all at the same time. */
function addAtOnce(ops: Op[], ...txns: (readonly [number, Json])[]): void {
  for (const type of ['invoke', 'ok'] as const)
    for (const [process, value] of txns)
      ops.push({ index: ops.length, time: ops.length * 1000, process, type, f: 'txn', value });
}

const injections: Readonly<Record<string, Change>> = {
  'thin-air': (ops) => add(ops, [100, [['r', 'a', 5]]]),
  G1a: (ops) => add(ops, [100, [['w', 'a', 5]], 'fail'], [101, [['r', 'a', 5]]]),
  G1b: (ops) =>
    add(
      ops,
      [
        100,
        [
          ['w', 'a', 5],
          ['w', 'a', 6],
        ],
      ],
      [101, [['r', 'a', 5]]],
    ),
  G1c: (ops) =>
    addAtOnce(
      ops,
      [
        100,
        [
          ['w', 'a', 1],
          ['r', 'b', 1],
        ],
      ],
      [
        101,
        [
          ['w', 'b', 1],
          ['r', 'a', 1],
        ],
      ],
    ),
  internal: (ops) =>
    add(
      ops,
      [100, [['w', 'a', 1]]],
      [
        101,
        [
          ['w', 'a', 2],
          ['r', 'a', 1],
        ],
      ],
    ),
  'future-read': (ops) =>
    add(ops, [
      100,
      [
        ['r', 'a', 1],
        ['w', 'a', 1],
      ],
    ]),
  'non-repeatable-read': (ops) =>
    addAtOnce(
      ops,
      [100, [['w', 'a', 1]]],
      [
        101,
        [
          ['r', 'a', null],
          ['r', 'a', 1],
        ],
      ],
    ),
  'lost-update': (ops) =>
    addAtOnce(
      ops,
      [
        100,
        [
          ['r', 'a', null],
          ['w', 'a', 1],
        ],
      ],
      [
        101,
        [
          ['r', 'a', null],
          ['w', 'a', 2],
        ],
      ],
    ),
  'fractured-read': (ops) =>
    addAtOnce(
      ops,
      [
        100,
        [
          ['w', 'a', 1],
          ['w', 'b', 1],
        ],
      ],
      [
        101,
        [
          ['r', 'a', 1],
          ['r', 'b', null],
        ],
      ],
    ),
  'G-single-item': (ops) =>
    addAtOnce(
      ops,
      [
        100,
        [
          ['w', 'a', 1],
          ['w', 'b', 1],
        ],
      ],
      [
        101,
        [
          ['r', 'a', 1],
          ['r', 'b', null],
        ],
      ],
    ),
  'G2-item': (ops) =>
    addAtOnce(
      ops,
      [
        100,
        [
          ['r', 'a', null],
          ['w', 'b', 1],
        ],
      ],
      [
        101,
        [
          ['r', 'b', null],
          ['w', 'a', 1],
        ],
      ],
    ),
  'G-nonadjacent-item': (ops) =>
    addAtOnce(
      ops,
      [100, [['w', 'a', 1]]],
      [101, [['w', 'b', 1]]],
      [
        102,
        [
          ['r', 'a', 1],
          ['r', 'b', null],
        ],
      ],
      [
        103,
        [
          ['r', 'a', null],
          ['r', 'b', 1],
        ],
      ],
    ),
  'G-single-item-process': (ops) => add(ops, [100, [['w', 'a', 1]]], [100, [['r', 'a', null]]]),
  'G-single-item-realtime': (ops) => add(ops, [100, [['w', 'a', 1]]], [101, [['r', 'a', null]]]),
  'PL-SS-cycle-exists': (ops) =>
    add(ops, [100, [['w', 'a', 1]]], [101, [['w', 'a', 2]]], [102, [['r', 'a', 2]]], [103, [['r', 'a', 1]]]),
};

describe('one injected anomaly among good transactions is found and named', () => {
  for (const [type, change] of Object.entries(injections))
    test(type, () => {
      const dice = new Dice(3);
      const ops = simulate({ store: 'serializable', transactions: 1000, clients: 5, seed: 11 });
      change(ops, dice);
      const verdict = rwRegister.judge(historyOf(ops));
      expect(verdict.valid).toBe(false);
      expect(verdict.anomalyTypes).toContain(type);
      const anomaly = verdict.anomalies.find((a) => a.type === type)!;
      expect(anomaly.ops.length).toBeLessThanOrEqual(4);
      expect(anomaly.ops.every((op) => op.process >= 100)).toBe(true);
      expect(anomaly.message.length).toBeGreaterThan(20);
    });
});
