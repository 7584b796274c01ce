import type { Json } from '../../history/op.ts';
import type { Anomaly, WitnessOp } from '../verdict.ts';
import { showName } from './printable.ts';

/** Characters of an operation that a line shows, and elements of a list. */
const WIDEST = 160;
const SHOWN = 8;

/** Operations of a witness that are listed; of more, the first and the last. */
const LISTED = 12;

const OUTCOMES = { ok: 'ok', fail: 'failed', info: 'unknown outcome' };

/**
 * An anomaly in words, line by line, for people: its message, and below it the operations that this names, unless it lists them
 * itself. No line has a character that a terminal would obey. O(length of the message, and of the values of the operations).
 */
export function tellAnomaly({ message, ops }: Anomaly): string[] {
  const lines = message.split('\n').map(showName);
  const listed = ops.some(({ name }) => lines.some((line) => line.trimStart().startsWith(`${name}: `)));
  return listed ? lines : [...lines, ...abridged(ops.map((op) => `  ${tellOp(op)}`))];
}

/** `T1: append x 3, r y [1 2]   (records 4–7, process 2, ok, node n1)`. */
function tellOp({ name, f, value, invoked, returned, process, type, node, epoch }: WitnessOp): string {
  const records =
    returned === invoked
      ? `record ${invoked}`
      : returned === null
        ? `record ${invoked}, no end`
        : `records ${invoked}–${returned}`;
  const place = [
    records,
    `process ${process}`,
    OUTCOMES[type],
    ...(node === undefined ? [] : [`node ${showName(node)}`]),
    ...(epoch === undefined ? [] : [`epoch ${epoch}`]),
  ];
  return `${name}: ${shortened(tellValue(f, value))}   (${place.join(', ')})`;
}

function tellValue(f: string, value: Json): string {
  const mops = Array.isArray(value) && value.length > 0 && value.every(isMop) ? value : undefined;
  if (mops === undefined) return showName(`${f} ${short(value)}`);
  return mops.map(([f, key, v]) => showName(`${f} ${short(key)} ${short(v)}`)).join(', ');
}

function isMop(value: Json): value is [f: 'r' | 'w' | 'append', key: Json, value: Json] {
  return Array.isArray(value) && value.length === 3 && ['r', 'w', 'append'].includes(value[0] as string);
}

/** Of a long list the end, as what a read shows there is what was written last. */
function short(value: Json): string {
  if (value === null) return 'nil';
  if (!Array.isArray(value)) return JSON.stringify(value);
  const rest = value.length > SHOWN ? '… ' : '';
  return `[${rest}${value.slice(-SHOWN).map(short).join(' ')}]`;
}

function shortened(text: string): string {
  return text.length <= WIDEST ? text : `${text.slice(0, WIDEST - 1)}…`;
}

function abridged(lines: readonly string[]): readonly string[] {
  if (lines.length <= LISTED) return lines;
  const half = LISTED / 2;
  return [...lines.slice(0, half), `  … ${lines.length - LISTED} more …`, ...lines.slice(-half)];
}
