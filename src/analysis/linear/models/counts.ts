import type { Json } from '../../../history/op.ts';
import type { Model } from '../model.ts';

const amount = (input: Json) => (typeof input === 'number' ? input : 1);

/** A counter: `add` takes an integer (1 if it has none, may be negative), `read` returns the sum. */
export const counter: Model<number> = {
  name: 'counter',
  init: (initial) => (typeof initial === 'number' ? initial : 0),
  step(state, f, input, output) {
    if (f === 'add' || f === 'inc' || f === 'increment') return state + amount(input);
    if (f === 'dec' || f === 'decrement') return state - amount(input);
    if (f === 'read' || f === 'r') return output === undefined || output === state ? state : null;
    return null;
  },
  pure: (f) => f === 'read' || f === 'r',
};

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

/** A semaphore of some permits that anyone may release. */
export function semaphore(permits: number): Model<number> {
  return {
    name: 'semaphore',
    init: () => permits,
    step(state, f, input) {
      if (f === 'acquire') return state >= amount(input) ? state - amount(input) : null;
      if (f === 'release') return state + amount(input) <= permits ? state + amount(input) : null;
      return null;
    },
    describe: (free) => `${free} of ${permits} free`,
  };
}
