import { FAIL, type History, OK } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';

/** Where a send's offset is not known. */
export const NO_OFFSET = -1;

/** A message sent by an operation. Keys and values are value ids. */
export interface Send {
  readonly op: number;
  readonly key: number;
  readonly value: number;
  readonly offset: number;
  /**
   * The offset that came with an unknown outcome. If the operation did not take place after all, the log may have given it
   * to another message: see `Logs.offsets`.
   */
  readonly told: number;
}

/** A message that an operation's polls returned, in the order polled. */
export interface Polled {
  readonly op: number;
  readonly key: number;
  readonly value: number;
  /** `NO_OFFSET` if the poll does not say it: the message is there, somewhere. */
  readonly offset: number;
}

/** One operation that sends or polls, or that moves where polls go on from. */
export interface LogOp {
  readonly row: number;
  /** Ranges in `sends` and `polled`. */
  readonly firstSend: number;
  readonly sends: number;
  readonly firstPolled: number;
  readonly polled: number;
  /**
   * `assign` to these keys (value ids); `subscribe`, after which the log says which keys, and may say so anew at any time; or
   * `crash`, after which another client begins in the process.
   */
  readonly moved?: 'subscribed' | 'crashed' | readonly number[];
}

export interface LogHistory {
  /** In order of invocation, failed and unknown ones included: these poll nothing. */
  readonly ops: readonly LogOp[];
  readonly sends: readonly Send[];
  readonly polled: readonly Polled[];
  /** What polls of unknown outcome returned: the log had it, and no more is taken from what was not acknowledged. */
  readonly glimpsed: readonly Polled[];
  /** Why it is no log's history. */
  readonly foreign: string | null;
}

/**
 * Reads a log's operations off a history, in the form of Jepsen's Kafka workload: `send`, `poll` and `txn` with a list of
 * `["send", key, value]`, in ok ones `["send", key, [offset, value]]`, and `["poll"]`, in ok ones
 * `["poll", {key: [[offset, value], …]}]`; `assign` and `subscribe` with a list of keys; and `crash`, of the client.
 * O(messages).
 */
export function logOperations(history: History): LogHistory {
  const ops: LogOp[] = [];
  const sends: Send[] = [];
  const polled: Polled[] = [];
  const glimpsed: Polled[] = [];
  let foreign: string | null = null;
  const { values, fs, f, outcome } = history;
  // Keys of maps are text, those of sends may be numbers: a map's key is the send's key of that text, if there is one.
  const byText = new Map<string, number>();
  const keyOf = (key: Json): number => {
    const id = values.id(key);
    const text = String(key);
    if (!byText.has(text)) byText.set(text, id);
    return byText.get(text)!;
  };
  const parsed: Json[] = [];
  for (let row = 0; row < history.n; row++) {
    const value = history.value(row);
    parsed.push(value);
    for (const mop of mopsOf(value)) if (mop[0] === 'send') keyOf(mop[1]);
  }
  for (let row = 0; row < history.n; row++) {
    const name = fs[f[row]];
    const value = parsed[row];
    const op = ops.length;
    const firstSend = sends.length;
    const firstPolled = polled.length;
    const done = (moved?: LogOp['moved']) =>
      ops.push({
        row,
        firstSend,
        sends: sends.length - firstSend,
        firstPolled,
        polled: polled.length - firstPolled,
        ...(moved === undefined ? {} : { moved }),
      });
    if (name === 'assign' || name === 'subscribe' || name === 'crash') {
      const keys = Array.isArray(value) ? (value as Json[]).map(keyOf) : [];
      if (outcome[row] !== FAIL)
        done(name === 'subscribe' ? 'subscribed' : name === 'crash' ? 'crashed' : keys);
      continue;
    }
    if (name !== 'send' && name !== 'poll' && name !== 'txn') continue;
    const later = history.told.get(row);
    const told = later === undefined ? [] : mopsOf(values.value(later));
    for (const [at, mop] of mopsOf(value).entries()) {
      if (mop[0] === 'send') {
        const { offset, message } = sent(mop);
        const again = told[at]?.[0] === 'send' ? sent(told[at]) : undefined;
        sends.push({
          op,
          key: keyOf(mop[1]),
          value: values.id(message),
          offset: outcome[row] === OK ? offset : NO_OFFSET,
          told:
            again !== undefined && values.id(again.message) === values.id(message) ? again.offset : NO_OFFSET,
        });
      } else if (mop[0] === 'poll') {
        const known = outcome[row] === OK;
        const returned = known ? mop[1] : told[at]?.[0] === 'poll' ? told[at][1] : null;
        for (const [key, messages] of Object.entries(returned ?? {}))
          for (const message of (messages ?? []) as Json[]) {
            const [offset, text] = message as [Json, Json];
            const place = typeof offset === 'number' ? offset : NO_OFFSET;
            (known ? polled : glimpsed).push({ op, key: keyOf(key), value: values.id(text), offset: place });
          }
      } else foreign ??= `record ${history.inv[row]} does neither send nor poll`;
    }
    done();
  }
  return { ops, sends, polled, glimpsed, foreign };
}

/** `["send", key, message]`, or with `[offset, message]`. */
function sent(mop: readonly Json[]): { readonly offset: number; readonly message: Json } {
  const value = mop[2] ?? null;
  if (!Array.isArray(value) || value.length !== 2) return { offset: NO_OFFSET, message: value };
  const [offset, message] = value as [Json, Json];
  return { offset: typeof offset === 'number' ? offset : NO_OFFSET, message };
}

function mopsOf(value: Json): readonly (readonly Json[])[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).filter((mop): mop is readonly Json[] => Array.isArray(mop));
}
