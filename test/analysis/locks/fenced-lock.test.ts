import { describe, expect, it } from 'vitest';
import { fencedLock } from '../../../src/analysis/locks/fenced-lock.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, clients, Dice, history, ROUNDS } from '../sets/lines.ts';

const release = (process: number) => alone(process, 'release', null);
const exclusive = { models: ['mutual-exclusion'] };

describe('fenced-lock', () => {
  it('accepts tokens that grow, with holds that touch', () => {
    const h = history(...alone(0, 'acquire', 1), [0, 'invoke', 'release', null], ...alone(1, 'acquire', 5), [
      0,
      'ok',
      'release',
      null,
    ]);
    expect(fencedLock.judge(h, exclusive)).toMatchObject({ valid: true, stats: { acquired: 2, locks: 1 } });
  });

  it('names a token that goes back in real time', () => {
    const h = history(...alone(0, 'acquire', 5), ...release(0), ...alone(1, 'acquire', 4));
    expect(fencedLock.judge(h)).toMatchObject({
      valid: false,
      anomalyTypes: ['fencing-token-regression'],
      not: ['mutual-exclusion', 'fencing-tokens'],
    });
  });

  it('lets tokens of concurrent acquires come in either order, but not twice', () => {
    const both = (first: Json, second: Json) =>
      history(
        [0, 'invoke', 'acquire', null],
        [1, 'invoke', 'acquire', null],
        [0, 'ok', 'acquire', first],
        ...release(0),
        [1, 'ok', 'acquire', second],
      );
    expect(fencedLock.judge(both(2, 1)).valid).toBe(true);
    expect(fencedLock.judge(both(1, 1)).anomalyTypes).toEqual(['duplicate-token']);
  });

  it('names overlapping holds, which only mutual exclusion forbids', () => {
    const h = history(...alone(0, 'acquire', 1), ...alone(1, 'acquire', 2), ...release(0));
    expect(fencedLock.judge(h)).toMatchObject({ valid: true, anomalyTypes: ['overlapping-holds'] });
    expect(fencedLock.judge(h, exclusive).valid).toBe(false);
  });

  it('takes a release of unknown outcome for one, a failed one for none, and keeps locks apart', () => {
    const with_ = (type: 'info' | 'fail') =>
      history(
        ...alone(0, 'acquire', ['x', 1]),
        [0, 'invoke', 'release', 'x'],
        [0, type, 'release', 'x'],
        ...alone(1, 'acquire', ['x', 2]),
        ...alone(2, 'acquire', ['y', 1]),
      );
    expect(fencedLock.judge(with_('info'), exclusive).valid).toBe(true);
    const verdict = fencedLock.judge(with_('fail'), exclusive);
    expect(verdict.anomalies).toMatchObject([{ type: 'overlapping-holds', key: 'x' }]);
  });

  it('does not know without tokens', () => {
    expect(fencedLock.judge(history(...alone(0, 'acquire', 'x'))).valid).toBe('unknown');
    expect(fencedLock.judge(history(...release(0))).valid).toBe('unknown');
  });

  it('finds in random histories what comparing all pairs finds', () => {
    for (let seed = 1; seed <= ROUNDS / 2; seed++) {
      const dice = new Dice(seed);
      let next = 0;
      const h = history(
        ...clients(dice, 3, 8, () => {
          const token = dice.chance(80) ? ++next : dice.below(next + 1);
          return { f: 'acquire', asked: null, end: () => ({ type: 'ok', value: token }) };
        }),
      );
      const rows = Array.from({ length: h.n }, (_, row) => row);
      const pairs = rows.flatMap((a) => rows.filter((b) => b !== a).map((b) => [a, b]));
      const { anomalyTypes } = fencedLock.judge(h);
      const token = (row: number) => h.value(row) as number;
      expect(anomalyTypes.includes('duplicate-token'), `seed ${seed}`).toBe(
        pairs.some(([a, b]) => token(a) === token(b)),
      );
      expect(anomalyTypes.includes('fencing-token-regression'), `seed ${seed}`).toBe(
        pairs.some(([a, b]) => h.ret[a] < h.inv[b] && token(a) > token(b)),
      );
      expect(anomalyTypes.includes('overlapping-holds'), `seed ${seed}`).toBe(
        new Set(rows.map((row) => h.process[row])).size > 1,
      );
    }
  });
});
