import { describe, expect, it } from 'vitest';
import { type BankOptions, bank } from '../../../src/analysis/bank/bank.ts';
import { History } from '../../../src/history/history.ts';
import type { Json, Op } from '../../../src/history/op.ts';
import { alone, Dice, history } from '../sets/lines.ts';
import { rounds } from '../weak/random.ts';

const transfer = (from: Json, to: Json, amount: number) => alone(0, 'transfer', { from, to, amount });
const judge = (h: History, options: BankOptions = {}) => bank.judge(h, options);

describe('bank', () => {
  it('accepts balances that sum to the same total, and says what it assumed', () => {
    const h = history(
      ...alone(1, 'read', { 0: 10, 1: 0 }),
      ...transfer(0, 1, 4),
      ...alone(1, 'read', { 0: 6, 1: 4 }),
    );
    const verdict = judge(h);
    expect(verdict).toMatchObject({ valid: true, stats: { total: 10, accounts: 2, reads: 2 } });
    expect(verdict.assumptions!.join()).toContain('10');
    expect(judge(h, { total: 10, accounts: [0, 1] }).assumptions).toBeUndefined();
  });

  it('names a total that is off, which rules out snapshot isolation', () => {
    const h = history(...alone(1, 'read', { 0: 10, 1: 0 }), ...alone(1, 'read', { 0: 6, 1: 0 }));
    const verdict = judge(h);
    expect(verdict).toMatchObject({
      valid: false,
      anomalyTypes: ['wrong-total'],
      not: ['bank-invariants', 'repeatable-read', 'snapshot-isolation'],
    });
    expect(verdict.alsoNot).toContain('strict-serializable');
    expect(verdict.anomalies[0].message).toContain('4 vanished');
    expect(judge(h, { total: 6 }).anomalies[0].message).toContain('4 came from nowhere');
  });

  it('names negative balances unless they are allowed', () => {
    const h = history(...alone(1, 'read', { 0: 10, 1: 0 }), ...alone(1, 'read', { 0: 11, 1: -1 }));
    expect(judge(h)).toMatchObject({ valid: false, anomalyTypes: ['negative-balance'] });
    expect(judge(h, { allowNegative: true }).valid).toBe(true);
  });

  it('names accounts that there are not, and balances that are missing', () => {
    const h = history(
      ...alone(1, 'read', { 0: 10, 1: 0 }),
      ...alone(1, 'read', { 0: 9, 7: 1 }),
      ...alone(1, 'read', { 0: 10, 1: null }),
    );
    expect(judge(h)).toMatchObject({ valid: false, anomalyTypes: ['nil-balance', 'unexpected-account'] });
  });

  it('takes an account whose balance the first read misses for an account all the same', () => {
    const missing = alone(1, 'read', { 0: null, 1: 5 });
    const whole = alone(1, 'read', { 0: 5, 1: 5 });
    const only = { valid: false, anomalyTypes: ['nil-balance'], counts: { 'nil-balance': 1 } };
    expect(judge(history(...missing))).toMatchObject({ ...only, stats: { accounts: 2 } });
    expect(judge(history(...missing, ...whole))).toMatchObject({ ...only, stats: { total: 10 } });
    expect(judge(history(...alone(1, 'read', { 0: null }), ...whole))).toMatchObject(only);
    const other = history(...missing, ...whole, ...alone(1, 'read', { 0: 5, 7: 5 }));
    expect(judge(other).anomalyTypes).toEqual(['nil-balance', 'unexpected-account']);
  });

  it('takes the total from no read that lacks an account', () => {
    const early = alone(1, 'read', { a: 5 });
    const late = alone(1, 'read', { a: 7, b: 13 });
    const verdict = judge(history(...early, ...transfer('a', 'b', 3), ...late));
    expect(verdict).toMatchObject({ stats: { total: 20 }, counts: { 'wrong-total': 1 } });
    expect(verdict.anomalies[0].message).toBe(
      'R shows balances that sum to 5, not 20: 15 vanished; it does not show b.',
    );
    // What is not there yet has no balance, and that adds nothing.
    const grown = alone(1, 'read', { a: 2, b: 3 });
    expect(judge(history(...early, ...transfer('a', 'b', 3), ...grown)).valid).toBe(true);
    const given = judge(history(...early, ...late), { accounts: ['a', 'b'] });
    expect(given.stats).toMatchObject({ total: 20 });
  });

  it('does not know the total where every read lacks an account, but of a transfer that failed', () => {
    const lines = [...alone(1, 'read', { a: 5 }), ...alone(1, 'read', { a: 4 })];
    const verdict = judge(history(...lines, ...transfer('a', 'b', 3)));
    expect(verdict).toMatchObject({ valid: 'unknown', anomalyTypes: [] });
    expect(verdict.reason).toBe(
      'no read shows the balance of every account (a, b): what they sum to is not known',
    );
    const value = { from: 'a', to: 'b', amount: 3 };
    const failed = history(...lines, [0, 'invoke', 'transfer', value], [0, 'fail', 'transfer', value]);
    expect(judge(failed).anomalyTypes).toEqual(['wrong-total']);
    expect(judge(history(...lines, ...transfer('a', 'b', 3)), { total: 5 }).anomalyTypes).toEqual([
      'wrong-total',
    ]);
  });

  it('knows accounts from transfers too, and reads lists of pairs', () => {
    const h = history(
      ...alone(1, 'read', [
        ['a', 10],
        ['b', 0],
      ]),
      ...transfer('a', 'c', 1),
      ...alone(1, 'read', [
        ['a', 9],
        ['b', 0],
        ['c', 1],
      ]),
    );
    expect(judge(h)).toMatchObject({ valid: true, stats: { reads: 2 } });
  });

  it('does not take right totals for a proof of isolation, nor silence for right totals', () => {
    const h = history(...alone(1, 'read', { 0: 10, 1: 0 }));
    expect(judge(h, { models: ['snapshot-isolation'] }).valid).toBe('unknown');
    expect(judge(history(...transfer(0, 1, 4))).valid).toBe('unknown');
  });

  it('accepts snapshots of any bank, and names every read that mixes two', () => {
    for (let seed = 1; seed <= rounds(300); seed++) {
      const dice = new Dice(seed);
      const now = [10, 10, 10];
      const ops: Op[] = [];
      let torn = 0;
      for (let i = 0; i < 12; i++) {
        const before = [...now];
        const amount = 1 + dice.below(3);
        const [from, to] = [dice.below(3), dice.below(3)];
        now[from] -= amount;
        now[to] += amount;
        const seen = now.map((balance, a) => (dice.chance(10) ? before[a] : balance));
        if (seen.reduce((a, b) => a + b) !== 30) torn++;
        ops.push({
          index: 2 * i,
          time: i,
          process: 0,
          type: 'ok',
          f: 'transfer',
          value: { from, to, amount },
        });
        ops.push({ index: 2 * i + 1, time: i, process: 1, type: 'ok', f: 'read', value: { ...seen } });
      }
      const verdict = judge(History.of(ops), { total: 30, allowNegative: true });
      expect(verdict.counts['wrong-total'] ?? 0, `seed ${seed}`).toBe(torn);
    }
  });
});
