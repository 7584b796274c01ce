import { z } from 'zod';
import { LeaderClient } from '../cluster/leader-client.ts';
import { BUGS, type RaftOptions } from '../cluster/raft/options.ts';
import { Raft } from '../cluster/raft/raft.ts';
import { duration } from '../duration.ts';
import type { Claim, System } from './system.ts';

const options = z.strictObject({
  reads: z
    .enum(['log', 'index', 'lease', 'local'])
    .default('index')
    .describe(
      'how reads are answered: as log entries, after the leader has confirmed that it leads, under its lease, or by any node from its own state',
    ),
  sessions: z
    .boolean()
    .default(true)
    .describe('whether a command is executed once however often a client sends it'),
  retries: z
    .int()
    .min(0)
    .max(100)
    .default(5)
    .describe('how often a client sends an operation again whose fate is unknown'),
  heartbeat: duration.prefault('75ms').describe('how often a leader makes itself heard'),
  electionTimeout: duration
    .prefault('300ms')
    .describe(
      'after how long without a leader a node stands for election: drawn between this and twice this',
    ),
  driftBound: z
    .number()
    .min(1)
    .max(16)
    .default(1.1)
    .describe(
      "how many times faster than the leader's any node's monotonic clock may run; shortens the lease",
    ),
  snapshotEvery: z.int().min(10).default(5000).describe('entries applied between two snapshots'),
  maxBatch: z.int().min(1).max(10_000).default(256).describe('entries in one message'),
  bug: z
    .enum(BUGS)
    .default('none')
    .describe(
      'a known mistake, switched on to see it caught: a restart forgets the vote; entries of earlier terms are committed by counting; entries are acknowledged before they are synced; conflicting entries are kept; a restart forgets the state of the snapshot',
    ),
});

const DRIFT = {
  nemesis: 'clock',
  why: 'a lease is void where clocks drift apart by more than driftBound; bumps and strobes do not harm it',
};

function claims(options: RaftOptions): readonly Claim[] {
  if (options.bug !== 'none') return [];
  const once = options.sessions || options.retries === 0;
  const except = options.reads === 'lease' ? [DRIFT] : [];
  const list: Claim[] = [
    { model: 'no-lost-writes' },
    { model: 'no-split-brain', except },
    { model: 'convergence' },
  ];
  if (options.reads === 'local') return list;
  for (const model of ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'])
    list.push({ model, except });
  // A write executed twice is no write of a register's history, and an element twice in a list.
  if (once) list.push({ model: 'linearizable', except }, { model: 'strict-serializable', except });
  return list;
}

/** The strong baseline: consensus with every guarantee, and switches to take each of them away. */
export const raft: System<RaftOptions> = {
  name: 'raft',
  summary: 'Raft: a replicated log with elections, snapshots, client sessions and four ways to read',
  options,
  functions: () => ['read', 'write', 'cas', 'txn', 'add'],
  validate(options) {
    const { heartbeat, electionTimeout } = options;
    if (heartbeat < 1 || heartbeat * 2 > electionTimeout)
      return 'heartbeat must be above 0 and at most half of electionTimeout';
    return undefined;
  },
  claims,
  replica: (host, options, nodes) => new Raft(host, options, nodes),
  client: (host, options, setup) =>
    new LeaderClient(
      host,
      {
        sessions: options.sessions,
        retries: options.retries,
        route: (_request, view) =>
          options.reads === 'local' && view.reads && view.attempt === 0 ? setup.home : undefined,
      },
      setup,
    ),
  bugs: BUGS.filter((bug) => bug !== 'none').map((bug) => `bug=${bug}`),
};
