import type { History } from '../history/history.ts';
import { showName } from './evidence/printable.ts';

/** A number for whom the row's answer came from: its node; where none is named its process, a client of one replica. */
export function replicaOf({ node, process }: History, row: number): number {
  return node[row]! >= 0 ? node[row]! : -1 - process[row]!;
}

/** The same in words. */
export function replicaName({ node, nodes, process }: History, row: number): string {
  const name = nodes[node[row]!];
  return name === undefined ? `the replica of process ${process[row]}` : showName(name);
}
