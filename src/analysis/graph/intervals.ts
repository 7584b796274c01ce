import { NEVER } from '../../history/history.ts';

/**
 * When transactions ran, as positions in the history. Transactions are numbered in order of invocation. `ret` is NEVER where the end is
 * unknown.
 */
export interface Intervals {
  readonly inv: Int32Array;
  readonly ret: Int32Array;
}

/** One more than the last position. */
export function endOf(txns: number, { inv, ret }: Intervals): number {
  let end = 0;
  for (let t = 0; t < txns; t++) {
    if (inv[t] >= end) end = inv[t] + 1;
    if (ret[t] !== NEVER && ret[t] >= end) end = ret[t] + 1;
  }
  return end;
}

/**
 * The same order in positions few enough for tables by position. Histories number their records densely, so this is nearly always
 * the argument itself; one cut out of a far larger history is renumbered, O(n log n).
 */
export function dense(txns: number, intervals: Intervals): Intervals {
  if (endOf(txns, intervals) <= 16 * txns + 1024) return intervals;
  const { inv, ret } = intervals;
  const positions = Int32Array.from([...inv.subarray(0, txns), ...ret.subarray(0, txns)]).sort();
  const rank = new Map<number, number>();
  for (const p of positions) if (!rank.has(p)) rank.set(p, rank.size);
  const renumber = (p: number): number => (p === NEVER ? NEVER : rank.get(p)!);
  return { inv: inv.slice(0, txns).map(renumber), ret: ret.slice(0, txns).map(renumber) };
}
