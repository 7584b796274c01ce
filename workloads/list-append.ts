import { z } from 'zod';
import { listAppend as check } from '../src/analysis/list-append/check.ts';
import type { Generator } from '../src/generator/generator.ts';
import {
  exponentialSlot,
  MOST_EXPONENTIAL,
  mostKeys,
  type Pool,
  pool,
  written,
} from '../src/generator/pool.ts';
import { stateful } from '../src/generator/sources.ts';
import type { Json } from '../src/history/op.ts';
import { finalReads } from './final-reads.ts';
import type { Workload } from './workload.ts';

const options = z.strictObject({
  keys: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe('keys in use at a time; one that has been appended to often enough is replaced by a fresh one'),
  distribution: z
    .enum(['exponential', 'uniform'])
    .default('exponential')
    .describe(
      'how the key of a micro-operation is drawn: each twice as often as the one before, or all alike',
    ),
  maxWrites: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(32)
    .describe('appends to a key before it is replaced'),
  minLength: z.number().int().min(1).max(64).default(1).describe('fewest micro-operations in a transaction'),
  maxLength: z.number().int().min(1).max(64).default(4).describe('most micro-operations in a transaction'),
  reads: z.number().min(0.05).max(0.95).default(0.5).describe('share of micro-operations that read'),
});
type Options = z.infer<typeof options>;

/** Keys read by one final transaction. */
const FINAL_KEYS = 32;

/** Elle's transactions (Kingsbury & Alvaro, VLDB 2020): lists show in each read the order of all appends before it. */
function transactions({ keys, distribution, maxWrites, minLength, maxLength, reads }: Options): Generator {
  return stateful<Pool>(pool(keys), {
    next(state, context) {
      const { id } = context;
      const length = minLength + Math.floor(context.draw('txn-length', id) * (maxLength - minLength + 1));
      let after = state;
      const mops: Json[] = [];
      for (let i = 0; i < length; i++) {
        const u = context.draw('txn-key', id, i);
        const slot = distribution === 'uniform' ? Math.floor(u * keys) : exponentialSlot(u, keys);
        const key = after.keys[slot]!;
        if (context.draw('txn-read', id, i) < reads) {
          mops.push(['r', key, null]);
        } else {
          // No other operation has this id, so nobody else ever appends this element.
          mops.push(['append', key, id * maxLength + i]);
          after = written(after, slot, maxWrites);
        }
      }
      return { draft: { f: 'txn', value: mops }, state: after };
    },
  });
}

export const listAppend: Workload<Options> = {
  name: 'list-append',
  summary: 'transactions that append unique elements to lists and read them; finds every anomaly Elle knows',
  options,
  functions: () => ['txn'],
  models: check.models,
  defaultModels: ['strict-serializable'],

  validate({ keys, distribution, minLength, maxLength }) {
    if (minLength > maxLength) return `minLength ${minLength} is above maxLength ${maxLength}`;
    if (distribution === 'exponential' && keys > MOST_EXPONENTIAL)
      return `keys ${keys} is too many for an exponential distribution: at most ${MOST_EXPONENTIAL}, or distribution uniform`;
    return undefined;
  },

  clients: transactions,

  finals({ keys, maxWrites, maxLength }, _setup, operations) {
    const chunks = Math.ceil(mostKeys(keys, operations * maxLength, maxWrites) / FINAL_KEYS);
    return finalReads(chunks, (chunk) => ({
      f: 'txn',
      value: Array.from({ length: FINAL_KEYS }, (_, i) => ['r', chunk * FINAL_KEYS + i, null]),
    }));
  },

  minimum: { ok: { txn: 10 }, finals: 1 },

  judge: (history, { models, budget }) => [check.judge(history, { models, budget })],
};
