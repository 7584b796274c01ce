import { type History, INFO, NEVER, OK } from '../../src/history/history.ts';
import type { ReportInput } from '../report.ts';

/** Operations that the timeline shows; of a longer history the first so many, and the page says so. */
const MOST = 100_000;
/** Beyond this many the values are left out: a page of hundreds of megabytes helps nobody. */
const MOST_VALUES = 30_000;

/** A stretch of time on a lane of a node, in seconds. */
export interface Stretch {
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly kind: 'leader' | 'down' | 'paused';
}

const DOWN: ReportInput['events'][number]['event'] = { type: 'role', role: 'down' };

/** What the page's script draws. Times are seconds since the load began. */
export interface Series {
  readonly nodes: readonly string[];
  readonly threads: number;
  readonly end: number;
  readonly shown: number;
  readonly total: number;
  readonly bands: readonly { readonly from: number; readonly to: number; readonly label: string }[];
  readonly stretches: readonly Stretch[];
  readonly marked: readonly number[];
  /** Columns of the operations: lane, start, duration (−1: never returned), outcome 0 ok 1 fail 2 info, function. */
  readonly lane: readonly number[];
  readonly start: readonly number[];
  readonly length: readonly number[];
  readonly outcome: readonly number[];
  readonly f: readonly number[];
  readonly fs: readonly string[];
  readonly text: readonly string[];
}

export function seriesOf({ history, verdict, events }: ReportInput): Series {
  const shown = Math.min(history.n, MOST);
  const end = round(Math.max(verdict.phases.finals, verdict.phases.load) / 1e9);
  const lane: number[] = [];
  const start: number[] = [];
  const length: number[] = [];
  const outcome: number[] = [];
  const f: number[] = [];
  const text: string[] = [];
  const marked: number[] = [];
  const witnesses = new Set(verdict.findings.flatMap((a) => a.ops.map((op) => op.invoked)));
  for (let row = 0; row < shown; row++) {
    lane.push(history.process[row]! % verdict.concurrency);
    start.push(round(history.invTime[row]! / 1e9));
    length.push(
      history.ret[row] === NEVER ? -1 : round((history.retTime[row]! - history.invTime[row]!) / 1e9),
    );
    outcome.push(history.outcome[row]!);
    f.push(history.f[row]!);
    if (shown <= MOST_VALUES) text.push(describe(history, row));
    if (witnesses.has(history.inv[row]!)) marked.push(row);
  }
  return {
    nodes: [...new Set([...history.nodes, ...events.map((e) => e.node)])].sort(),
    threads: verdict.concurrency,
    end,
    shown,
    total: history.n,
    bands: verdict.faults
      .filter((b) => b.took.length > 0)
      .map((b) => ({
        from: round(b.from / 1e9),
        to: round((b.to ?? verdict.phases.load) / 1e9),
        label: b.f,
      })),
    stretches: stretchesOf(verdict.faults, events, end),
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

/** Who led, who was down, who was paused; by lanes of nodes. */
function stretchesOf(
  faults: ReportInput['verdict']['faults'],
  events: ReportInput['events'],
  end: number,
): Stretch[] {
  const nodes = [...new Set(events.map((e) => e.node))].sort();
  const laneOf = (node: string) => nodes.indexOf(node);
  const found: Stretch[] = [];
  const leading = new Map<string, { from: number; epoch: unknown }>();
  const close = (node: string, time: number) => {
    const since = leading.get(node);
    if (since === undefined) return;
    leading.delete(node);
    found.push({
      lane: laneOf(node),
      from: since.from,
      to: time,
      label: `leads epoch ${since.epoch}`,
      kind: 'leader',
    });
  };
  // A node that is killed leads no more, and cannot say so.
  const deaths = faults.flatMap(({ f, from, took }) =>
    isDown(f) ? took.map((node) => ({ time: from, node })) : [],
  );
  const told = [...events, ...deaths.map((d) => ({ ...d, event: DOWN }))];
  told.sort((a, b) => a.time - b.time);
  for (const { time, node, event } of told) {
    const at = Math.max(0, round(time / 1e9));
    if (event.type !== 'role' && event.type !== 'recovered') continue;
    if (event.role === 'leader' && leading.get(node)?.epoch === event.epoch) continue;
    close(node, at);
    if (event.role === 'leader') leading.set(node, { from: at, epoch: event.epoch });
  }
  for (const node of [...leading.keys()]) close(node, end);
  for (const { f, from, to, took } of faults) {
    const kind = isDown(f) ? 'down' : f.startsWith('pause') ? 'paused' : undefined;
    if (kind === undefined) continue;
    for (const node of took)
      found.push({
        lane: laneOf(node),
        from: round(from / 1e9),
        to: to === null ? end : round(to / 1e9),
        label: f,
        kind,
      });
  }
  return found.filter((s) => s.lane >= 0);
}

function isDown(f: string): boolean {
  return f.startsWith('kill') || f.startsWith('power');
}

/** Microseconds are finer than any screen. */
function round(s: number): number {
  return Math.round(s * 1e6) / 1e6;
}
