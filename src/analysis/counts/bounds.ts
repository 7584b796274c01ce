import type { Counts } from './observations.ts';

/** By read: the least and the most that additions allow it, whatever order they took effect in. */
export interface Bounds {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * Positive amounts count towards the least once they were acknowledged before the read was invoked, towards the most
 * once they were invoked before it returned; negative ones the other way about. O(n log n).
 */
export function bounds({ adds, reads }: Counts, initial: number): Bounds {
  const low = new Float64Array(reads.n);
  const high = new Float64Array(reads.n);
  const byRet = order(adds.n, adds.ret);
  const readsByRet = order(reads.n, reads.ret);
  // Both sweeps carry sums of positive and of negative amounts.
  let plus = initial;
  let minus = 0;
  for (let r = 0, a = 0; r < reads.n; r++) {
    for (; a < adds.n && adds.ret[byRet[a]] < reads.inv[r]; a++) {
      plus += Math.max(0, adds.amount[byRet[a]]);
      minus += Math.min(0, adds.amount[byRet[a]]);
    }
    low[r] = plus;
    high[r] = minus;
  }
  plus = initial;
  minus = 0;
  for (let i = 0, a = 0; i < reads.n; i++) {
    const r = readsByRet[i];
    for (; a < adds.n && adds.inv[a] < reads.ret[r]; a++) {
      plus += Math.max(0, adds.amount[a]);
      minus += Math.min(0, adds.amount[a]);
    }
    low[r] += minus;
    high[r] += plus;
  }
  return { low, high };
}

/**
 * Pairs of reads [earlier, later], the one before the other in real time, of a counter that never goes down, where the later
 * returned less. One pair for each such later read, with the largest earlier one. O(n log n).
 */
export function decreases({ reads }: Counts): [earlier: number, later: number][] {
  const byRet = order(reads.n, reads.ret);
  const found: [number, number][] = [];
  let most = -1;
  for (let r = 0, i = 0; r < reads.n; r++) {
    for (; i < reads.n && reads.ret[byRet[i]] < reads.inv[r]; i++)
      if (most < 0 || reads.value[byRet[i]] > reads.value[most]) most = byRet[i];
    if (most >= 0 && reads.value[most] > reads.value[r]) found.push([most, r]);
  }
  return found;
}

function order(n: number, by: Int32Array): Int32Array {
  const sorted = new Float64Array(n);
  // Exact as long as the last position times n stays below 2^53.
  for (let i = 0; i < n; i++) sorted[i] = by[i] * n + i;
  return Int32Array.from(sorted.sort(), (s) => s % n);
}
