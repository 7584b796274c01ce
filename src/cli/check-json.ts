import type { Validity, Verdict } from '../analysis/verdict.ts';

/** The one object that `ordeal check --json` prints of a file. A mixed history's has its parts in `verdicts`. */
export function verdictJson(file: string, verdicts: readonly Verdict[]): object {
  if (verdicts.length === 1) return { file, ...one(verdicts[0]!) };
  const union = (of: (v: Verdict) => readonly string[]): string[] =>
    [...new Set(verdicts.flatMap(of))].sort();
  const reasons = verdicts.flatMap((v) => (v.reason === undefined ? [] : [`${v.workload}: ${v.reason}`]));
  return {
    file,
    workload: verdicts.map((v) => v.workload ?? v.check).join('+'),
    valid: worst(verdicts),
    anomalyTypes: union((v) => v.anomalyTypes),
    anomalies: verdicts.flatMap((v) => v.anomalies.map((a) => ({ ...a, workload: v.workload ?? v.check }))),
    not: union((v) => v.not),
    alsoNot: union((v) => v.alsoNot),
    judged: union((v) => v.judged),
    engine: [...new Set(verdicts.map((v) => v.engine))].join('+'),
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    verdicts: verdicts.map(one),
  };
}

/** Invalid before unknown before valid. */
export function worst(verdicts: readonly Verdict[]): Validity {
  if (verdicts.some((v) => v.valid === false)) return false;
  return verdicts.every((v) => v.valid === true) ? true : 'unknown';
}

function one({ check, workload, ...rest }: Verdict): object {
  return { workload: workload ?? check, check, ...rest };
}
