import { NEVER } from '../../history/history.ts';
import type { Csr } from '../graph/csr.ts';
import type { Intervals } from '../graph/kahn.ts';

/**
 * Narrows when each transaction can have taken effect: not before anything that precedes it could, not after anything that follows
 * it must. Tighter intervals order more versions, which order more transactions: repeated, this is saturation by intervals, at
 * linear cost a round. Null when the graph is cyclic or some interval becomes empty: no order exists.
 */
export function tightened(graph: Csr, { inv, ret }: Intervals): Intervals | null {
  const { txns, vertices, offset, dst } = graph;
  const waits = new Int32Array(vertices);
  for (let e = 0; e < offset[vertices]!; e++) waits[dst[e]!]!++;
  const order = new Int32Array(vertices);
  let tail = 0;
  for (let v = 0; v < vertices; v++) if (waits[v] === 0) order[tail++] = v;
  const earliest = new Int32Array(vertices);
  earliest.set(inv);
  for (let head = 0; head < tail; head++) {
    const v = order[head]!;
    const from = earliest[v]!;
    for (let e = offset[v]!; e < offset[v + 1]!; e++) {
      const w = dst[e]!;
      if (earliest[w]! < from) earliest[w] = from;
      if (--waits[w]! === 0) order[tail++] = w;
    }
  }
  if (tail < vertices) return null;
  const latest = new Int32Array(vertices).fill(NEVER);
  latest.set(ret);
  for (let i = tail - 1; i >= 0; i--) {
    const v = order[i]!;
    let until = latest[v]!;
    for (let e = offset[v]!; e < offset[v + 1]!; e++) if (latest[dst[e]!]! < until) until = latest[dst[e]!]!;
    latest[v] = until;
  }
  for (let t = 0; t < txns; t++) if (earliest[t]! > latest[t]!) return null;
  return { inv: earliest.subarray(0, txns), ret: latest.subarray(0, txns) };
}
