import { describe, expect, test } from 'vitest';
import { causal, session } from '../../../src/analysis/session/check.ts';
import { GUARANTEES } from '../../../src/analysis/session/guarantees.ts';
import type { SessionOptions } from '../../../src/analysis/session/judge.ts';
import type { Verdict } from '../../../src/analysis/verdict.ts';
import { read, type Step, sequence, txn, write } from '../weak/histories.ts';

function judge(steps: readonly Step[], options: SessionOptions = {}) {
  return session.judge(sequence(steps), options as never);
}

describe('session guarantees by name', () => {
  test('a session does not see its own write', () => {
    const verdict = judge([write(4, 3, 17, 'n1'), read(4, 3, null, 'n3')]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['read-your-writes-violation']);
    expect(verdict.not).toEqual(['read-your-writes']);
    expect(verdict.anomalies[0]!.message).toBe(
      'Process 4 wrote 17 to key 3 at n1 (T1), then read it as nil at n3 (T2), the value from before any write.',
    );
  });

  test('a session sees an older write of its own', () => {
    const verdict = judge([write(4, 3, 12, 'n1'), write(4, 3, 17, 'n1'), read(4, 3, 12, 'n3')]);
    expect(verdict.anomalyTypes).toEqual(['read-your-writes-violation']);
    expect(verdict.anomalies[0]!.message).toContain('Process 4 wrote 17 to key 3 at n1');
    expect(verdict.anomalies[0]!.message).toContain('then read it as 12 at n3');
  });

  test('a session reads the newer value and then the older one', () => {
    const verdict = judge([write(0, 'x', 1), write(0, 'x', 2), read(1, 'x', 2, 'n1'), read(1, 'x', 1, 'n2')]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['monotonic-reads-violation']);
    expect(verdict.not).toEqual(['monotonic-reads']);
  });

  const secondWithoutFirst = [write(0, 'x', 1), write(0, 'y', 1)];

  test('the second write of a session is seen without the first, in one view', () => {
    const verdict = judge([...secondWithoutFirst, txn(1, 'r y 1 r x _')]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['monotonic-writes-violation']);
    expect(verdict.not).toEqual(['monotonic-writes']);
  });

  test('the same by a reader who may have moved: monotonic reads or monotonic writes, nothing tells which', () => {
    const steps = [...secondWithoutFirst, read(1, 'y', 1), read(1, 'x', null)];
    const verdict = judge(steps);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['PRAM-violation']);
    expect(verdict.not).toEqual(['pram']);
    expect(verdict.consistentWith).toEqual([
      'monotonic-reads',
      'monotonic-writes',
      'read-your-writes',
      'writes-follow-reads',
    ]);
    expect(verdict.anomalies[0]!.detail).toEqual({ oneOf: ['monotonic-reads', 'monotonic-writes'] });
    expect(verdict.anomalies[0]!.message).toContain(
      'Either of monotonic-reads and monotonic-writes can hold here, but not both',
    );
    for (const model of ['monotonic-reads', 'monotonic-writes'])
      for (const arbitration of ['global', 'per-session'] as const)
        expect(judge(steps, { models: [model], arbitration })).toMatchObject({ valid: true, not: ['pram'] });
    expect(judge(steps, { models: ['monotonic-reads', 'monotonic-writes'] }).valid).toBe(false);
    expect(judge(steps, { models: ['monotonic-writes', 'read-your-writes'] }).valid).toBe(true);
    expect(judge(steps, { arbitration: 'per-session' }).anomalyTypes).toEqual(['PRAM-violation']);
  });

  test('the same by a reader who is known never to go back: monotonic writes', () => {
    const steps = [...secondWithoutFirst, read(1, 'y', 1), read(1, 'x', null)];
    expect(judge(steps, { memory: 'session' }).anomalyTypes).toEqual(['monotonic-writes-violation']);
  });

  const answered = [write(0, 'x', 1), read(1, 'x', 1), write(1, 'y', 1)];

  test('an answer is seen without its question, in one view', () => {
    const verdict = judge([...answered, txn(2, 'r y 1 r x _')]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['writes-follow-reads-violation']);
    expect(verdict.not).toEqual(['writes-follow-reads']);
    expect(verdict.anomalies[0]!.ops.length).toBe(4);
  });

  test('an answer is seen without its question by a reader who may have moved', () => {
    const steps = [...answered, read(2, 'y', 1), read(2, 'x', null)];
    const verdict = judge(steps);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['causal-violation']);
    expect(verdict.not).toEqual(['causal']);
    expect(verdict.anomalies[0]!.detail).toEqual({ oneOf: ['monotonic-reads', 'writes-follow-reads'] });
    expect(verdict.anomalies[0]!.ops.length).toBe(5);
    const granted = judge(steps, { memory: 'session' });
    expect(granted.anomalyTypes).toEqual(['writes-follow-reads-violation']);
    expect(granted.not).toEqual(['writes-follow-reads']);
  });

  test('a reader who goes back and forth is not blamed on the writers', () => {
    const steps = [
      ...secondWithoutFirst,
      ...[read(1, 'y', 1), read(1, 'x', null), read(1, 'x', 1), read(1, 'x', null)],
    ];
    expect(judge(steps).anomalyTypes).toEqual(['monotonic-reads-violation']);
  });

  test('causality through a third session: pipelined RAM holds, causal does not', () => {
    const steps = [write(0, 'x', 1), read(1, 'x', 1), write(1, 'y', 1), read(2, 'y', 1), read(2, 'x', null)];
    expect(judge(steps, { models: ['PRAM'] }).valid).toBe(true);
    const verdict = causal.judge(sequence(steps));
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('WriteCOInitRead');
    expect(causal.judge(sequence(steps), { models: ['weak-causal'] }).valid).toBe(false);
    expect(verdict.consistentWith).toEqual(['pram', 'writes-follow-reads']);
  });

  test('two sessions disagree on the order of concurrent writes: weakly causal, not convergent', () => {
    const steps = [
      write(0, 'x', 1),
      write(1, 'x', 2),
      read(2, 'x', 1),
      read(3, 'x', 2),
      read(2, 'x', 2),
      read(3, 'x', 1),
    ];
    const verdict = causal.judge(sequence(steps));
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('CyclicCF');
    expect(causal.judge(sequence(steps), { models: ['weak-causal'] }).valid).toBe(true);
    expect(verdict.consistentWith).toContain('causal-memory');
    // Each session alone can be satisfied: only one arbitration for both cannot.
    expect(judge(steps).valid).toBe(false);
    expect(judge(steps, { arbitration: 'per-session' }).valid).toBe(true);
  });
});

