import { describe, expect, it } from 'vitest';
import { leaderless } from '../../../src/systems/leaderless.ts';

const NODES = ['n1', 'n2', 'n3'];
const check = (given: object) => leaderless.validate!(leaderless.options.parse(given), NODES);
const claimed = (given: object) => leaderless.claims(leaderless.options.parse(given));

describe('options of the leaderless system', () => {
  it('names the option that cannot be, and what can', () => {
    expect(check({ n: 4 })).toBe('n is 4: allowed are 1 to 3, the number of nodes');
    expect(check({ w: 4 })).toBe('w is 4: allowed are 1 to 3, the replicas of a cell (n)');
    expect(check({ n: 2, r: 3 })).toBe('r is 3: allowed are 1 to 2, the replicas of a cell (n)');
    expect(check({ n: 2, w: 2, r: 1 })).toBeUndefined();
    expect(leaderless.options.safeParse({ w: 0 }).success).toBe(false);
    expect(leaderless.options.safeParse({ quorum: 3 }).success).toBe(false);
  });

  it('claims no set kept where quorums need not meet', () => {
    expect(claimed({ n: 3, w: 1, r: 2 })).toEqual([]);
    expect(claimed({ w: 2, r: 2 })).toEqual([]);
    expect(claimed({ n: 3, w: 2, r: 2 }).map((claim) => claim.model)).toContain('no-lost-writes');
  });

  it('never claims linearizability, and nothing under skew of the clocks that stamp', () => {
    for (const given of [{}, { n: 3, w: 3, r: 3 }, { coordinator: 'client' }]) {
      const claims = claimed(given);
      expect(claims.some(({ model }) => model === 'linearizable')).toBe(false);
    }
    expect(claimed({}).every(({ except }) => except?.some(({ nemesis }) => nemesis === 'clock'))).toBe(true);
    expect(claimed({ coordinator: 'client' }).every(({ except }) => except === undefined)).toBe(true);
  });
});
