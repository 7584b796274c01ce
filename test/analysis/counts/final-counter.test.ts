import { describe, expect, it } from 'vitest';
import { gCounter, pnCounter } from '../../../src/analysis/counts/final-counter.ts';
import { holds, subsetSums } from '../../../src/analysis/counts/subset-sums.ts';
import { alone, Dice, history, type Line, ROUNDS } from '../sets/lines.ts';

const final = (node: string) => ({ final: true, node });
const unknown = (process: number, amount: number): Line[] => [
  [process, 'invoke', 'add', amount],
  [process, 'info', 'add', amount],
];

describe('pn-counter', () => {
  it('accepts final reads with any of the additions whose outcome is unknown, and stale reads before', () => {
    for (const read of [5, 2, 12, 9]) {
      const h = history(
        ...alone(0, 'add', 5),
        ...unknown(1, -3),
        ...unknown(2, 7),
        ...alone(3, 'read', 0),
        ...alone(3, 'read', read, final('n1')),
      );
      expect(pnCounter.judge(h), String(read)).toMatchObject({ valid: true, stats: { unknownAdditions: 2 } });
    }
  });

  it('names final reads that are no such sum', () => {
    const h = history(...alone(0, 'add', 5), ...unknown(1, 7), ...alone(3, 'read', 6, final('n1')));
    expect(pnCounter.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['unexpected-value'] });
  });

  it('names final reads below all that was acknowledged: lost-write', () => {
    const h = history(...alone(0, 'add', 5), ...unknown(1, -1), ...alone(3, 'read', 3, final('n1')));
    expect(pnCounter.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['lost-write'] });
  });

  it('names reads of more, and of less, than was ever invoked', () => {
    const h = history(
      ...alone(3, 'read', 1),
      ...alone(3, 'read', -1),
      ...alone(0, 'add', 5),
      ...alone(3, 'read', 5, final('n1')),
    );
    expect(pnCounter.judge(h).anomalyTypes).toEqual(['counter-too-high', 'counter-too-low']);
  });

  it('tells divergence, which is judged on demand', () => {
    const h = history(
      ...unknown(0, 1),
      ...alone(3, 'read', 0, final('n1')),
      ...alone(3, 'read', 1, final('n2')),
    );
    expect(pnCounter.judge(h)).toMatchObject({ valid: true, not: ['convergence'] });
    expect(pnCounter.judge(h, { models: ['convergence'] }).valid).toBe(false);
  });

  it('takes a process for a replica where no node is named', () => {
    const h = history(
      ...alone(0, 'add', 5),
      ...alone(3, 'read', 3, { final: true }),
      ...alone(4, 'read', 5, { final: true }),
    );
    expect(pnCounter.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['divergence', 'lost-write'] });
  });

  it('compares no replica with itself', () => {
    const h = history(...alone(0, 'add', 5), ...alone(3, 'read', 5, final('n1')));
    expect(pnCounter.judge(h).valid).toBe(true);
    expect(pnCounter.judge(h, { models: ['convergence'] })).toMatchObject({
      valid: 'unknown',
      reason: 'only one replica was read at the end: there is nothing to compare',
    });
  });

  it('lets no read count what was invoked later', () => {
    const reads = [...alone(0, 'add', 2), ...alone(3, 'read', 1, final('n1'))];
    const later = history(...reads, ...unknown(1, -1));
    expect(pnCounter.judge(later)).toMatchObject({ valid: false });
    expect(pnCounter.judge(later).anomalyTypes).toContain('lost-write');
    expect(pnCounter.judge(history(...unknown(1, -1), ...reads)).valid).toBe(true);
  });

  it('does not know without a read at the end', () => {
    const h = history(...alone(3, 'read', 0), ...alone(0, 'add', 1));
    expect(pnCounter.judge(h).valid).toBe('unknown');
  });
});

describe('g-counter', () => {
  it('takes the last read where none is marked', () => {
    expect(gCounter.judge(history(...alone(0, 'add', 1), ...alone(1, 'read', 1))).valid).toBe(true);
    expect(gCounter.judge(history(...alone(0, 'add', 1), ...alone(1, 'read', 0))).anomalyTypes).toEqual([
      'lost-write',
    ]);
  });

  it('is no counter that goes down', () => {
    const h = history(...alone(0, 'add', -1), ...alone(1, 'read', -1));
    expect(gCounter.judge(h)).toMatchObject({ valid: 'unknown' });
  });
});

describe('subset sums', () => {
  it('holds exactly the sums of all subsets', () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const dice = new Dice(seed);
      const base = dice.below(10) - 5;
      const amounts = Array.from({ length: dice.below(7) }, () => dice.below(21) - 10);
      const sums = new Set<number>();
      for (let subset = 0; subset < 1 << amounts.length; subset++)
        sums.add(amounts.reduce((sum, a, i) => sum + (subset & (1 << i) ? a : 0), base));
      const ranges = subsetSums(base, amounts)!;
      for (let value = -80; value <= 80; value++)
        if (holds(ranges, value) !== sums.has(value))
          expect.fail(`seed ${seed}: ${value} of ${base} and ${amounts}`);
    }
  });

  it('gives up on too many', () => {
    const amounts = Array.from({ length: 20 }, (_, i) => 3 * 2 ** i);
    expect(subsetSums(0, amounts, 1000)).toBeNull();
  });
});
