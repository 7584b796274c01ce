import type { Validity, Verdict } from './verdict.ts';

/** What several verdicts on one history come to: invalid before unknown before valid; unknown where there are none. */
export function worst(verdicts: readonly Pick<Verdict, 'valid'>[]): Validity {
  if (verdicts.some((v) => v.valid === false)) return false;
  return verdicts.length > 0 && verdicts.every((v) => v.valid === true) ? true : 'unknown';
}
