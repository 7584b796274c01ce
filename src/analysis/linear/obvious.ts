import { FAIL, NEVER, OK } from '../../history/history.ts';
import { CAS, type Calls, MISS, READ, sortedBy } from './calls.ts';
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
 * real time had been replaced for good, however often values repeat. Sound, not complete. O(n log n).
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
  const add = (conflict: Conflict | Stale) => {
    count++;
    if (conflicts.length < most) conflicts.push(conflict);
  };
  const sets = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++)
    // A compare-and-set of a value to itself only looks.
    if (outcome[i] !== FAIL && kind[i] !== READ && kind[i] !== MISS && !(kind[i] === CAS && a[i] === b[i]))
      sets[i] = values.of(kind[i] === CAS ? b[i] : a[i]);
  const failed = new Map<number, number>();
  for (let i = 0; i < n; i++)
    if (outcome[i] === FAIL && kind[i] !== READ && kind[i] !== MISS) {
      const v = values.of(kind[i] === CAS ? b[i] : a[i]);
      if (!failed.has(v)) failed.set(v, i);
    }
  for (let i = 0; i < n; i++) if (kind[i] === READ || kind[i] === CAS) values.of(a[i]);
  const V = values.size;

  // Writes that returned, in order of return: the one invoked last so far, and the same of another value.
  const done = sortedBy(
    rowsWhere(n, (i) => sets[i] >= 0 && outcome[i] === OK),
    ret,
  );
  const latest = new Int32Array(done.length);
  const other = new Int32Array(done.length);
  let top = -1;
  let second = -1;
  for (let d = 0; d < done.length; d++) {
    const w = done[d];
    if (top < 0 || inv[w] > inv[top]) {
      if (top >= 0 && sets[top] !== sets[w]) second = top;
      top = w;
    } else if (sets[w] !== sets[top] && (second < 0 || inv[w] > inv[second])) second = w;
    latest[d] = top;
    other[d] = second;
  }
  // By value: of the writes invoked so far, the last to return (by row; −1 none), walked in order of the reads' returns.
  const lastWrite = new Int32Array(V).fill(-1);
  const firstWrite = new Int32Array(V).fill(-1);
  const reads = sortedBy(
    rowsWhere(n, (i) => outcome[i] === OK && (kind[i] === READ || kind[i] === CAS)),
    ret,
  );
  let w = 0;
  for (const r of reads) {
    for (; w < n && inv[w] <= ret[r]; w++) {
      const v = sets[w];
      if (v < 0) continue;
      if (firstWrite[v] < 0) firstWrite[v] = w;
      if (lastWrite[v] < 0 || ret[w] > ret[lastWrite[v]]) lastWrite[v] = w;
    }
    const v = values.find(a[r]);
    if (lastWrite[v] < 0 && v !== first) {
      let writer = -1;
      for (let i = w; i < n && writer < 0; i++) if (sets[i] === v) writer = i;
      add(
        writer < 0
          ? { kind: 'unwritten', row: r, failed: failed.get(v) ?? -1 }
          : { kind: 'future', row: r, writer },
      );
      continue;
    }
    // Writes that had returned when the read began.
    let low = 0;
    let high = done.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ret[done[middle]] < inv[r]) low = middle + 1;
      else high = middle;
    }
    if (low === 0) continue;
    const newer = sets[latest[low - 1]] === v ? other[low - 1] : latest[low - 1];
    if (newer < 0) continue;
    const old = lastWrite[v];
    const until = old < 0 ? -1 : outcome[old] === OK ? ret[old] : NEVER;
    if (until < inv[newer]) add({ kind: 'stale', row: r, old, newer });
  }
  return { conflicts, count };
}

function rowsWhere(n: number, keep: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(n);
  let kept = 0;
  for (let i = 0; i < n; i++) if (keep(i)) rows[kept++] = i;
  return rows.subarray(0, kept);
}
