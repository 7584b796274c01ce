import { FAIL, type History, OK, Shape } from '../history/history.ts';
import type { Json } from '../history/op.ts';
import { NIL } from '../history/values.ts';
import { showRow } from './evidence/show.ts';

/** In what `kindOf` says of a function: it puts one element, or it reads the whole. Anything else is −1. */
export const PUT = 0;
export const LOOK = 1;

/** How the values of a history of lists or sets are laid out, or in `reason` why that is not certain. */
export interface Layout {
  readonly keyed: boolean;
  readonly reason?: string;
}

/**
 * Whether values are `[key, element]` and `[key, list]`, or elements and lists that may be pairs themselves: one answer
 * for the whole history. What is put alone shows that there are no keys, and so does a read that is no pair of something and
 * a list. A read of a pair shows a key by what it begins with: that no element is like it, or, where elements may be, that it
 * is the key of some while nothing in the pair is an element itself. Where nothing shows either, pairs are keyed, unless a read
 * is of nil without a key. Operations that failed, and reads that did not succeed, say nothing.
 *
 * @param kindOf by function: PUT, LOOK or −1
 * O(rows); where keys or elements are lists themselves, also O(size of values).
 */
export function layoutOf(history: History, kindOf: readonly number[]): Layout {
  const { n, f, shape, outcome, x0 } = history;
  // Rows that show that there are no keys, or that there are; −1 for none.
  let plain = -1;
  let plainPut = -1;
  let keyed = -1;
  let pairs = 0;
  let odd = false;
  let nil = false;
  for (let row = 0; row < n; row++) {
    const kind = kindOf[f[row]!]!;
    if (kind < 0 || outcome[row] === FAIL || (kind === LOOK && outcome[row] !== OK)) continue;
    const s = shape[row]!;
    if (kind === PUT) {
      if (isPair(history, row)) pairs++;
      else if (plainPut < 0) plainPut = row;
    } else if (s === Shape.Scalar && x0[row] === NIL) nil = true;
    else if (!isListed(history, row)) plain = plain < 0 ? row : plain;
    else {
      pairs++;
      if (s === Shape.Other) odd = true;
      else if (keyed < 0) keyed = row;
    }
  }
  if (plain < 0) plain = plainPut;
  // Where everything put is a pair, what a scalar begins is no list of elements.
  if (pairs > 0 && (odd || (plainPut >= 0 && keyed >= 0))) {
    const shown = byElements(history, kindOf, plainPut >= 0);
    if (plainPut >= 0 || keyed < 0) keyed = shown.keyed;
    if (plain < 0) plain = shown.plain;
  }
  if (keyed >= 0 && plain >= 0)
    return {
      keyed: false,
      reason: `whether values have keys is not certain: ${told(history, keyed)} names one, ${told(history, plain)} does not`,
    };
  return { keyed: keyed >= 0 || (plain < 0 && pairs > 0 && !nil) };

  function told(h: History, row: number): string {
    return `${showRow(h, row)} (index ${h.inv[row]})`;
  }
}

/** Whether the value is an array of two. */
export function isPair(history: History, row: number): boolean {
  const s = history.shape[row];
  if (s === Shape.Pair || s === Shape.PairOfPair || s === Shape.KeyedList) return true;
  const value = s === Shape.Other ? history.value(row) : null;
  return Array.isArray(value) && value.length === 2;
}

/** Whether the value is a pair of something and a list, or nil for one. */
export function isListed(history: History, row: number): boolean {
  const s = history.shape[row];
  if (s === Shape.PairOfPair || s === Shape.KeyedList) return true;
  if (s === Shape.Pair) return history.x1[row] === NIL;
  const value = s === Shape.Other ? history.value(row) : null;
  return Array.isArray(value) && value.length === 2 && (value[1] === null || Array.isArray(value[1]));
}

/** Whether the value is a list, or nil for one. */
export function isList(history: History, row: number): boolean {
  const s = history.shape[row];
  if (s === Shape.Scalar) return history.x0[row] === NIL;
  return s !== Shape.Other || Array.isArray(history.value(row));
}

/** Reads that begin with the key of some elements and show none alone, and those that show one and begin with no key. */
function byElements(
  history: History,
  kindOf: readonly number[],
  scalars: boolean,
): { keyed: number; plain: number } {
  const { n, f, shape, outcome, values } = history;
  const keys = new Set<number>();
  const whole = new Set<number>();
  for (let row = 0; row < n; row++) {
    if (kindOf[f[row]!] !== PUT) continue;
    const value = history.value(row);
    whole.add(values.id(value));
    if (isPair(history, row)) keys.add(values.id((value as readonly Json[])[0]));
  }
  const shown = { keyed: -1, plain: -1 };
  for (let row = 0; row < n; row++) {
    if (kindOf[f[row]!] !== LOOK || outcome[row] !== OK || !isListed(history, row)) continue;
    if (!scalars && shape[row] !== Shape.Other) continue;
    const [first, second] = (history.value(row) as readonly Json[]).map((v) => values.id(v)) as [
      number,
      number,
    ];
    const element = whole.has(first) || whole.has(second);
    if (keys.has(first) === element) continue;
    if (!element) shown.keyed = shown.keyed < 0 ? row : shown.keyed;
    else shown.plain = shown.plain < 0 ? row : shown.plain;
  }
  return shown;
}
