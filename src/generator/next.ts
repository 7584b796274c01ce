import type { Context, Emitted, Generator, Next } from './generator.ts';

export const DONE: Next = { kind: 'done' };
export const PENDING: Next = { kind: 'pending' };

/** The answer that proposes an operation. */
export function emission(op: Emitted, then: Generator): Next {
  return { kind: 'emit', op, then };
}

/** The operation with another value, time or workload. Spelled out: a spread costs as much as all else a generator does. */
export function changed(
  op: Emitted,
  {
    time = op.time,
    value = op.value,
    workload = op.workload,
  }: Partial<Pick<Emitted, 'time' | 'value' | 'workload'>>,
): Emitted {
  return { thread: op.thread, time, f: op.f, value, workload, final: op.final, at: op.at, id: op.id };
}

/** The same answer, with what goes on wrapped again. */
export function carry(next: Next, wrap: (then: Generator) => Generator): Next {
  return next.kind === 'emit' ? emission(next.op, wrap(next.then)) : next;
}

/** Whether this is an operation that can begin at once. */
export function isDue(next: Next, context: Context): boolean {
  return next.kind === 'emit' && next.op.time <= context.time;
}

/**
 * The best of several answers none of which is due: the soonest operation, or to wait. An answer that may change
 * before the soonest operation's time makes everybody wait for that change.
 */
export function soonest(answers: readonly Next[]): Next {
  let best: Next = DONE;
  let until: number | undefined;
  for (const answer of answers) {
    if (answer.kind === 'emit') {
      if (best.kind !== 'emit' || answer.op.time < best.op.time) best = answer;
    } else if (answer.kind === 'pending') {
      if (best.kind === 'done') best = PENDING;
      if (answer.until !== undefined && (until === undefined || answer.until < until)) until = answer.until;
    }
  }
  if (until === undefined || best.kind === 'done') return best;
  return best.kind === 'pending' || until < best.op.time ? { kind: 'pending', until } : best;
}

/** Refuses a count that is not a whole number of at least `least`. */
export function whole(what: string, n: number, least: number): number {
  if (!Number.isSafeInteger(n) || n < least)
    throw new RangeError(`${what} must be a whole number of at least ${least}, not ${n}`);
  return n;
}
