import { describe, expect, test } from 'vitest';
import { rwRegister } from '../../../src/analysis/register-txn/check.ts';
import type { RegisterTxnOptions } from '../../../src/analysis/register-txn/judge.ts';
import type { Verdict } from '../../../src/analysis/verdict.ts';
import { concurrent, type Step, sequence, txn } from '../weak/histories.ts';

const judge = (steps: readonly Step[], options: RegisterTxnOptions = {}): Verdict =>
  rwRegister.judge(sequence(steps), options);
const overlapping = (steps: readonly Step[], options: RegisterTxnOptions = {}): Verdict =>
  rwRegister.judge(concurrent(steps), options);

describe('registers: what the order of versions rests on', () => {
  const blind = [txn(0, 'w x 1 w y 2'), txn(1, 'w x 2 w y 1')];

  test('two transactions that overwrite each other, unread, are fine', () => {
    expect(overlapping(blind).valid).toBe(true);
  });

  test('two transactions in opposite orders on two keys, as one process saw them, are a G0', () => {
    const steps = [...blind, txn(0, 'r x 2'), txn(1, 'r y 2')];
    const verdict = overlapping(steps, { sequentialKeys: true });
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('G0');
    expect(verdict.not).toContain('read-uncommitted');
  });

  test('a process that writes 1, then 2, then reads 1 has cyclic versions', () => {
    const verdict = judge([txn(0, 'w x 1'), txn(0, 'w x 2'), txn(0, 'r x 1')], { sequentialKeys: true });
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('cyclic-versions');
  });

  test('a read of nothing beside a read of what the same transaction wrote is a G-single', () => {
    const verdict = overlapping([txn(0, 'w y 1 w x 2'), txn(1, 'r x _ r y 1')]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('G-single-item');
    expect(verdict.not).toContain('consistent-view');
  });

  test('writes follow reads: a G-single that takes the assumption to be seen as a cycle', () => {
    const steps = [txn(0, 'w y 1'), txn(1, 'r y 1 w x 1 w y 2'), txn(2, 'r x 1 r y 1')];
    expect(overlapping(steps).anomalyTypes).toContain('G-single-item');
    const without = overlapping(steps, { wfrKeys: false });
    expect(without.anomalyTypes).not.toContain('G-single-item');
    // The level that needs no order of versions sees it all the same.
    expect(without.anomalyTypes).toContain('fractured-read');
    expect(without.anomalyTypes).toContain('observed-transaction-vanishes');
    expect(overlapping(steps, { models: ['read-committed'] }).valid).toBe(true);
  });

  test('a value that nobody wrote', () => {
    const verdict = judge([txn(0, 'w x 1'), txn(1, 'r x 2')]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['thin-air']);
    expect(verdict.not).toContain('read-uncommitted');
  });

  test('a lost update, from a written version and from a declared initial one', () => {
    for (const [steps, options] of [
      [[txn(0, 'w x 0'), txn(1, 'r x 0 w x 1'), txn(2, 'r x 0 w x 2')], {}],
      [[txn(1, 'r x 0 w x 1'), txn(2, 'r x 0 w x 2')], { initial: 0 }],
    ] as const) {
      const verdict = overlapping(steps, options);
      expect(verdict.valid).toBe(false);
      expect(verdict.anomalyTypes).toContain('lost-update');
      expect(verdict.not).toContain('cursor-stability');
    }
    const undeclared = overlapping([txn(1, 'r x 0 w x 1'), txn(2, 'r x 0 w x 2')]);
    expect(undeclared.anomalyTypes).toContain('thin-air');
  });

  test('aborted, intermediate and circular reads', () => {
    expect(judge([txn(0, 'w x 1', 'fail'), txn(1, 'r x 1')]).anomalyTypes).toEqual(['G1a']);
    expect(judge([txn(0, 'w x 1 w x 2'), txn(1, 'r x 1')]).anomalyTypes).toContain('G1b');
    expect(overlapping([txn(0, 'w x 1 r y 1'), txn(1, 'w y 1 r x 1')]).anomalyTypes).toContain('G1c');
    expect(judge([txn(0, 'w x 1 r x 1 w x 2')]).valid).toBe(true);
  });

  test('an unknown outcome has no end in time: no version order follows from it', () => {
    const steps = [txn(0, 'w x 1', 'info'), txn(1, 'w x 2'), txn(2, 'r x 2'), txn(3, 'r x 1')];
    const verdict = judge(steps, { linearizableKeys: true });
    expect(verdict.valid).toBe(true);
    expect(verdict.anomalyTypes).toEqual([]);
  });

  test('real-time version order finds a stale read', () => {
    const steps = [txn(0, 'w x 1'), txn(1, 'w x 2'), txn(2, 'r x 2'), txn(3, 'r x 1')];
    expect(judge(steps, { linearizableKeys: true }).anomalyTypes).toContain('cyclic-versions');
    const verdict = judge(steps);
    expect(verdict.valid).toBe(false);
    expect(verdict.not).toEqual(['strict-serializable']);
    expect(verdict.consistentWith).toContain('strong-session-serializable');
  });
});

describe('weak levels on transactions', () => {
  const models = (m: string): RegisterTxnOptions => ({ models: [m] });

  test('what a transaction read was behind what its session had to know: atomic, not causal', () => {
    const steps = [txn(1, 'w a 1'), txn(1, 'w a 2'), txn(2, 'r a 2 w b 1'), txn(3, 'r a 1 r b 1')];
    expect(judge(steps, models('read-atomic')).valid).toBe(true);
    expect(judge(steps, models('causal')).valid).toBe(false);
  });

  test('half of one transaction and half of another: committed, not atomic', () => {
    const steps = [txn(1, 'w a 1 w b 1'), txn(2, 'w a 2 w b 2'), txn(3, 'r a 1 r b 2')];
    expect(judge(steps, models('read-committed')).valid).toBe(true);
    const verdict = judge(steps, models('read-atomic'));
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('fractured-read');
  });

  test('one key read twice with different values: committed, neither repeatable nor atomic', () => {
    const steps = [txn(0, 'w x 0'), txn(1, 'w x 1'), txn(2, 'r x 0 r x 1')];
    expect(judge(steps, models('read-committed')).valid).toBe(true);
    for (const model of ['repeatable-read', 'read-atomic']) {
      const verdict = judge(steps, models(model));
      expect(verdict.valid).toBe(false);
      expect(verdict.anomalyTypes).toContain('non-repeatable-read');
    }
  });

  test('a long fork and a lost update are causal', () => {
    const fork = [txn(1, 'w x 1'), txn(2, 'w y 1'), txn(3, 'r x 1 r y _'), txn(4, 'r x _ r y 1')];
    expect(overlapping(fork, models('causal')).valid).toBe(true);
    expect(overlapping(fork, models('snapshot-isolation')).valid).toBe(false);
    const lost = [txn(0, 'w x 0'), txn(1, 'r x 0 w x 1'), txn(2, 'r x 0 w x 2')];
    expect(overlapping(lost, models('causal')).valid).toBe(true);
  });

  test('effects before causes: nothing holds', () => {
    const cycle = [txn(0, 'r b 1 w a 1'), txn(1, 'r a 1 w b 1')];
    expect(overlapping(cycle, models('read-committed')).valid).toBe(false);
    const sessions = [txn(0, 'r b 1'), txn(0, 'w a 1'), txn(1, 'r a 1'), txn(1, 'w b 1')];
    for (const model of ['causal', 'strong-session-read-committed', 'strong-session-serializable'])
      expect(judge(sessions, models(model)).valid).toBe(false);
  });

  test('write skew passes up to snapshot isolation', () => {
    const skew = [txn(1, 'r x _ w y 1'), txn(2, 'r y _ w x 1')];
    for (const model of ['causal', 'snapshot-isolation', 'read-atomic'])
      expect(overlapping(skew, models(model)).valid).toBe(true);
    const verdict = overlapping(skew, models('serializable'));
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['G2-item']);
  });

  test('two concurrent writers of what both read are no snapshot', () => {
    const both = [txn(1, 'r x _ w x 1'), txn(2, 'r x _ w x 2')];
    expect(overlapping(both, models('snapshot-isolation')).valid).toBe(false);
  });

  test('newer and then older, in one transaction: not read committed', () => {
    const steps = [txn(1, 'w x 1'), txn(2, 'r x 1 w x 2'), txn(3, 'r x 2 r x 1')];
    const verdict = judge(steps, models('read-committed'));
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('read-committed-violation');
  });
});

