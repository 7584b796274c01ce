import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import type { Model } from './model.ts';
import { PairTable } from './pair-table.ts';

/** One operation as a model sees it. `output` is undefined where the outcome is unknown. */
export interface Action {
  readonly f: string;
  readonly input: Json;
  readonly output: Json | undefined;
}

/**
 * A model with its states and operations numbered, and its transitions remembered (Knossos calls it memoization):
 * searches take millions of steps over few states and few distinct operations.
 */
export class Machine<S = unknown> {
  readonly start: number;
  readonly actions: Action[] = [];
  /** By type: never changes the state. */
  readonly pure: boolean[] = [];
  private readonly model: Model<S>;
  private readonly states: S[] = [];
  private readonly byKey = new Map<string, number>();
  private readonly typeOf = new Map<string, number>();
  private readonly memo = new PairTable();
  private readonly many = new Map<string, Int32Array>();

  constructor(model: Model<S>, initial: Json) {
    this.model = model;
    this.start = this.state(model.init(initial));
  }

  /** Numbers an operation: equal operations have equal numbers. */
  type(action: Action): number {
    const known = action.output !== undefined;
    const text = `${action.f} ${known ? canonical(action.output!) : '?'} ${known && action.input === action.output ? '' : canonical(action.input)}`;
    let type = this.typeOf.get(text);
    if (type === undefined) {
      type = this.actions.length;
      this.actions.push(action);
      this.pure.push(this.model.pure?.(action.f) === true);
      this.typeOf.set(text, type);
    }
    return type;
  }

  /** The state after an operation, or −1 where it is impossible. */
  step(state: number, type: number): number {
    const known = this.memo.get(state, type);
    if (known !== undefined) return known;
    const { f, input, output } = this.actions[type];
    const next = this.model.step(this.states[state], f, input, output);
    const id = next === null ? -1 : this.state(next);
    this.memo.set(state, type, id);
    return id;
  }

  /** The states that an operation of unknown outcome can lead to. */
  successors(state: number, type: number): Int32Array {
    const key = `${state},${type}`;
    let list = this.many.get(key);
    if (list === undefined) {
      const { f, input } = this.actions[type];
      if (this.model.outputs === undefined) {
        const next = this.step(state, type);
        list = next < 0 ? NONE : Int32Array.of(next);
      } else {
        const ids = new Set<number>();
        for (const output of this.model.outputs(this.states[state], f, input)) {
          const next = this.model.step(this.states[state], f, input, output);
          if (next !== null) ids.add(this.state(next));
        }
        list = Int32Array.from(ids);
      }
      this.many.set(key, list);
    }
    return list;
  }

  describe(state: number): string {
    const s = this.states[state];
    return this.model.describe?.(s) ?? this.model.key?.(s) ?? canonical(s as Json);
  }

  get bytes(): number {
    return this.memo.bytes + this.states.length * 64;
  }

  private state(s: S): number {
    if (this.model.key === undefined && this.model.equal !== undefined) {
      for (let i = 0; i < this.states.length; i++) if (this.model.equal(this.states[i], s)) return i;
      this.states.push(s);
      return this.states.length - 1;
    }
    const key = this.model.key?.(s) ?? canonical(s as Json);
    let id = this.byKey.get(key);
    if (id === undefined) {
      id = this.states.length;
      this.states.push(s);
      this.byKey.set(key, id);
    }
    return id;
  }
}

const NONE = new Int32Array(0);
