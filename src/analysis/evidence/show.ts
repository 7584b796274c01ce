import { APPEND, type History, NEVER, R, Shape, UNREAD } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import { showName } from './printable.ts';

/** Elements of a list that a sentence shows; the report has the whole of it. */
const SHOWN = 8;

/** Value ids as a list for a sentence: `[1 2 3]`, of a long one the end: `[… 41 42 43]`. */
export function showList(history: History, ids: Int32Array, upTo = ids.length): string {
  const from = Math.max(0, upTo - SHOWN);
  const shown = Array.from(ids.subarray(from, upTo), (id) => history.values.show(id));
  return `[${from > 0 ? '… ' : ''}${shown.join(' ')}${upTo < ids.length ? ' …' : ''}]`;
}

/** One micro-operation for a sentence: `append x 3`, `r x [1 2 3]`, `r x nil`, `w x 1`, `r x ?` where the result is unknown. */
export function showMop(history: History, mop: number): string {
  const { mopF, mopKey, mopVal, listOffset, listLength, elements, values } = history;
  const key = values.show(mopKey[mop]);
  const value = mopVal[mop];
  if (mopF[mop] !== R) return `${mopF[mop] === APPEND ? 'append' : 'w'} ${key} ${values.show(value)}`;
  if (value >= NIL) return `r ${key} ${values.show(value)}`;
  if (value === UNREAD) return `r ${key} ?`;
  const offset = listOffset[-3 - value];
  return `r ${key} ${showList(history, elements.subarray(offset, offset + listLength[-3 - value]))}`;
}

/** A row for a sentence: its transaction, or its function and value. */
export function showRow(history: History, row: number): string {
  if (history.shape[row] !== Shape.Txn)
    return `${showName(history.fs[history.f[row]])} ${showValue(history, row)}`;
  const from = history.x0[row];
  return Array.from({ length: history.x1[row] }, (_, i) => showMop(history, from + i)).join(', ');
}

/** A row's value as JSON, but that integers beyond 2^53 have no quotes around their digits. */
export function showValue(history: History, row: number): string {
  const { shape, x0, x1, values } = history;
  const show = (id: number) => (id === NIL ? 'null' : values.show(id));
  if (shape[row] === Shape.Scalar) return show(x0[row]);
  if (shape[row] === Shape.Pair) return `[${show(x0[row])},${show(x1[row])}]`;
  return JSON.stringify(history.value(row));
}

const outcomes = ['ok', 'failed', 'unknown outcome'];

/** Where a row stands in the history: `records 12–15, process 3, ok`. */
export function showPlace(history: History, row: number): string {
  const inv = history.inv[row];
  const ret = history.ret[row];
  const records =
    ret === inv ? `record ${inv}` : ret === NEVER ? `record ${inv}, no end` : `records ${inv}–${ret}`;
  const node = history.node[row] >= 0 ? `, node ${showName(history.nodes[history.node[row]])}` : '';
  return `${records}, process ${history.process[row]}, ${outcomes[history.outcome[row]]}${node}`;
}

/** A length of time in nanoseconds for a sentence: `3.2 ms`. */
export function showSpan(nanoseconds: number): string {
  const units: [number, string][] = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ];
  for (const [size, unit] of units)
    if (nanoseconds >= size) return `${(nanoseconds / size).toPrecision(3)} ${unit}`;
  return `${nanoseconds} ns`;
}
