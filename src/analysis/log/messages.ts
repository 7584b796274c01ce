import { FAIL, type History, OK } from '../../history/history.ts';
import type { Tally } from '../tally.ts';
import type { Anomaly, WitnessOp } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import { type Logs, messageOf } from './logs.ts';
import { type LogHistory, NO_OFFSET } from './operations.ts';

/** A message that some operation sent or polled at an offset. */
interface Sighting {
  readonly op: number;
  readonly key: number;
  readonly value: number;
  readonly offset: number;
}

/**
 * Offsets that hold two messages, and messages at two offsets. One finding for each offset or message. An offset that came with
 * an unknown outcome counts only where the operation took place: the log may have given that of one that did not to another
 * message.
 */
export function disagreements(history: History, log: LogHistory, logs: Logs, tally: Tally): void {
  const sent = log.sends.map((send, i) => ({ ...send, offset: logs.offsets[i] }));
  const sightings: Sighting[] = [...sent, ...log.polled].filter(({ offset }) => offset !== NO_OFFSET);
  const at = new Map<string, Sighting>();
  const where = new Map<string, Sighting>();
  const told = new Set<string>();
  for (const one of sightings) {
    const offset = `${one.key} ${one.offset}`;
    const other = at.get(offset);
    if (other === undefined) at.set(offset, one);
    else if (other.value !== one.value && !told.has(offset)) {
      told.add(offset);
      tally.found('inconsistent-offsets', () =>
        pair(history, log, logs, other, one, `show different messages at offset ${one.offset}`),
      );
    }
    const message = messageOf(one.key, one.value);
    const elsewhere = where.get(message);
    if (elsewhere === undefined) where.set(message, one);
    else if (elsewhere.offset !== one.offset && !told.has(`m ${message}`)) {
      told.add(`m ${message}`);
      tally.found('duplicate', () =>
        pair(
          history,
          log,
          logs,
          elsewhere,
          one,
          `show ${history.values.show(one.value)} at offsets ${elsewhere.offset} and ${one.offset}: it is in the log twice`,
        ),
      );
    }
  }
}

function pair(
  history: History,
  log: LogHistory,
  logs: Logs,
  a: Sighting,
  b: Sighting,
  what: string,
): Omit<Anomaly, 'type'> {
  const same = a.op === b.op;
  const cast = new Cast(history, log, logs);
  cast.name(a.op, 'T1');
  cast.name(b.op, 'T2');
  const names = same ? 'Two places of T1' : 'T1 and T2';
  const proofs = `${cast.proof(a.op, 'P1')}${same ? '' : cast.proof(b.op, 'P2')}`;
  return {
    message: `${names} ${what} of ${history.values.show(a.key)}.${proofs}`,
    ops: cast.ops,
    key: history.values.value(a.key),
  };
}

/** The operations of a witness, each once and with what its completion said if the outcome is unknown. */
class Cast {
  readonly ops: WitnessOp[] = [];
  private readonly names = new Map<number, string>();
  private readonly history: History;
  private readonly log: LogHistory;
  private readonly logs: Logs;

  constructor(history: History, log: LogHistory, logs: Logs) {
    this.history = history;
    this.log = log;
    this.logs = logs;
  }

  /** The operation's name: what it is called already, else the given one. */
  name(op: number, name: string): string {
    const known = this.names.get(op);
    if (known !== undefined) return known;
    const { history } = this;
    const { row } = this.log.ops[op];
    const told = history.told.get(row);
    const value = told === undefined ? {} : { value: history.values.value(told) };
    this.names.set(op, name);
    this.ops.push({ ...witnessOp(history, row, name), ...value });
    return name;
  }

  /** A sentence on why an operation in the cast took place although its outcome is unknown; '' if that is known. */
  proof(op: number, poll: string): string {
    const proof = this.logs.proof.get(op);
    if (proof === undefined) return '';
    const { op: by, key, value } = this.log.polled[proof];
    const { values } = this.history;
    const it = this.names.get(op)!;
    return ` ${it}, whose outcome is unknown, took place: ${this.name(by, poll)} polled ${values.show(value)} of ${values.show(key)}, which ${it} sent.`;
  }
}

/** Polls of messages that nobody sent, or whose transaction failed. One finding for each message. */
export function unsent(history: History, log: LogHistory, { sender }: Logs, tally: Tally): void {
  const told = new Set<string>();
  for (const { op, key, value } of log.polled) {
    const message = messageOf(key, value);
    const send = sender.get(message);
    const source = send === undefined ? undefined : log.ops[log.sends[send].op].row;
    if ((source !== undefined && history.outcome[source] !== FAIL) || told.has(message)) continue;
    told.add(message);
    const what = `P polled ${history.values.show(value)} from ${history.values.show(key)}`;
    const poll = witnessOp(history, log.ops[op].row, 'P');
    if (source === undefined)
      tally.found('garbage-read', () => ({
        message: `${what}, which nobody sent.`,
        ops: [poll],
        key: history.values.value(key),
      }));
    else
      tally.found('G1a', () => ({
        message: `${what} although S, which sent it, certainly failed.`,
        ops: [witnessOp(history, source, 'S'), poll],
        key: history.values.value(key),
      }));
  }
}

/**
 * Messages that nobody polled although somebody polled a later offset of the log: `lost-write`, of operations that were
 * acknowledged or are known to have taken place. Acknowledged ones beyond all that was polled are only unseen; gives their
 * number. A poll of unknown outcome that returned a message found it in the log.
 */
export function lost(history: History, log: LogHistory, logs: Logs, tally: Tally): number {
  const glimpsed = new Set(log.glimpsed.map(({ key, value }) => messageOf(key, value)));
  let unseen = 0;
  log.sends.forEach((send, i) => {
    const acknowledged = history.outcome[log.ops[send.op].row] === OK;
    if (!acknowledged && !logs.proof.has(send.op)) return;
    const message = messageOf(send.key, send.value);
    if (logs.polled.has(message) || glimpsed.has(message)) return;
    const { highest, offsets } = logs.byKey.get(send.key) ?? { highest: -1, offsets: [] };
    const offset = logs.offsets[i];
    if (offset === NO_OFFSET || highest < 0 || offsets[highest] <= offset) {
      if (acknowledged) unseen++;
    } else tally.found('lost-write', () => passedOver(history, log, logs, { ...send, offset }));
  });
  return unseen;
}

function passedOver(history: History, log: LogHistory, logs: Logs, one: Sighting): Omit<Anomaly, 'type'> {
  const { op, key, value, offset } = one;
  const beyond = log.polled.find((p) => p.key === key && p.offset > offset)!;
  const cast = new Cast(history, log, logs);
  cast.name(op, 'S');
  cast.name(beyond.op, 'P');
  const proof = cast.proof(op, 'Q');
  const { values } = history;
  const acknowledged = proof === '' ? 'and was acknowledged, ' : '';
  return {
    message: `S sent ${values.show(value)} to ${values.show(key)} ${acknowledged}at offset ${offset}; nobody ever polled it, although P polled offset ${beyond.offset}, which is behind it.${proof}`,
    ops: cast.ops,
    key: values.value(key),
    detail: { elements: [values.value(value)] },
  };
}