describe("the isolation levels' classic tests", () => {
  test('observed transaction vanishes', () => {
    const steps = [txn(1, 'w x 11 w y 19'), txn(2, 'w x 12 w y 18'), txn(3, 'r x 12 r y 19')];
    const verdict = judge(steps, { models: ['monotonic-atomic-view'], transactionOrder: true });
    expect(verdict.valid).toBe(false);
    expect(verdict.not).toContain('monotonic-atomic-view');
    expect(judge(steps, { models: ['read-committed'], transactionOrder: true }).valid).toBe(true);
  });

  test('lost update, as two increments', () => {
    const verdict = overlapping([txn(0, 'w x 10'), txn(1, 'r x 10 w x 11'), txn(2, 'r x 10 w x 12')]);
    expect(verdict.not).toContain('cursor-stability');
  });

  test('read skew', () => {
    const verdict = overlapping([
      txn(0, 'w x 10 w y 20'),
      txn(1, 'r x 10 r y 18'),
      txn(2, 'r x 10 r y 20 w x 12 w y 18'),
    ]);
    expect(verdict.anomalyTypes).toContain('G-single-item');
    expect(verdict.not).toContain('consistent-view');
  });

  test('write skew', () => {
    const verdict = overlapping([
      txn(0, 'w x 10 w y 20'),
      txn(1, 'r x 10 r y 20 w x 11'),
      txn(2, 'r x 10 r y 20 w y 21'),
    ]);
    expect(verdict.not).toEqual(['repeatable-read']);
  });

  test('a read-only transaction makes snapshot isolation visible', () => {
    // Fekete, O'Neil & O'Neil (2004): two accounts; the observer sees the deposit and not the withdrawal.
    const steps = [
      txn(0, 'w x 100 w y 101'),
      txn(1, 'r x 100 r y 101 w x 102'),
      txn(2, 'r y 101 w y 103'),
      txn(3, 'r x 100 r y 103'),
    ];
    expect(overlapping(steps, { models: ['snapshot-isolation'] }).valid).toBe(true);
    expect(overlapping(steps, { models: ['serializable'] }).valid).toBe(false);
  });
});

