import { FAIL, type History, OK } from '../../history/history.ts';
import { cycleAnomaly, type StepReason } from '../evidence/cycle.ts';
import { type CycleReport, findCycles } from '../graph/cycles.ts';
import { Edges } from '../graph/edges.ts';
import { RW, WR, WW } from '../graph/labels.ts';
import type { Tally } from '../tally.ts';
import { type Budget, DEFAULT_BUDGET } from '../verdict.ts';
import { type Logs, messageOf } from './logs.ts';
import type { LogHistory } from './operations.ts';

/** What explains an edge: the place in a key's log of the message on either side. */
interface Why {
  readonly key: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Dependencies between operations, as Adya's: ww from the sender of each known message of a log to that of the next, wr from a
 * message's sender to those who polled it, rw from who polled a key to the sender of the message behind the *last* it
 * polled: a poll sees a stretch of the log and no more, so only its end tells what it did not see. Reports the cycles; false
 * if the budget ended first.
 */
export function cycles(
  history: History,
  log: LogHistory,
  logs: Logs,
  tally: Tally,
  { budget = DEFAULT_BUDGET, witnesses = 8 }: { readonly budget?: Budget; readonly witnesses?: number },
): boolean {
  const edges = new Edges(log.ops.length);
  const whys: Why[] = [];
  const add = (from: number, to: number, label: number, why: Why): void => {
    if (from < 0 || to < 0 || from === to) return;
    edges.add(from, to, label, whys.length);
    whys.push(why);
  };
  const senderAt = (key: number, place: number): number => {
    const send = logs.sender.get(messageOf(key, logs.byKey.get(key)!.values[place]));
    if (send === undefined) return -1;
    const { op } = log.sends[send];
    return history.outcome[log.ops[op].row] === FAIL ? -1 : op;
  };
  for (const { key, offsets } of logs.byKey.values())
    for (let i = 1; i < offsets.length; i++)
      add(senderAt(key, i - 1), senderAt(key, i), WW, { key, from: i - 1, to: i });
  log.ops.forEach((op, index) => {
    if (history.outcome[op.row] !== OK) return;
    const last = new Map<number, number>();
    for (let i = op.firstPolled; i < op.firstPolled + op.polled; i++) {
      const { key, offset } = log.polled[i];
      const place = logs.byKey.get(key)!.place.get(offset)!;
      add(senderAt(key, place), index, WR, { key, from: place, to: place });
      last.set(key, Math.max(last.get(key) ?? -1, place));
    }
    for (const [key, place] of last)
      if (place + 1 < logs.byKey.get(key)!.offsets.length)
        add(index, senderAt(key, place + 1), RW, { key, from: place, to: place + 1 });
  });
  const report: CycleReport = findCycles({
    edges,
    witnesses,
    steps: { left: budget.steps, expired: budget.expired },
  });
  for (const cycle of report.cycles) {
    const { type, ...rest } = cycleAnomaly(
      cycle,
      history,
      (t) => log.ops[t].row,
      ({ label, why }, from, to) => reason(history, logs, whys[why], label, from, to),
    );
    tally.found(type, () => rest);
  }
  for (const [type, count] of report.counts) {
    const more = count - (tally.counts.get(type) ?? 0);
    if (more > 0) tally.counts.set(type, count);
  }
  return !report.cut;
}

function reason(history: History, logs: Logs, why: Why, label: number, from: string, to: string): StepReason {
  const { values, offsets } = logs.byKey.get(why.key)!;
  const message = (place: number): string =>
    `${history.values.show(values[place])} (offset ${offsets[place]})`;
  const key = history.values.show(why.key);
  const words =
    label === WW
      ? `${to}'s ${message(why.to)} is next after ${from}'s ${message(why.from)} in ${key}`
      : label === WR
        ? `${to} polled ${from}'s ${message(why.from)} from ${key}`
        : `${from} polled ${key} up to ${message(why.from)} and did not see ${to}'s ${message(why.to)}, the next`;
  return {
    key: history.values.value(why.key),
    value: history.values.value(values[why.from]),
    ...(label === WR ? {} : { valueAfter: history.values.value(values[why.to]) }),
    why: words,
  };
}
