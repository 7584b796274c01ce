import type { Csr } from './csr.ts';
import { type Steps, spend } from './steps.ts';
import type { Components } from './tarjan.ts';

/**
 * Which of the edges `candidates` (u→x, `sources` gives u) are closed to a cycle by a path x ⇝ u over edges in `mask` and edges that leave
 * hubs. `parts` are the components of exactly that graph.
 *
 * Thirty-two candidates share one pass: a word a component, one bit a candidate, pushed along in topological order and only through the
 * window of components between the first x and the last u of the batch. O(E · candidates / 32) at worst. Gives the closed ones, or null
 * when the steps ran out.
 */
export function closedEdges(
  graph: Csr,
  mask: number,
  parts: Components,
  candidates: Int32Array,
  sources: Int32Array,
  steps: Steps,
): Int32Array | null {
  const { txns, offset, dst, label } = graph;
  const { component, members, first, count } = parts;
  const closed: number[] = [];
  const open: number[] = [];
  for (let i = 0; i < candidates.length; i++) {
    const from = component[dst[candidates[i]]];
    const to = component[sources[i]];
    // Components ascend against the edges: a path can only go to smaller numbers.
    if (from === to) closed.push(candidates[i]);
    else if (from > to) open.push(i);
  }
  open.sort((a, b) => component[dst[candidates[b]]] - component[dst[candidates[a]]]);

  const bits = new Int32Array(count);
  for (let start = 0; start < open.length; start += 32) {
    const batch = open.slice(start, start + 32);
    const high = component[dst[candidates[batch[0]]]];
    let low = high;
    for (let b = 0; b < batch.length; b++) {
      bits[component[dst[candidates[batch[b]]]]] |= 1 << b;
      low = Math.min(low, component[sources[batch[b]]]);
    }
    let spent = high - low;
    for (let c = high; c > low; c--) {
      const word = bits[c];
      if (word === 0) continue;
      for (let m = first[c]; m < first[c + 1]; m++) {
        const v = members[m];
        const allowed = v >= txns ? 0xff : mask;
        spent += offset[v + 1] - offset[v];
        for (let e = offset[v]; e < offset[v + 1]; e++)
          if ((allowed >>> label[e]) & 1) {
            const to = component[dst[e]];
            if (to >= low) bits[to] |= word;
          }
      }
    }
    for (let b = 0; b < batch.length; b++)
      if (bits[component[sources[batch[b]]]] & (1 << b)) closed.push(candidates[batch[b]]);
    bits.fill(0, low, high + 1);
    if (!spend(steps, spent)) return null;
  }
  return Int32Array.from(closed).sort();
}