describe('evidence', () => {
  test('nothing, or only unknown outcomes, is unknown', () => {
    expect(judge([]).valid).toBe('unknown');
    expect(judge([txn(0, 'w x 1', 'info')]).valid).toBe('unknown');
  });

  test('a value written twice is unknown', () => {
    expect(judge([txn(0, 'w x 1'), txn(1, 'w x 1'), txn(2, 'r x 1')]).valid).toBe('unknown');
  });

  test('a transaction of unknown outcome that was read from counts; its own reads do not', () => {
    expect(judge([txn(0, 'w x 1 r y 7', 'info'), txn(1, 'r x 1'), txn(2, 'w y 2')]).valid).toBe(true);
  });

  test('each step of a cycle says why, with the read that proves it', () => {
    const verdict = overlapping([txn(0, 'w y 1'), txn(1, 'r y 1 w x 1 w y 2'), txn(2, 'r x 1 r y 1')]);
    const anomaly = verdict.anomalies.find((a) => a.type === 'G-single-item')!;
    expect(anomaly.steps!.map((s) => s.type).sort()).toEqual(['rw', 'wr']);
    expect(anomaly.steps!.find((s) => s.type === 'rw')!.proof!.text).toContain('and wrote 2');
    expect(anomaly.message).toContain('did not see');
  });
});

