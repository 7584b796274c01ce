import type { Context } from './generator.ts';

/** A context seen through a narrower or altered window. Everything not altered is the base's. */
class Derived implements Context {
  readonly time: number;
  readonly free: readonly number[];
  readonly threads: readonly number[];
  readonly id: number;
  readonly since: number | undefined;
  private readonly base: Context;
  private readonly attempt: number;

  constructor(
    base: Context,
    free: readonly number[],
    threads: readonly number[],
    since: number | undefined,
    attempt: number,
  ) {
    this.time = base.time;
    this.id = base.id;
    this.free = free;
    this.threads = threads;
    this.since = since;
    this.base = base;
    this.attempt = attempt;
  }

  process(thread: number): number {
    return this.base.process(thread);
  }

  draw(what: string, ...at: readonly number[]): number {
    return this.attempt === 0 ? this.base.draw(what, ...at) : this.base.draw(what, ...at, this.attempt);
  }
}

/** The context of those who may use only some of the threads. */
export function narrow(context: Context, free: readonly number[], threads: readonly number[]): Context {
  return new Derived(context, free, threads, context.since, 0);
}

/** The context of one thread. */
export function solo(context: Context, thread: number): Context {
  const one = [thread];
  return narrow(context, context.free.includes(thread) ? one : [], one);
}

/** The context of what follows something that was last heard of at `since`. */
export function following(context: Context, since: number | undefined): Context {
  return since === context.since ? context : new Derived(context, context.free, context.threads, since, 0);
}

/** The same situation once more, with other draws: for whoever rejects a proposal. `attempt` counts from 1. */
export function again(context: Context, attempt: number): Context {
  return new Derived(context, context.free, context.threads, context.since, attempt);
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
