import { describe, expect, test } from 'vitest';
import { rwRegister } from '../../../src/analysis/register-txn/check.ts';
import { Dice, randomSmall, rounds, show } from '../weak/random.ts';
import { serializable, snapshotIsolated, type Timed } from './brute.ts';
import { timed } from './timed.ts';

const cases = [
  ['serializable', (h: Timed) => serializable(h, 'none')],
  ['strong-session-serializable', (h: Timed) => serializable(h, 'process')],
  ['strict-serializable', (h: Timed) => serializable(h, 'realtime')],
  ['snapshot-isolation', (h: Timed) => snapshotIsolated(h, 'none')],
  ['strong-session-snapshot-isolation', (h: Timed) => snapshotIsolated(h, 'process')],
  ['strong-snapshot-isolation', (h: Timed) => snapshotIsolated(h, 'realtime')],
] as const;

describe('against brute force', () => {
  for (const [model, truth] of cases)
    test(model, () => {
      let held = 0;
      const total = rounds(800);
      for (let seed = 1; seed <= total; seed++) {
        const dice = new Dice(seed);
        const small = randomSmall(dice, {
          transactions: 6,
          sessions: 4,
          keys: 1 + dice.below(3),
          accesses: 1 + dice.below(4),
          repeatable: true,
        });
        const { timed: h, history } = timed(dice, small);
        const expected = truth(h);
        if (expected) held++;
        const verdict = rwRegister.judge(history, { models: [model], wfrKeys: dice.below(4) !== 0 } as never);
        if (verdict.valid !== expected)
          expect.fail(
            `seed ${seed}: expected ${expected}, got ${verdict.valid} (${verdict.engine}) ${verdict.anomalyTypes}\n${show(h)}\ninv ${h.inv}\nret ${h.ret}`,
          );
      }
      expect(held).toBeGreaterThan(total / 10);
      expect(held).toBeLessThan((total * 19) / 20);
    });

  test('what is ruled out is violated, and what is said to hold does', () => {
    for (let seed = 1; seed <= rounds(800); seed++) {
      const dice = new Dice(seed);
      const small = randomSmall(dice, {
        transactions: 5,
        sessions: 3,
        keys: 2,
        accesses: 4,
        repeatable: true,
      });
      const { timed: h, history } = timed(dice, small);
      const verdict = rwRegister.judge(history, { models: ['strict-serializable'] });
      for (const [model, truth] of cases) {
        const where = `seed ${seed} ${model} ${verdict.anomalyTypes}\n${show(h)}\ninv ${h.inv}\nret ${h.ret}`;
        if ([...verdict.not, ...verdict.alsoNot].includes(model) && truth(h))
          expect.fail(`wrongly ruled out: ${where}`);
        if (verdict.consistentWith.includes(model) && !truth(h)) expect.fail(`wrongly upheld: ${where}`);
      }
    }
  });

  test('who claims only a weak model is judged as one who claims it among others', () => {
    const weak = ['read-committed', 'monotonic-atomic-view', 'read-atomic', 'causal', 'monotonic-reads'];
    let broken = 0;
    for (let seed = 1; seed <= rounds(800); seed++) {
      const dice = new Dice(seed);
      const small = randomSmall(dice, { transactions: 6, sessions: 3, keys: 3, accesses: 4 });
      const { timed: h, history } = timed(dice, small);
      const model = weak[dice.below(weak.length)]!;
      const alone = rwRegister.judge(history, { models: [model] });
      const among = rwRegister.judge(history, { models: [model, 'strict-serializable'] });
      const expected = ![...among.not, ...among.alsoNot].includes(model);
      if (!expected) broken++;
      if (alone.valid !== expected)
        expect.fail(`seed ${seed} ${model}: ${alone.valid} alone, ${among.anomalyTypes} among\n${show(h)}`);
    }
    expect(broken).toBeGreaterThan(50);
  });
});
