import type { Json } from '../history/op.ts';
import { narrow } from './context.ts';
import type { Completed, Context, Generator, Next } from './generator.ts';
import { changed, DONE, emission, isDue, soonest, whole } from './next.ts';

/** The `index`th key, or undefined when there are no more; indices count from 0. */
export type Keys = (index: number) => Json | undefined;

/** 0, 1, 2, … for ever. */
export const endlessKeys: Keys = (index) => index;

/** What is done with one key: operations whose value `v` becomes `[key, v]`. Must end, or no other key ever gets its turn. */
export type PerKey = (key: Json) => Generator;

/** One key at work. Operations leave it with the key put to their values, completions enter without. */
class Keyed implements Generator {
  readonly key: Json;
  private readonly inner: Generator;

  constructor(key: Json, inner: Generator) {
    this.key = key;
    this.inner = inner;
  }

  next(context: Context): Next {
    const answer = this.inner.next(context);
    if (answer.kind !== 'emit') return answer;
    const op = changed(answer.op, { value: [this.key, answer.op.value] });
    return emission(op, new Keyed(this.key, answer.then));
  }

  update(context: Context, completed: Completed): Generator {
    const { value } = completed;
    // Also an operation begun under the key before, by a thread that now works on this one, ends here.
    if (!Array.isArray(value) || value.length !== 2 || value[0] !== this.key) return this;
    const { thread, type, f, workload, final, node } = completed;
    const inside: Completed = { thread, type, f, value: value[1] as Json, workload, final, node };
    const inner = this.inner.update(context, inside);
    return inner === this.inner ? this : new Keyed(this.key, inner);
  }
}

/** Why threads cannot be divided into so many groups, in words; undefined when they can. */
export function groupProblem(groups: number, threads: number): string | undefined {
  if (groups <= threads) return undefined;
  const have = threads === 1 ? 'there is only 1' : `there are only ${threads}`;
  return `${groups} keys at once need at least ${groups} client threads, ${have}`;
}

class ConcurrentKeys implements Generator {
  private readonly keys: Keys;
  private readonly make: PerKey;
  private readonly groups: readonly (Generator | undefined)[];
  /** Index of the next fresh key. */
  private readonly fresh: number;

  constructor(keys: Keys, make: PerKey, groups: readonly (Generator | undefined)[], fresh: number) {
    this.keys = keys;
    this.make = make;
    this.groups = groups;
    this.fresh = fresh;
  }

  /** Groups are runs of neighbouring threads whose sizes differ by at most one. */
  private groupAt(position: number, threads: number): number {
    return Math.floor((position * this.groups.length) / threads);
  }

  private inside(context: Context, group: number): Context {
    const { threads, free } = context;
    const n = this.groups.length;
    const from = Math.ceil((group * threads.length) / n);
    const to = Math.ceil(((group + 1) * threads.length) / n);
    const first = threads[from]!;
    const last = threads[to - 1]!;
    return narrow(
      context,
      free.filter((thread) => thread >= first && thread <= last),
      threads.slice(from, to),
    );
  }

  next(context: Context): Next {
    const n = this.groups.length;
    const { threads, free } = context;
    const problem = groupProblem(n, threads.length);
    if (problem !== undefined) throw new RangeError(problem);
    // Begin with the group of a drawn thread, a free one if there is: its group will mostly have something to do, and
    // the others need not be asked.
    const drawn = context.draw('group', context.id);
    const start =
      free.length > 0
        ? this.groupAt(position(threads, free[Math.floor(drawn * free.length)]!), threads.length)
        : this.groupAt(Math.floor(drawn * threads.length), threads.length);
    const answers: Next[] = [];
    for (let i = 0; i < n; i++) {
      const answer = this.ask(context, (start + i) % n);
      if (isDue(answer, context)) return answer;
      answers.push(answer);
    }
    return soonest(answers);
  }

  /** The group's next operation, on a fresh key if it is done with the one it had. */
  private ask(context: Context, group: number): Next {
    const inside = this.inside(context, group);
    let current = this.groups[group];
    let fresh = this.fresh;
    for (;;) {
      const answer = current?.next(inside) ?? DONE;
      if (answer.kind === 'emit') return emission(answer.op, this.with(group, answer.then, fresh));
      if (answer.kind === 'pending') return answer;
      if (inside.free.length === 0 && current === undefined) return { kind: 'pending' };
      const key = this.keys(fresh);
      if (key === undefined) return DONE;
      if (fresh - this.fresh >= MOST_EMPTY_KEYS)
        throw new RangeError(`the generators of ${MOST_EMPTY_KEYS} keys in a row were empty`);
      fresh++;
      current = new Keyed(key, this.make(key));
    }
  }

  update(context: Context, completed: Completed): Generator {
    const at = position(context.threads, completed.thread);
    if (at < 0) return this;
    const group = this.groupAt(at, context.threads.length);
    const current = this.groups[group];
    if (current === undefined) return this;
    const updated = current.update(this.inside(context, group), completed);
    return updated === current ? this : this.with(group, updated, this.fresh);
  }

  private with(group: number, current: Generator, fresh: number): Generator {
    const groups = this.groups.slice();
    groups[group] = current;
    return new ConcurrentKeys(this.keys, this.make, groups, fresh);
  }
}

/** Where a thread stands among the threads; mostly they are all there are, and it stands at its own number. */
function position(threads: readonly number[], thread: number): number {
  return threads[thread] === thread ? thread : threads.indexOf(thread);
}

const MOST_EMPTY_KEYS = 1000;

/**
 * Independent keys, `atOnce` at a time: the threads are divided into as many groups, evenly or nearly so, and a group
 * works on one key until its generator ends, then on a fresh one. Operations still under way on the old key do not hold
 * the new one up. Ends when the keys have run out; an endless supply makes it endless.
 * @throws RangeError when first asked, if there are fewer threads than groups (see `groupProblem`).
 */
export function concurrentKeys(atOnce: number, make: PerKey, keys: Keys = endlessKeys): Generator {
  const groups = new Array<undefined>(whole('keys at once', atOnce, 1)).fill(undefined);
  return new ConcurrentKeys(keys, make, groups, 0);
}

/** Independent keys one after the other, each on all threads. */
export function sequentialKeys(make: PerKey, keys: Keys = endlessKeys): Generator {
  return concurrentKeys(1, make, keys);
}
