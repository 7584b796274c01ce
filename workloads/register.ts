import { z } from 'zod';
import { register as check } from '../src/analysis/linear/register-check.ts';
import { drawThread } from '../src/generator/context.ts';
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

/** How far readers and writers lean from the common share, as a part of what is possible. */
const LEAN = 0.9;

/**
 * The share of reads of one of a key's threads. Every other one mostly reads and the rest mostly write, evened out: a client
 * that writes to a deposed leader gets no answer and goes elsewhere, only one that goes on reading there sees what
 * is out of date.
 */
function shareOfReads(reads: number, position: number, threads: number): number {
  if (position === threads - 1 && threads % 2 === 1) return reads;
  const lean = LEAN * Math.min(reads, 1 - reads);
  return position % 2 === 0 ? reads + lean : reads - lean;
}

/**
 * Operations on one key. Every value written is the operation's id: unique, so that a read says which write it saw. A
 * compare-and-set expects the youngest value that was sent or seen, or under load hardly one would succeed.
 */
function onKey({ reads, cas }: Options): Generator {
  const casOfChanges = cas / (1 - reads);
  return stateful<number>(NONE, {
    next(youngest, context) {
      const { id, threads } = context;
      const thread = drawThread(context);
      if (context.draw('register-read', id) < shareOfReads(reads, threads.indexOf(thread), threads.length))
        return { draft: { f: 'read', value: null, thread }, state: youngest };
      if (youngest !== NONE && context.draw('register-cas', id) < casOfChanges)
        return { draft: { f: 'cas', value: [youngest, id], thread }, state: youngest };
      return { draft: { f: 'write', value: id, thread }, state: id };
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
