/** One microsecond, millisecond, second in nanoseconds, the unit of every time and duration in the code. */
export const US = 1_000;
export const MS = 1_000_000;
export const SECOND = 1_000_000_000;

const UNITS: { readonly [unit: string]: number } = {
  ns: 1,
  us: US,
  ms: MS,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
};

/** What is allowed, for messages and help. */
export const DURATION_FORM = 'a number and a unit (ns, us, ms, s, m, h), as in "150ms" or "1.5s"';

/** Nanoseconds of a text like `150ms`, rounded to a whole one. Throws RangeError naming what is allowed. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h)$/.exec(text.trim());
  if (match === null) throw new RangeError(`bad duration "${text}": expected ${DURATION_FORM}`);
  const nanoseconds = Math.round(Number(match[1]) * UNITS[match[2] === 'µs' ? 'us' : match[2]!]!);
  if (!Number.isSafeInteger(nanoseconds)) throw new RangeError(`duration "${text}" is too long`);
  return nanoseconds;
}

/** A text that `parseDuration` reads back as the same number of nanoseconds, in the unit a person would choose. */
export function formatDuration(nanoseconds: number): string {
  for (const unit of ['h', 'm', 's', 'ms', 'us']) {
    const size = UNITS[unit]!;
    // Seconds and less may have decimals (1.5s); ninety minutes are 90m, not 1.5h.
    const step = size > US && size <= SECOND ? size / 1000 : size;
    if (nanoseconds >= size && nanoseconds % step === 0) return `${nanoseconds / size}${unit}`;
  }
  return `${nanoseconds}ns`;
}
