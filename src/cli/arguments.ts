// Readers of what stands behind flags; what they throw, commander prints with the flag's name.

import { InvalidArgumentError } from 'commander';
import type { Json } from '../history/op.ts';
import { digitsKept } from '../history/read/digits.ts';

/** A whole number that is not negative. */
export function whole(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('A whole number is expected.');
  return Number(text);
}

/** A comma list; those of repeated flags are one. */
export function list(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(',').map((t) => t.trim())];
}

/** `key=value`, the value as JSON if it is any, else as text. */
export function pair(
  text: string,
  before: readonly (readonly [string, Json])[] | undefined,
): (readonly [string, Json])[] {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('key=value is expected.');
  return [...(before ?? []), [text.slice(0, at), jsonOrText(text.slice(at + 1))]];
}

/** The value that JSON writes so; any other text is itself. What is no value is told, not rounded. */
export function jsonOrText(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return text;
  }
  if (JSON.stringify(value) !== JSON.stringify(digitsKept(text)))
    throw new InvalidArgumentError('Integers beyond 2^53 cannot be given.');
  return value;
}