describe('registers: a read that its own transaction should have known better', () => {
  const against = (steps: readonly Step[], model: string, options: RegisterTxnOptions = {}): Verdict =>
    judge(steps, { ...options, models: [model] });

  test('of what nobody wrote is thin air besides', () => {
    const verdict = against([txn(0, 'w x 1 r x 99')], 'read-uncommitted');
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['internal', 'thin-air']);
    expect(against([txn(0, 'w x 1 r x 1 r x 99')], 'read-uncommitted').valid).toBe(false);
    expect(against([txn(0, 'w x 1 r x 1')], 'strict-serializable').valid).toBe(true);
  });

  test('of an aborted write is G1a besides', () => {
    const steps = [txn(0, 'w x 2', 'fail'), txn(1, 'w x 1 r x 2')];
    for (const model of ['read-committed', 'monotonic-atomic-view', 'read-atomic'])
      expect(against(steps, model).valid, model).toBe(false);
    expect(against(steps, 'read-committed').anomalyTypes).toEqual(['G1a', 'internal']);
    expect(against(steps, 'read-uncommitted').valid).toBe(true);
  });

  test('of an intermediate write is G1b besides', () => {
    const steps = [txn(0, 'w x 2 w x 3'), txn(1, 'w x 1 r x 2')];
    expect(against(steps, 'read-committed')).toMatchObject({
      valid: false,
      anomalyTypes: ['G1b', 'internal'],
    });
    expect(against(steps, 'read-uncommitted').valid).toBe(true);
    expect(against([txn(0, 'w x 3'), txn(1, 'w x 1 r x 3')], 'read-committed').valid).toBe(true);
  });

  test('of what its session wrote later goes round in a circle', () => {
    const steps = [txn(0, 'w x 1 r x 2'), txn(0, 'w x 2')];
    expect(against(steps, 'causal')).toMatchObject({ valid: false, anomalyTypes: ['CyclicCO', 'internal'] });
    expect(against([txn(0, 'w x 1 r x 2'), txn(1, 'w x 2')], 'causal').valid).toBe(true);
  });

  test('of a write by whoever read this transaction is G1c besides', () => {
    const steps = [txn(0, 'w x 1 r x 2'), txn(1, 'r x 1 w x 2')];
    expect(against(steps, 'read-committed').valid).toBe(false);
    expect(against(steps, 'read-committed').anomalyTypes).toEqual(['G1c', 'internal']);
    expect(against(steps, 'read-uncommitted').valid).toBe(true);
  });

  test('is not followed by its write', () => {
    const verdict = against([txn(0, 'w x 1 r x 2'), txn(1, 'w x 2')], 'read-committed');
    expect(verdict).toMatchObject({ valid: true, anomalyTypes: ['internal'], stats: { orderedPairs: 0 } });
  });

  test('twice, of two others, is non-repeatable besides, unless it wrote in between', () => {
    const writers = [txn(0, 'w x 2'), txn(1, 'w x 3')];
    expect(judge([...writers, txn(2, 'w x 1 r x 2 r x 3')]).anomalyTypes).toContain('non-repeatable-read');
    expect(judge([...writers, txn(2, 'r x 2 w x 1 r x 3')]).anomalyTypes).not.toContain(
      'non-repeatable-read',
    );
  });
});

describe('registers: a failed write of the initial value', () => {
  const steps = [txn(0, 'r x 0'), txn(0, 'w x 0', 'fail')];

  test('is not what a read of the initial value read', () => {
    expect(judge(steps, { initial: 0 })).toMatchObject({ valid: true, anomalyTypes: [] });
  });

  test('is read where the initial value is another', () => {
    expect(judge(steps, { models: ['read-committed'] })).toMatchObject({
      valid: false,
      anomalyTypes: ['G1a'],
    });
  });
});

describe('registers: a key read again in one transaction', () => {
  const valid = (steps: readonly Step[], model: string): Verdict['valid'] =>
    judge(steps, { models: [model] }).valid;
  const views = ['read-committed', 'monotonic-atomic-view'];

  test('goes back to the version before: no order of the two is committed', () => {
    const writers = [txn(0, 'w x 1'), txn(1, 'w x 2')];
    for (const model of views) {
      expect(valid([...writers, txn(2, 'r x 1 r x 2 r x 1')], model), model).toBe(false);
      expect(valid([...writers, txn(2, 'r x 1 r x 2 r x 2')], model), model).toBe(true);
    }
  });

  test('shows the initial value, after the writer of both keys was seen on the other', () => {
    const writer = txn(0, 'w x 1 w y 1');
    const back = judge([writer, txn(1, 'r x _ r y 1 r x _')], { models: ['monotonic-atomic-view'] });
    expect(back.valid).toBe(false);
    expect(back.anomalyTypes).toContain('observed-transaction-vanishes');
    expect(valid([writer, txn(1, 'r x _ r y 1 r x _')], 'read-committed')).toBe(true);
    for (const model of views) {
      expect(valid([writer, txn(1, 'r x _ r y 1')], model), model).toBe(true);
      expect(valid([writer, txn(1, 'r x _ r y _ r x _')], model), model).toBe(true);
    }
  });

  test('shows the same again, among reads of other keys', () => {
    const steps = [txn(0, 'w x 1 w y 1'), txn(1, 'r x 1 r y 1 r x 1 w x 2'), txn(2, 'r x 2 r y 1 r x 2')];
    expect(valid(steps, 'strict-serializable')).toBe(true);
    expect(judge(steps, { models: ['serializable', 'causal', 'read-atomic'] }).valid).toBe(true);
  });
});

