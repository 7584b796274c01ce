import { z } from 'zod';
import { register as check } from '../src/analysis/linear/register-check.ts';
import type { Generator } from '../src/generator/generator.ts';
import { concurrentKeys, groupProblem } from '../src/generator/keys.ts';
import { limit } from '../src/generator/sequences.ts';
import { stateful } from '../src/generator/sources.ts';
import type { Json } from '../src/history/op.ts';
import { finalReads } from './final-reads.ts';
import type { Workload, WorkloadSetup } from './workload.ts';

const options = z.strictObject({
  keys: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('keys at a time, each with a share of the client threads; by default one for five threads'),
  opsPerKey: z
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .default(300)
    .describe('operations on a key before a fresh one'),
  reads: z.number().min(0.05).max(0.95).default(0.5).describe('share of operations that read'),
  cas: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.2)
    .describe('share that compare and set; 0 for a system without it'),
});
type Options = z.infer<typeof options>;

const THREADS_PER_KEY = 5;

function keysAtOnce({ keys }: Options, { threads }: WorkloadSetup): number {
  return keys ?? Math.max(1, Math.floor(threads / THREADS_PER_KEY));
}

/** In the state: nothing written yet. */
const NONE = -1;

/**
 * Operations on one key. Every value written is the operation's id: unique, so that a read says which write it saw. A
 * compare-and-set expects the youngest value that was sent or seen, or under load hardly one would succeed.
 */
function onKey({ reads, cas }: Options): Generator {
  return stateful<number>(NONE, {
    next(youngest, context) {
      const { id } = context;
      const u = context.draw('register', id);
      if (u < reads) return { draft: { f: 'read', value: null }, state: youngest };
      if (u < reads + cas && youngest !== NONE)
        return { draft: { f: 'cas', value: [youngest, id] }, state: youngest };
      return { draft: { f: 'write', value: id }, state: id };
    },
    update(youngest, { type, f, value }) {
      if (type !== 'ok') return youngest;
      const seen = f === 'cas' ? (value as readonly Json[])[1] : value;
      return typeof seen === 'number' && seen > youngest ? seen : youngest;
    },
  });
}

export const register: Workload<Options> = {
  name: 'register',
  summary: 'reads, writes and compare-and-set on independent registers; finds stale reads and lost updates',
  options,
  functions: ({ cas }) => (cas > 0 ? ['read', 'write', 'cas'] : ['read', 'write']),
  models: check.models,
  defaultModels: ['linearizable'],

  validate(given, setup) {
    if (given.reads + given.cas > 0.95)
      return `reads ${given.reads} and cas ${given.cas} leave less than a share of 0.05 for writes`;
    return groupProblem(keysAtOnce(given, setup), setup.threads);
  },

  clients: (given, setup) =>
    concurrentKeys(keysAtOnce(given, setup), () => limit(given.opsPerKey, onKey(given))),

  finals(given, setup, operations) {
    // Each group begins a fresh key only when the one before has had all its operations.
    const keys = keysAtOnce(given, setup) + Math.floor(operations / given.opsPerKey);
    return finalReads(keys, (key) => ({ f: 'read', value: [key, null] }));
  },

  minimum: { ok: { read: 5, write: 5 }, finals: 1 },

  judge: (history, { models, budget }) => [check.judge(history, { models, budget })],
};
