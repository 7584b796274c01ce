import { narrow, solo } from './context.ts';
import type { Completed, Context, Generator, Next } from './generator.ts';
import { carry, DONE, isDue, PENDING, soonest, whole } from './next.ts';

class OnThreads implements Generator {
  private readonly may: (thread: number) => boolean;
  private readonly inner: Generator;

  constructor(may: (thread: number) => boolean, inner: Generator) {
    this.may = may;
    this.inner = inner;
  }

  private inside(context: Context): Context {
    const threads = context.threads.filter(this.may);
    if (threads.length === 0)
      throw new RangeError(`onThreads: none of the ${context.threads.length} threads may be used`);
    return narrow(context, context.free.filter(this.may), threads);
  }

  next(context: Context): Next {
    return carry(this.inner.next(this.inside(context)), (then) => new OnThreads(this.may, then));
  }

  update(context: Context, completed: Completed): Generator {
    if (!this.may(completed.thread)) return this;
    const inner = this.inner.update(this.inside(context), completed);
    return inner === this.inner ? this : new OnThreads(this.may, inner);
  }
}

/**
 * Only on the threads for which `may` (a pure function) holds; only their completions are heard.
 * @throws RangeError when first asked, if there is none.
 */
export function onThreads(may: (thread: number) => boolean, inner: Generator): Generator {
  return new OnThreads(may, inner);
}

/** Why that many threads cannot be reserved out of `threads`, in words; undefined when they can. */
export function reserveProblem(
  counts: readonly number[],
  threads: number,
  rest: boolean,
): string | undefined {
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum > threads) return `${sum} threads are reserved but there are only ${threads}`;
  if (rest && sum === threads)
    return `all ${threads} threads are reserved and none is left for the remaining generator`;
  if (!rest && sum < threads) return `${threads - sum} of ${threads} threads have nothing to do`;
  return undefined;
}

class Reserve implements Generator {
  private readonly counts: readonly number[];
  private readonly parts: readonly Generator[];

  constructor(counts: readonly number[], parts: readonly Generator[]) {
    this.counts = counts;
    this.parts = parts;
  }

  /** First thread of part `index` and the first that is none of its own, both as thread ids. */
  private bounds(context: Context, index: number): readonly [from: number, to: number] {
    const { threads } = context;
    let from = 0;
    for (let i = 0; i < index; i++) from += this.counts[i]!;
    const to = index < this.counts.length ? from + this.counts[index]! : threads.length;
    return [threads[from]!, to < threads.length ? threads[to]! : Number.POSITIVE_INFINITY];
  }

  private inside(context: Context, index: number): Context {
    const [from, to] = this.bounds(context, index);
    const own = (thread: number) => thread >= from && thread < to;
    return narrow(context, context.free.filter(own), context.threads.filter(own));
  }

  next(context: Context): Next {
    const { counts, parts } = this;
    const problem = reserveProblem(counts, context.threads.length, parts.length > counts.length);
    if (problem !== undefined) throw new RangeError(`reserve: ${problem}`);
    const start = Math.floor(context.draw('reserve', context.id) * parts.length);
    const answers: Next[] = [];
    for (let i = 0; i < parts.length; i++) {
      const index = (start + i) % parts.length;
      const answer = carry(parts[index]!.next(this.inside(context, index)), (then) => this.with(index, then));
      if (isDue(answer, context)) return answer;
      answers.push(answer);
    }
    return soonest(answers);
  }

  update(context: Context, completed: Completed): Generator {
    for (let i = 0; i < this.parts.length; i++) {
      const [from, to] = this.bounds(context, i);
      if (completed.thread < from || completed.thread >= to) continue;
      const part = this.parts[i]!.update(this.inside(context, i), completed);
      return part === this.parts[i] ? this : this.with(i, part);
    }
    return this;
  }

  private with(index: number, part: Generator): Generator {
    const parts = this.parts.slice();
    parts[index] = part;
    return new Reserve(this.counts, parts);
  }
}

/**
 * Threads of its own for each generator: the first so many to the first, and so on; all others to `rest`. Ends when all
 * have ended.
 * @throws RangeError when first asked, if the threads do not suffice or some have nothing to do (see `reserveProblem`).
 */
export function reserve(
  parts: readonly (readonly [threads: number, generator: Generator])[],
  rest?: Generator,
): Generator {
  const generators = parts.map(([, generator]) => generator);
  return new Reserve(
    parts.map(([threads]) => whole('threads to reserve', threads, 1)),
    rest === undefined ? generators : [...generators, rest],
  );
}

interface Own {
  readonly process: number;
  readonly generator: Generator;
}

