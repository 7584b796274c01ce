import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../src/duration.ts';
import { leaderless } from '../../../src/systems/leaderless.ts';
import { drill, type Fault } from '../single-leader/drill.ts';
import { REGISTERS, seeds } from '../single-leader/loads.ts';
import { registerViolations } from './registers.ts';

const run = (options: object, seed: number, faults: readonly Fault[]) =>
  registerViolations(
    drill({ system: leaderless, options, seed, faults, load: 8 * SECOND, ...REGISTERS }).done,
  );

describe('registers over quorums', () => {
  it.each([
    { w: 1, r: 1 },
    { w: 1, r: 1, coordinator: 'client' },
    { w: 2, r: 3 },
  ])('are stale where w + r ≤ n: %j', (options) => {
    const stale = seeds(2).map((seed) => run(options, seed, ['partition', 'pause']).stale);
    expect(stale.some((n) => n > 0)).toBe(true);
  });

  it.each([{ w: 5, r: 1 }, { readRepair: false }])(
    'give a new value and then an old one though w + r > n, but are never stale: %j',
    (options) => {
      const found = seeds(6).map((seed) => run(options, seed, ['partition', 'kill', 'pause']));
      expect(found.some(({ back }) => back > 0)).toBe(true);
      expect(found.every(({ stale }) => stale === 0)).toBe(true);
    },
  );
});
