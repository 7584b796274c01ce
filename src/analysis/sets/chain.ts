import { type History, INFO, NEVER, OK } from '../../history/history.ts';
import type { SetObservations } from './observations.ts';

/** Why reads of a growing set have no order. Rows. */
export type Disorder =
  /** Two reads, each of which shows an element (by number) that the other lacks. */
  | { readonly kind: 'incomparable'; readonly reads: readonly [number, number] }
  /** `later` had to take effect after `earlier`, by what was read, and had returned before it was invoked. */
  | {
      readonly kind: 'backwards';
      readonly earlier: number;
      readonly later: number;
      /** A read that shows the earlier of two adds and lacks the later; −1 where one of the two is a read. */
      readonly proof: number;
    };

/**
 * Decides whether a set that only grows, whose elements are added once each, is linearizable. Exact.
 *
 * Whatever the order of effects, what is read only grows, so the reads must form a chain by inclusion. It fixes the place
 * of everything: an element is added between the largest read that lacks it and the smallest that shows it, after
 * all reads if none does. Sorting by place and then by invocation is a legal order unless some operation returned
 * before another of a lower place was invoked, which no order can mend. Null: linearizable.
 *
 * @precondition no element is read that was not added, or whose add failed. O(elements of runs + n log n).
 */
export function disorder(history: History, { elements, runs, reads }: SetObservations): Disorder | null {
  const { inv, ret, outcome } = history;
  const countedIn = new Int32Array(elements.count).fill(-1);
  const distinct = runs.map((run, r) => {
    const counts = new Int32Array(run.elements.length + 1);
    run.elements.forEach((e, place) => {
      counts[place + 1] = counts[place] + (countedIn[e] === r ? 0 : 1);
      countedIn[e] = r;
    });
    return counts;
  });
  const sizeOf = (i: number): number => distinct[reads[i].run][reads[i].length];
  const order = reads.map((_, i) => i).sort((a, b) => sizeOf(a) - sizeOf(b));
  // Reads of one size form a class: it is a chain if and only if the elements first shown in classes up to each are as
  // many as its reads hold.
  const classOf = new Int32Array(reads.length);
  let classes = 0;
  order.forEach((read, i) => {
    if (i > 0 && sizeOf(read) !== sizeOf(order[i - 1])) classes++;
    classOf[read] = classes;
  });
  const shownIn = firstClasses({ elements, runs, reads }, classOf);
  const upTo = new Int32Array(classes + 2);
  for (let e = 0; e < elements.count; e++) if (shownIn[e] !== NEVER) upTo[shownIn[e] + 1]++;
  for (let c = 1; c < upTo.length; c++) upTo[c] += upTo[c - 1];
  for (const read of order)
    if (upTo[classOf[read] + 1] !== sizeOf(read))
      return incomparable({ elements, runs, reads }, shownIn, classOf, read);

  const place = new Map<number, number>();
  for (let e = 0; e < elements.count; e++) {
    const add = elements.add[e];
    if (add < 0 || (outcome[add] === INFO && shownIn[e] === NEVER)) continue;
    if (outcome[add] === OK || outcome[add] === INFO)
      place.set(add, shownIn[e] === NEVER ? NEVER : 2 * shownIn[e]);
  }
  reads.forEach(({ row }, i) => {
    place.set(row, 2 * classOf[i] + 1);
  });
  const rows = [...place.keys()];
  const byInv = rows.slice().sort((a, b) => inv[a] - inv[b]);
  const byRet = rows.filter((row) => ret[row] !== NEVER).sort((a, b) => ret[a] - ret[b]);
  let highest = -1;
  let next = 0;
  for (const row of byInv) {
    for (; next < byRet.length && ret[byRet[next]] < inv[row]; next++)
      if (highest < 0 || place.get(byRet[next])! > place.get(highest)!) highest = byRet[next];
    if (highest < 0 || place.get(highest)! <= place.get(row)!) continue;
    const isRead = (one: number): boolean => place.get(one)! % 2 === 1 && place.get(one) !== NEVER;
    const between = reads.findIndex((_, i) => 2 * classOf[i] === place.get(row));
    const proof = isRead(row) || isRead(highest) ? -1 : reads[between].row;
    return { kind: 'backwards', earlier: row, later: highest, proof };
  }
  return null;
}

type Seen = Pick<SetObservations, 'elements' | 'runs' | 'reads'>;

/** By element: the smallest class of a read that shows it; NEVER if none does. */
function firstClasses({ elements, runs, reads }: Seen, classOf: Int32Array): Int32Array {
  const shownIn = new Int32Array(elements.count).fill(NEVER);
  const inRun = runs.map((): { length: number; class: number }[] => []);
  reads.forEach(({ run, length }, i) => {
    inRun[run].push({ length, class: classOf[i] });
  });
  runs.forEach((run, r) => {
    const longestFirst = inRun[r].sort((a, b) => b.length - a.length);
    let least = NEVER;
    for (let place = run.elements.length - 1, i = 0; place >= 0; place--) {
      for (; i < longestFirst.length && longestFirst[i].length > place; i++)
        least = Math.min(least, longestFirst[i].class);
      const e = run.elements[place];
      if (least < shownIn[e]) shownIn[e] = least;
    }
  });
  return shownIn;
}

/** A read that does not hold all that smaller or equal ones show, and one of those. */
function incomparable(
  { runs, reads }: Seen,
  shownIn: Int32Array,
  classOf: Int32Array,
  wide: number,
): Disorder {
  const contents = (i: number): Int32Array => runs[reads[i].run].elements.subarray(0, reads[i].length);
  const has = new Set(contents(wide));
  for (let i = 0; i < reads.length; i++)
    if (classOf[i] <= classOf[wide] && contents(i).some((e) => shownIn[e] <= classOf[wide] && !has.has(e)))
      return { kind: 'incomparable', reads: [reads[i].row, reads[wide].row] };
  throw new RangeError('no read shows what the chain test counted');
}
