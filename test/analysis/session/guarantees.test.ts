import { describe, expect, test } from 'vitest';
import { perSession, ruleOn, upheld } from '../../../src/analysis/session/guarantees.ts';
import { ruling, WeakLevels } from '../../../src/analysis/weak/levels.ts';
import { demandSessionsOfSeen } from '../../../src/analysis/weak/seen-rules.ts';
import type { Guarantees } from '../../../src/analysis/weak/visibility.ts';
import { Dice, randomSmall, rounds, type Small, show, transactionsOf } from '../weak/random.ts';
import { explainable } from './brute.ts';

const KEYS = 2;

function compare(
  name: string,
  rules: Guarantees,
  engine: (levels: WeakLevels) => boolean,
  accesses = 1,
  share = 19 / 20,
): void {
  test(name, () => {
    let held = 0;
    const total = rounds(2500);
    for (let seed = 1; seed <= total; seed++) {
      const dice = new Dice(seed);
      const h: Small = randomSmall(dice, {
        transactions: accesses === 1 ? 6 : 4,
        sessions: 1 + dice.below(3),
        keys: 1 + dice.below(KEYS),
        accesses,
        repeatable: true,
      });
      const expected = explainable(h, rules);
      if (expected) held++;
      if (engine(new WeakLevels(transactionsOf(h, KEYS))) !== expected)
        expect.fail(`seed ${seed}: expected ${expected}\n${show(h)}`);
    }
    expect(held).toBeGreaterThan(total / 10);
    expect(held).toBeLessThan(total * share);
  });
}

const MANY = 1e9;

describe('each guarantee against its formula, over all visibilities and arbitrations', () => {
  compare(
    'read your writes',
    { readYourWrites: true },
    (l) => ruleOn(l, 'read-your-writes', 'session', undefined, MANY).ruling.holds,
  );
  compare(
    'monotonic reads',
    { monotonicReads: true },
    (l) => ruleOn(l, 'monotonic-reads', 'session', undefined, MANY).ruling.holds,
  );
  compare(
    'monotonic writes and reads',
    { monotonicWrites: true, monotonicReads: true },
    (l) => ruleOn(l, 'monotonic-writes', 'session', undefined, MANY).ruling.holds,
  );
  compare(
    'writes follow reads, and monotonic reads',
    { writesFollowReads: true, monotonicReads: true },
    (l) => ruleOn(l, 'writes-follow-reads', 'session', undefined, MANY).ruling.holds,
  );
  compare(
    'monotonic writes in one transaction',
    { monotonicWrites: true },
    (l) => ruleOn(l, 'monotonic-writes', 'transaction', undefined, MANY).ruling.holds,
    3,
  );
  compare(
    'writes follow reads in one transaction',
    { writesFollowReads: true },
    (l) => {
      const g = ruleOn(l, 'writes-follow-reads', 'transaction', undefined, MANY);
      return g.ruling.holds;
    },
    3,
  );
  compare(
    'pipelined RAM',
    { readYourWrites: true, monotonicReads: true, monotonicWrites: true },
    (l) =>
      ruling(l.t, { sessions: true }, (out) => demandSessionsOfSeen(l.t, l.writersOf, 'session', true, out))
        .holds,
  );
  compare(
    'all four are causality with one arbitration',
    { readYourWrites: true, monotonicReads: true, monotonicWrites: true, writesFollowReads: true },
    (l) => l.causal().holds,
  );
});

test('an arbitration per session is satisfied whenever a global one is, and sometimes when none is', () => {
  let more = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    const h = randomSmall(new Dice(seed), { transactions: 7, sessions: 3, keys: 1, accesses: 1 });
    const levels = new WeakLevels(transactionsOf(h, 1));
    for (const guarantee of ['read-your-writes', 'monotonic-reads'] as const) {
      const g = ruleOn(levels, guarantee, 'session', undefined, MANY);
      const own = perSession(g);
      if (upheld(g)) expect(upheld(own)).toBe(true);
      else if (upheld(own)) more++;
    }
  }
  expect(more).toBeGreaterThan(10);
});
