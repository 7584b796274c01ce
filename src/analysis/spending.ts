import { type Budget, type CheckOptions, DEFAULT_BUDGET } from './verdict.ts';

/** A budget of so many steps has no limit of steps: who sets a limit on wall time counts none. */
const LIMITLESS = Number.MAX_SAFE_INTEGER;

/**
 * The options, with a budget that tells `progress` of every poll: whatever polls the budget is long, and shows that it goes on.
 * Without `progress` they are the same options, and nothing is polled that was not before.
 */
export function watched<O extends CheckOptions>(options: O): O {
  const { progress, budget = DEFAULT_BUDGET } = options;
  if (progress === undefined) return options;
  const limited = budget.steps < LIMITLESS;
  let known = 0;
  const expired = (spent = known): boolean => {
    known = spent;
    progress(spent, limited ? budget.steps : 0, limited ? 'searching within the budget' : 'searching');
    return budget.expired?.(spent) === true;
  };
  return { ...options, budget: { ...budget, expired } };
}

/** Why a search that its budget cut ended, for a sentence behind "ended": the time, where that is up, else the steps. */
export function cutBy(budget: Budget, steps = budget.steps): string {
  return budget.expired?.() === true ? 'as the time limit was reached' : `after ${steps} steps`;
}
