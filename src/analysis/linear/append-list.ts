import { FAIL, INFO, NEVER, OK } from '../../history/history.ts';
import { Dense } from './dense.ts';

/** Calls on one list: an append of the element `a`, or a read of the elements `list[from .. from + length)`. */
export interface ListCalls {
  readonly n: number;
  /** 0 append, 1 read. */
  readonly kind: Uint8Array;
  readonly a: Int32Array;
  readonly from: Int32Array;
  readonly length: Int32Array;
  readonly list: Int32Array;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly outcome: Uint8Array;
}

export type ListConflict =
  | { readonly kind: 'unwritten'; readonly row: number; readonly element: number; readonly failed: number }
  | { readonly kind: 'duplicate-elements'; readonly row: number; readonly element: number }
  /** Two reads neither of which is the beginning of the other. */
  | { readonly kind: 'incompatible-order'; readonly rows: readonly [number, number] }
  /** `later` shows a state after that of `earlier`, yet returned before it was invoked. */
  | { readonly kind: 'order'; readonly later: number; readonly earlier: number }
  /** An append that returned, missing from a read that began afterwards. */
  | { readonly kind: 'lost'; readonly row: number; readonly read: number };

/**
 * Decides linearizability of a list whose elements are each appended once: reads show the order themselves, so there is
 * one chain of states to walk. O(elements read).
 *
 * Null when elements are appended twice: another engine must decide.
 */
export function appendListOrder(
  calls: ListCalls,
  most = 8,
): { conflicts: readonly ListConflict[]; count: number } | null {
  const { n, kind, a, from, length, list, inv, ret, outcome } = calls;
  const values = new Dense(n);
  const append: number[] = [];
  const failed = new Map<number, number>();
  let longest = -1;
  for (let i = 0; i < n; i++) {
    if (kind[i] === 1) {
      if (outcome[i] === OK && (longest < 0 || length[i] > length[longest])) longest = i;
      continue;
    }
    const v = values.of(a[i]);
    if (outcome[i] === FAIL) failed.set(v, i);
    else if (append[v] !== undefined) return null;
    else append[v] = i;
  }
  const conflicts: ListConflict[] = [];
  let count = 0;
  const add = (conflict: ListConflict) => {
    count++;
    if (conflicts.length < most) conflicts.push(conflict);
  };
  const final = longest < 0 ? 0 : length[longest];
  const start = longest < 0 ? 0 : from[longest];
  const positionOf = new Int32Array(values.size).fill(-1);
  for (let p = 0; p < final; p++) {
    const v = values.find(list[start + p]);
    if (v < 0 || append[v] === undefined) {
      add({
        kind: 'unwritten',
        row: longest,
        element: list[start + p],
        failed: (v < 0 ? undefined : failed.get(v)) ?? -1,
      });
      continue;
    }
    if (positionOf[v] >= 0) add({ kind: 'duplicate-elements', row: longest, element: list[start + p] });
    else positionOf[v] = p;
  }
  for (let i = 0; i < n; i++) {
    if (kind[i] !== 1 || outcome[i] !== OK || from[i] === start) continue;
    for (let p = 0; p < length[i]; p++)
      if (list[from[i] + p] !== list[start + p]) {
        add({ kind: 'incompatible-order', rows: [i, longest] });
        break;
      }
  }
  if (count > 0) return { conflicts, count };

  // State s is the list of its first s elements: the append that made it, and the reads that saw it.
  const lo = new Int32Array(final + 1).fill(NEVER);
  const loRow = new Int32Array(final + 1).fill(-1);
  const hi = new Int32Array(final + 1).fill(-1);
  const hiRow = new Int32Array(final + 1).fill(-1);
  const unseen: number[] = [];
  for (let i = 0; i < n; i++) {
    if (outcome[i] === FAIL || (kind[i] === 1 && outcome[i] === INFO)) continue;
    let s = length[i];
    if (kind[i] === 0) {
      const p = positionOf[values.find(a[i])];
      if (p < 0) {
        if (outcome[i] === OK) unseen.push(i);
        continue;
      }
      s = p + 1;
    }
    if (ret[i] < lo[s]) {
      lo[s] = ret[i];
      loRow[s] = i;
    }
    if (inv[i] > hi[s]) {
      hi[s] = inv[i];
      hiRow[s] = i;
    }
  }
  let last = -1;
  for (let s = 0; s <= final; s++) {
    // Within a state the append comes first; across states, the earlier state.
    const maker = s === 0 ? -1 : append[values.find(list[start + s - 1])];
    if (maker >= 0 && lo[s] < inv[maker]) add({ kind: 'order', later: loRow[s], earlier: maker });
    else if (last >= 0 && lo[s] < hi[last]) add({ kind: 'order', later: loRow[s], earlier: hiRow[last] });
    if (hi[s] >= 0 && (last < 0 || hi[s] > hi[last])) last = s;
  }
  // What nobody saw comes after everything that was seen.
  for (const i of unseen)
    if (last >= 0 && ret[i] < hi[last]) add({ kind: 'lost', row: i, read: hiRow[last] });
  return { conflicts, count };
}
