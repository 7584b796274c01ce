import { buildCsr, subgraph, vertexScratch } from './csr.ts';
import type { Edges } from './edges.ts';
import { kahn } from './kahn.ts';
import { EVERY } from './labels.ts';
import { CycleSearch, type CycleStep } from './search.ts';
import type { Steps } from './steps.ts';
import { cyclicParts, tarjan } from './tarjan.ts';

/** Short cycles of a graph whose labels need no naming, and how many strongly connected parts it has. */
export interface PlainCycles {
  /** One per part, shortest first; `from` and `to` are the transactions of the graph given. */
  readonly cycles: readonly (readonly CycleStep[])[];
  /** Parts with a cycle: none iff the graph is acyclic, whatever the steps. */
  readonly parts: number;
}

/**
 * Whether the graph is acyclic, and a shortest cycle in each of the `witnesses` smallest strongly connected parts. O(V + E) where it
 * is acyclic. For models whose axiom is the acyclicity of one relation (Biswas & Enea, "On the Complexity of Checking Transactional
 * Consistency", OOPSLA 2019).
 */
export function plainCycles(edges: Edges, witnesses: number, steps: Steps): PlainCycles {
  const whole = buildCsr(edges);
  const core = kahn(whole);
  if (core.length === 0) return { cycles: [], parts: 0 };
  const graph = subgraph(whole, core, EVERY, vertexScratch(whole));
  const scratch = vertexScratch(graph);
  const parts = cyclicParts(graph, tarjan(graph, EVERY));
  const cycles = parts.slice(0, witnesses).map((members) => {
    const part = subgraph(graph, members, EVERY, scratch);
    const search = new CycleSearch(part);
    const allowance = steps.left - (100_000 + 8 * part.dst.length);
    let best: CycleStep[] | null = null;
    for (let v = 0; v < part.txns; v++)
      for (let e = part.offset[v]; e < part.offset[v + 1]; e++) {
        if (best !== null && (best.length === 2 || steps.left < allowance)) break;
        // Without a cycle yet, nothing may stop the search: there is one through every edge of the part.
        const left: Steps = best === null ? { left: Number.MAX_SAFE_INTEGER } : steps;
        const bound: number = best === null ? part.txns : best.length - 1;
        best = search.shortest(v, e, { mask: EVERY, nonadjacent: false }, bound, left) ?? best;
      }
    const original = (v: number): number => core[part.original[v]];
    return (best ?? []).map((s) => ({ ...s, from: original(s.from), to: original(s.to) }));
  });
  return { cycles: cycles.sort((a, b) => a.length - b.length), parts: parts.length };
}
