import type { Context } from './generator.ts';

/** A context of which something has been altered. A class, because one is made for nearly every question. */
class Derived implements Context {
  readonly time: number;
  readonly free: readonly number[];
  readonly threads: readonly number[];
  readonly process: Context['process'];
  readonly id: number;
  readonly draw: Context['draw'];
  readonly since: number | undefined;

  constructor(
    base: Context,
    free: readonly number[],
    threads: readonly number[],
    since: number | undefined,
    draw: Context['draw'],
  ) {
    this.time = base.time;
    this.free = free;
    this.threads = threads;
    this.process = base.process;
    this.id = base.id;
    this.draw = draw;
    this.since = since;
  }
}

/** The context of those who may use only some of the threads. */
export function narrow(context: Context, free: readonly number[], threads: readonly number[]): Context {
  return new Derived(context, free, threads, context.since, context.draw);
}

/** The context of one thread. */
export function solo(context: Context, thread: number): Context {
  const one = [thread];
  return narrow(context, context.free.includes(thread) ? one : [], one);
}

/** The context of what follows something that was last heard of at `since`. */
export function following(context: Context, since: number | undefined): Context {
  return since === context.since
    ? context
    : new Derived(context, context.free, context.threads, since, context.draw);
}

/** The same situation once more, with other draws: for whoever rejects a proposal. `attempt` counts from 1. */
export function again(context: Context, attempt: number): Context {
  const draw: Context['draw'] = (what, ...at) => context.draw(what, ...at, attempt);
  return new Derived(context, context.free, context.threads, context.since, draw);
}

/** An integer in [0, n): the draw `what` of the operation that is about to be. */
export function drawIndex(context: Context, what: string, n: number): number {
  return Math.floor(context.draw(what, context.id) * n);
}

/**
 * A free thread. Drawn, because the lowest would do all the work at low rates and its node alone would be tested.
 * There must be one.
 */
export function drawThread(context: Context): number {
  const { free } = context;
  return free.length === 1 ? free[0]! : free[drawIndex(context, 'thread', free.length)]!;
}
