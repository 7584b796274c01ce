import type { History } from '../../history/history.ts';
import type { Subgraph } from '../graph/csr.ts';
import type { Cycle } from '../graph/cycles.ts';
import { labelNames } from '../graph/labels.ts';
import type { EdgeType } from '../verdict.ts';

/** The cyclic core of a history: what is left when everything that some order explains is taken away. */
export interface Core {
  readonly history: History;
  /** The strongly connected parts of the dependency graph, numbered by transaction. */
  readonly parts: readonly Subgraph[];
  /** The witnesses, for what to show first. */
  readonly cycles: readonly Cycle[];
  readonly rowOf: (txn: number) => number;
  /** The key that an edge is about, from its `why` and label; null where it is about none. */
  readonly keyOf: (why: number, label: number) => string | null;
}

export interface CoreEdge {
  readonly from: number;
  readonly to: number;
  readonly type: EdgeType;
  readonly key: string | null;
}

/** The transactions of the core, part by part. */
export function* coreTransactions({ parts }: Core): Generator<{ txn: number; part: number }> {
  for (const [part, { txns, original }] of parts.entries())
    for (let v = 0; v < txns; v++) yield { txn: original[v], part };
}

/**
 * The edges of the core from transaction to transaction. Orders are given by their nearest pairs only: a passage through one hub is an edge,
 * one through several is left to transitivity. Anti-dependencies over hubs are given in full.
 */
export function* coreEdges(core: Core): Generator<CoreEdge> {
  for (const part of core.parts)
    for (let v = 0; v < part.txns; v++)
      for (let e = part.offset[v]; e < part.offset[v + 1]; e++) {
        const type = labelNames[part.label[e]];
        const key = part.why[e] < 0 ? null : core.keyOf(part.why[e], part.label[e]);
        for (const w of ends(part, part.dst[e], type === 'rw'))
          if (w !== v) yield { from: part.original[v], to: part.original[w], type, key };
      }
}

/** The transactions that an edge to `v` leads to: `v` itself, or those next behind a hub. */
function ends(part: Subgraph, v: number, all: boolean): Iterable<number> {
  if (v < part.txns) return [v];
  const found = new Set<number>();
  const hubs = [v];
  for (let h = hubs.pop(); h !== undefined; h = hubs.pop())
    for (let e = part.offset[h]; e < part.offset[h + 1]; e++) {
      if (part.dst[e] < part.txns) found.add(part.dst[e]);
      else if (all) hubs.push(part.dst[e]);
    }
  return found;
}
