import type { Edges } from './edges.ts';
import { byPosition, type Intervals } from './intervals.ts';
import { PROCESS, REALTIME } from './labels.ts';

/**
 * Adds the real-time order of the transactions `which` (ascending) to `edges`: T→T′ whenever T returned before T′ was
 * invoked. Each maximal run of ends without a start between them is one hub, so that at most 3 edges a transaction carry the whole order,
 * whatever the concurrency. `at` gives the number that a transaction has in `edges`. O(n log n).
 */
export function addRealtime(
  edges: Edges,
  which: Int32Array,
  { inv, ret }: Intervals,
  at: (i: number) => number = (i) => which[i],
): void {
  const n = which.length;
  const starts = byPosition(which.map((t) => inv[t]));
  const ends = byPosition(which.map((t) => ret[t]));
  const ended = ends.length;
  let hub = -1;
  let inRun = false;
  let e = 0;
  for (let s = 0; s < n; s++) {
    const start = inv[which[starts[s]]];
    for (; e < ended && ret[which[ends[e]]] < start; e++) {
      if (!inRun) {
        const fresh = edges.hub();
        if (hub >= 0) edges.add(hub, fresh, REALTIME, -1);
        hub = fresh;
        inRun = true;
      }
      edges.add(at(ends[e]), hub, REALTIME, -1);
    }
    if (hub >= 0) edges.add(hub, at(starts[s]), REALTIME, -1);
    inRun = false;
  }
}

/**
 * Adds the order of each process to `edges`. `which` lists transactions in order of invocation; of those, whose `process` is p ≥ 0 follow
 * and precede others of p, whose it is −2 − p only follow, and −1 is in no order. The order is transitive, so a step may skip any number
 * of transactions of the process: a chain of hubs carries it.
 */
export function addProcess(
  edges: Edges,
  which: Int32Array,
  process: Int32Array,
  at: (i: number) => number = (i) => which[i],
): void {
  const tail = new Map<number, { last: number; hub: number }>();
  for (let i = 0; i < which.length; i++) {
    const own = process[which[i]];
    if (own === -1) continue;
    const p = processOf(own);
    const before = tail.get(p);
    if (before === undefined) {
      if (own >= 0) tail.set(p, { last: i, hub: -1 });
      continue;
    }
    // What only follows leaves no trace in the chain: who comes after it comes after the same as it.
    if (before.last >= 0) {
      const hub = edges.hub();
      if (before.hub >= 0) edges.add(before.hub, hub, PROCESS, -1);
      edges.add(at(before.last), hub, PROCESS, -1);
      before.hub = hub;
      before.last = -1;
    }
    edges.add(before.hub, at(i), PROCESS, -1);
    if (own >= 0) before.last = i;
  }
}

/** The process of a transaction that is in the order of one, whether or not anything follows it. */
export const processOf = (process: number): number => (process < -1 ? -2 - process : process);