describe('a read that tells the same twice excuses nobody', () => {
  const valid = (steps: readonly Step[], model: string): Verdict['valid'] =>
    judge(steps, { models: [model] }).valid;
  const both = txn(0, 'w x 1 w y 2');

  test('the session reads one of its writes and misses the other, which the same transaction made', () => {
    const verdict = judge([both, txn(0, 'r x 1 r y _')]);
    expect(verdict.anomalyTypes).toEqual(['read-your-writes-violation']);
    expect(verdict.not).toEqual(['read-your-writes']);
    expect(valid([both, txn(0, 'r x 1 r y _')], 'read-your-writes')).toBe(false);
    expect(valid([both, txn(0, 'r x 1 r y 2')], 'read-your-writes')).toBe(true);
  });

  test('the session had seen the transaction, and now sees it in part', () => {
    const verdict = judge([both, txn(1, 'r x 1'), txn(1, 'r x 1 r y _')]);
    expect(verdict.anomalyTypes).toEqual(['monotonic-reads-violation']);
    expect(valid([both, txn(1, 'r x 1'), txn(1, 'r x 1 r y _')], 'monotonic-reads')).toBe(false);
    expect(valid([both, txn(1, 'r x 1'), txn(1, 'r x 1 r y 2')], 'monotonic-reads')).toBe(true);
  });

  test('the transaction is seen in part, and what its session wrote before not at all', () => {
    const steps = [txn(0, 'w y 3'), both, txn(1, 'r x 1 r y _')];
    expect(valid(steps, 'monotonic-writes')).toBe(false);
    for (const model of ['read-your-writes', 'monotonic-reads'])
      expect(valid(steps, model), model).toBe(true);
  });

  test('two versions are mixed against the order of their session: no arbitration explains it', () => {
    const steps = [txn(0, 'w y 2'), txn(0, 'w x 3 w y 4'), txn(1, 'r x 3 r y 2')];
    for (const model of GUARANTEES) expect(valid(steps, model), model).toBe(false);
    for (const model of GUARANTEES)
      expect(valid([...steps.slice(0, 2), txn(1, 'r y 2')], model), model).toBe(true);
  });

  test('a transaction of others that is seen in part is no guarantee to a session broken', () => {
    const steps = [both, txn(1, 'r x 1 r y _')];
    for (const model of GUARANTEES) expect(valid(steps, model), model).toBe(true);
    expect(valid(steps, 'PRAM')).toBe(false);
    const mixed = [both, txn(1, 'w x 3 w y 4'), txn(2, 'r x 3 r y 2'), txn(2, 'r x 1 r y 4')];
    expect(valid(mixed, 'writes-follow-reads')).toBe(true);
    expect(valid(mixed, 'causal')).toBe(false);
  });
});

