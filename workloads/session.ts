import { z } from 'zod';
import { session as check } from '../src/analysis/session/check.ts';
import { drawIndex, drawThread } from '../src/generator/context.ts';
import type { Generator } from '../src/generator/generator.ts';
import { type Pool, pool, written } from '../src/generator/pool.ts';
import { stateful } from '../src/generator/sources.ts';
import type { Workload } from './workload.ts';

const options = z.strictObject({
  keys: z
    .number()
    .int()
    .min(2)
    .max(10_000)
    .default(5)
    .describe('keys in use at a time; few, so that users see what others wrote'),
  maxWrites: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe('writes to a key before a fresh one replaces it'),
  reads: z.number().min(0.1).max(0.9).default(0.6).describe('share of operations that read'),
  again: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("share of reads that look again at the key of the user's operation before"),
});
type Options = z.infer<typeof options>;

interface State {
  readonly pool: Pool;
  /** By thread: the key of the user's latest operation. */
  readonly latest: readonly (number | undefined)[];
}

/**
 * Users who read and write a few keys. Looking again at the key just written or read shows read-your-writes and
 * monotonic reads; going on to another key and writing there lets others see the two writes in the wrong order.
 */
function users({ keys, maxWrites, reads, again }: Options): Generator {
  return stateful<State>(
    { pool: pool(keys), latest: [] },
    {
      next(state, context) {
        const { id } = context;
        const thread = drawThread(context);
        const slot = drawIndex(context, 'session-key', keys);
        const live = state.pool.keys[slot]!;
        const remember = (key: number, after: Pool): State => {
          const latest = state.latest.slice();
          for (let t = latest.length; t < thread; t++) latest[t] = undefined;
          latest[thread] = key;
          return { pool: after, latest };
        };
        if (context.draw('session-read', id) < reads) {
          const before = context.draw('session-again', id) < again ? state.latest[thread] : undefined;
          const key = before ?? live;
          return { draft: { f: 'read', value: [key, null], thread }, state: remember(key, state.pool) };
        }
        return {
          draft: { f: 'write', value: [live, id], thread },
          state: remember(live, written(state.pool, slot, maxWrites)),
        };
      },
    },
  );
}

export const session: Workload<Options> = {
  name: 'session',
  summary: 'users who read and write a few registers; finds reads that forget what their user wrote or saw',
  options,
  functions: () => ['read', 'write'],
  models: check.models,
  defaultModels: ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'],
  validate: () => undefined,
  clients: users,
  minimum: { ok: { read: 10, write: 5 } },
  judge: (history, { models, budget }) => [check.judge(history, { models, budget })],
};
