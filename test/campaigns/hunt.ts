import type { RunVerdict } from '../../src/analysis/run-verdict.ts';
import type { PlanInput } from '../../src/plan.ts';
import { simulate } from '../support/simulate.ts';

export interface Sighting {
  readonly seed: number;
  readonly exitCode: number;
  /** Types of all anomalies against a judged model, sorted. */
  readonly types: readonly string[];
  readonly reasons: readonly string[];
  readonly verdict: RunVerdict;
}

/** Runs a plan under the seeds 1 to `seeds`, one after the other. */
export async function* sightings(plan: Omit<PlanInput, 'seed'>, seeds: number): AsyncGenerator<Sighting> {
  for (let seed = 1; seed <= seeds; seed++) {
    const { verdict } = await simulate({ ...plan, seed });
    const { exitCode, reasons } = verdict;
    const types = [
      ...new Set(verdict.verdicts.filter((v) => v.valid === false).flatMap((v) => v.anomalyTypes)),
    ];
    yield { seed, exitCode, types: types.sort(), reasons, verdict };
  }
}
