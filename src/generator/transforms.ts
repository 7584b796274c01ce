import { again } from './context.ts';
import type { Completed, Context, Emitted, Generator, Next } from './generator.ts';
import { carry, changed, DONE, emission } from './next.ts';

class Mapped implements Generator {
  private readonly change: (op: Emitted, context: Context) => Emitted;
  private readonly inner: Generator;

  constructor(change: (op: Emitted, context: Context) => Emitted, inner: Generator) {
    this.change = change;
    this.inner = inner;
  }

  next(context: Context): Next {
    const answer = this.inner.next(context);
    if (answer.kind !== 'emit') return answer;
    return emission(this.change(answer.op, context), new Mapped(this.change, answer.then));
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : new Mapped(this.change, inner);
  }
}

/** Every operation changed by a pure function. Completions reach `inner` as they are, changed operations and all. */
export function map(change: (op: Emitted, context: Context) => Emitted, inner: Generator): Generator {
  return new Mapped(change, inner);
}

/** After so many rejected in a row a filter is taken to let nothing through. */
const MOST_REJECTED = 10_000;

class Filtered implements Generator {
  private readonly keep: (op: Emitted) => boolean;
  private readonly inner: Generator;

  constructor(keep: (op: Emitted) => boolean, inner: Generator) {
    this.keep = keep;
    this.inner = inner;
  }

  next(context: Context): Next {
    let { inner } = this;
    let situation = context;
    for (let attempt = 1; attempt <= MOST_REJECTED; attempt++) {
      const answer = inner.next(situation);
      if (answer.kind !== 'emit' || this.keep(answer.op))
        return carry(answer, (then) => new Filtered(this.keep, then));
      inner = answer.then;
      situation = again(context, attempt);
    }
    throw new RangeError(`filter: ${MOST_REJECTED} operations in a row were rejected, none will ever pass`);
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : new Filtered(this.keep, inner);
  }
}

/**
 * Only the operations for which `keep` (a pure function) holds; the others are dropped.
 * @throws RangeError from `next` when nothing passes.
 */
export function filter(keep: (op: Emitted) => boolean, inner: Generator): Generator {
  return new Filtered(keep, inner);
}

class Labelled implements Generator {
  private readonly workload: string;
  private readonly inner: Generator;

  constructor(workload: string, inner: Generator) {
    this.workload = workload;
    this.inner = inner;
  }

  next(context: Context): Next {
    const answer = this.inner.next(context);
    if (answer.kind !== 'emit') return answer;
    const { workload } = this;
    return emission(changed(answer.op, { workload }), new Labelled(workload, answer.then));
  }

  update(context: Context, completed: Completed): Generator {
    if (completed.workload !== this.workload) return this;
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : new Labelled(this.workload, inner);
  }
}

/** Marks every operation as this workload's; hears of no other's completions. For mixed runs. */
export function labelled(workload: string, inner: Generator): Generator {
  return new Labelled(workload, inner);
}

class UntilOk implements Generator {
  private readonly inner: Generator;
  private readonly mine: readonly number[];

  constructor(inner: Generator, mine: readonly number[]) {
    this.inner = inner;
    this.mine = mine;
  }

  next(context: Context): Next {
    const answer = this.inner.next(context);
    return carry(answer, (then) =>
      answer.kind === 'emit' ? new UntilOk(then, [...this.mine, answer.op.thread]) : then,
    );
  }

  update(context: Context, completed: Completed): Generator {
    if (!this.mine.includes(completed.thread)) return this.heard(context, completed, this.mine);
    if (completed.type === 'ok') return ENDED;
    return this.heard(
      context,
      completed,
      this.mine.filter((thread) => thread !== completed.thread),
    );
  }

  private heard(context: Context, completed: Completed, mine: readonly number[]): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner && mine === this.mine ? this : new UntilOk(inner, mine);
  }
}

const ENDED: Generator = { next: () => DONE, update: () => ENDED };

/** Operations of `inner` until one of them has completed ok. */
export function untilOk(inner: Generator): Generator {
  return new UntilOk(inner, []);
}
