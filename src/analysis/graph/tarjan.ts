import type { Csr } from './csr.ts';
import { Scratch, zeros } from './small.ts';

export interface Components {
  readonly count: number;
  /** By vertex. Numbers ascend against the edges: u→v in different components means component[u] > component[v]. */
  readonly component: Int32Array;
  /** Vertices grouped by component, ascending inside each. */
  readonly members: Int32Array;
  /** Component c is members[first[c]] … members[first[c + 1] − 1]. */
  readonly first: Int32Array;
}

/**
 * Strongly connected components (Tarjan 1972) over the edges whose label is in `mask`, and, if `passes`, over all edges that leave a hub.
 * Iterative: recursion would end on the first long chain. O(V + E).
 */
export function tarjan(graph: Csr, mask: number, passes = false): Components {
  const { vertices, txns, offset, dst, label } = graph;
  const component = zeros(vertices).fill(-1);
  const index = INDEX.take(vertices).fill(0, 0, vertices);
  const low = LOW.take(vertices);
  const edge = EDGE.take(vertices);
  const path = PATH.take(vertices);
  const open = OPEN.take(vertices);
  let clock = 0;
  let count = 0;
  let opened = 0;
  for (let root = 0; root < vertices; root++) {
    if (index[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    index[root] = low[root] = ++clock;
    edge[root] = offset[root];
    open[opened++] = root;
    while (depth >= 0) {
      const v = path[depth];
      const end = offset[v + 1];
      const allowed = passes && v >= txns ? 0xff : mask;
      let e = edge[v];
      let down = -1;
      let lowest = low[v];
      for (; e < end; e++) {
        if (((allowed >>> label[e]) & 1) === 0) continue;
        const w = dst[e];
        if (index[w] === 0) {
          down = w;
          e++;
          break;
        }
        if (component[w] < 0 && index[w] < lowest) lowest = index[w];
      }
      low[v] = lowest;
      edge[v] = e;
      if (down >= 0) {
        path[++depth] = down;
        index[down] = low[down] = ++clock;
        edge[down] = offset[down];
        open[opened++] = down;
        continue;
      }
      if (lowest === index[v]) {
        let w: number;
        do {
          w = open[--opened];
          component[w] = count;
        } while (w !== v);
        count++;
      }
      depth--;
      if (depth >= 0 && low[path[depth]] > lowest) low[path[depth]] = lowest;
    }
  }
  return { count, component, ...group(component, count) };
}

const INDEX = new Scratch();
const LOW = new Scratch();
const EDGE = new Scratch();
const PATH = new Scratch();
const OPEN = new Scratch();
const NEXT = new Scratch();

function group(component: Int32Array, count: number): { members: Int32Array; first: Int32Array } {
  const first = zeros(count + 1);
  for (let v = 0; v < component.length; v++) first[component[v] + 1]++;
  for (let c = 0; c < count; c++) first[c + 1] += first[c];
  const next = NEXT.take(count);
  for (let c = 0; c < count; c++) next[c] = first[c];
  const members = zeros(component.length);
  for (let v = 0; v < component.length; v++) members[next[component[v]]++] = v;
  return { members, first };
}

/** The components that hold a cycle through at least two transactions, each as ascending vertex numbers, smallest first. */
export function cyclicParts(graph: Csr, { count, members, first }: Components): Int32Array[] {
  const parts: Int32Array[] = [];
  for (let c = 0; c < count; c++) {
    // Ascending members: the second one is a transaction iff there are two.
    if (first[c + 1] - first[c] >= 2 && members[first[c] + 1] < graph.txns)
      parts.push(members.subarray(first[c], first[c + 1]));
  }
  return parts.sort((a, b) => a.length - b.length || a[0] - b[0]);
}
