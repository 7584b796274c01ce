import type { Json } from '../../history/op.ts';

/**
 * What an object does when operations happen one at a time: all that linearizability needs to know of it.
 *
 * States are never changed in place. An operation's `output` is `undefined` when its outcome is unknown; it then may
 * have happened with any output that the state allows.
 */
export interface Model<S> {
  readonly name: string;
  /** The state at the start. `initial` is the option of that name, null unless the user gave one. */
  init(initial: Json): S;
  /** The state after the operation, or null if it could not have this output in this state. No state is null itself. */
  step(state: S, f: string, input: Json, output: Json | undefined): S | null;
  /** A text that is equal for equal states only. Default: the state as canonical JSON. */
  key?(state: S): string;
  /** Where a text is hard to come by. Slower: states are compared one by one. Ignored if there is a `key`. */
  equal?(x: S, y: S): boolean;
  /** True if the operation never changes any state: its order among others of its kind is free. */
  pure?(f: string): boolean;
  /**
   * The outputs to try for an operation of unknown outcome, where one state allows several that lead to different
   * states. Default: `step` with `output` undefined.
   */
  outputs?(state: S, f: string, input: Json): readonly Json[];
  /**
   * The part of the object that an operation is about, where the parts are independent of each other (a key of a map):
   * each part is judged alone. Linearizability allows that (Herlihy & Wing 1990); sequential consistency does not.
   */
  partition?(f: string, input: Json): Json | undefined;
  /**
   * What an operation is about, where all operations of one topic can be left out of any legal run and the rest is legal
   * still (an element of a queue): witnesses are made smaller by whole topics. `output` is undefined where it is unknown.
   */
  topic?(f: string, input: Json, output: Json | undefined): Json | undefined;
  /** A state in words, for a witness. Default: its key. */
  describe?(state: S): string;
}