class Each implements Generator {
  private readonly fresh: Generator;
  private readonly by: 'thread' | 'process';
  private readonly owns: readonly (Own | undefined)[];

  constructor(fresh: Generator, by: 'thread' | 'process', owns: readonly (Own | undefined)[]) {
    this.fresh = fresh;
    this.by = by;
    this.owns = owns;
  }

  private own(context: Context, thread: number): Generator {
    const own = this.owns[thread];
    if (own === undefined) return this.fresh;
    return this.by === 'thread' || own.process === context.process(thread) ? own.generator : this.fresh;
  }

  next(context: Context): Next {
    const { free, threads } = context;
    if (free.length === 0) return PENDING;
    const start = Math.floor(context.draw('each', context.id) * free.length);
    const answers: Next[] = free.length < threads.length ? [PENDING] : [];
    for (let i = 0; i < free.length; i++) {
      const thread = free[(start + i) % free.length]!;
      const answer = carry(this.own(context, thread).next(solo(context, thread)), (then) =>
        this.with(context, thread, then),
      );
      if (isDue(answer, context)) return answer;
      answers.push(answer);
    }
    return soonest(answers);
  }

  update(context: Context, completed: Completed): Generator {
    const { thread } = completed;
    const own = this.owns[thread];
    if (own === undefined) return this;
    const generator = own.generator.update(solo(context, thread), completed);
    if (generator === own.generator) return this;
    const owns = this.owns.slice();
    owns[thread] = { process: own.process, generator };
    return new Each(this.fresh, this.by, owns);
  }

  private with(context: Context, thread: number, generator: Generator): Generator {
    const owns = this.owns.slice();
    for (let i = owns.length; i < thread; i++) owns[i] = undefined;
    owns[thread] = { process: context.process(thread), generator };
    return new Each(this.fresh, this.by, owns);
  }
}

/** A copy of `inner` for each thread, which sees and hears that thread alone. Ends when all copies have ended. */
export function eachThread(inner: Generator): Generator {
  return new Each(inner, 'thread', []);
}

/**
 * A copy of `inner` for each process: a thread whose process was retired begins afresh. Ends when the copies of all
 * present processes have ended.
 */
export function eachProcess(inner: Generator): Generator {
  return new Each(inner, 'process', []);
}

class ProcessLimit implements Generator {
  private readonly most: number;
  private readonly seen: ReadonlySet<number>;
  private readonly inner: Generator;

  constructor(most: number, seen: ReadonlySet<number>, inner: Generator) {
    this.most = most;
    this.seen = seen;
    this.inner = inner;
  }

  next(context: Context): Next {
    const { seen } = this;
    let inside = context;
    if (seen.size >= this.most) {
      const may = (thread: number) => seen.has(context.process(thread));
      const threads = context.threads.filter(may);
      if (threads.length === 0) return DONE;
      inside = narrow(context, context.free.filter(may), threads);
    }
    const answer = this.inner.next(inside);
    return carry(answer, (then) => {
      const process = answer.kind === 'emit' ? context.process(answer.op.thread) : -1;
      const known = seen.has(process) ? seen : new Set([...seen, process]);
      return new ProcessLimit(this.most, known, then);
    });
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    return inner === this.inner ? this : new ProcessLimit(this.most, this.seen, inner);
  }
}

/** At most `n` distinct processes ever; ends when all of them have been retired. */
export function processLimit(n: number, inner: Generator): Generator {
  return new ProcessLimit(whole('a limit of processes', n, 1), new Set(), inner);
}

class ConcurrencyLimit implements Generator {
  private readonly most: number;
  private readonly busy: readonly number[];
  private readonly inner: Generator;

  constructor(most: number, busy: readonly number[], inner: Generator) {
    this.most = most;
    this.busy = busy;
    this.inner = inner;
  }

  next(context: Context): Next {
    const inside = this.busy.length < this.most ? context : narrow(context, [], context.threads);
    const answer = this.inner.next(inside);
    return carry(answer, (then) => {
      const busy = answer.kind === 'emit' ? [...this.busy, answer.op.thread] : this.busy;
      return new ConcurrencyLimit(this.most, busy, then);
    });
  }

  update(context: Context, completed: Completed): Generator {
    const inner = this.inner.update(context, completed);
    const busy = this.busy.includes(completed.thread)
      ? this.busy.filter((thread) => thread !== completed.thread)
      : this.busy;
    return inner === this.inner && busy === this.busy ? this : new ConcurrencyLimit(this.most, busy, inner);
  }
}

/** At most `n` of its operations under way at once. */
export function concurrencyLimit(n: number, inner: Generator): Generator {
  return new ConcurrencyLimit(whole('a limit of concurrent operations', n, 1), [], inner);
}
