import { expect, test } from 'vitest';
import { rwRegister } from '../../../src/analysis/register-txn/check.ts';
import { History } from '../../../src/history/history.ts';
import type { Json, Op } from '../../../src/history/op.ts';

/** Transactions one after another, each of a process of its own. */
function oneByOne(...transactions: Json[]): History {
  const ops: Op[] = transactions.flatMap((value, process) =>
    (['invoke', 'ok'] as const).map((type, i): Op => {
      const index = 2 * process + i;
      return { index, time: index, type, process, f: 'txn', value };
    }),
  );
  return History.of(ops);
}

const stale = oneByOne([['w', 'x', 1]], [['w', 'x', 2]], [['r', 'x', 1]]);

test('a key whose versions cross in real time refutes it at once, and both orders are told', () => {
  const { valid, engine, anomalies } = rwRegister.judge(stale, { models: ['strict-serializable'] });
  expect(valid).toBe(false);
  expect(engine).toContain('zones');
  expect(anomalies[0]!.type).toBe('PL-SS-cycle-exists');
  expect(anomalies[0]!.message.match(/was first: T/g)).toHaveLength(2);
  expect(anomalies[0]!.ops.length).toBe(3);
});

test('a weaker order is still proved beside it', () => {
  expect(rwRegister.judge(stale, { models: ['serializable'] }).valid).toBe(true);
  const { consistentWith } = rwRegister.judge(stale, { models: ['strict-serializable'] });
  expect(consistentWith).toContain('strong-session-serializable');
});

test('versions in their order do not cross', () => {
  const fresh = oneByOne([['w', 'x', 1]], [['w', 'x', 2]], [['r', 'x', 2]]);
  expect(rwRegister.judge(fresh, { models: ['strict-serializable'] }).valid).toBe(true);
});
