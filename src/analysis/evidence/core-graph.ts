import { MultiDirectedGraph } from 'graphology';
import { type Core, coreEdges, coreTransactions } from './core.ts';
import { showPlace, showRow } from './show.ts';

/** A node is a transaction, named by the record of its invocation. */
export type NodeAttributes = {
  readonly label: string;
  readonly place: string;
  readonly row: number;
  readonly process: number;
  readonly outcome: string;
  /** Which strongly connected part it belongs to. */
  readonly part: number;
  /** It is in a witness. */
  readonly witness: boolean;
};

export type EdgeAttributes = {
  readonly type: string;
  readonly key: string;
  readonly witness: boolean;
};

export type CoreGraph = MultiDirectedGraph<NodeAttributes, EdgeAttributes>;

export interface Caps {
  readonly nodes: number;
  readonly edges: number;
}

const CAPS: Caps = { nodes: 2000, edges: 10_000 };

/**
 * The core as a graphology graph, to search, lay out and draw. Where it is larger than the caps, the transactions of witnesses come first, then
 * their neighbours, then the rest in order; `graph.getAttribute('omitted')` says how many transactions were left out.
 */
export function coreGraph(core: Core, caps: Caps = CAPS): CoreGraph {
  const graph: CoreGraph = new MultiDirectedGraph();
  const witnesses = new Set(core.cycles.flatMap((c) => c.steps.map((s) => s.from)));
  const steps = new Set(core.cycles.flatMap((c) => c.steps.map((s) => `${s.from} ${s.to}`)));
  const parts = new Map<number, number>();
  for (const { txn, part } of coreTransactions(core)) parts.set(txn, part);

  const chosen = choose(core, witnesses, parts, caps.nodes);
  const { history } = core;
  const name = (txn: number): string => String(history.inv[core.rowOf(txn)]);
  for (const txn of chosen) {
    const row = core.rowOf(txn);
    graph.addNode(name(txn), {
      label: showRow(history, row),
      place: showPlace(history, row),
      row,
      process: history.process[row],
      outcome: ['ok', 'fail', 'info'][history.outcome[row]],
      part: parts.get(txn) ?? -1,
      witness: witnesses.has(txn),
    });
  }
  // Steps of witnesses first, so that the cap never takes one.
  for (const wanted of [true, false])
    for (const { from, to, type, key } of coreEdges(core)) {
      const witness = steps.has(`${from} ${to}`);
      if (witness !== wanted || !chosen.has(from) || !chosen.has(to)) continue;
      if (graph.size >= caps.edges) break;
      graph.addEdge(name(from), name(to), { type, key: key ?? '', witness });
    }
  graph.setAttribute('omitted', parts.size - chosen.size);
  return graph;
}

function choose(
  core: Core,
  witnesses: ReadonlySet<number>,
  parts: ReadonlyMap<number, number>,
  cap: number,
): Set<number> {
  const chosen = new Set<number>();
  const take = (txn: number): void => {
    if (chosen.size < cap) chosen.add(txn);
  };
  for (const txn of witnesses) take(txn);
  if (parts.size > cap)
    for (const { from, to } of coreEdges(core)) {
      if (chosen.size >= cap) break;
      if (witnesses.has(from)) take(to);
      if (witnesses.has(to)) take(from);
    }
  for (const txn of parts.keys()) take(txn);
  return chosen;
}
