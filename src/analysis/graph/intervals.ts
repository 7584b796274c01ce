import { NEVER } from '../../history/history.ts';

/**
 * When transactions ran, as positions in the history. Transactions are numbered in order of invocation. `ret` is NEVER where the end is
 * unknown.
 */
export interface Intervals {
  readonly inv: Int32Array;
  readonly ret: Int32Array;
}

/** The same order, with the number of positions it takes: tables by position have that length. */
export interface Positions extends Intervals {
  readonly end: number;
}

/**
 * The same order in positions few enough for tables by position. Histories number their records densely, so these are nearly always
 * the ones given; those cut out of a far larger history are renumbered, O(n log n).
 */
export function dense(txns: number, { inv, ret }: Intervals): Positions {
  let end = 0;
  for (let t = 0; t < txns; t++) {
    if (inv[t] >= end) end = inv[t] + 1;
    if (ret[t] !== NEVER && ret[t] >= end) end = ret[t] + 1;
  }
  if (end <= 16 * txns + 1024) return { inv, ret, end };
  const positions = Int32Array.from([...inv.subarray(0, txns), ...ret.subarray(0, txns)]).sort();
  const rank = new Map<number, number>();
  for (const p of positions) if (!rank.has(p)) rank.set(p, rank.size);
  const renumber = (p: number): number => (p === NEVER ? NEVER : rank.get(p)!);
  return { inv: inv.slice(0, txns).map(renumber), ret: ret.slice(0, txns).map(renumber), end: rank.size };
}
