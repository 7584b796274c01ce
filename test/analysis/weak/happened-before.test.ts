import { expect, test } from 'vitest';
import { core } from '../../../src/analysis/weak/arbitration.ts';
import { causalOrder } from '../../../src/analysis/weak/causal.ts';
import { CausalMemory } from '../../../src/analysis/weak/happened-before.ts';
import { WeakLevels } from '../../../src/analysis/weak/levels.ts';
import { indexed } from '../../../src/analysis/weak/transactions.ts';
import { isCausalMemory, KEYS, mutated } from './brute-memory.ts';
import { Dice, randomSmall, rounds, type Small, show, transactionsOf } from './random.ts';

function engine(h: Small): boolean {
  const t = indexed(transactionsOf(h, KEYS));
  const causal = causalOrder(t);
  if (causal.length < t.n) return false;
  const memory = new CausalMemory(t, 1e9, causal);
  for (let s = 0; s < t.sessions; s++) {
    const { demands, initial, ordered } = memory.of(s);
    if (initial.length > 0) return false;
    if (core(t, { sessions: true }, demands).components > 0) {
      expect(ordered).toBe(false);
      return false;
    }
  }
  return true;
}

for (const accesses of [1, 2])
  test(`causal memory against its definition, ${accesses === 1 ? 'plain operations' : 'transactions'}`, () => {
    let held = 0;
    const apart = { beyondWeak: 0, butConvergent: 0, notConvergent: 0 };
    const total = rounds(4000);
    for (let seed = 1; seed <= total; seed++) {
      const dice = new Dice(seed);
      const h =
        accesses === 1 && seed % 4 > 0
          ? mutated(dice)
          : randomSmall(dice, {
              transactions: accesses === 1 ? 8 : 6,
              sessions: 1 + dice.below(3),
              keys: 1 + dice.below(KEYS),
              accesses,
              repeatable: dice.below(8) > 0,
            });
      const expected = isCausalMemory(h);
      if (expected) held++;
      const levels = new WeakLevels(transactionsOf(h, KEYS));
      if (!levels.causalityCyclic) {
        const ccv = levels.causal();
        const weak = ccv.demands.impossibleCount === 0 && !levels.overwrittenInPast().includes(1);
        if (weak && !expected) apart.beyondWeak++;
        if (ccv.holds && !expected) apart.butConvergent++;
        if (!ccv.holds && expected) apart.notConvergent++;
        if (expected && !weak) expect.fail(`seed ${seed}: causal memory, and not weakly causal\n${show(h)}`);
      }
      if (engine(h) !== expected) expect.fail(`seed ${seed}: expected ${expected}\n${show(h)}`);
    }
    // It is stronger than weak causality, and neither stronger nor weaker than convergence.
    if (accesses === 1)
      expect(Math.min(apart.beyondWeak, apart.butConvergent, apart.notConvergent)).toBeGreaterThan(
        total / 1000,
      );
    expect(held).toBeGreaterThan(total / 10);
    expect(held).toBeLessThan((total * 9) / 10);
  });
