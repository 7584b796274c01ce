import { drawIndex } from './context.ts';
import type { Completed, Context, Generator, Next } from './generator.ts';
import { carry, isDue, soonest } from './next.ts';

function replaced<T>(list: readonly T[], index: number, item: T): readonly T[] {
  const copy = list.slice();
  copy[index] = item;
  return copy;
}

function updated(parts: readonly Generator[], context: Context, completed: Completed): readonly Generator[] {
  let changed: Generator[] | undefined;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!.update(context, completed);
    if (part !== parts[i]) (changed ??= parts.slice())[i] = part;
  }
  return changed ?? parts;
}

class Any implements Generator {
  private readonly parts: readonly Generator[];

  constructor(parts: readonly Generator[]) {
    this.parts = parts;
  }

  next(context: Context): Next {
    const { parts } = this;
    if (parts.length === 1) return parts[0]!.next(context);
    // Beginning at a drawn part makes the first that is due a fair choice among all that are.
    const start = drawIndex(context, 'any', parts.length);
    const answers: Next[] = [];
    for (let i = 0; i < parts.length; i++) {
      const index = (start + i) % parts.length;
      const answer = carry(parts[index]!.next(context), (then) => new Any(replaced(this.parts, index, then)));
      if (isDue(answer, context)) return answer;
      answers.push(answer);
    }
    return soonest(answers);
  }

  update(context: Context, completed: Completed): Generator {
    const parts = updated(this.parts, context, completed);
    return parts === this.parts ? this : new Any(parts);
  }
}

/** Whichever has the soonest operation; among several that are due, a drawn one. Ends when all have ended. */
export function any(...parts: readonly Generator[]): Generator {
  return new Any(parts);
}

/** A part that could not take its turns is owed them, but not so many that it floods the rest when it can. */
const MOST_OWED = 16;

class Mix implements Generator {
  private readonly parts: readonly Generator[];
  private readonly weights: readonly number[];
  private readonly owed: readonly number[];

  constructor(parts: readonly Generator[], weights: readonly number[], owed: readonly number[]) {
    this.parts = parts;
    this.weights = weights;
    this.owed = owed;
  }

  /** The part whose turn it is by the draw, if those marked are left out. -1 when nobody is left. */
  private turn(context: Context, out: readonly boolean[], attempt: number): number {
    let sum = 0;
    for (let i = 0; i < out.length; i++) if (!out[i]) sum += this.weights[i]!;
    let at = context.draw('mix', context.id, attempt) * sum;
    let last = -1;
    for (let i = 0; i < out.length; i++) {
      if (out[i]) continue;
      last = i;
      if ((at -= this.weights[i]!) < 0) return i;
    }
    return last;
  }

  next(context: Context): Next {
    const n = this.parts.length;
    const answers: (Next | undefined)[] = new Array(n);
    const ask = (i: number): Next => (answers[i] ??= this.parts[i]!.next(context));
    const take = (i: number, passed: number): Next =>
      carry(ask(i), (then) => {
        const owed = this.owed.slice();
        if (passed >= 0) owed[passed] = Math.min(MOST_OWED, owed[passed]! + 1);
        else if (owed[i]! > 0) owed[i]!--;
        return new Mix(replaced(this.parts, i, then), this.weights, owed);
      });

    let creditor = -1;
    for (let i = 0; i < n; i++)
      if (
        this.owed[i]! > 0 &&
        (creditor < 0 || this.owed[i]! > this.owed[creditor]!) &&
        isDue(ask(i), context)
      )
        creditor = i;
    if (creditor >= 0) return take(creditor, -1);

    const out: boolean[] = new Array(n).fill(false);
    let passed = -1;
    for (let attempt = 0; attempt < n; attempt++) {
      const i = this.turn(context, out, attempt);
      if (isDue(ask(i), context)) return take(i, passed);
      if (passed < 0 && ask(i).kind !== 'done') passed = i;
      out[i] = true;
    }
    return soonest(this.parts.map((_, i) => take(i, -1)));
  }

  update(context: Context, completed: Completed): Generator {
    const parts = updated(this.parts, context, completed);
    return parts === this.parts ? this : new Mix(parts, this.weights, this.owed);
  }
}

/**
 * A drawn part for each operation, by weight (equal ones by default). A part that has nothing due when its turn comes,
 * because its threads are busy, lets another go first and is owed the turn: none is starved by the others keeping
 * threads busy, and none holds the others up. Ends when all have ended.
 */
export function mix(parts: readonly Generator[], weights?: readonly number[]): Generator {
  const shares = weights ?? parts.map(() => 1);
  if (shares.length !== parts.length)
    throw new RangeError(`a mix of ${parts.length} generators needs as many weights, not ${shares.length}`);
  for (const share of shares)
    if (!(share > 0 && share < Number.POSITIVE_INFINITY))
      throw new RangeError(`the weight of a generator in a mix must be above 0, not ${share}`);
  return new Mix(
    parts,
    shares,
    parts.map(() => 0),
  );
}
