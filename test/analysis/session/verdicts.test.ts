import { expect, test } from 'vitest';
import { session } from '../../../src/analysis/session/check.ts';
import { GUARANTEES, type Guarantee, rulesOf } from '../../../src/analysis/session/guarantees.ts';
import { type Step, sequence } from '../weak/histories.ts';
import { Dice, randomSmall, rounds, type Small, show } from '../weak/random.ts';
import { explainable } from './brute.ts';

/** The same transactions as a history, each writer's number its value. */
function steps(h: Small): Step[] {
  return h.accesses.map((list, at) => ({
    p: h.session[at]!,
    value: list.map((a) => [a.write ? 'w' : 'r', a.key, a.write ? at + 1 : a.from < 0 ? null : a.from + 1]),
  }));
}

const PRAM = GUARANTEES.slice(0, 3);

test('a verdict is invalid when no visibility and arbitration keep all that is judged, and names what none keep alone', () => {
  const named = new Map<string, number>();
  const total = rounds(5000);
  for (let seed = 1; seed <= total; seed++) {
    const dice = new Dice(seed);
    const h = randomSmall(dice, {
      transactions: seed % 3 === 0 ? 5 : 6,
      sessions: 2 + dice.below(2),
      keys: 2,
      accesses: seed % 3 === 0 ? 2 : 1,
      repeatable: true,
    });
    if (h.accesses.every((list) => list.length === 0)) continue;
    const holds = (set: readonly Guarantee[]): boolean => explainable(h, rulesOf(set));
    if (holds(GUARANTEES) || !holds([])) continue;
    const where = `seed ${seed}\n${show(h)}`;
    const judged = GUARANTEES.filter(() => dice.below(2) === 0);
    const models = judged.length === 0 ? GUARANTEES : judged;
    const verdict = session.judge(sequence(steps(h)), { models });
    expect(verdict.valid, where).toBe(holds(models));
    for (const type of verdict.anomalyTypes) named.set(type, (named.get(type) ?? 0) + 1);
    let alone = true;
    for (const guarantee of GUARANTEES) {
      const broken = !holds([guarantee]);
      if (broken && PRAM.includes(guarantee)) alone = false;
      expect(verdict.anomalyTypes.includes(`${guarantee}-violation`), `${guarantee}, ${where}`).toBe(broken);
    }
    if (alone) expect(verdict.anomalyTypes.includes('PRAM-violation'), where).toBe(!holds(PRAM));
    for (const { detail } of verdict.anomalies) {
      const set = detail?.oneOf as Guarantee[] | undefined;
      if (set === undefined) continue;
      expect(holds(set), where).toBe(false);
      for (const left of set) expect(holds(set.filter((other) => other !== left)), where).toBe(true);
    }
  }
  for (const type of ['read-your-writes', 'monotonic-reads', 'PRAM', 'causal'])
    expect(named.get(`${type}-violation`) ?? 0, type).toBeGreaterThan(1);
});
