import type { Json } from '../../../history/op.ts';
import { type Exact, exactly, plus } from '../../integers.ts';
import type { Model } from '../model.ts';

const amount = (input: Json): number => (typeof input === 'number' ? input : 1);

/**
 * A counter: `add` takes a number (1 if it has none, may be negative), `read` returns the sum. Integers of any size are summed
 * up exactly; what a fraction and one beyond 2^53 come to is the nearest double.
 */
export const counter: Model<Exact> = {
  name: 'counter',
  init: (initial) => exactly(initial) ?? 0,
  step(state, f, input, output) {
    const by = exactly(input) ?? 1;
    if (f === 'add' || f === 'inc' || f === 'increment') return sum(state, by);
    if (f === 'dec' || f === 'decrement') return sum(state, -by);
    if (f === 'read' || f === 'r') return output === undefined || exactly(output) === state ? state : null;
    return null;
  },
  key: String,
  pure: (f) => f === 'read' || f === 'r',
};

const sum = (a: Exact, b: Exact): Exact => plus(a, b) ?? Number(a) + Number(b);

/** A lock that anyone may release: whoever holds it is not remembered. */
export const mutex: Model<boolean> = {
  name: 'mutex',
  init: (initial) => initial === true,
  step(state, f) {
    if (f === 'acquire' || f === 'lock') return state ? null : true;
    if (f === 'release' || f === 'unlock') return state ? false : null;
    return null;
  },
  describe: (held) => (held ? 'held' : 'free'),
};

/** A semaphore of some permits that anyone may release. The input is how many, default 1. */
export function semaphore(permits: number): Model<number> {
  return {
    name: 'semaphore',
    init: () => permits,
    step(state, f, input) {
      if (f === 'acquire' || f === 'lock') return state >= amount(input) ? state - amount(input) : null;
      if (f === 'release' || f === 'unlock')
        return state + amount(input) <= permits ? state + amount(input) : null;
      return null;
    },
    describe: (free) => `${free} of ${permits} free`,
  };
}
