import { describe, expect, it } from 'vitest';
import { Synchrony } from '../../../src/cluster/single-leader/synchrony.ts';
import { singleLeader } from '../../../src/systems/single-leader.ts';

const matches = (...positions: number[]) => new Map(positions.map((match, i) => [`n${i + 1}`, match]));

describe('the synchronous set', () => {
  it('settles what all of it have, once a majority has its record', () => {
    const synchrony = new Synchrony(3);
    expect(synchrony.settled(matches(9, 9, 9, 9, 9))).toBe(0);
    synchrony.open(5, ['n1', 'n2']);
    expect(synchrony.settled(matches(9, 9, 4, 4, 4))).toBe(0);
    expect(synchrony.settled(matches(9, 4, 9, 9, 9))).toBe(0);
    expect(synchrony.settled(matches(9, 7, 5, 0, 0))).toBe(7);
  });

  it('changes only when the new one is agreed; until then the old one counts, up to the new record', () => {
    const synchrony = new Synchrony(3);
    synchrony.open(1, ['n1', 'n2']);
    synchrony.open(6, ['n1', 'n3']);
    expect(synchrony.set).toEqual(['n1', 'n3']);
    // n2 is far, but what follows the new record waits for that to be agreed.
    expect(synchrony.settled(matches(9, 9, 4, 4, 1))).toBe(5);
    expect(synchrony.settled(matches(9, 3, 9, 4, 1))).toBe(3);
    expect(synchrony.settled(matches(9, 3, 8, 6, 1))).toBe(8);
    // From now on n2 no longer counts.
    expect(synchrony.settled(matches(9, 3, 9, 6, 1))).toBe(9);
  });

  it('settles at once when it is the leader alone', () => {
    const synchrony = new Synchrony(1);
    synchrony.open(1, ['n1']);
    expect(synchrony.settled(matches(4, 0, 0))).toBe(4);
  });
});

describe('options of the single-leader system', () => {
  const check = (given: object, nodes = 5) =>
    singleLeader.validate!(
      singleLeader.options.parse(given),
      Array.from({ length: nodes }, (_, i) => `n${i + 1}`),
    );
  const models = (given: object) =>
    singleLeader.claims(singleLeader.options.parse(given)).map(({ model }) => model);

  it('names the option that cannot be, and what can', () => {
    expect(check({ sync: 'one', fencing: 'none' })).toMatch(/fencing is none.*only epoch is allowed/);
    expect(check({ sync: 'one' }, 1)).toMatch(/sync is one: allowed from 2 nodes on/);
    expect(check({ failoverTimeout: '5ms' })).toMatch(/failoverTimeout.*at least 20ms/);
    expect(check({ shipInterval: '10us' })).toMatch(/shipInterval.*at least 1ms/);
    expect(check({ sync: 'none', fencing: 'none' }, 1)).toBeUndefined();
    expect(singleLeader.options.safeParse({ sync: 'two' }).success).toBe(false);
  });

  it('claims everything where writes are synchronous and epochs fenced, and little where they are not', () => {
    for (const sync of ['one', 'all']) expect(models({ sync })).toContain('strict-serializable');
    expect(models({ sync: 'none' })).toEqual(['convergence']);
    expect(models({ fencing: 'none' })).toEqual(['convergence']);
    expect(models({ sync: 'none', failover: 'manual' })).toContain('no-lost-writes');
    expect(models({ reads: 'any-follower' })).not.toContain('read-your-writes');
  });
});