describe('what is no violation', () => {
  test('a session that ended with an unknown outcome owes its successor nothing', () => {
    const verdict = judge([
      { ...write(0, 'x', 1), type: 'info' },
      { ...write(10, 'x', 2) },
      read(0, 'x', 1),
      read(10, 'x', 2),
    ]);
    expect(verdict.valid).toBe(true);
  });

  test('a read of nothing after a write of unknown outcome', () => {
    expect(judge([{ ...write(0, 'x', 1), type: 'info' }, read(1, 'x', null), read(1, 'x', 1)]).valid).toBe(
      true,
    );
  });

  test('different users may be at different points', () => {
    expect(judge([write(0, 'x', 1), read(1, 'x', 1), read(2, 'x', null), read(2, 'x', 1)]).valid).toBe(true);
  });

  test('an empty history is no evidence', () => {
    expect(judge([]).valid).toBe('unknown');
  });

  test('values written twice make it unknown', () => {
    expect(judge([write(0, 'x', 1), write(1, 'x', 1), read(1, 'x', 1)]).valid).toBe('unknown');
  });
});

describe('values that no session can explain', () => {
  test('a value that nobody wrote', () => {
    const verdict = judge([write(0, 'x', 1), read(1, 'x', 9)]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['thin-air']);
  });

  test('the value of a failed write', () => {
    const verdict = judge([{ ...write(0, 'x', 1), type: 'fail' }, read(1, 'x', 1)]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['aborted-read']);
  });

  test('a value that nobody wrote, read behind an own write', () => {
    for (const model of ['read-your-writes', 'causal', 'weak-causal'])
      expect(judge([txn(0, 'w x 1 r x 99')], { models: [model] }).valid, model).toBe(false);
    expect(judge([txn(0, 'w x 1 r x 1')], { models: ['causal'] }).valid).toBe(true);
  });

  test('the value of a failed write, read behind an own write', () => {
    const verdict = judge([txn(0, 'w x 2', 'fail'), txn(1, 'w x 1 r x 2')]);
    expect(verdict).toMatchObject({ valid: false, anomalyTypes: ['aborted-read', 'internal'] });
  });

  test('the initial value, which a failed write had too', () => {
    const steps: Step[] = [read(0, 'x', 0), { ...write(1, 'x', 0), type: 'fail' }];
    expect(judge(steps, { initial: 0 }).valid).toBe(true);
    expect(judge(steps).anomalyTypes).toEqual(['aborted-read']);
  });

  test('an effect that comes before its own cause', () => {
    const verdict = judge([read(0, 'x', 1), write(0, 'y', 1), read(1, 'y', 1), write(1, 'x', 1)]);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toContain('CyclicCO');
  });
});
