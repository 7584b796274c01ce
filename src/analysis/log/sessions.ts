import { type History, OK } from '../../history/history.ts';
import type { Tally } from '../tally.ts';
import { witnessOp } from '../witness.ts';
import type { Logs } from './logs.ts';
import { type LogHistory, NO_OFFSET } from './operations.ts';

/** A place in a log. */
interface Place {
  readonly key: number;
  readonly offset: number;
}

/** Where a process is in the log of one key. */
interface Position {
  readonly op: number;
  readonly offset: number;
}

/**
 * What each process polls, and sends if that is known to have taken place, in the order it does: offsets of a key must go
 * up, polled ones without leaving out a known message, except disputed ones and what nobody sent or a failed operation did,
 * which are anomalies of their own. Steps within one operation have names that begin with `int-`.
 *
 * The polls of a process that subscribed are in no order until an acknowledged `assign`: its keys may be given to others and
 * back at any time, within an operation too, and polls go on where the group was then. One that is assigned keys may go on
 * anywhere in those it did not have, and one whose client crashed anywhere. Precondition: nobody seeks otherwise.
 * O(messages).
 */
export function sessions(history: History, log: LogHistory, logs: Logs, tally: Tally): void {
  const polls = new Map<number, Map<number, Position>>();
  const sends = new Map<number, Map<number, Position>>();
  const subscribed = new Set<number>();
  log.ops.forEach((op, index) => {
    const process = history.process[op.row];
    const { moved } = op;
    if (moved !== undefined) {
      const kept = typeof moved === 'string' ? [] : moved;
      polls.set(process, new Map([...of(polls, process)].filter(([key]) => kept.includes(key))));
      if (moved === 'subscribed') subscribed.add(process);
      else if (moved !== 'crashed' && history.outcome[op.row] === OK) subscribed.delete(process);
      return;
    }
    const walk = new Walk(history, log, logs, tally, index);
    if (!subscribed.has(process))
      walk.along(of(polls, process), log.polled.slice(op.firstPolled, op.firstPolled + op.polled), 'poll');
    const sent = log.sends
      .slice(op.firstSend, op.firstSend + op.sends)
      .map(({ key }, i) => ({ key, offset: logs.offsets[op.firstSend + i] }));
    walk.along(of(sends, process), sent, 'send');
  });
}

function of(all: Map<number, Map<number, Position>>, process: number): Map<number, Position> {
  let found = all.get(process);
  if (found === undefined) all.set(process, (found = new Map()));
  return found;
}

class Walk {
  private readonly history: History;
  private readonly log: LogHistory;
  private readonly logs: Logs;
  private readonly tally: Tally;
  private readonly op: number;

  constructor(history: History, log: LogHistory, logs: Logs, tally: Tally, op: number) {
    this.history = history;
    this.log = log;
    this.logs = logs;
    this.tally = tally;
    this.op = op;
  }

  along(positions: Map<number, Position>, messages: readonly Place[], kind: 'poll' | 'send'): void {
    for (const { key, offset } of messages) {
      if (offset === NO_OFFSET) {
        // Somewhere behind: what comes next may leave it out, and may be anywhere.
        if (kind === 'poll') positions.delete(key);
        continue;
      }
      const before = positions.get(key);
      positions.set(key, { op: this.op, offset });
      if (before === undefined) continue;
      const { place, offsets, values, next } = this.logs.byKey.get(key)!;
      const skipped = next[place.get(before.offset)!];
      if (offset <= before.offset)
        this.tell(`nonmonotonic-${kind}`, before, key, offset, 'which is not behind it');
      else if (kind === 'poll' && skipped >= 0 && offsets[skipped] < offset) {
        const message = this.history.values.show(values[skipped]);
        this.tell('poll-skip', before, key, offset, `and left out ${message} at offset ${offsets[skipped]}`);
      }
    }
  }

  private tell(type: string, before: Position, key: number, offset: number, what: string): void {
    const inside = before.op === this.op;
    const { history, log } = this;
    const verb = type.endsWith('send') ? 'sent to' : 'polled';
    const name = history.values.show(key);
    this.tally.found(inside ? `int-${type}` : type, () => ({
      message: inside
        ? `T ${verb} offset ${before.offset} of ${name} and then offset ${offset}, ${what}.`
        : `Process ${history.process[log.ops[this.op].row]} ${verb} offset ${before.offset} of ${name} in T1 and went on with offset ${offset} in T2, ${what}.`,
      ops: inside
        ? [witnessOp(history, log.ops[this.op].row, 'T')]
        : [witnessOp(history, log.ops[before.op].row, 'T1'), witnessOp(history, log.ops[this.op].row, 'T2')],
      key: history.values.value(key),
    }));
  }
}
