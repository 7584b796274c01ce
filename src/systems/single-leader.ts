import { z } from 'zod';
import { singleLeaderClient } from '../cluster/single-leader/client.ts';
import { SingleLeaderReplica } from '../cluster/single-leader/replica.ts';
import { duration } from '../duration.ts';
import type { Claim, System } from './system.ts';

const options = z.strictObject({
  sync: z
    .enum(['none', 'one', 'all'])
    .default('all')
    .describe('which followers must have a write on their disks before it is acknowledged'),
  failover: z
    .enum(['automatic', 'manual'])
    .default('automatic')
    .describe('whether followers replace a leader they hold for dead; manual: the first node leads for good'),
  failoverTimeout: duration
    .prefault('300ms')
    .describe('silence after which a follower holds the leader for dead; each waits up to twice as long'),
  fencing: z
    .enum(['epoch', 'none'])
    .default('epoch')
    .describe('whether an epoch needs the votes of a majority, who refuse older ones; none: nobody is asked'),
  reads: z
    .enum(['leader', 'any-follower', 'sticky'])
    .default('leader')
    .describe("who answers reads: the leader, a random replica each time, or the client's own replica"),
  rejoin: z
    .enum(['discard'])
    .default('discard')
    .describe('what a deposed leader does with writes its successor never saw'),
  promote: z
    .enum(['safe'])
    .default('safe')
    .describe('who may be promoted: only nodes of the last agreed set'),
  shipInterval: duration
    .prefault('30ms')
    .describe('with sync=none: how long the leader gathers entries before it ships them'),
});

type Options = z.output<typeof options>;

const SESSION = ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'];

export const singleLeader: System<Options> = {
  name: 'single-leader',
  summary: 'one leader streams its log to followers: synchronous or not, failover with or without fencing',
  options,
  functions: () => ['read', 'write', 'cas', 'txn', 'add'],

  validate({ sync, fencing, failoverTimeout, shipInterval }, nodes) {
    if (sync === 'one' && fencing === 'none')
      return 'fencing is none: with sync=one only epoch is allowed, the synchronous set is agreed by a majority';
    if (sync === 'one' && nodes.length < 2) return 'sync is one: allowed from 2 nodes on, there is 1';
    if (failoverTimeout < 20_000_000) return 'failoverTimeout is too short: at least 20ms';
    if (shipInterval < 1_000_000) return 'shipInterval is too short: at least 1ms';
    return undefined;
  },

  /** For the proofs of the strong claims see cluster/single-leader/leading.ts and synchrony.ts. */
  claims({ sync, failover, fencing, reads }) {
    const claims: Claim[] = [{ model: 'convergence' }];
    const agreed = sync !== 'none' && fencing === 'epoch';
    const appointed = failover === 'manual';
    if (!agreed && !appointed) return claims;
    claims.push({ model: 'no-lost-writes' }, { model: 'no-split-brain' });
    if (reads === 'leader')
      for (const model of ['linearizable', 'strict-serializable', ...SESSION]) claims.push({ model });
    return claims;
  },

  replica: (host, given, nodes) => new SingleLeaderReplica(host, given, nodes),
  client: (host, given, setup) => singleLeaderClient(host, given, setup),
};
