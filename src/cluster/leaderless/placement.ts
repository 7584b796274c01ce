import { hashText } from '../../random.ts';
import type { NodeId } from '../host.ts';

/**
 * The replicas of a cell: `n` nodes in a row on the ring of all nodes, from a place that the cell's name decides
 * (consistent hashing without virtual nodes; membership is fixed here). Everybody computes the same. O(n).
 */
export function replicasOf(scope: string, name: string, nodes: readonly NodeId[], n: number): NodeId[] {
  const start = hashText(`${scope}/${name}`) >>> 0;
  return Array.from({ length: n }, (_, i) => nodes[(start + i) % nodes.length]!);
}

/**
 * How many nodes must answer for a whole scope so that `r` replicas of each of its cells are among them: at most
 * `nodes - n` of those who answer hold nothing of a given cell.
 */
export function scopeQuorum(nodes: number, n: number, r: number): number {
  return nodes - n + r;
}
