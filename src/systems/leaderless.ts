import { z } from 'zod';
import type { NodeId } from '../cluster/host.ts';
import { leaderlessClient } from '../cluster/leaderless/client.ts';
import { FUNCTIONS } from '../cluster/leaderless/operations.ts';
import type { LeaderlessOptions } from '../cluster/leaderless/options.ts';
import { LeaderlessReplica } from '../cluster/leaderless/replica.ts';
import { duration } from '../duration.ts';
import type { System } from './system.ts';

const count = z.number().int().min(1).optional();

const options = z.strictObject({
  n: count.describe('replicas of each cell; default: every node'),
  w: count.describe('acknowledgements that make a write a success; default: a majority of n'),
  r: count.describe('answers that make a read; default: a majority of n'),
  coordinator: z
    .enum(['node', 'client'])
    .default('node')
    .describe(
      'who asks the replicas: a node on behalf of the client, another one each time, or the client itself',
    ),
  clock: z
    .enum(['coordinator', 'client'])
    .default('coordinator')
    .describe("whose wall clock stamps a write: the coordinator's, or the client's"),
  readRepair: z
    .boolean()
    .default(true)
    .describe('whether a read brings the replicas that answered up to date'),
  versions: z.enum(['lww']).default('lww').describe('how concurrent versions are settled: last write wins'),
  quorumTimeout: duration
    .prefault('400ms')
    .describe('how long a coordinator waits for a quorum before it gives up'),
});

type Options = z.output<typeof options>;

function majority(n: number): number {
  return Math.floor(n / 2) + 1;
}

/** `n` is the cluster's size where it is not given. */
function complete(options: Options, nodes: readonly NodeId[]): LeaderlessOptions {
  const n = options.n ?? nodes.length;
  return { ...options, n, w: options.w ?? majority(n), r: options.r ?? majority(n) };
}

/**
 * Whether every read quorum meets every write quorum, in a cluster of any size: with n left to that size, only the
 * default majorities are known to.
 */
function quorumsMeet({ n, w, r }: Options): boolean {
  if (w === undefined && r === undefined) return true;
  if (n === undefined) return false;
  return (w ?? majority(n)) + (r ?? majority(n)) > n;
}

export const leaderless: System<Options> = {
  name: 'leaderless',
  summary:
    'Dynamo-style replicas without a leader: quorums n, w, r; read repair; last write wins by wall clock',
  options,
  functions: () => FUNCTIONS,

  validate(given, nodes) {
    const { n, w, r } = complete(given, nodes);
    if (n > nodes.length) return `n is ${n}: allowed are 1 to ${nodes.length}, the number of nodes`;
    if (w > n) return `w is ${w}: allowed are 1 to ${n}, the replicas of a cell (n)`;
    if (r > n) return `r is ${r}: allowed are 1 to ${n}, the replicas of a cell (n)`;
    return undefined;
  },

  /**
   * Never linearizable, whatever the quorums: a write in flight, or one that reached fewer than w replicas, is seen by one
   * read and missed by the next, of the same reader too. For sets see the proof in cluster/leaderless/operations.ts. The
   * session guarantees hold in the order of stamps: a read meets the quorum of every write acknowledged before it, and
   * what is stamped after another write has been acknowledged or seen has the later stamp.
   */
  claims(given) {
    if (!quorumsMeet(given)) return [];
    const nodesStamp = given.coordinator === 'node' && given.clock === 'coordinator';
    const why = 'a write stamped by a clock that is behind is older than what it replaces, and dropped';
    const except = nodesStamp ? { except: [{ nemesis: 'clock', why }] } : {};
    const sessions = ['read-your-writes', 'monotonic-writes', 'writes-follow-reads'];
    return [
      { model: 'no-lost-writes', workload: 'set', ...except },
      ...sessions.map((model) => ({ model, ...except })),
    ];
  },

  replica: (host, given, nodes) => new LeaderlessReplica(host, complete(given, nodes), nodes),
  client: (host, given, setup) => leaderlessClient(host, complete(given, setup.nodes), setup),
};
