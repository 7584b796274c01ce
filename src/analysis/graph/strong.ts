import { NEVER } from '../../history/history.ts';
import { inPieces } from '../pieces.ts';
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

  let depth = -1;

  const descend = (v: number): void => {
    path[++depth] = v;
    index[v] = low[v] = ++clock;
    edge[v] = v < vertices ? offset[v] : 0;
    open[opened++] = v;
  };

  /** Goes one vertex down or up. A function of its own, since one that is called soon runs optimised. */
  const step = (): void => {
    const v = path[depth];
    let down = -1;
    let lowest = low[v];
    let e = edge[v];
    const end = v < vertices ? offset[v + 1] : 0;
    for (; e < end; e++) {
      const w = dst[e];
      if (state[w] !== 1) continue;
      if (index[w] === 0) {
        down = w;
        e++;
        break;
      }
      if (index[w] < lowest) lowest = index[w];
    }
    // Behind its edges a transaction leads to a suffix, if to any; a suffix to its first transaction, and to the next suffix.
    for (; down < 0; e++) {
      let w = -1;
      if (v >= vertices) {
        if (e === 2) break;
        w = e === 0 ? v - vertices : v + 1;
        if (w === total) break;
      } else {
        if (e > end || v >= txns || realtime === undefined || after[v] === txns) break;
        w = vertices + after[v];
      }
      if (state[w] !== 1) continue;
      if (index[w] === 0) down = w;
      else if (index[w] < lowest) lowest = index[w];
    }
    low[v] = lowest;
    edge[v] = e;
    if (down >= 0) {
      descend(down);
      return;
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
  };

  for (const root of core) {
    if (index[root] !== 0) continue;
    descend(root);
    while (depth >= 0) step();
  }
  return Int32Array.from(kept).sort();
}

/** By transaction: the first transaction invoked after it returned, `txns` for none. */
function firstAfter(txns: number, { inv, ret, end }: Positions): Int32Array {
  // started[p]: transactions invoked at or before position p.
  const started = new Int32Array(end);
  inPieces(txns, (first, last) => {
    for (let t = first; t < last; t++) started[inv[t]]++;
  });
  inPieces(end - 1, (first, last) => {
    for (let p = first; p < last; p++) started[p + 1] += started[p];
  });
  const after = new Int32Array(txns);
  inPieces(txns, (first, last) => {
    for (let t = first; t < last; t++) after[t] = ret[t] === NEVER ? txns : started[ret[t]];
  });
  return after;
}
