import { inPieces } from '../pieces.ts';
import type { Edges } from './edges.ts';
import { Scratch, zeros } from './small.ts';

/**
 * A graph in compressed sparse rows: the edges of vertex v are those from offset[v] up to offset[v + 1]. Vertices from
 * `txns` up are hubs (see Edges).
 */
export interface Csr {
  readonly txns: number;
  readonly vertices: number;
  readonly offset: Int32Array;
  readonly dst: Int32Array;
  readonly label: Uint8Array;
  readonly why: Int32Array;
}

/** By counting sort, O(V + E). Edges of a vertex stay in the order in which they were added. */
export function buildCsr(edges: Edges): Csr {
  const { txns, vertices, length, src } = edges;
  const offset = new Int32Array(vertices + 1);
  inPieces(length, (first, end) => {
    for (let i = first; i < end; i++) offset[src[i] + 1]++;
  });
  for (let v = 0; v < vertices; v++) offset[v + 1] += offset[v];
  const next = offset.slice(0, vertices);
  const dst = new Int32Array(length);
  const label = new Uint8Array(length);
  const why = new Int32Array(length);
  inPieces(length, (first, end) => {
    for (let i = first; i < end; i++) {
      const at = next[src[i]]++;
      dst[at] = edges.dst[i];
      label[at] = edges.label[i];
      why[at] = edges.why[i];
    }
  });
  return { txns, vertices, offset, dst, label, why };
}

/** A part of a graph under new, dense vertex numbers. */
export interface Subgraph extends Csr {
  /** By new vertex number, ascending: its number in the graph it was cut from. */
  readonly original: Int32Array;
}

const SLOT = new Scratch();

/** Scratch that makes repeated cuts from one graph cost only what they cut out. All −1 between calls. */
export const vertexScratch = (graph: { readonly vertices: number }): Int32Array =>
  new Int32Array(graph.vertices).fill(-1);

/**
 * The graph on `keep` (ascending vertex numbers), edges with a label in `mask` only. Of parallel edges the one with the
 * smallest label stays, and self-edges go: what is left is the most telling reason per pair. O(size of the part).
 */
export function subgraph(graph: Csr, keep: Int32Array, mask: number, scratch: Int32Array): Subgraph {
  const { offset, dst, label, why } = graph;
  const vertices = keep.length;
  let txns = 0;
  let bound = 0;
  for (let i = 0; i < vertices; i++) {
    const v = keep[i];
    scratch[v] = i;
    if (v < graph.txns) txns++;
    bound += offset[v + 1] - offset[v];
  }
  const newOffset = zeros(vertices + 1);
  const newDst = zeros(bound);
  const newLabel = new Uint8Array(bound);
  const newWhy = zeros(bound);
  // slot[w] is the new edge to w from the vertex at hand; stale where it lies before that vertex's first edge.
  const slot = SLOT.take(vertices).fill(-1, 0, vertices);
  let count = 0;
  for (let i = 0; i < vertices; i++) {
    const v = keep[i];
    const first = count;
    for (let e = offset[v]; e < offset[v + 1]; e++) {
      const w = scratch[dst[e]];
      if (w < 0 || w === i || ((mask >>> label[e]) & 1) === 0) continue;
      const known = slot[w];
      if (known >= first) {
        if (newLabel[known] > label[e]) {
          newLabel[known] = label[e];
          newWhy[known] = why[e];
        }
        continue;
      }
      slot[w] = count;
      newDst[count] = w;
      newLabel[count] = label[e];
      newWhy[count++] = why[e];
    }
    newOffset[i + 1] = count;
  }
  for (let i = 0; i < vertices; i++) scratch[keep[i]] = -1;
  return {
    txns,
    vertices,
    offset: newOffset,
    dst: newDst.subarray(0, count),
    label: newLabel.subarray(0, count),
    why: newWhy.subarray(0, count),
    original: keep,
  };
}
