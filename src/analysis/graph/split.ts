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
 * Cerone & Gotsman, "Analysing Snapshot Isolation" (PODC 2016), for the characterization; Zhang et al., "Viper" (EuroSys 2023), for
 * begin-commit graphs. Gives, by edge of `graph`, whether it lies on such a cycle. O(V + E).
 */
export function onNonadjacentCycle(graph: Csr, mask: number): Uint8Array {
  const { txns, vertices, offset, dst, label } = graph;
  // B(t) = t, C(t) = txns + t, a hub h is txns + h.
  const split = new Edges(txns * 2, txns + offset[vertices]);
  split.vertices = txns + vertices;
  const ends = (u: number, w: number, l: number): [number, number] => {
    const anti = (ANTI >>> l) & 1;
    const from = u < txns && anti ? u : txns + u;
    return [from, w < txns && !anti ? w : txns + w];
  };
  for (let t = 0; t < txns; t++) split.add(t, txns + t, 0, -1);
  for (let u = 0; u < vertices; u++)
    for (let e = offset[u]; e < offset[u + 1]; e++) {
      if (((mask >>> label[e]) & 1) === 0) continue;
      const [from, to] = ends(u, dst[e], label[e]);
      split.add(from, to, 0, -1);
    }
  const { component } = tarjan(buildCsr(split), EVERY);
  const on = new Uint8Array(offset[vertices]);
  for (let u = 0; u < vertices; u++)
    for (let e = offset[u]; e < offset[u + 1]; e++) {
      if (((mask >>> label[e]) & 1) === 0) continue;
      const [from, to] = ends(u, dst[e], label[e]);
      if (component[from] === component[to]) on[e] = 1;
    }
  return on;
}
