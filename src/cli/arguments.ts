// Readers of what stands behind flags; what they throw, commander prints with the flag's name.

import { InvalidArgumentError } from 'commander';
import type { Json } from '../history/op.ts';

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
  const raw = text.slice(at + 1);
  let value: Json = raw;
  try {
    value = JSON.parse(raw) as Json;
  } catch {
    // Anything that is not JSON is text.
  }
  return [...(before ?? []), [text.slice(0, at), value]];
}
