import type { Anomaly } from '../../src/analysis/verdict.ts';
import { type History, NEVER } from '../../src/history/history.ts';
import type { Op } from '../../src/history/op.ts';
import { lanesOf } from './lanes.ts';
import { operationColumns } from './operations.ts';
import type { Band, Series } from './series.ts';
import { round } from './text.ts';

/** Of a history from anywhere: nothing is known of nodes, and there may be no times. */
export function historySeries(history: History, anomalies: readonly Anomaly[]): Series {
  const lanes = lanesOf(history);
  const clock = clockOf(history);
  const { inv, ret, invTime, retTime } = history;
  const at = (record: number, time: number) => (clock === null ? record : round((time - clock.from) / 1e9));
  const columns = operationColumns(history, anomalies, {
    lane: lanes.of,
    from: (row) => at(inv[row]!, invTime[row]!),
    to: (row) => at(ret[row]!, retTime[row]!),
  });
  const end = clock === null ? Math.max(1, history.records) : round((clock.to - clock.from) / 1e9);
  return {
    ...columns,
    unit: clock === null ? 'record' : 's',
    timed: clock !== null && columns.length.some((l) => l > 0),
    nodes: [],
    lanes: lanes.names,
    end,
    bands: bandsOf(history.nemesis, end, (op) => at(op.index, op.time)),
    stretches: [],
  };
}

/** When the history began and ended, in nanoseconds; null unless every record has a time and they differ. */
function clockOf({ n, ret, invTime, retTime }: History): { from: number; to: number } | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < n; row++) {
    const last = ret[row] === NEVER ? invTime[row]! : retTime[row]!;
    // Not a number fails both comparisons; times that run backwards are no times to draw by.
    if (!(invTime[row]! <= last)) return null;
    from = Math.min(from, invTime[row]!);
    to = Math.max(to, last);
  }
  return from < to ? { from, to } : null;
}

/**
 * What the nemesis did, by the names that are customary: from `start…` to the next `stop…` of the same rest is one
 * fault in force; any other record is a moment.
 */
function bandsOf(nemesis: readonly Op[], end: number, at: (op: Op) => number): Band[] {
  const bands: Band[] = [];
  const open = new Map<string, { from: number; label: string }>();
  for (const op of nemesis) {
    const time = at(op);
    if (!Number.isFinite(time)) continue;
    const [, verb, fault] = /^(start|stop)-?(.*)$/.exec(op.f) ?? [];
    if (verb === 'start' && !open.has(fault!)) open.set(fault!, { from: time, label: fault || 'nemesis' });
    else if (verb === 'stop') {
      const since = open.get(fault!);
      if (since !== undefined) bands.push({ ...since, to: time });
      open.delete(fault!);
    } else if (verb === undefined) bands.push({ from: time, to: time, label: op.f });
  }
  return [...bands, ...[...open.values()].map((since) => ({ ...since, to: end }))];
}
