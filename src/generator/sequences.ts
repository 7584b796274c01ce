import { following } from './context.ts';
import type { Completed, Context, Generator, Next } from './generator.ts';
import { carry, DONE, PENDING, whole } from './next.ts';
import { nothing } from './sources.ts';

/** Nothing for a while, then done. See `sleep`. */
class Sleep implements Generator {
  readonly duration: number;

  constructor(duration: number) {
    this.duration = duration;
  }

  next(context: Context): Next {
    const until = (context.since ?? 0) + this.duration;
    return context.time >= until ? DONE : { kind: 'pending', until };
  }

  update(): Generator {
    return this;
  }
}

/**
 * Emits nothing until `duration` ns after the operation before it (in its sequence) was due; then it is done. A
 * generator that emits nothing has nowhere to note when it was first asked, so it is the sequence that remembers.
 */
export function sleep(duration: number): Generator {
  return new Sleep(whole('a sleep (ns)', duration, 0));
}

class Seq implements Generator {
  private readonly parts: readonly Generator[];
  private readonly index: number;
  private readonly current: Generator;
  private readonly since: number | undefined;

  constructor(parts: readonly Generator[], index: number, current: Generator, since?: number) {
    this.parts = parts;
    this.index = index;
    this.current = current;
    this.since = since;
  }

  next(context: Context): Next {
    let { index, current } = this;
    let since = this.since ?? context.since;
    for (;;) {
      const answer = current.next(following(context, since));
      if (answer.kind !== 'done')
        return carry(answer, (then) => {
          const due = answer.kind === 'emit' ? answer.op.time : context.time;
          return new Seq(this.parts, index, then, due);
        });
      if (current instanceof Sleep) since = (since ?? 0) + current.duration;
      if (++index >= this.parts.length) return DONE;
      current = this.parts[index]!;
    }
  }

  update(context: Context, completed: Completed): Generator {
    const current = this.current.update(context, completed);
    return current === this.current ? this : new Seq(this.parts, this.index, current, this.since);
  }
}

/** One after the other, each to its end. The next begins while operations of the one before may still be under way. */
export function seq(...parts: readonly Generator[]): Generator {
  return parts.length === 1 ? parts[0]! : new Seq(parts, 0, parts[0] ?? nothing);
}

class Synchronize implements Generator {
  private readonly inner: Generator;

  constructor(inner: Generator) {
    this.inner = inner;
  }

  next(context: Context): Next {
    return context.free.length === context.threads.length ? this.inner.next(context) : PENDING;
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : new Synchronize(inner);
  }
}

/**
 * Waits until every thread is free, then becomes `inner`. Whatever else keeps the same threads busy meanwhile (another
 * part of a `mix`) can put that moment off for ever: narrow it to threads of its own first.
 */
export function synchronize(inner: Generator): Generator {
  return new Synchronize(inner);
}

/** One after the other, each beginning when every operation of the one before has completed. */
export function phases(...parts: readonly Generator[]): Generator {
  return seq(...parts.map(synchronize));
}

/** `first`, then, when all its operations have completed, `second`. */
export function andThen(first: Generator, second: Generator): Generator {
  return seq(first, synchronize(second));
}

class Cycle implements Generator {
  private readonly original: Generator;
  private readonly current: Generator;
  private readonly left: number;
  private readonly since: number | undefined;

  constructor(original: Generator, current: Generator, left: number, since?: number) {
    this.original = original;
    this.current = current;
    this.left = left;
    this.since = since;
  }

  next(context: Context): Next {
    const inside = following(context, this.since ?? context.since);
    let { left } = this;
    if (left <= 0) return DONE;
    let answer = this.current.next(inside);
    if (answer.kind === 'done' && --left > 0) answer = this.original.next(inside);
    if (answer.kind !== 'emit') return answer;
    const { op } = answer;
    return carry(answer, (then) => new Cycle(this.original, then, left, op.time));
  }

  update(context: Context, completed: Completed): Generator {
    const current = this.current.update(context, completed);
    return current === this.current ? this : new Cycle(this.original, current, this.left, this.since);
  }
}

/** All of `inner` again and again, `times` times. Ends also when `inner` turns out to be empty. */
export function cycle(inner: Generator, times = Number.POSITIVE_INFINITY): Generator {
  if (times !== Number.POSITIVE_INFINITY) whole('times to cycle', times, 0);
  return new Cycle(inner, inner, times);
}

class Repeat implements Generator {
  private readonly inner: Generator;

  constructor(inner: Generator) {
    this.inner = inner;
  }

  next(context: Context): Next {
    return carry(this.inner.next(context), () => this);
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : new Repeat(inner);
  }
}

/** The next operation of `inner`, for ever or so many times: `inner` learns from completions but never advances. */
export function repeat(inner: Generator, times = Number.POSITIVE_INFINITY): Generator {
  const endless = new Repeat(inner);
  return times === Number.POSITIVE_INFINITY ? endless : limit(times, endless);
}

class Limit implements Generator {
  private readonly left: number;
  private readonly inner: Generator;

  constructor(left: number, inner: Generator) {
    this.left = left;
    this.inner = inner;
  }

  next(context: Context): Next {
    if (this.left <= 0) return DONE;
    return carry(this.inner.next(context), (then) => new Limit(this.left - 1, then));
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : new Limit(this.left, inner);
  }
}

/** At most `n` operations. */
export function limit(n: number, inner: Generator): Generator {
  return new Limit(whole('a limit of operations', n, 0), inner);
}

/** At most one operation. */
export function once(inner: Generator): Generator {
  return limit(1, inner);
}

class FlipFlop implements Generator {
  private readonly turn: Generator;
  private readonly other: Generator;

  constructor(turn: Generator, other: Generator) {
    this.turn = turn;
    this.other = other;
  }

  next(context: Context): Next {
    return carry(this.turn.next(context), (then) => new FlipFlop(this.other, then));
  }

  update(context: Context, completed: Completed): Generator {
    const turn = this.turn.update(context, completed);
    const other = this.other.update(context, completed);
    return turn === this.turn && other === this.other ? this : new FlipFlop(turn, other);
  }
}

/** One operation of `a`, one of `b`, and so on; ends when the one whose turn it is has ended. */
export function flipFlop(a: Generator, b: Generator): Generator {
  return new FlipFlop(a, b);
}
