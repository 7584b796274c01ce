import type { ReportInput } from '../report.ts';
import { type OperationColumns, operationColumns } from './operations.ts';
import { round } from './text.ts';

/** A time during which something was in force. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** A stretch of time on a lane of a node, in seconds. */
export interface Stretch {
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly kind: 'leader' | 'down' | 'paused';
}

const DOWN: ReportInput['events'][number]['event'] = { type: 'role', role: 'down' };

/** What the page's script draws. Times are seconds since the beginning, or positions of records where there are no times. */
export interface Series extends OperationColumns {
  readonly unit: 's' | 'record';
  /** Whether operations took time: only then are there charts. */
  readonly timed: boolean;
  readonly nodes: readonly string[];
  /** Names of the lanes of operations. */
  readonly lanes: readonly string[];
  readonly end: number;
  readonly bands: readonly Band[];
  readonly stretches: readonly Stretch[];
}

/** Of a run: its clients, its nodes, its faults. */
export function seriesOf({ history, verdict, events }: ReportInput): Series {
  const end = round(Math.max(verdict.phases.finals, verdict.phases.load) / 1e9);
  return {
    ...operationColumns(history, verdict.findings, {
      lane: (row) => history.process[row]! % verdict.concurrency,
      from: (row) => round(history.invTime[row]! / 1e9),
      to: (row) => round(history.retTime[row]! / 1e9),
    }),
    unit: 's',
    timed: true,
    nodes: [...new Set([...history.nodes, ...events.map((e) => e.node)])].sort(),
    lanes: Array.from({ length: verdict.concurrency }, (_, i) => `client ${i}`),
    end,
    bands: verdict.faults
      .filter((b) => b.took.length > 0)
      .map((b) => ({
        from: round(b.from / 1e9),
        to: round((b.to ?? verdict.phases.load) / 1e9),
        label: b.f,
      })),
    stretches: stretchesOf(verdict.faults, events, end),
  };
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
