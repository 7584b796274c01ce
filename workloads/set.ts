import { z } from 'zod';
import { set as check } from '../src/analysis/sets/set.ts';
import { calls } from '../src/generator/sources.ts';
import { finalRounds } from './final-rounds.ts';
import type { Workload } from './workload.ts';

const options = z.strictObject({
  reads: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.05)
    .describe('share of operations under load that read the set'),
  rounds: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('how often the replicas are read at the end, at the most, until all of them agree'),
});

export const set: Workload<z.infer<typeof options>> = {
  name: 'set',
  summary:
    'adds unique elements to one set, at the end reads every replica; finds lost writes and divergence',
  options,
  functions: () => ['add', 'read'],
  models: check.models,
  defaultModels: ['no-lost-writes'],
  validate: () => undefined,

  clients: ({ reads }) =>
    calls((context) =>
      context.draw('set-read', context.id) < reads
        ? { f: 'read', value: null }
        : { f: 'add', value: context.id },
    ),

  finals: ({ rounds }, { nodes }) => finalRounds(rounds, nodes, { f: 'read', value: null }),
  minimum: { ok: { add: 10, read: 1 }, finals: 1 },
  judge: (history, { models, budget }) => [check.judge(history, { models, budget })],
};