describe('registers: read uncommitted does not say that writes follow reads', () => {
  const uncommitted = { models: ['read-uncommitted'] };

  test('two that read each other and replace what they read', () => {
    const steps = [txn(0, 'r x 2 w x 1'), txn(1, 'r x 1 w x 2')];
    expect(judge(steps, uncommitted)).toMatchObject({ valid: true, not: ['read-committed'] });
    expect(judge(steps, { models: ['read-committed'] }).valid).toBe(false);
    expect(judge(steps).anomalyTypes).not.toContain('cyclic-versions');
    expect(judge(steps).anomalyTypes).toContain('G1c');
  });

  test('on two keys, in opposite orders', () => {
    const steps = [txn(0, 'r x 1 w x 2 w y 2'), txn(1, 'r y 2 w x 1 w y 1')];
    expect(judge(steps, uncommitted)).toMatchObject({ valid: true, not: ['read-committed'] });
    expect(judge(steps).anomalyTypes).not.toContain('G0');
  });

  test('what was read is later by assumption: a circle of versions only for who replaces what it reads', () => {
    const steps = [txn(0, 'r x 2 w x 1'), txn(1, 'w x 2')];
    const later = overlapping(steps, { ...uncommitted, transactionOrder: true });
    expect(later).toMatchObject({ valid: true, anomalyTypes: ['G1c'], not: ['read-committed'] });
    expect(later.anomalies[0]!.message).toContain('(by wfr-keys, transaction-order)');
    // One process that meets two versions in an order needs no more than the assumption.
    const seen = [...steps, txn(2, 'r x 1'), txn(2, 'r x 2')];
    expect(overlapping(seen, { ...uncommitted, sequentialKeys: true })).toMatchObject({
      valid: false,
      not: ['read-uncommitted'],
    });
  });
});

test('registers: the proof of an order quotes an intermediate read as what was read', () => {
  const steps = [txn(0, 'w x 1 w x 2'), txn(0, 'r x 1 w x 3 w y 1'), txn(1, 'r y 1 r x 2')];
  const told = judge(steps).anomalies.find((a) => a.type === 'G-single-item')!;
  expect(told.message).toContain(
    'T1 itself read key "x" as 1, which its writer overwrote with 2, before it wrote 3',
  );
  expect(told.steps![1]!.proof!.text).toBe('T1 read key "x" = 1 and wrote 3');
  const last = judge([txn(0, 'w x 2'), txn(0, 'r x 2 w x 3 w y 1'), txn(1, 'r y 1 r x 2')]);
  expect(last.anomalies.find((a) => a.type === 'G-single-item')!.message).toContain(
    'T1 itself read key "x" as 2 before it wrote 3',
  );
});

describe('registers: repeatable read', () => {
  const repeatable = (steps: readonly Step[]): Verdict => judge(steps, { models: ['repeatable-read'] });
  // Whichever of x's 2 and 3 is first: who read it knew of the other by way of p or q.
  const writers = [txn(0, 'w x 2'), txn(1, 'w x 3'), txn(2, 'r x 2 w q 1'), txn(3, 'r x 3 w p 1')];
  const skewed = [...writers, txn(4, 'r p 1 r x 2'), txn(5, 'r q 1 r x 3')];

  test('is broken with serializability where the order of versions does not matter', () => {
    const verdict = repeatable(skewed);
    expect(verdict).toMatchObject({
      valid: false,
      anomalyTypes: ['PL-3-cycle-exists'],
      not: ['repeatable-read'],
    });
    expect(repeatable(skewed.slice(0, -1)).valid).toBe(true);
  });

  test('is broken by cycles beside reads that contradict own writes', () => {
    const steps = [...skewed, txn(6, 'w u 1 r u 2'), txn(7, 'w u 2')];
    expect(repeatable(steps).valid).toBe(false);
  });

  test('is not defined of reads that contradict own writes, and says so', () => {
    const verdict = repeatable([txn(0, 'w x 1 r x 2'), txn(1, 'w x 2')]);
    expect(verdict.valid).toBe('unknown');
    expect(verdict.reason).toContain('(internal): the history would be serializable without');
  });
});
