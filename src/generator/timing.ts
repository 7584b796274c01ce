import type { Completed, Context, Generator, Next } from './generator.ts';
import { changed, DONE, emission, whole } from './next.ts';

const SECOND = 1_000_000_000;

class TimeLimit implements Generator {
  private readonly duration: number;
  private readonly inner: Generator;
  private readonly end: number | undefined;

  constructor(duration: number, inner: Generator, end?: number) {
    this.duration = duration;
    this.inner = inner;
    this.end = end;
  }

  next(context: Context): Next {
    const { end } = this;
    if (end !== undefined && context.time >= end) return DONE;
    const answer = this.inner.next(context);
    if (answer.kind === 'done') return DONE;
    if (answer.kind === 'emit') {
      const { op } = answer;
      if (end === undefined || op.time < end)
        return emission(op, new TimeLimit(this.duration, answer.then, end ?? op.time + this.duration));
      return { kind: 'pending', until: end };
    }
    if (end === undefined) return answer;
    return { kind: 'pending', until: Math.min(end, answer.until ?? end) };
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : new TimeLimit(this.duration, inner, this.end);
  }
}

/** Operations for `duration` ns, counted from its first one; then done, whatever `inner` still has. */
export function timeLimit(duration: number, inner: Generator): Generator {
  return new TimeLimit(whole('a time limit (ns)', duration, 1), inner);
}

/** Puts off operations until the earliest time allowed, which `succeed` moves on. */
abstract class Spaced implements Generator {
  protected readonly gap: number;
  protected readonly inner: Generator;
  protected readonly earliest: number;

  constructor(gap: number, inner: Generator, earliest: number) {
    this.gap = gap;
    this.inner = inner;
    this.earliest = earliest;
  }

  /** The earliest time of the operation after one at `time`. */
  protected abstract following(context: Context, time: number): number;
  protected abstract with(inner: Generator, earliest: number): Generator;

  next(context: Context): Next {
    const answer = this.inner.next(context);
    if (answer.kind !== 'emit') return answer;
    const time = Math.max(answer.op.time, context.time, this.earliest);
    const op = time === answer.op.time ? answer.op : changed(answer.op, { time });
    return emission(op, this.with(answer.then, this.following(context, time)));
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : this.with(inner, this.earliest);
  }
}

/** Real timers are a millisecond or two late: so much lateness does not slow the rate down. */
const CATCH_UP = 10_000_000;

class Stagger extends Spaced {
  protected override following(context: Context, time: number): number {
    const due = Math.max(this.earliest, time - CATCH_UP);
    return due + Math.floor(context.draw('stagger', context.id) * 2 * this.gap);
  }

  protected override with(inner: Generator, earliest: number): Generator {
    return new Stagger(this.gap, inner, earliest);
  }
}

/**
 * An operation about every `gap` ns: the next uniformly 0 to 2·gap after the one before, over all threads together.
 * Time lost while every thread is busy is not made up for, beyond the lateness of a timer (10 ms).
 */
export function stagger(gap: number, inner: Generator): Generator {
  return new Stagger(whole('a gap (ns)', gap, 0), inner, 0);
}

/** About so many operations a second, staggered. */
export function rate(perSecond: number, inner: Generator): Generator {
  if (!(perSecond > 0)) throw new RangeError(`a rate must be above 0 operations a second, not ${perSecond}`);
  return stagger(Math.max(1, Math.round(SECOND / perSecond)), inner);
}

class Delay extends Spaced {
  protected override following(_context: Context, time: number): number {
    return (this.earliest === 0 ? time : this.earliest) + this.gap;
  }

  protected override with(inner: Generator, earliest: number): Generator {
    return new Delay(this.gap, inner, earliest);
  }
}

/** An operation every `gap` ns exactly; one that comes late is followed by others at once until the lag is made up. */
export function delay(gap: number, inner: Generator): Generator {
  return new Delay(whole('a delay (ns)', gap, 0), inner, 0);
}
