import gexf from 'graphology-gexf';
import { type Core, coreEdges, coreTransactions } from './core.ts';
import type { CoreGraph } from './core-graph.ts';
import { inXml } from './printable.ts';
import { showRow } from './show.ts';

/** A core graph as GEXF 1.2, for Gephi and the like. */
export function toGexf(graph: CoreGraph): string {
  const text = gexf.write(graph, {
    formatNode: (_, { label, witness, ...attributes }) => ({
      label,
      attributes: { ...attributes, witness: String(witness) },
    }),
    formatEdge: (_, { type, key, witness }) => ({
      label: key === '' ? type : `${type} ${key}`,
      attributes: { type, key, witness: String(witness) },
    }),
  });
  return inXml(text);
}

const colours: { readonly [type: string]: string } = {
  ww: '#c02020',
  wr: '#2060c0',
  rw: '#8030a0',
  process: '#808080',
  realtime: '#b0b0b0',
};

/** The whole core in the language of Graphviz, line by line: straight from the compressed rows, whatever its size. */
export function* dotLines(core: Core): Generator<string> {
  const { history } = core;
  yield 'digraph core {';
  yield '  node [shape=box, fontname="monospace"];';
  let inside = -1;
  for (const { txn, part } of coreTransactions(core)) {
    if (part !== inside) {
      if (inside >= 0) yield '  }';
      yield `  subgraph cluster_${part} {`;
      inside = part;
    }
    const row = core.rowOf(txn);
    yield `    ${history.inv[row]} [label=${quoted(showRow(history, row))}];`;
  }
  if (inside >= 0) yield '  }';
  for (const { from, to, type, key } of coreEdges(core)) {
    const label = key === null ? type : `${type} ${key}`;
    const colour = colours[type] ?? '#000000';
    const ends = `${history.inv[core.rowOf(from)]} -> ${history.inv[core.rowOf(to)]}`;
    yield `  ${ends} [label=${quoted(label)}, color="${colour}", fontcolor="${colour}"];`;
  }
  yield '}';
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
