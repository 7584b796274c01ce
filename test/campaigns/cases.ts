import type { PlanInput } from '../../src/plan.ts';

type Plan = Omit<PlanInput, 'seed'>;

/** A configuration that breaks a guarantee, what must be found and within how many seeds; and how it is meant to be used. */
export interface Case {
  readonly name: string;
  readonly wrong: Plan;
  /** Exactly these types of anomaly, in at least one of the seeds. */
  readonly finding: readonly string[];
  readonly within: number;
  /** The same under the same faults, as its claims allow: never a false alarm. */
  readonly right?: Plan;
}

const leaderKilled = [{ name: 'kill', options: { target: 'leaders' } }];
const leaderIsolated = [{ name: 'partition', options: { shape: 'leader' } }];
const plainRegister = [{ name: 'register', options: { cas: 0 } }];
const lease = { name: 'raft', options: { reads: 'lease' } };
/** The leader's clock runs at a third of its rate or less, so that its lease outlasts what the others wait. */
const leaderDrifts: Plan['nemeses'] = [
  { name: 'clock', options: { kinds: 'drift', drift: [0.25, 0.3], target: 'leaders' } },
  { name: 'partition', options: { shape: 'leader', direction: 'both' } },
];
const short = { timeLimit: '5s', nemesisInterval: '1s' } as const;

export const cases: readonly Case[] = [
  {
    name: 'asynchronous replication, leader killed',
    wrong: {
      system: { name: 'single-leader', options: { sync: 'none', failover: 'automatic' } },
      workloads: ['set'],
      nemeses: leaderKilled,
      ...short,
    },
    finding: ['lost-write'],
    within: 10,
    right: {
      system: { name: 'single-leader', options: { sync: 'all', failover: 'automatic' } },
      workloads: ['set'],
      nemeses: leaderKilled,
      ...short,
    },
  },
  {
    name: 'no fencing, leader isolated',
    wrong: {
      system: { name: 'single-leader', options: { sync: 'none', fencing: 'none' } },
      workloads: ['set'],
      models: ['convergence'],
      nemeses: leaderIsolated,
      ...short,
    },
    finding: ['split-brain'],
    within: 10,
    right: {
      system: { name: 'single-leader', options: { sync: 'all', fencing: 'epoch' } },
      workloads: ['set'],
      models: ['convergence', 'no-lost-writes'],
      nemeses: leaderIsolated,
      ...short,
    },
  },
  {
    name: 'reads from any follower',
    wrong: {
      system: { name: 'single-leader', options: { reads: 'any-follower' } },
      workloads: ['session'],
      ...short,
    },
    finding: ['monotonic-reads-violation', 'read-your-writes-violation'],
    within: 10,
    right: {
      system: { name: 'single-leader', options: { reads: 'leader' } },
      workloads: ['session'],
      nemeses: ['partition', 'kill'],
      ...short,
    },
  },
  {
    name: 'Raft, local reads',
    wrong: { system: { name: 'raft', options: { reads: 'local' } }, workloads: ['register'], ...short },
    finding: ['stale-read'],
    within: 10,
    right: {
      system: { name: 'raft', options: { reads: 'index' } },
      workloads: ['register'],
      nemeses: ['partition', 'kill', 'pause'],
      ...short,
    },
  },
  {
    name: 'Raft, leases under drift beyond their bound',
    wrong: {
      system: lease,
      workloads: [{ name: 'register', options: { cas: 0, reads: 0.9 } }],
      nemeses: leaderDrifts,
      attemptTimeout: '200ms',
      rate: 300,
      ...short,
    },
    finding: ['stale-read'],
    within: 50,
    right: {
      system: lease,
      workloads: ['register'],
      nemeses: ['partition', 'pause', { name: 'clock', options: { kinds: ['bump', 'strobe'] } }],
      ...short,
    },
  },
  {
    name: 'Raft without client sessions, retries under loss',
    wrong: {
      system: { name: 'raft', options: { sessions: false } },
      workloads: ['list-append'],
      nemeses: [{ name: 'packet', options: { kinds: 'loss' } }],
      ...short,
    },
    finding: ['duplicate-elements'],
    within: 50,
    right: {
      system: { name: 'raft', options: { sessions: true } },
      workloads: ['list-append'],
      nemeses: [{ name: 'packet', options: { kinds: 'loss' } }],
      ...short,
    },
  },
  {
    name: 'quorums that need not meet: w + r ≤ n',
    wrong: {
      system: { name: 'leaderless', options: { w: 1, r: 1, readRepair: false } },
      workloads: plainRegister,
      ...short,
    },
    finding: ['stale-read'],
    within: 10,
  },
  {
    name: 'quorums that meet: w + r > n',
    wrong: {
      system: { name: 'leaderless', options: { readRepair: false } },
      workloads: plainRegister,
      nemeses: [{ name: 'packet', options: { kinds: 'delay' } }, 'kill'],
      concurrency: 20,
      rate: 600,
      ...short,
    },
    finding: ['new-old-inversion'],
    within: 100,
    right: {
      system: 'leaderless',
      workloads: ['session'],
      models: ['read-your-writes', 'monotonic-writes', 'writes-follow-reads'],
      nemeses: ['partition', 'kill', 'pause'],
      ...short,
    },
  },
  {
    name: 'last write wins under clock skew',
    wrong: {
      system: 'leaderless',
      workloads: ['set'],
      nemeses: [{ name: 'clock', options: { kinds: 'bump' } }],
      ...short,
    },
    finding: ['lost-write'],
    within: 20,
    right: { system: 'leaderless', workloads: ['set'], nemeses: ['partition', 'kill', 'pause'], ...short },
  },
];
