import { drawThread } from '../src/generator/context.ts';
import type { Context, Generator } from '../src/generator/generator.ts';
import { DONE, PENDING } from '../src/generator/next.ts';
import { type Draft, stateful } from '../src/generator/sources.ts';
import type { Json } from '../src/history/op.ts';
import { canonical } from '../src/history/values.ts';

/** Time between two rounds, nanoseconds: replicas need some to exchange what they lack. */
const GAP = 250_000_000;

interface State {
  readonly round: number;
  /** Reads of this round that have been sent: first that of the whole system, then one a node. */
  readonly sent: number;
  readonly answered: number;
  /** Threads whose read is under way. */
  readonly busy: readonly number[];
  /** What all answers of this round have been so far; undefined before the first, `apart` when two of them differ. */
  readonly agreed: string | undefined;
  readonly apart: boolean;
  /** When the latest answer of the round came. */
  readonly latest: number;
}

const fresh = (round: number, latest: number): State => ({
  round,
  sent: 0,
  answered: 0,
  busy: [],
  agreed: undefined,
  apart: false,
  latest,
});

/** Replicas that hold the same elements agree, in whatever order they list them. */
function content(value: Json): string {
  if (!Array.isArray(value)) return canonical(value);
  const elements = (value as readonly Json[]).map(canonical);
  return elements.sort().join(',');
}

/**
 * Reads the system as its clients do and each node's own state, all of them once a round, until all answers of one round
 * are ok and agree, at most `rounds` times; then ends.
 */
export function finalRounds(rounds: number, nodes: readonly string[], read: Draft): Generator {
  const reads = nodes.length + 1;
  return stateful<State>(fresh(1, 0), {
    next(state, context: Context) {
      let now = state;
      if (now.answered === reads) {
        if (!now.apart || now.round >= rounds) return DONE;
        now = fresh(now.round + 1, now.latest + GAP);
      }
      if (now.sent === reads) return PENDING;
      const thread = drawThread(context);
      const at = now.sent === 0 ? {} : { at: nodes[now.sent - 1]! };
      return {
        draft: { ...read, ...at, final: true, thread, time: now.latest },
        state: { ...now, sent: now.sent + 1, busy: [...now.busy, thread] },
      };
    },
    update(state, { thread, type, value }, context) {
      if (!state.busy.includes(thread)) return state;
      const seen = type === 'ok' ? content(value) : undefined;
      const differs = seen === undefined || (state.agreed !== undefined && seen !== state.agreed);
      return {
        ...state,
        answered: state.answered + 1,
        busy: state.busy.filter((other) => other !== thread),
        agreed: state.agreed ?? seen,
        apart: state.apart || differs,
        latest: context.time,
      };
    },
  });
}
