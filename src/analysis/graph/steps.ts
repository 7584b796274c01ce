import type { Budget } from '../verdict.ts';

/** What a search may spend, shared by all searches of one check. One step is one edge looked at. */
export interface Steps {
  left: number;
  /** Polled every few thousand steps. True means: stop. */
  readonly expired?: () => boolean;
}

/** All steps of a budget, `most` at most. Its polls are told what was spent of them. */
export function stepsOf({ steps: all, expired }: Budget, most = all): Steps {
  const limit = Math.min(most, all);
  const steps: Steps =
    expired === undefined ? { left: limit } : { left: limit, expired: () => expired(limit - steps.left) };
  return steps;
}

/** Takes `spent` off and says whether anything is left. */
export function spend(steps: Steps, spent: number): boolean {
  steps.left -= spent;
  if (steps.left > 0 && steps.expired?.()) steps.left = 0;
  return steps.left > 0;
}
