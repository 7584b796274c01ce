import { describe, expect, it } from 'vitest';
import { lease } from '../../../src/analysis/locks/lease.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, Dice, history, type Line, ROUNDS } from '../sets/lines.ts';

const grant = (process: number, start: number, end: number, name: string | null = null) =>
  alone(process, 'acquire', { start, end, lease: name });

describe('lease', () => {
  it('accepts leases one after the other, renewals, and different leases at one time', () => {
    const h = history(
      ...grant(0, 0, 10),
      ...grant(0, 5, 20),
      ...grant(1, 20, 30),
      ...grant(2, 0, 30, 'other'),
    );
    expect(lease.judge(h)).toMatchObject({ valid: true, stats: { granted: 4 } });
  });

  it('names two holders at one time that no skew explains', () => {
    const h = history(...grant(0, 0, 100), ...grant(1, 50, 150));
    expect(lease.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['overlapping-leases'] });
    expect(lease.judge(h, { skew: 24 } as object).valid).toBe(false);
  });

  it('calls an overlap that the skew explains possible, and does not decide', () => {
    const h = history(...grant(0, 0, 100), ...grant(1, 90, 150));
    const verdict = lease.judge(h, { skew: 5 } as object);
    expect(verdict).toMatchObject({ valid: 'unknown', anomalyTypes: [], stats: { possibleOverlaps: 1 } });
    expect(verdict.reason).toContain('clock skew');
  });

  it('counts a duration from the invocation, and ends a lease when its release is invoked', () => {
    const grantFor = (process: number, seconds: number): Line[] =>
      alone(process, 'acquire', { duration: seconds * 1e9 });
    expect(lease.judge(history(...grantFor(0, 2), ...grantFor(1, 2))).valid).toBe(true);
    expect(lease.judge(history(...grantFor(0, 9), ...grantFor(1, 2))).valid).toBe(false);
    const released = history(...grantFor(0, 9), ...alone(0, 'release', null), ...grantFor(1, 2));
    expect(lease.judge(released).valid).toBe(true);
  });

  it('calls a grant that ends before it starts impossible, whatever the clocks', () => {
    for (const term of [{ start: 20, end: 10 }, { duration: -10 }] as Json[]) {
      const backwards = alone(0, 'acquire', term);
      const verdict = lease.judge(history(...backwards, ...grant(1, 0, 30)), { skew: 50 } as object);
      expect(verdict).toMatchObject({ valid: 'unknown', anomalyTypes: [], stats: { possibleOverlaps: 0 } });
      expect(verdict.reason).toMatch(
        /^leases that end before they start were left out: process 0 .*record 1/,
      );
      const found = lease.judge(history(...backwards, ...grant(1, 0, 30), ...grant(2, 5, 9)));
      expect(found.anomalyTypes).toEqual(['overlapping-leases']);
    }
    // Known only when it was over: nobody could have believed in it.
    const late = history(...alone(0, 'acquire', { duration: 5 }), ...alone(1, 'acquire', { duration: 5 }));
    expect(lease.judge(late).valid).toBe(true);
  });

  it('knows a lease that was given back before it began from one that overlaps', () => {
    const early = [...grant(0, 5e9, 9e9), ...alone(0, 'release', null), ...grant(1, 6e9, 8e9)];
    expect(lease.judge(history(...early)).valid).toBe(true);
  });

  it('does not know what no grant tells', () => {
    expect(lease.judge(history(...alone(0, 'acquire', 'x'))).valid).toBe('unknown');
    expect(lease.judge(history(...alone(0, 'release', null))).valid).toBe('unknown');
  });

  it('finds in random histories what comparing all pairs finds', () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const dice = new Dice(seed);
      const skew = dice.below(4);
      const all = Array.from({ length: 5 }, () => {
        const start = dice.below(60);
        return { process: dice.below(3), start, end: start + 1 + dice.below(12) };
      });
      const h = history(...all.flatMap(({ process, start, end }) => grant(process, start, end)));
      const overlaps = all.flatMap((a, i) =>
        all
          .slice(i + 1)
          .flatMap((b) =>
            a.process === b.process ? [] : [Math.min(a.end, b.end) - Math.max(a.start, b.start)],
          ),
      );
      const expected = overlaps.some((o) => o > 2 * skew)
        ? false
        : overlaps.some((o) => o > 0)
          ? 'unknown'
          : true;
      expect(lease.judge(h, { skew } as object).valid, `seed ${seed}`).toBe(expected);
    }
  });
});
