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

/**
 * The indices of those that have a position, in order of that; where two share one, in order of index. Linear where positions are
 * dense.
 */
export function byPosition(position: Int32Array): Int32Array {
  const n = position.length;
  let lowest = NEVER;
  let highest = -1;
  let count = 0;
  let ascending = true;
  let before = -1;
  for (let i = 0; i < n; i++) {
    const p = position[i];
    if (p === NEVER) continue;
    count++;
    if (p < before) ascending = false;
    before = p;
    if (p < lowest) lowest = p;
    if (p > highest) highest = p;
  }
  const order = new Int32Array(count);
  const range = highest - lowest + 1;
  if (ascending || range > 16 * n + 1024) {
    for (let i = 0, o = 0; i < n; i++) if (position[i] !== NEVER) order[o++] = i;
    return ascending ? order : order.sort((a, b) => position[a] - position[b] || a - b);
  }
  const next = new Int32Array(range + 1);
  for (let i = 0; i < n; i++) if (position[i] !== NEVER) next[position[i] - lowest + 1]++;
  for (let p = 1; p < range; p++) next[p] += next[p - 1];
  for (let i = 0; i < n; i++) if (position[i] !== NEVER) order[next[position[i] - lowest]++] = i;
  return order;
}
