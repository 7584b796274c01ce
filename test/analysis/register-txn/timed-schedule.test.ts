import { expect, test } from 'vitest';
import { deadlines } from '../../../src/analysis/register-txn/schedule.ts';
import { timedOrderFound } from '../../../src/analysis/register-txn/timed-schedule.ts';
import { versionsOf } from '../../../src/analysis/register-txn/versions.ts';
import { accessesOf } from '../../../src/analysis/weak/accesses.ts';
import { registersOf } from '../../../src/analysis/weak/registers.ts';
import { NEVER } from '../../../src/history/history.ts';
import { Dice, randomSmall, rounds, show } from '../weak/random.ts';
import { serializable } from './brute.ts';
import { timed } from './timed.ts';

test('with patience enough it finds an order exactly where there is one', () => {
  let held = 0;
  const total = rounds(2500);
  for (let seed = 1; seed <= total; seed++) {
    const dice = new Dice(seed);
    const small = randomSmall(dice, {
      transactions: 7,
      sessions: 5,
      keys: 1 + dice.below(3),
      accesses: 1 + dice.below(4),
      repeatable: true,
    });
    const { timed: all, history } = timed(dice, small);
    // Of some nobody knows when they ended.
    const h = { ...all, ret: all.ret.map((r) => (dice.below(5) === 0 ? NEVER : r)) };
    const versions = versionsOf(registersOf(accessesOf(history)));
    const intervals = { inv: Int32Array.from(h.inv), ret: Int32Array.from(h.ret) };
    const expected = serializable(h, 'realtime');
    if (expected) held++;
    const found = timedOrderFound(versions, undefined, deadlines(versions, intervals), intervals, 1e9);
    if (found !== expected)
      expect.fail(`seed ${seed}: expected ${expected}\n${show(h)}\ninv ${h.inv}\nret ${h.ret}`);
  }
  expect(held).toBeGreaterThan(total / 10);
});
