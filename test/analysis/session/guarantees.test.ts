import { describe, expect, test } from 'vitest';
import type { Guarantees } from '../../../src/analysis/session/behind.ts';
import {
  beyond,
  GUARANTEES,
  type Guarantee,
  grantedOf,
  ruleOf,
  rulesOf,
  upheld,
} from '../../../src/analysis/session/guarantees.ts';
import { perSession } from '../../../src/analysis/session/per-session.ts';
import { ruling, WeakLevels } from '../../../src/analysis/weak/levels.ts';
import { demandSessionsOfSeen } from '../../../src/analysis/weak/seen-rules.ts';
import { Dice, randomSmall, rounds, type Small, show, transactionsOf } from '../weak/random.ts';
import { explainable } from './brute.ts';

const KEYS = 2;

function small(seed: number, accesses: number): Small {
  const dice = new Dice(seed);
  return randomSmall(dice, {
    transactions: accesses === 1 ? 6 : accesses === 2 ? 5 : 4,
    sessions: 1 + dice.below(3),
    keys: 1 + dice.below(KEYS),
    accesses,
    repeatable: true,
  });
}

function compare(
  name: string,
  rules: Guarantees,
  engine: (levels: WeakLevels) => boolean,
  accesses: number,
): void {
  test(name, () => {
    let held = 0;
    const total = rounds(600);
    for (let seed = 1; seed <= total; seed++) {
      const h = small(seed, accesses);
      const expected = explainable(h, rules);
      if (expected) held++;
      if (engine(new WeakLevels(transactionsOf(h, KEYS))) !== expected)
        expect.fail(`seed ${seed}: expected ${expected}\n${show(h)}`);
    }
    // A comparison that saw only one answer would prove nothing.
    expect(held).toBeGreaterThan(total / 10);
    expect(held).toBeLessThan((total * 49) / 50);
  });
}

const steps = () => ({ left: 1e9 });
const sets = Array.from({ length: 16 }, (_, bits) => GUARANTEES.filter((_, i) => (bits & (1 << i)) !== 0));

describe('each set of guarantees against its formulas, over all visibilities and arbitrations', () => {
  for (const accesses of [1, 3])
    for (const set of sets)
      compare(
        `${set.join(', ') || 'none'}, ${accesses === 1 ? 'plain operations' : 'transactions'}`,
        rulesOf(set),
        (levels) => ruleOf(levels, set, undefined, steps()).ruling.holds,
        accesses,
      );

  for (const accesses of [1, 3]) {
    compare(
      `pipelined RAM by clocks, ${accesses}`,
      rulesOf(GUARANTEES.slice(0, 3)),
      (l) =>
        ruling(l.t, { sessions: true }, (out) => demandSessionsOfSeen(l.t, l.writersOf, 'session', true, out))
          .holds,
      accesses,
    );
    compare(
      `all four are causality with one arbitration, ${accesses}`,
      rulesOf(GUARANTEES),
      (l) => l.causal().holds,
      accesses,
    );
  }
});

test('only what a guarantee breaks beyond those granted is blamed on it', () => {
  const blamed = new Map<string, number>();
  const total = rounds(16_000);
  for (let seed = 1; seed <= total; seed++) {
    const h = small(seed, seed % 4 === 0 ? 1 : 2);
    for (const granted of [[], ['monotonic-reads']] as (readonly Guarantee[])[]) {
      const levels = new WeakLevels(transactionsOf(h, KEYS));
      if (levels.causal().holds || !explainable(h, rulesOf(granted))) continue;
      for (const guarantee of GUARANTEES) {
        if (granted.includes(guarantee)) continue;
        const { core } = levels.causal();
        const g = beyond(ruleOf(levels, [...granted, guarantee], core, steps()), () =>
          grantedOf(levels, granted, core, steps()),
        );
        const expected = explainable(h, rulesOf([...granted, guarantee]));
        if (upheld(g) !== expected)
          expect.fail(
            `seed ${seed}, ${guarantee} beyond ${granted.join()}: expected ${expected}\n${show(h)}`,
          );
        const what = `${guarantee} beyond ${granted.join()}`;
        if (!expected) blamed.set(what, (blamed.get(what) ?? 0) + 1);
      }
    }
  }
  expect(blamed.size).toBe(7);
});

test('an arbitration per session is satisfied whenever a global one is, and sometimes when none is', () => {
  let more = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    const h = randomSmall(new Dice(seed), { transactions: 7, sessions: 3, keys: 1, accesses: 1 });
    const levels = new WeakLevels(transactionsOf(h, 1));
    for (const guarantee of ['read-your-writes', 'monotonic-reads'] as const) {
      const g = beyond(ruleOf(levels, [guarantee], undefined, steps()), () =>
        grantedOf(levels, [], undefined, steps()),
      );
      const own = perSession(g);
      if (upheld(g)) expect(upheld(own)).toBe(true);
      else if (upheld(own)) more++;
    }
  }
  expect(more).toBeGreaterThan(10);
});
