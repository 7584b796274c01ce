import { describe, expect, test } from 'vitest';
import { shortestCycle } from '../../../src/analysis/weak/cycle.ts';
import { ruling, WeakLevels } from '../../../src/analysis/weak/levels.ts';
import { demandReadAtomic, demandReadCommitted } from '../../../src/analysis/weak/read-rules.ts';
import { causal, readAtomic, readCommitted, satisfies, sessionBefore, writesKey } from './brute.ts';
import { Dice, randomSmall, rounds, type Small, show, transactionsOf } from './random.ts';

const KEYS = 3;

function compare(
  name: string,
  repeatable: boolean,
  engine: (levels: WeakLevels) => boolean,
  truth: (h: Small) => boolean,
): void {
  test(name, () => {
    let held = 0;
    const total = rounds(6000);
    for (let seed = 1; seed <= total; seed++) {
      const dice = new Dice(seed);
      const h = randomSmall(dice, {
        transactions: 6,
        sessions: 1 + dice.below(3),
        keys: 1 + dice.below(KEYS),
        accesses: 2 + dice.below(5),
        repeatable,
      });
      const expected = truth(h);
      if (expected) held++;
      if (engine(new WeakLevels(transactionsOf(h, KEYS))) !== expected)
        expect.fail(`seed ${seed}: expected ${expected}\n${show(h)}`);
    }
    // A comparison that saw only one answer would prove nothing.
    expect(held).toBeGreaterThan(total / 10);
    expect(held).toBeLessThan((total * 19) / 20);
  });
}

describe('each level against its axiom, over all commit orders', () => {
  compare(
    'read committed',
    false,
    (l) => l.readCommitted().holds,
    (h) => satisfies(h, readCommitted, false),
  );
  compare(
    'read committed with session order',
    false,
    (l) => l.readCommitted(true).holds,
    (h) => satisfies(h, readCommitted, true),
  );
  compare(
    'read atomic',
    true,
    (l) => l.readAtomic().holds,
    (h) => satisfies(h, readAtomic, false),
  );
  compare(
    'causal convergence',
    true,
    (l) => l.causal().holds,
    (h) => satisfies(h, causal(h), true),
  );
  compare(
    'weak causality',
    true,
    (l) => {
      if (l.causalityCyclic) return false;
      const ruling = l.causal();
      return ruling.demands.impossibleCount === 0 && !l.overwrittenInPast().includes(1);
    },
    // A total order for each read by itself: t1 must not be overwritten in the reader's past.
    (h) => {
      const past = causal(h);
      for (let t = 0; t < h.session.length; t++) if (past(h, t, t, 0)) return false;
      return h.accesses.every((list, t3) =>
        list.every((a) => {
          if (a.write) return true;
          for (let t2 = 0; t2 < h.session.length; t2++)
            if (t2 !== a.from && t2 !== t3 && writesKey(h, t2, a.key) && past(h, t2, t3, 0))
              if (a.from < 0 || past(h, a.from, t2, 0)) return false;
          return true;
        }),
      );
    },
  );
});

test('a shortest cycle is a cycle, and each of its steps holds', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const h = randomSmall(new Dice(seed), {
      transactions: 7,
      sessions: 3,
      keys: 2,
      accesses: 3,
      repeatable: true,
    });
    const levels = new WeakLevels(transactionsOf(h, 2));
    for (const result of [levels.causal(), levels.readAtomic()])
      for (let which = 0; which < result.core.components; which++) {
        const cycle = shortestCycle(result.t, result.base, result.demands, result.by, result.core, which);
        expect(cycle.length).toBeGreaterThan(0);
        cycle.forEach((step, i) => {
          expect(step.to).toBe(cycle[(i + 1) % cycle.length]!.from);
          if (step.kind === 'so') expect(sessionBefore(h, step.from, step.to)).toBe(true);
          if (step.kind === 'wr') expect(h.accesses[step.to]!.some((a) => a.from === step.from)).toBe(true);
        });
        expect(new Set(cycle.map((s) => s.from)).size).toBe(cycle.length);
      }
  }
});

test('large transactions take the other side of the intersection', () => {
  // One writer of 40 keys; readers of few and of many; the same answers as with small write sets.
  const wide = (reads: readonly number[]): Small => ({
    sessions: 3,
    session: [0, 1, 2],
    accesses: [
      Array.from({ length: 40 }, (_, key) => ({ write: true, key, from: -1 })),
      Array.from({ length: 40 }, (_, key) => ({ write: true, key, from: -1 })),
      reads.map((from, key) => ({ write: false, key, from })),
    ],
  });
  for (const reads of [[0, 1], [0, 0, 0, 1], Array.from({ length: 40 }, (_, i) => (i === 20 ? 1 : 0))]) {
    const levels = new WeakLevels(transactionsOf(wide(reads), 40));
    expect(levels.readAtomic().holds).toBe(false);
    expect(ruling(levels.t, { sessions: false }, (out) => demandReadAtomic(levels.t, out)).holds).toBe(false);
    expect(ruling(levels.t, { sessions: false }, (out) => demandReadCommitted(levels.t, out)).holds).toBe(
      satisfies(wide(reads), readCommitted, false),
    );
  }
});
