import { FAIL, OK } from '../../history/history.ts';
import { CAS, type Calls, eventsOf, MISS, READ, WRITE, writersThatFailed } from './calls.ts';
import { Dense } from './dense.ts';
import type { Conflict } from './zones.ts';

/** Histories of at most so many calls are searched first, and looked at for the obvious only if that fails. */
export const SMALL = 1000;

/** A read of a value that another write had replaced before the read began. */
export interface Stale {
  readonly kind: 'stale';
  readonly row: number;
  /** The last write of the value read to return; −1 is the initial value. */
  readonly old: number;
  /** The write that came after every write of the old value, and before the read. */
  readonly newer: number;
}

/**
 * What no order can mend, found without any search: a value read that nobody could have written by then, or that in
 * real time had been replaced for good, however often values repeat. Sound, not complete. O(n) where positions are
 * dense, else O(n log n).
 */
export function obvious(
  calls: Calls,
  initial: number,
  most = 8,
): { conflicts: (Conflict | Stale)[]; count: number } {
  const { n, kind, a, b, inv, ret, outcome } = calls;
  const values = new Dense(n);
  const first = values.of(initial);
  const conflicts: (Conflict | Stale)[] = [];
  let count = 0;
  const add = (conflict: () => Conflict | Stale) => {
    count++;
    if (conflicts.length < most) conflicts.push(conflict());
  };
  const sets = new Int32Array(n).fill(-1);
  const sees = new Int32Array(n).fill(-1);
  const rows = new Int32Array(n);
  let kept = 0;
  for (let i = 0; i < n; i++) {
    const k = kind[i];
    if (outcome[i] === FAIL || k === MISS) continue;
    if (k !== READ) {
      // A compare-and-set of a value to itself only looks.
      if (k !== CAS) sets[i] = values.of(a[i]);
      else if (a[i] !== b[i]) sets[i] = values.of(b[i]);
    }
    if (k !== WRITE && outcome[i] === OK) sees[i] = values.of(a[i]);
    if (sets[i] >= 0 || sees[i] >= 0) rows[kept++] = i;
  }

  // Of the writes that have returned: the one invoked last, and the same of those with another value.
  let top = -1;
  let second = -1;
  // By read: of the writes that returned before it began, the one invoked last that wrote another value.
  const newest = new Int32Array(n);
  // By value: of the writes invoked so far, the last to return.
  const lastWrite = new Int32Array(values.size).fill(-1);
  const events = eventsOf(calls, rows.subarray(0, kept));
  for (let e = 0; e < events.length; e++) {
    const i = events[e];
    if (i >= 0) {
      if (sees[i] >= 0) newest[i] = top >= 0 && sets[top] === sees[i] ? second : top;
      const v = sets[i];
      if (v >= 0 && (lastWrite[v] < 0 || ret[i] > ret[lastWrite[v]])) lastWrite[v] = i;
      continue;
    }
    const row = ~i;
    const v = sees[row];
    if (v >= 0) {
      const old = lastWrite[v];
      const newer = newest[row];
      if (old < 0 && v !== first)
        add(() => {
          const writer = sets.indexOf(v);
          if (writer >= 0) return { kind: 'future', row, writer };
          return { kind: 'unwritten', row, failed: writersThatFailed(calls).get(a[row]) ?? -1 };
        });
      else if (newer >= 0 && (old < 0 || ret[old] < inv[newer]))
        add(() => ({ kind: 'stale', row, old, newer }));
    }
    if (sets[row] < 0) continue;
    if (top < 0 || inv[row] > inv[top]) {
      if (top >= 0 && sets[top] !== sets[row]) second = top;
      top = row;
    } else if (sets[row] !== sets[top] && (second < 0 || inv[row] > inv[second])) second = row;
  }
  return { conflicts, count };
}
