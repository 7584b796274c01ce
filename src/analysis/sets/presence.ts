import { type History, NEVER } from '../../history/history.ts';
import type { Run, SetObservations } from './observations.ts';

/** By element, rows of ok reads; −1 where there is none. */
export interface Presence {
  /** The read invoked last among those that show it. */
  readonly lastPresent: Int32Array;
  /** The read invoked last among those that lack it. */
  readonly lastAbsent: Int32Array;
  /** The read that returned first among those that show it. */
  readonly firstSeen: Int32Array;
}

/**
 * When each element was seen and missed. O(elements of runs + reads log reads + runs · elements / 32): runs that lack an
 * element are found by the word, from the run read last; what all runs show is never looked for.
 */
export function presence(history: History, { elements, runs }: SetObservations): Presence {
  const { inv } = history;
  const { count } = elements;
  const lastPresent = new Int32Array(count).fill(-1);
  const lastAbsent = new Int32Array(count).fill(-1);
  const firstSeen = new Int32Array(count).fill(-1);
  const later = (a: number, b: number): number => (a < 0 || (b >= 0 && inv[b] > inv[a]) ? b : a);

  const shown = new Int32Array(count).fill(-1);
  const latest = runs.map((run) => run.reads.reduce((row, read) => later(row, read.row), -1));
  const order = runs.map((_, r) => r).sort((a, b) => inv[latest[b]] - inv[latest[a]]);
  const words = (count + 31) >>> 5;
  const pending = new Uint32Array(words).fill(0xffffffff);
  const has = new Uint32Array(words);
  let left = count;
  for (const r of order) {
    has.fill(0);
    const { elements: inRun } = runs[r];
    const { present, absent, first } = within(history, runs[r], later);
    for (let place = 0; place < inRun.length; place++) {
      const e = inRun[place];
      if (shown[e] === r) continue;
      shown[e] = r;
      has[e >>> 5] |= 1 << (e & 31);
      lastPresent[e] = later(lastPresent[e], present[place]);
      lastAbsent[e] = later(lastAbsent[e], absent[place]);
      if (firstSeen[e] < 0 || history.ret[first[place]] < history.ret[firstSeen[e]])
        firstSeen[e] = first[place];
    }
    if (left === 0) continue;
    for (let w = 0; w < words; w++) {
      let gone = pending[w] & ~has[w];
      pending[w] &= has[w];
      while (gone !== 0) {
        const bit = 31 - Math.clz32(gone);
        gone &= ~(1 << bit);
        const e = (w << 5) | bit;
        if (e >= count) continue;
        lastAbsent[e] = later(lastAbsent[e], latest[r]);
        left--;
      }
    }
  }
  return { lastPresent, lastAbsent, firstSeen };
}

/** By place of a run: its last read that reaches it, the last that does not, and the first to return that does. */
function within(
  history: History,
  { elements, reads }: Run,
  later: (a: number, b: number) => number,
): { present: Int32Array; absent: Int32Array; first: Int32Array } {
  const n = elements.length;
  const present = new Int32Array(n).fill(-1);
  const absent = new Int32Array(n).fill(-1);
  const first = new Int32Array(n).fill(-1);
  const byLength = [...reads].sort((a, b) => a.length - b.length);
  let row = -1;
  for (let place = 0, i = 0; place < n; place++) {
    for (; i < byLength.length && byLength[i].length <= place; i++) row = later(row, byLength[i].row);
    absent[place] = row;
  }
  row = -1;
  let earliest = -1;
  for (let place = n - 1, i = byLength.length - 1; place >= 0; place--) {
    for (; i >= 0 && byLength[i].length > place; i--) {
      const one = byLength[i].row;
      row = later(row, one);
      if (history.ret[one] < (earliest < 0 ? NEVER : history.ret[earliest])) earliest = one;
    }
    present[place] = row;
    first[place] = earliest;
  }
  return { present, absent, first };
}
