import { FAIL, type History } from '../../history/history.ts';
import { type LogHistory, NO_OFFSET } from './operations.ts';

/** What is known of one key's log: the messages that some ok operation sent or polled, in order of offset. */
export interface Log {
  readonly key: number;
  /** Ascending. Offsets between them belong to nothing known, to markers of transactions for one. */
  readonly offsets: readonly number[];
  /** The message at each: the first that was seen there. */
  readonly values: readonly number[];
  /** Offset → its place in `offsets`. */
  readonly place: ReadonlyMap<number, number>;
  /** The largest place that anybody polled; −1 if nobody did. */
  readonly highest: number;
}

export interface Logs {
  readonly byKey: ReadonlyMap<number, Log>;
  /** `key value` → index of the send, a failed one only if there is no other. */
  readonly sender: ReadonlyMap<string, number>;
  /** `key value` of messages that somebody polled. */
  readonly polled: ReadonlySet<string>;
  /** Sends of a message that was sent to its key before. */
  readonly repeated: readonly number[];
}

export const messageOf = (key: number, value: number): string => `${key} ${value}`;

/** Puts the logs together. O(messages log messages). */
export function logsOf(history: History, { ops, sends, polled }: LogHistory): Logs {
  const found = new Map<number, Map<number, number>>();
  const note = (key: number, offset: number, value: number): void => {
    let log = found.get(key);
    if (log === undefined) found.set(key, (log = new Map()));
    if (!log.has(offset)) log.set(offset, value);
  };
  const sender = new Map<string, number>();
  const repeated: number[] = [];
  const failed = (i: number): boolean => history.outcome[ops[sends[i].op].row] === FAIL;
  sends.forEach(({ key, value, offset }, i) => {
    if (offset !== NO_OFFSET) note(key, offset, value);
    const name = messageOf(key, value);
    const other = sender.get(name);
    if (other === undefined || (failed(other) && !failed(i))) sender.set(name, i);
    else if (!failed(i)) repeated.push(i);
  });
  const seen = new Set<string>();
  const highest = new Map<number, number>();
  for (const { key, value, offset } of polled) {
    note(key, offset, value);
    seen.add(messageOf(key, value));
    highest.set(key, Math.max(highest.get(key) ?? -1, offset));
  }
  const byKey = new Map<number, Log>();
  for (const [key, log] of found) {
    const offsets = [...log.keys()].sort((a, b) => a - b);
    const place = new Map(offsets.map((offset, i) => [offset, i]));
    const top = highest.get(key);
    byKey.set(key, {
      key,
      offsets,
      values: offsets.map((offset) => log.get(offset)!),
      place,
      highest: top === undefined ? -1 : place.get(top)!,
    });
  }
  return { byKey, sender, polled: seen, repeated };
}
