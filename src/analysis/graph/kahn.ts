import { NEVER } from '../../history/history.ts';
import type { Csr } from './csr.ts';
import { dense, type Intervals } from './intervals.ts';

export type { Intervals };

/**
 * Peels off vertices that nothing unpeeled precedes, until none is left (Kahn 1962), and gives the vertices that remain, ascending:
 * none iff the graph is acyclic. What remains is every cycle and what lies downstream of one.
 *
 * With `realtime`, "returned before it was invoked" precedes too. That order needs no edges: a transaction is free of it as soon as
 * the earliest end among the unpeeled lies after its start, and both only move forward. O(V + E + positions).
 *
 * `waits`: how many edges come in, by vertex, where the caller counted them already. It is used up.
 */
export function kahn(graph: Csr, realtime?: Intervals, waits = inDegrees(graph)): Int32Array {
  const { vertices, offset, dst } = graph;
  const clock = realtime && new Clock(graph.txns, realtime);
  if (clock) for (let t = 0; t < graph.txns; t++) waits[t]++;

  const queue = new Int32Array(vertices);
  let head = 0;
  let tail = 0;
  for (let v = 0; v < vertices; v++) if (waits[v] === 0) queue[tail++] = v;
  if (clock) tail = clock.advance(waits, queue, tail);
  while (head < tail) {
    const v = queue[head++];
    for (let e = offset[v]; e < offset[v + 1]; e++) if (--waits[dst[e]] === 0) queue[tail++] = dst[e];
    if (clock && v < graph.txns && clock.peel(v)) tail = clock.advance(waits, queue, tail);
  }
  const core = new Int32Array(vertices - tail);
  for (let v = 0, n = 0; v < vertices; v++) if (waits[v] > 0) core[n++] = v;
  return core;
}

function inDegrees({ vertices, offset, dst }: Csr): Int32Array {
  const degrees = new Int32Array(vertices);
  for (let e = 0; e < offset[vertices]; e++) degrees[dst[e]]++;
  return degrees;
}

/** Frees transactions of the real-time order as the earliest unpeeled end moves on. */
export class Clock {
  /** By position: 1 + the transaction that returned there and is unpeeled, else 0. */
  private readonly returning: Int32Array;
  /** By position: 1 + the transaction invoked there, else 0. */
  private readonly invoked: Int32Array;
  private readonly ret: Int32Array;
  private now = 0;

  constructor(txns: number, realtime: Intervals) {
    const { inv, ret, end } = dense(txns, realtime);
    this.ret = ret;
    this.returning = new Int32Array(end);
    this.invoked = new Int32Array(end);
    for (let t = 0; t < txns; t++) {
      this.invoked[inv[t]] = t + 1;
      if (ret[t] !== NEVER) this.returning[ret[t]] = t + 1;
    }
  }

  /** Takes a transaction out. True when this was the one that held the clock. */
  peel(t: number): boolean {
    const ret = this.ret[t];
    if (ret === NEVER) return false;
    this.returning[ret] = 0;
    return ret === this.now;
  }

  /** Moves on to the next end of an unpeeled transaction, freeing all that were invoked up to it. */
  advance(waits: Int32Array, queue: Int32Array, tail: number): number {
    const { returning, invoked } = this;
    const end = returning.length;
    let now = this.now;
    let last = tail;
    for (; now < end; now++) {
      // At one position, as for a record without invocation, the start comes before the end.
      const t = invoked[now] - 1;
      if (t >= 0) {
        invoked[now] = 0;
        if (--waits[t] === 0) queue[last++] = t;
      }
      if (returning[now] > 0) break;
    }
    this.now = now;
    return last;
  }
}
