import type { Json } from '../history/op.ts';
import { drawThread } from './context.ts';
import type { Completed, Context, Emitted, Generator, Next } from './generator.ts';
import { DONE, emission, PENDING } from './next.ts';

/** An operation without the who and when, which default to a drawn free thread and now. */
export interface Draft {
  readonly f: string;
  readonly value: Json;
  readonly workload?: string;
  readonly final?: boolean;
  /** Read this node's own state. */
  readonly at?: string;
  /** Only this thread may do it. */
  readonly thread?: number;
  /** Not before this time, in ns since the world began. */
  readonly time?: number;
}

/** Gives a draft its thread and time; pending when its thread is busy. */
export function emit(context: Context, draft: Draft, then: Generator): Next {
  if (context.free.length === 0) return PENDING;
  const { thread = drawThread(context), time = context.time, f, value, workload, final, at } = draft;
  if (draft.thread !== undefined && !context.free.includes(thread)) return PENDING;
  const op: Emitted = { thread, time: Math.max(time, context.time), f, value, workload, final, at };
  return emission(op, then);
}

/** Nothing at all. */
export const nothing: Generator = {
  next: () => DONE,
  update: () => nothing,
};

class Values implements Generator {
  private readonly drafts: readonly Draft[];
  private readonly index: number;

  constructor(drafts: readonly Draft[], index: number) {
    this.drafts = drafts;
    this.index = index;
  }

  next(context: Context): Next {
    if (this.index >= this.drafts.length) return DONE;
    return emit(context, this.drafts[this.index]!, new Values(this.drafts, this.index + 1));
  }

  update(): Generator {
    return this;
  }
}

/** Each of these operations once, in order. */
export function values(...drafts: readonly Draft[]): Generator {
  return new Values(drafts, 0);
}

/**
 * Calls a pure function for each operation, until it returns nothing. It is told the thread that will do the
 * operation, and must take all its randomness from the context: it may be asked several times for one operation.
 */
export function calls(make: (context: Context, thread: number) => Draft | undefined): Generator {
  const self: Generator = {
    next(context) {
      if (context.free.length === 0) return PENDING;
      const thread = drawThread(context);
      const draft = make(context, thread);
      return draft === undefined ? DONE : emit(context, { thread, ...draft }, self);
    },
    update: () => self,
  };
  return self;
}

/** The rules of a generator with a memory. All of them are pure; states are never changed, only succeeded. */
export interface Rules<S> {
  /** What comes next and the state after it has been dispatched. `pending` while only a completion can help. */
  next(state: S, context: Context): { readonly draft: Draft; readonly state: S } | Next;
  /** What a completion teaches. */
  update?(state: S, completed: Completed, context: Context): S;
}

class Stateful<S> implements Generator {
  private readonly state: S;
  private readonly rules: Rules<S>;

  constructor(state: S, rules: Rules<S>) {
    this.state = state;
    this.rules = rules;
  }

  next(context: Context): Next {
    if (context.free.length === 0) return PENDING;
    const step = this.rules.next(this.state, context);
    return 'kind' in step ? step : emit(context, step.draft, new Stateful(step.state, this.rules));
  }

  update(context: Context, completed: Completed): Generator {
    const state = this.rules.update?.(this.state, completed, context) ?? this.state;
    return state === this.state ? this : new Stateful(state, this.rules);
  }
}

/** A generator that remembers: what it did, and what it learnt from completions. Asked only when a thread is free. */
export function stateful<S>(state: S, rules: Rules<S>): Generator {
  return new Stateful(state, rules);
}
