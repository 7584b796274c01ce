import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/history/op.ts';
import { raft } from '../../../src/systems/raft.ts';

const options = (given: { readonly [name: string]: Json } = {}) => raft.options.parse(given);
const models = (given: { readonly [name: string]: Json }): string[] =>
  raft.claims(options(given)).map((c) => c.model);

describe('the system', () => {
  it('has defaults, and takes what it has validated', () => {
    expect(options()).toMatchObject({ reads: 'index', heartbeat: 75e6, electionTimeout: 300e6, bug: 'none' });
    expect(raft.options.parse(options())).toEqual(options());
  });

  it.each([
    { reads: 'quorum' },
    { heartbeat: 'soon' },
    { driftBound: 0.5 },
    { bugs: 'none' },
    { retries: -1 },
  ])('refuses %j', (given) => {
    expect(raft.options.safeParse(given).success).toBe(false);
  });

  it('refuses heartbeats too rare for the election timeout, naming both', () => {
    expect(raft.validate?.(options(), ['n1'])).toBeUndefined();
    expect(raft.validate?.(options({ heartbeat: '200ms' }), ['n1'])).toMatch(/heartbeat.*electionTimeout/);
    expect(raft.validate?.(options({ heartbeat: '0ms' }), ['n1'])).toMatch(/above 0/);
  });

  it('claims what its options keep, and no more', () => {
    expect(models({})).toEqual(
      expect.arrayContaining(['linearizable', 'strict-serializable', 'read-your-writes']),
    );
    expect(models({ reads: 'local' })).not.toContain('linearizable');
    expect(models({ reads: 'local' })).not.toContain('monotonic-reads');
    expect(models({ reads: 'local' })).toContain('no-lost-writes');
    expect(models({ sessions: false })).not.toContain('strict-serializable');
    expect(models({ sessions: false, retries: 0 })).toContain('strict-serializable');
    for (const bug of raft.bugs ?? []) expect(models({ bug: bug.slice('bug='.length) })).toEqual([]);
    const lease = raft.claims(options({ reads: 'lease' })).find((c) => c.model === 'linearizable');
    expect(lease?.except).toMatchObject([{ nemesis: 'clock' }]);
  });
});
