import { join } from 'node:path';
import { reports } from '../../reports/index.ts';
import type { RunVerdict } from '../analysis/run-verdict.ts';
import type { Budget } from '../analysis/verdict.ts';
import type { ResolvedPlan } from '../plan.ts';
import { VERSION } from '../version.ts';
import { judge } from './judge.ts';
import { repeatCommand } from './repeat.ts';
import { execute, type Progress, type Recording, type RunHooks } from './run.ts';
import { RunDirectory } from './run-directory.ts';

export interface PerformOptions {
  /** The folder that holds all run directories. */
  readonly out: string;
  /** The time in the directory's name, and as people read it. */
  readonly stamp: string;
  readonly made: string;
  readonly createWorld: (directory: string) => RunHooks['createWorld'];
  readonly stopper?: (stop: () => void) => void;
  readonly progress?: (read: () => Progress) => void;
  /** Told when the run is over and its judging begins. */
  readonly judging?: () => void;
  readonly budget?: Budget;
  /** Reads a clock, in nanoseconds, for `timings.json`. */
  readonly clock: () => number;
}

export interface Performance {
  readonly verdict: RunVerdict;
  readonly recording: Recording;
  readonly directory: string;
  readonly repeat: string;
}

/** One run with its directory: the plan before it starts, the history while it runs, verdict and reports after it. */
export async function perform(plan: ResolvedPlan, options: PerformOptions): Promise<Performance> {
  const name = plan.plan.name ?? plan.system.thing.name;
  const directory = new RunDirectory(options.out, name, options.stamp, plan.plan.seed);
  try {
    const versions = { ordeal: VERSION, node: process.version };
    directory.write('plan.json', `${JSON.stringify({ ...plan.plan, versions }, null, 2)}\n`);
    const started = options.clock();
    const recording = await execute(plan, {
      history: directory.lines('history.jsonl'),
      events: directory.lines('events.jsonl'),
      schedule: directory.lines('schedule.jsonl'),
      createWorld: options.createWorld(directory.path),
      stopper: options.stopper,
      progress: options.progress,
    });
    const ran = options.clock();
    options.judging?.();
    const verdict = judge(plan, recording, options.budget);
    const judged = options.clock();
    const repeat = repeatCommand(plan, join(directory.path, 'plan.json'));
    const seconds = (from: number, to: number) => (to - from) / 1e9;
    try {
      directory.write('verdict.json', `${JSON.stringify(verdict, null, 2)}\n`);
      const input = {
        verdict,
        history: recording.history,
        events: recording.events,
        repeat,
        made: options.made,
      };
      for (const format of reports) directory.write(format.file, await format.render(input));
      const timings = {
        made: options.made,
        runSeconds: seconds(started, ran),
        judgeSeconds: seconds(ran, judged),
        reportSeconds: seconds(judged, options.clock()),
      };
      directory.write('timings.json', `${JSON.stringify(timings, null, 2)}\n`);
    } catch (error) {
      // A disk that filled up during the run has been reported already; the verdict still goes to the terminal.
      if (recording.failure === undefined) throw error;
    }
    return { verdict, recording, directory: directory.path, repeat };
  } finally {
    directory.close();
  }
}
