import { NEVER } from '../../history/history.ts';
import type { Csr } from './csr.ts';
import { dense, type Intervals, type Positions } from './intervals.ts';

/**
 * Of the vertices `core` (ascending), those on a cycle of the graph and, if given, of real time: the members of its strongly connected
 * components with at least two transactions, ascending. Peeling leaves everything behind the first cycle; this tells the cycles from
 * what only follows them.
 *
 * Tarjan's algorithm on a graph that is not built: T→S(i), S(i)→Tᵢ and S(i)→S(i+1) for the suffixes S(i) of the transactions in
 * order of invocation carry the real-time order, where i is the first transaction invoked after T returned. O(V + E + positions).
 */
export function strong(graph: Csr, core: Int32Array, realtime?: Intervals): Int32Array {
  const { txns, vertices, offset, dst } = graph;
  if (core.length === 0) return core;
  const after = realtime ? firstAfter(txns, dense(txns, realtime)) : new Int32Array(0);
  // Suffix i is vertex `vertices + i`.
  const total = realtime ? vertices + txns : vertices;
  const index = new Int32Array(total);
  const low = new Int32Array(total);
  const edge = new Int32Array(total);
  const path = new Int32Array(total);
  const open = new Int32Array(total);
  // 0: not in the core. 1: not yet in a component. 2: in a component.
  const state = new Uint8Array(total);
  for (const v of core) state[v] = 1;
  state.fill(1, vertices);
  let clock = 0;
  let opened = 0;
  const kept: number[] = [];

  /** The i-th successor of v, −1 behind the last. */
  const successor = (v: number, i: number): number => {
    if (v < vertices) {
      const e = offset[v] + i;
      if (e < offset[v + 1]) return dst[e];
      const virtual = v < txns && realtime !== undefined && e === offset[v + 1];
      return virtual && after[v] < txns ? vertices + after[v] : -1;
    }
    const t = v - vertices;
    if (i === 0) return t;
    return i === 1 && t + 1 < txns ? v + 1 : -1;
  };

  for (const root of core) {
    if (index[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    index[root] = low[root] = ++clock;
    open[opened++] = root;
    while (depth >= 0) {
      const v = path[depth];
      let down = -1;
      let lowest = low[v];
      let i = edge[v];
      for (;;) {
        const w = successor(v, i++);
        if (w < 0) break;
        if (state[w] !== 1) continue;
        if (index[w] === 0) {
          down = w;
          break;
        }
        if (index[w] < lowest) lowest = index[w];
      }
      low[v] = lowest;
      edge[v] = i;
      if (down >= 0) {
        path[++depth] = down;
        index[down] = low[down] = ++clock;
        open[opened++] = down;
        continue;
      }
      if (lowest === index[v]) {
        let from = opened;
        let members = 0;
        do {
          from--;
          state[open[from]] = 2;
          if (open[from] < txns) members++;
        } while (open[from] !== v);
        if (members >= 2) for (let o = from; o < opened; o++) if (open[o] < vertices) kept.push(open[o]);
        opened = from;
      }
      depth--;
      if (depth >= 0 && low[path[depth]] > lowest) low[path[depth]] = lowest;
    }
  }
  return Int32Array.from(kept).sort();
}

/** By transaction: the first transaction invoked after it returned, `txns` for none. */
function firstAfter(txns: number, { inv, ret, end }: Positions): Int32Array {
  // started[p]: transactions invoked at or before position p.
  const started = new Int32Array(end);
  for (let t = 0; t < txns; t++) started[inv[t]]++;
  for (let p = 1; p < end; p++) started[p] += started[p - 1];
  const after = new Int32Array(txns);
  for (let t = 0; t < txns; t++) after[t] = ret[t] === NEVER ? txns : started[ret[t]];
  return after;
}
