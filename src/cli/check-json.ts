import type { Verdict } from '../analysis/verdict.ts';
import { worst } from '../analysis/worst.ts';

/** The one object that `ordeal check --json` prints of a file. A mixed history's has its parts in `verdicts`. */
export function verdictJson(file: string, verdicts: readonly Verdict[]): object {
  if (verdicts.length === 1) return { file, ...one(verdicts[0]!) };
  const union = (of: (v: Verdict) => readonly string[]): string[] =>
    [...new Set(verdicts.flatMap(of))].sort();
  const reasons = verdicts.flatMap((v) =>
    v.reason === undefined ? [] : [`${v.workload ?? v.check}: ${v.reason}`],
  );
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

function one({ check, workload, ...rest }: Verdict): object {
  return { workload: workload ?? check, check, ...rest };
}
