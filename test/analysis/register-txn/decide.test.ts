import { describe, expect, test } from 'vitest';
import { rwRegister } from '../../../src/analysis/register-txn/check.ts';
import { historyOf } from '../../../src/history/builder.ts';
import type { History } from '../../../src/history/history.ts';
import type { Json, Op } from '../../../src/history/op.ts';
import { Dice, randomSmall, rounds, type Small, show } from '../weak/random.ts';
import { serializable, snapshotIsolated, type Timed } from './brute.ts';

/** Puts a history into time: sessions one after the other, all else at random. */
function timed(dice: Dice, h: Small): { readonly timed: Timed; readonly history: History } {
  const n = h.session.length;
  const inv = new Array<number>(n).fill(-1);
  const ret = new Array<number>(n).fill(-1);
  const ops: Op[] = [];
  const value = (t: number): Json =>
    h.accesses[t]!.map((a) => (a.write ? ['w', a.key, t + 1] : ['r', a.key, a.from < 0 ? null : a.from + 1]));
  const at = (t: number, type: 'invoke' | 'ok'): Op => ({
    index: ops.length,
    time: ops.length,
    process: h.session[t]!,
    type,
    f: 'txn',
    value: value(t),
  });
  let next = 0;
  const open = new Set<number>();
  // Transactions are invoked in the order of their numbers, as rows of a history are.
  while (next < n || open.size > 0) {
    const busy = [...open].some((t) => h.session[t] === h.session[next]);
    if (next < n && !busy && (open.size === 0 || dice.below(2) === 0)) {
      inv[next] = ops.length;
      ops.push(at(next, 'invoke'));
      open.add(next++);
    } else {
      const list = [...open];
      const waited = list.find((t) => next < n && h.session[t] === h.session[next]);
      const t = waited !== undefined && dice.below(2) === 0 ? waited : list[dice.below(list.length)]!;
      ret[t] = ops.length;
      ops.push(at(t, 'ok'));
      open.delete(t);
    }
  }
  return { timed: { ...h, inv, ret }, history: historyOf(ops) };
}

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
});
