import type { RunHooks } from '../controller/run.ts';
import { simWorld } from '../controller/worlds.ts';
import type { ResolvedPlan } from '../plan.ts';

/** How the world of a plan is made, given the run's directory. */
export function worldFactory(_plan: ResolvedPlan): (directory: string) => RunHooks['createWorld'] {
  return () => simWorld;
}
