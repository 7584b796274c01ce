import type { Json } from '../../../history/op.ts';
import { canonical } from '../../../history/values.ts';
import type { Model } from '../model.ts';

type List = readonly Json[];

const last = (state: List) => state[state.length - 1];
const same = (x: Json, y: Json) => x === y || canonical(x) === canonical(y);

/** The element that an operation puts or is known to have taken: what comes in and goes out leaves the others in order. */
const elementOf =
  (put: string, take: string): Model<List>['topic'] =>
  (f, input, output) =>
    f === put ? input : f === take ? (output ?? undefined) : undefined;

/** The initial list, where the user gave one. */
const listOf = (initial: Json): List => (Array.isArray(initial) ? (initial as Json[]) : []);

/** A list that is appended to and read whole; nil reads as the empty list. */
export const appendList: Model<List> = {
  name: 'append-list',
  init: listOf,
  step(state, f, input, output) {
    if (f === 'append') return [...state, input];
    if (f === 'read' || f === 'get' || f === 'r')
      return output === undefined || same(state, output ?? []) ? state : null;
    return null;
  },
  pure: (f) => f !== 'append',
};

/** A set: add, remove, `contains` with the value `[element, true|false]`, and reads of all elements in any order. */
export const set: Model<List> = {
  name: 'set',
  init: (initial) => [...listOf(initial)].sort(byText),
  step(state, f, input, output) {
    const at = (x: Json) => state.findIndex((y) => same(x, y));
    if (f === 'add') return at(input) >= 0 ? state : [...state, input].sort(byText);
    if (f === 'remove') return state.filter((x) => !same(x, input));
    if (f === 'contains') {
      if (output === undefined) return state;
      if (!Array.isArray(output) || output.length !== 2) return null;
      const [element, there] = output as [Json, Json];
      return at(element) >= 0 === there ? state : null;
    }
    if (f === 'read' || f === 'r') {
      if (output === undefined) return state;
      if (output !== null && !Array.isArray(output)) return null;
      const seen = [...listOf(output)].sort(byText);
      return same(seen, state) ? state : null;
    }
    return null;
  },
  pure: (f) => f !== 'add' && f !== 'remove',
};

function byText(x: Json, y: Json): number {
  const p = canonical(x);
  const q = canonical(y);
  return p < q ? -1 : p > q ? 1 : 0;
}

/** First in, first out. A dequeue of nil found the queue empty. */
export const fifoQueue: Model<List> = {
  name: 'queue',
  init: listOf,
  step(state, f, input, output) {
    if (f === 'enqueue') return [...state, input];
    if (f !== 'dequeue') return null;
    if (output === undefined) return state.length === 0 ? state : state.slice(1);
    if (output === null) return state.length === 0 ? state : null;
    return state.length > 0 && same(state[0], output) ? state.slice(1) : null;
  },
  topic: elementOf('enqueue', 'dequeue'),
};

/** A queue that may hand out any element it holds. */
export const unorderedQueue: Model<List> = {
  name: 'unordered-queue',
  init: (initial) => [...listOf(initial)].sort(byText),
  step(state, f, input, output) {
    if (f === 'enqueue') return [...state, input].sort(byText);
    if (f !== 'dequeue') return null;
    if (output === undefined || output === null) return state.length === 0 ? state : null;
    const at = state.findIndex((x) => same(x, output));
    return at < 0 ? null : [...state.slice(0, at), ...state.slice(at + 1)];
  },
  outputs: (state, f, input) => (f === 'dequeue' ? [null, ...state] : [input]),
  topic: elementOf('enqueue', 'dequeue'),
};

/** Last in, first out. A pop of nil found the stack empty. */
export const stack: Model<List> = {
  name: 'stack',
  init: listOf,
  step(state, f, input, output) {
    if (f === 'push') return [...state, input];
    if (f !== 'pop') return null;
    if (output === undefined) return state.length === 0 ? state : state.slice(0, -1);
    if (output === null) return state.length === 0 ? state : null;
    return state.length > 0 && same(last(state), output) ? state.slice(0, -1) : null;
  },
  topic: elementOf('push', 'pop'),
};
