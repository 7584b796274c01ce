import type { Csr } from './csr.ts';
import { buildCsr } from './csr.ts';
import { Edges } from './edges.ts';
import { ANTI, EVERY } from './labels.ts';
import { tarjan } from './tarjan.ts';

/**
 * Splits each transaction into its begin and its commit: B→C inside it; C→B for a dependency, B→C for an
 * anti-dependency. A cycle in this graph is a cycle of the original in which no two anti-dependencies are adjacent, and the other
 * way round. So snapshot isolation is acyclicity here: linear, where composing the relations would be quadratic.
 *
 * B(t) = t, C(t) = txns + t, a hub h is txns + h. Cerone & Gotsman, "Analysing Snapshot Isolation" (PODC 2016), for the characterization;
 * Zhang et al., "Viper" (EuroSys 2023), for begin-commit graphs. O(V + E).
 */
export function beginCommit(graph: Csr, mask: number): Csr {
  const { txns, vertices, offset, dst, label } = graph;
  const split = new Edges(txns * 2, txns + offset[vertices]);
  split.vertices = txns + vertices;
  for (let t = 0; t < txns; t++) split.add(t, txns + t, 0, -1);
  for (let u = 0; u < vertices; u++)
    for (let e = offset[u]; e < offset[u + 1]; e++) {
      if (((mask >>> label[e]) & 1) === 0) continue;
      const [from, to] = ends(txns, u, dst[e], label[e]);
      split.add(from, to, 0, -1);
    }
  return buildCsr(split);
}

/** By edge of `graph`, whether it lies on a cycle without adjacent anti-dependencies. O(V + E). */
export function onNonadjacentCycle(graph: Csr, mask: number): Uint8Array {
  const { txns, vertices, offset, dst, label } = graph;
  const { component } = tarjan(beginCommit(graph, mask), EVERY);
  const on = new Uint8Array(offset[vertices]);
  for (let u = 0; u < vertices; u++)
    for (let e = offset[u]; e < offset[u + 1]; e++) {
      if (((mask >>> label[e]) & 1) === 0) continue;
      const [from, to] = ends(txns, u, dst[e], label[e]);
      if (component[from] === component[to]) on[e] = 1;
    }
  return on;
}

/** Where the edge u→w with label l runs in the begin-commit graph. */
function ends(txns: number, u: number, w: number, l: number): [number, number] {
  const anti = (ANTI >>> l) & 1;
  const from = u < txns && anti ? u : txns + u;
  return [from, w < txns && !anti ? w : txns + w];
}
