import type { History } from '../history/history.ts';
import type { Json } from '../history/op.ts';

/**
 * A number as checks compare it and compute with it: a bigint where it is an integer that no double holds for certain.
 * `<` and `>` compare the two kinds exactly; `===` does too, as each number is of one kind only.
 */
export type Exact = number | bigint;

/** What readers make of an integer beyond 2^53. One that a double holds they give as a number. */
const DIGITS = /^-?\d{16,}$/;

/**
 * The number that a value is; undefined for anything else. A text of digits is taken for the integer that readers write so:
 * within a value the two cannot be told apart, so ask only where a number must be.
 */
export function exactly(value: Json): Exact | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'string' || !DIGITS.test(value)) return undefined;
  return Number.isSafeInteger(Number(value)) ? undefined : BigInt(value);
}

/** The number of a value id; undefined for anything else. Here a text of digits is a text. */
export function numberOf({ values }: History, id: number): Exact | undefined {
  const value = values.value(id);
  // Texts are shown in quotes.
  return typeof value === 'number' || values.show(id) === value ? exactly(value) : undefined;
}

/** Less than 0, 0, or more: as `sort` wants it. */
export function compareExact(a: Exact, b: Exact): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The sum; undefined where a fraction meets an integer that no double holds. */
export function plus(a: Exact, b: Exact): Exact | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (!Number.isInteger(a) || !Number.isInteger(b) || Number.isSafeInteger(sum)) return sum;
  } else if ([a, b].some((n) => typeof n === 'number' && !Number.isInteger(n))) return undefined;
  return narrow(BigInt(a) + BigInt(b));
}

/** The difference: exact between integers unless it is beyond 2^53 itself, and then the nearest double. */
export function distance(from: Exact, to: Exact): number {
  const there = plus(to, -from);
  return Number(there ?? Number(to) - Number(from));
}

/** As data: the digits where no double holds it, as readers write them. */
export function toJson(n: Exact): Json {
  return typeof n === 'bigint' ? String(n) : n;
}

function narrow(n: bigint): Exact {
  const double = Number(n);
  return Number.isSafeInteger(double) ? double : n;
}
