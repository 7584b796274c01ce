import { expect, test } from 'vitest';
import { deadlines } from '../../../src/analysis/register-txn/schedule.ts';
import { timedOrder, timedOrderFound } from '../../../src/analysis/register-txn/timed-schedule.ts';
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

test('from a beginning that was found in narrower intervals it goes on, and finds no order that is none', () => {
  let went = 0;
  for (let seed = 1; seed <= rounds(1000); seed++) {
    const dice = new Dice(seed);
    const small = randomSmall(dice, {
      transactions: 7,
      sessions: 5,
      keys: 1 + dice.below(3),
      accesses: 1 + dice.below(4),
      repeatable: true,
    });
    const { timed: h, history } = timed(dice, small);
    const versions = versionsOf(registersOf(accessesOf(history)));
    const intervals = { inv: Int32Array.from(h.inv), ret: Int32Array.from(h.ret) };
    const soonest = deadlines(versions, intervals);
    const stuck = timedOrder(versions, undefined, soonest, intervals, dice.below(4));
    if (stuck === 'found' || stuck.placed.length === 0) continue;
    const slack = 1 + dice.below(6);
    const inv = h.inv.map((i) => i - slack);
    const ret = h.ret.map((r) => r + slack);
    const wider = { inv: Int32Array.from(inv), ret: Int32Array.from(ret) };
    const beginning = stuck.placed.slice(0, 1 + dice.below(stuck.placed.length));
    const found = timedOrder(versions, undefined, soonest, wider, 1e9, beginning);
    if (found !== 'found') continue;
    went++;
    if (!serializable({ ...h, inv, ret }, 'realtime'))
      expect.fail(`seed ${seed}\n${show(h)}\ninv ${inv}\nret ${ret}`);
  }
  expect(went).toBeGreaterThan(10);
});
