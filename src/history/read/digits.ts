import type { Json } from '../op.ts';

/** Texts, and integers of so many digits that a double may not hold them. */
const LONG = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/**
 * JSON as data, but for integers beyond 2^53: they come as their digits, in a string. `JSON.parse` alone would make one of
 * two that differ. O(text).
 *
 * @throws SyntaxError where the text is no JSON
 */
export function digitsKept(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (!/\d{16}/.test(text)) return value;
  return JSON.parse(
    text.replace(LONG, (part) =>
      part.startsWith('"') || Number.isSafeInteger(Number(part)) ? part : `"${part}"`,
    ),
  ) as Json;
}
