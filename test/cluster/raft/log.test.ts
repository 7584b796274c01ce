import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, Log } from '../../../src/cluster/raft/log.ts';
import { nthLargest } from '../../../src/cluster/raft/progress.ts';

/** Terms of a log: ascending, some more than once, some not at all. */
const ascending = fc
  .array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 30 })
  .map((terms) => terms.sort((a, b) => a - b));

function filled(terms: readonly number[]): Log {
  const log = new Log();
  for (const [n, t] of terms.entries()) log.append({ i: n + 1, t, c: null });
  return log;
}

describe('the log', () => {
  it('answers by position what a plain array of everything would, whatever it has forgotten', () => {
    fc.assert(
      fc.property(ascending, fc.nat(), fc.nat(), (terms, c, k) => {
        const log = filled(terms);
        const base = c % (terms.length + 1);
        log.compact(base);
        const cut = base + 1 + (k % (terms.length - base + 1));
        log.truncate(cut);
        const kept = terms.slice(0, cut - 1);
        expect(log.last).toBe(kept.length);
        expect(log.lastTerm).toBe(kept.at(-1) ?? 0);
        for (let i = base + 1; i <= log.last; i++) {
          expect(log.get(i)).toEqual({ i, t: kept[i - 1], c: null });
          const first = kept.indexOf(kept[i - 1]!) + 1;
          expect(log.firstOfTerm(i)).toBe(Math.max(first, base + 1));
        }
        expect(log.term(base)).toBe(base === 0 ? 0 : terms[base - 1]);
        expect(log.term(base - 1)).toBe(-1);
        expect(log.term(log.last + 1)).toBe(-1);
        for (let term = 0; term < 6; term++) {
          const within = kept.reduce((last, t, n) => (t <= term && n + 1 > base ? n + 1 : last), base);
          expect(log.lastWithin(term, 1000)).toBe(within);
        }
        const range = (from: number, to: number): (Entry | undefined)[] =>
          kept.slice(from - 1, to).map((t, n) => ({ i: from + n, t, c: null }));
        expect(log.slice(base + 1, log.last)).toEqual(range(base + 1, log.last));
      }),
    );
  });

  it('refuses a gap and a compaction beyond its end', () => {
    const log = filled([1, 1, 2]);
    expect(() => log.append({ i: 5, t: 2, c: null })).toThrow('cannot follow 3');
    expect(() => log.compact(4)).toThrow('cannot compact');
  });
});

it('nthLargest is that of the sorted numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 9 }), fc.nat(), (numbers, k) => {
      const n = 1 + (k % numbers.length);
      const sorted = [...numbers].sort((a, b) => b - a);
      expect(nthLargest(Float64Array.from(numbers), n)).toBe(sorted[n - 1]);
    }),
  );
});
