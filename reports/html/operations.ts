import type { Anomaly } from '../../src/analysis/verdict.ts';
import { type History, INFO, NEVER, OK } from '../../src/history/history.ts';
import { round } from './text.ts';

/** Operations that the timeline shows; of a longer history the first so many and those of findings, and the page says so. */
const MOST = 100_000;
/** Beyond this many the values are left out: a page of hundreds of megabytes helps nobody. */
const MOST_VALUES = 30_000;

/** The operations as the page's script draws them, in columns. */
export interface OperationColumns {
  /** How many are here, and how many there are. */
  readonly shown: number;
  readonly total: number;
  /** Operations of a finding. */
  readonly marked: readonly number[];
  /** Lane, start, duration (−1: never returned), outcome 0 ok 1 fail 2 info, function. */
  readonly lane: readonly number[];
  readonly start: readonly number[];
  readonly length: readonly number[];
  readonly outcome: readonly number[];
  readonly f: readonly number[];
  readonly fs: readonly string[];
  readonly text: readonly string[];
}

/** Where rows of a history are drawn. `to` is asked of operations that returned only. */
export interface Placing {
  readonly lane: (row: number) => number;
  readonly from: (row: number) => number;
  readonly to: (row: number) => number;
}

export function operationColumns(
  history: History,
  anomalies: readonly Anomaly[],
  { lane: laneOf, from, to }: Placing,
): OperationColumns {
  const shown = Math.min(history.n, MOST);
  const lane: number[] = [];
  const start: number[] = [];
  const length: number[] = [];
  const outcome: number[] = [];
  const f: number[] = [];
  const text: string[] = [];
  const marked: number[] = [];
  const witnesses = new Set(anomalies.flatMap((a) => a.ops.map((op) => op.invoked)));
  for (let row = 0; row < history.n; row++) {
    const isMarked = witnesses.has(history.inv[row]!);
    if (row >= shown && !isMarked) continue;
    if (isMarked) marked.push(lane.length);
    lane.push(laneOf(row));
    start.push(from(row));
    length.push(history.ret[row] === NEVER ? -1 : round(to(row) - from(row)));
    outcome.push(history.outcome[row]!);
    f.push(history.f[row]!);
    if (shown <= MOST_VALUES) text.push(describe(history, row));
  }
  return {
    shown: lane.length,
    total: history.n,
    marked,
    lane,
    start,
    length,
    outcome,
    f,
    fs: history.fs,
    text,
  };
}

function describe(history: History, row: number): string {
  const value = JSON.stringify(history.value(row));
  const node = history.nodes[history.node[row]!];
  const epoch = history.epoch[row]!;
  const error = history.errors.get(row);
  const words = [
    `process ${history.process[row]}  ${history.workloads[history.workload[row]!] ?? ''}`.trimEnd(),
    `${history.fs[history.f[row]!]} ${value.length > 240 ? `${value.slice(0, 240)}…` : value}`,
    `${history.outcome[row] === OK ? 'ok' : history.outcome[row] === INFO ? 'unknown' : 'failed'}${
      node === undefined ? '' : ` from ${node}`
    }${epoch < 0 ? '' : ` in epoch ${epoch}`}${error === undefined ? '' : `: ${JSON.stringify(error)}`}`,
  ];
  return words.join('\n');
}
