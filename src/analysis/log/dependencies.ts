import { FAIL, type History, OK } from '../../history/history.ts';
import { cycleAnomaly, type StepReason } from '../evidence/cycle.ts';
import { type CycleReport, findCycles } from '../graph/cycles.ts';
import { Edges } from '../graph/edges.ts';
import { RW, WR, WW } from '../graph/labels.ts';
import { stepsOf } from '../graph/steps.ts';
import type { Tally } from '../tally.ts';
import { type Budget, DEFAULT_BUDGET } from '../verdict.ts';
import { type Log, type Logs, messageOf } from './logs.ts';
import { type LogHistory, NO_OFFSET, type Polled } from './operations.ts';

/** What explains an edge: a key, and the message of its log on either side. */
interface Why {
  readonly key: number;
  readonly from: Spot;
  readonly to: Spot;
}

interface Spot {
  readonly value: number;
  readonly offset: number;
}

/**
 * Dependencies between operations, as Adya's: ww from the sender of each message of a log's version order to that of the next,
 * wr from a message's sender to those who polled it, rw from who polled a key to the sender of the message behind the *last* it
 * polled: a poll sees a stretch of the log and no more, so only its end tells what it did not see. What is disputed, an offset
 * of several messages or a message of several offsets, is in no version order: it is an anomaly of its own, and makes no
 * other. Reports the cycles; false if the budget ended first. O(messages) and the search.
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
  const senderOf = (key: number, value: number): number => {
    const send = logs.sender.get(messageOf(key, value));
    if (send === undefined) return -1;
    const { op } = log.sends[send];
    return history.outcome[log.ops[op].row] === FAIL ? -1 : op;
  };
  for (const [key, one] of logs.byKey)
    one.next.forEach((_, place) => {
      const why = succession(one, place);
      if (why !== undefined) add(senderOf(key, why.from.value), senderOf(key, why.to.value), WW, why);
    });
  log.ops.forEach((op, index) => {
    if (history.outcome[op.row] !== OK) return;
    const polled = log.polled.slice(op.firstPolled, op.firstPolled + op.polled);
    for (const one of polled)
      add(senderOf(one.key, one.value), index, WR, { key: one.key, from: one, to: one });
    for (const [key, place] of ends(polled, logs)) {
      const why = succession(logs.byKey.get(key)!, place);
      if (why !== undefined) add(index, senderOf(key, why.to.value), RW, why);
    }
  });
  const report: CycleReport = findCycles({
    edges,
    witnesses,
    steps: stepsOf(budget),
  });
  for (const cycle of report.cycles) {
    const { type, ...rest } = cycleAnomaly(
      cycle,
      history,
      (t) => log.ops[t].row,
      ({ label, why }, from, to) => reason(history, whys[why], label, from, to),
    );
    tally.found(type, () => rest);
  }
  for (const [type, count] of report.counts) {
    const more = count - (tally.counts.get(type) ?? 0);
    if (more > 0) tally.counts.set(type, count);
  }
  return !report.cut;
}

/** By key: the last place polled. Not of keys where a poll does not say an offset: nobody knows how far it got. */
function ends(polled: readonly Polled[], logs: Logs): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  for (const { key, offset } of polled) {
    const place = logs.byKey.get(key)?.place.get(offset) ?? Number.POSITIVE_INFINITY;
    last.set(key, Math.max(last.get(key) ?? -1, place));
  }
  return new Map([...last].filter(([, place]) => Number.isFinite(place)));
}

/** The message of a place and that of the next version; undefined if there is none, or if the message is disputed. */
function succession({ key, offsets, values, next, disputed }: Log, place: number): Why | undefined {
  if (next[place] < 0 || disputed.has(offsets[place])) return undefined;
  const spot = (at: number): Spot => ({ value: values[at], offset: offsets[at] });
  return { key, from: spot(place), to: spot(next[place]) };
}

function reason(history: History, why: Why, label: number, from: string, to: string): StepReason {
  const { values } = history;
  const message = ({ value, offset }: Spot): string =>
    `${values.show(value)}${offset === NO_OFFSET ? '' : ` (offset ${offset})`}`;
  const key = values.show(why.key);
  const words =
    label === WW
      ? `${to}'s ${message(why.to)} is next after ${from}'s ${message(why.from)} in ${key}`
      : label === WR
        ? `${to} polled ${from}'s ${message(why.from)} from ${key}`
        : `${from} polled ${key} up to ${message(why.from)} and did not see ${to}'s ${message(why.to)}, the next`;
  return {
    key: values.value(why.key),
    value: values.value(why.from.value),
    ...(label === WR ? {} : { valueAfter: values.value(why.to.value) }),
    why: words,
  };
}
