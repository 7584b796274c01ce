import { type History, NEVER } from '../../src/history/history.ts';

/** More lanes than this are folded: a canvas has an end. */
const MOST = 1000;

export interface Lanes {
  readonly of: (row: number) => number;
  readonly names: readonly string[];
}

/**
 * Lanes for the processes of a history from anywhere. A process keeps its lane; one that appears later takes the lane of
 * one that is over, as a client goes on under a new process after an unknown outcome. O(rows + processes × lanes).
 */
export function lanesOf(history: History): Lanes {
  const { n, process, inv, ret } = history;
  // Nobody knows when an operation that never returned is over: its client was, when it gave up.
  const over = new Map<number, number>();
  for (let row = 0; row < n; row++) over.set(process[row]!, ret[row] === NEVER ? inv[row]! : ret[row]!);
  const lane = new Map<number, number>();
  const owners: number[][] = [];
  for (let row = 0; row < n; row++) {
    const p = process[row]!;
    if (lane.has(p)) continue;
    const free = owners.findIndex((o) => over.get(o.at(-1)!)! < inv[row]!);
    lane.set(p, free < 0 ? owners.length : free);
    if (free < 0) owners.push([p]);
    else owners[free]!.push(p);
  }
  return {
    of: (row) => lane.get(process[row]!)! % MOST,
    names: owners.slice(0, MOST).map((o, i) => (o.length === 1 ? `process ${o[0]}` : `client ${i}`)),
  };
}
