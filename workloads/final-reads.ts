import type { Generator } from '../src/generator/generator.ts';
import { PENDING } from '../src/generator/next.ts';
import { type Draft, stateful } from '../src/generator/sources.ts';

/** After heal and recovery a read should work at once; one that has failed so often is given up. */
const ATTEMPTS = 5;

interface Reading {
  readonly item: number;
  readonly attempt: number;
}

interface State {
  readonly next: number;
  readonly again: readonly Reading[];
  readonly busy: ReadonlyMap<number, Reading>;
}

/** Reads item 0 to `items - 1`, each until it is ok or has been tried often enough; then ends. */
export function finalReads(items: number, read: (item: number) => Draft): Generator {
  const start: State = { next: 0, again: [], busy: new Map() };
  return stateful<State>(start, {
    next(state, context) {
      const repeated = state.again[0];
      if (repeated === undefined && state.next >= items)
        return state.busy.size > 0 ? PENDING : { kind: 'done' };
      const reading = repeated ?? { item: state.next, attempt: 1 };
      const thread = context.free[reading.item % context.free.length]!;
      return {
        draft: { ...read(reading.item), final: true, thread },
        state: {
          next: repeated === undefined ? state.next + 1 : state.next,
          again: repeated === undefined ? state.again : state.again.slice(1),
          busy: new Map(state.busy).set(thread, reading),
        },
      };
    },
    update(state, completed) {
      const reading = state.busy.get(completed.thread);
      if (reading === undefined || completed.final !== true) return state;
      const busy = new Map(state.busy);
      busy.delete(completed.thread);
      const again =
        completed.type === 'ok' || reading.attempt >= ATTEMPTS
          ? state.again
          : [...state.again, { item: reading.item, attempt: reading.attempt + 1 }];
      return { ...state, again, busy };
    },
  });
}
