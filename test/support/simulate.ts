import type { RunVerdict } from '../../src/analysis/run-verdict.ts';
import { judge } from '../../src/controller/judge.ts';
import { execute, type Recording } from '../../src/controller/run.ts';
import { simWorld } from '../../src/controller/worlds.ts';
import { type PlanInput, resolvePlan, splitSchedule } from '../../src/plan.ts';

/** All that a simulated run leaves behind, as text where it is written as text. */
export interface Simulated {
  readonly verdict: RunVerdict;
  readonly recording: Recording;
  readonly history: string;
  readonly events: string;
  readonly schedule: string;
}

/** Runs a plan in the simulator, in this process, without any file. */
export async function simulate(input: PlanInput): Promise<Simulated> {
  const plan = resolvePlan({ ...input, world: 'sim' });
  const text = { history: '', events: '', schedule: '' };
  const recording = await execute(plan, {
    history: (lines) => {
      text.history += lines;
    },
    events: (lines) => {
      text.events += lines;
    },
    schedule: (lines) => {
      text.schedule += lines;
    },
    createWorld: simWorld,
  });
  return { verdict: judge(plan, recording), recording, ...text };
}

/** The explicit form of a run that has been simulated. */
export function explicit(input: PlanInput, schedule: string): PlanInput {
  const lines = schedule
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => JSON.parse(l) as unknown);
  return { ...input, ...(splitSchedule(lines) as Pick<PlanInput, 'ops' | 'faults'>) };
}
