import type { Json } from '../../../history/op.ts';
import { canonical } from '../../../history/values.ts';
import type { Model } from '../model.ts';

const same = (x: Json, y: Json) => x === y || canonical(x) === canonical(y);

/** A state is an object, because null says "impossible" and is also a value. */
export interface Cell {
  readonly value: Json;
}

/**
 * A register with read, write and cas; `cas` takes `[expected, new]`. A `miss` is a compare-and-set that certainly
 * found something else. A read of nil is a read of the value nil.
 */
export const casRegister: Model<Cell> = {
  name: 'cas-register',
  init: (value) => ({ value }),
  step(state, f, input, output) {
    switch (f) {
      case 'r':
      case 'read':
        return output === undefined || same(state.value, output) ? state : null;
      case 'w':
      case 'write':
        return { value: input };
      case 'cas':
        return same(state.value, (input as [Json, Json])[0]) ? { value: (input as [Json, Json])[1] } : null;
      case 'miss':
        return same(state.value, (input as [Json, Json])[0]) ? null : state;
      default:
        return null;
    }
  },
  pure: (f) => f === 'r' || f === 'read' || f === 'miss',
  describe: (state) => canonical(state.value),
};

/** A map of such registers: values are `[key, value]`, `[key, [expected, new]]` for a cas. */
export const keyValue: Model<{ readonly initial: Cell; readonly cells: { readonly [key: string]: Cell } }> = {
  name: 'key-value',
  init: (initial) => ({ initial: { value: initial }, cells: {} }),
  step(state, f, input, output) {
    const [key, value] = input as [Json, Json];
    const text = canonical(key);
    const current = state.cells[text] ?? state.initial;
    const next = casRegister.step(
      current,
      f,
      value,
      output === undefined ? undefined : (output as [Json, Json])[1],
    );
    if (next === null) return null;
    return next === current ? state : { initial: state.initial, cells: { ...state.cells, [text]: next } };
  },
  pure: (f) => casRegister.pure!(f),
  partition: (_, input) => (input as [Json, Json])[0],
  describe: (state) =>
    Object.keys(state.cells)
      .map((key) => `${key}: ${canonical(state.cells[key].value)}`)
      .join(', ') || 'nothing written',
};
