import { FAIL, type History, INFO } from '../../history/history.ts';
import { type LogHistory, NO_OFFSET } from './operations.ts';

/** What is known of one key's log: the messages that operations sent, if they took place, or polled, in order of offset. */
export interface Log {
  readonly key: number;
  /** Ascending. Offsets between them belong to nothing known, to markers of transactions for one. */
  readonly offsets: readonly number[];
  /** The message at each: the first that was seen there. */
  readonly values: readonly number[];
  /** Offsets that showed several messages, and all those of a message that was seen at several: they order nothing. */
  readonly disputed: ReadonlySet<number>;
  /**
   * By place: that of the next version, which is of a message that is not disputed and was sent by an operation that did not
   * fail; −1 if there is none behind.
   */
  readonly next: readonly number[];
  /** Offset → its place in `offsets`. */
  readonly place: ReadonlyMap<number, number>;
  /** The largest place that anybody polled; −1 if nobody did. */
  readonly highest: number;
}

export interface Logs {
  readonly byKey: ReadonlyMap<number, Log>;
  /** `key value` → index of the send, a failed one only if there is no other. */
  readonly sender: ReadonlyMap<string, number>;
  /** `key value` → index in `LogHistory.polled` of the first poll that shows it. */
  readonly polled: ReadonlyMap<string, number>;
  /**
   * Operations of unknown outcome that took place nevertheless → index in `LogHistory.polled` of a message of theirs. An
   * operation is one transaction: where one of its messages is in a log, all are.
   */
  readonly proof: ReadonlyMap<number, number>;
  /** By index of the send: its offset, if that is known and the operation took place; else `NO_OFFSET`. */
  readonly offsets: readonly number[];
  /** Sends of a message that was sent to its key before. */
  readonly repeated: readonly number[];
}

export const messageOf = (key: number, value: number): string => `${key} ${value}`;

/** Puts the logs together. O(messages log messages). */
export function logsOf(history: History, log: LogHistory): Logs {
  const { sends, polled } = log;
  const { sender, repeated } = senders(history, log);
  const shown = new Map<string, number>();
  polled.forEach(({ key, value }, i) => {
    const message = messageOf(key, value);
    if (!shown.has(message)) shown.set(message, i);
  });
  const proof = proofs(history, log, sender, shown);
  const offsets = sends.map(({ op, offset, told }) => (proof.has(op) ? told : offset));
  const isSent = (key: number, value: number): boolean => {
    const send = sender.get(messageOf(key, value));
    return send !== undefined && history.outcome[log.ops[sends[send].op].row] !== FAIL;
  };
  return { byKey: byKey(log, offsets, isSent), sender, polled: shown, proof, offsets, repeated };
}

/** The send of each message, and sends of one that was sent before. */
function senders(
  history: History,
  { ops, sends }: LogHistory,
): { readonly sender: ReadonlyMap<string, number>; readonly repeated: readonly number[] } {
  const sender = new Map<string, number>();
  const repeated: number[] = [];
  const failed = (i: number): boolean => history.outcome[ops[sends[i].op].row] === FAIL;
  sends.forEach(({ key, value }, i) => {
    const name = messageOf(key, value);
    const other = sender.get(name);
    if (other === undefined || (failed(other) && !failed(i))) sender.set(name, i);
    else if (!failed(i)) repeated.push(i);
  });
  return { sender, repeated };
}

function proofs(
  history: History,
  { ops, sends }: LogHistory,
  sender: ReadonlyMap<string, number>,
  shown: ReadonlyMap<string, number>,
): ReadonlyMap<number, number> {
  const proof = new Map<number, number>();
  for (const [message, poll] of shown) {
    const send = sender.get(message);
    if (send === undefined) continue;
    const { op } = sends[send];
    if (history.outcome[ops[op].row] === INFO && !proof.has(op)) proof.set(op, poll);
  }
  return proof;
}

/** One key's log in the making: what was first seen at each offset, and where each message was first seen. */
interface Found {
  readonly at: Map<number, number>;
  readonly where: Map<number, number>;
  readonly disputed: Set<number>;
}

function byKey(
  { sends, polled }: LogHistory,
  known: readonly number[],
  isSent: (key: number, value: number) => boolean,
): ReadonlyMap<number, Log> {
  const found = new Map<number, Found>();
  const note = (key: number, offset: number, value: number): void => {
    let log = found.get(key);
    if (log === undefined) found.set(key, (log = { at: new Map(), where: new Map(), disputed: new Set() }));
    const { at, where, disputed } = log;
    if (!at.has(offset)) at.set(offset, value);
    if (!where.has(value)) where.set(value, offset);
    if (at.get(offset) !== value) disputed.add(offset);
    if (where.get(value) !== offset) disputed.add(offset).add(where.get(value)!);
  };
  sends.forEach(({ key, value }, i) => {
    if (known[i] !== NO_OFFSET) note(key, known[i], value);
  });
  const highest = new Map<number, number>();
  for (const { key, value, offset } of polled) {
    if (offset === NO_OFFSET) continue;
    note(key, offset, value);
    highest.set(key, Math.max(highest.get(key) ?? -1, offset));
  }
  const logs = new Map<number, Log>();
  for (const [key, { at, disputed }] of found) {
    const offsets = [...at.keys()].sort((a, b) => a - b);
    const place = new Map(offsets.map((offset, i) => [offset, i]));
    const isVersion = (offset: number) => !disputed.has(offset) && isSent(key, at.get(offset)!);
    const top = highest.get(key);
    logs.set(key, {
      key,
      offsets,
      values: offsets.map((offset) => at.get(offset)!),
      disputed,
      next: nextVersions(offsets, isVersion),
      place,
      highest: top === undefined ? -1 : place.get(top)!,
    });
  }
  return logs;
}

function nextVersions(offsets: readonly number[], isVersion: (offset: number) => boolean): number[] {
  const next: number[] = new Array(offsets.length);
  let version = -1;
  for (let i = offsets.length - 1; i >= 0; i--) {
    next[i] = version;
    if (isVersion(offsets[i])) version = i;
  }
  return next;
}
