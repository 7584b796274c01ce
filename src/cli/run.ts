import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { terminal } from '../../reports/terminal.ts';
import { perform } from '../controller/perform.ts';
import { resolvePlan } from '../plan.ts';
import { colours } from './colours.ts';
import { EXIT, UsageError } from './exit.ts';
import { planInput, planOptions, type RunFlags } from './options.ts';
import { progressLine } from './progress.ts';
import { worldFactory } from './world.ts';

interface Flags extends RunFlags {
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `ordeal run [system]`: the main job. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('start a cluster, work on it while faults strike, judge what it did')
    .argument('[system]', 'what is under test; see `ordeal list` (default: raft)');
  return output(planOptions(command))
    .addHelpText('after', EXIT_HELP)
    .action(async (system: string | undefined, flags: Flags) => {
      process.exitCode = await run(planInput(system, flags, drawnSeed), flags);
    });
}

/** Options that say where results go. */
export function output(command: Command): Command {
  return command
    .option('--out <dir>', 'folder of the run directories', 'ordeal-runs')
    .option('--json', 'print the verdict as one JSON document on stdout')
    .option('-q, --quiet', 'print the result only');
}

export const EXIT_HELP = `
Exit codes: 0 every judged model upheld; 1 an anomaly, a crash or no recovery; 2 unknown;
            3 nothing was tested; 254 bad usage or plan; 255 internal error`;

/** A seed that a person can type. */
export function drawnSeed(): number {
  return randomInt(1, 1_000_000_000);
}

/** Runs a plan, prints its result, and gives the exit code. Ctrl-C ends the run early, a second one at once. */
export async function run(input: unknown, flags: Pick<Flags, 'out' | 'json' | 'quiet'>): Promise<number> {
  const plan = resolvePlan(input);
  const line = progressLine(flags.quiet === true || flags.json === true);
  let stop = () => {};
  let asked = false;
  const interrupt = () => {
    if (asked) process.exit(EXIT.unknown);
    asked = true;
    line.say('stopping; the history so far is judged (again to leave at once)');
    stop();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  try {
    const now = new Date();
    const { verdict, directory, repeat } = await perform(plan, {
      out: flags.out,
      stamp: now
        .toISOString()
        .replace(/\.\d+Z$/, 'Z')
        .replaceAll(':', ''),
      made: now
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC'),
      createWorld: worldFactory(plan),
      stopper: (fn) => {
        stop = fn;
        if (asked) fn();
      },
      progress: (read) => line.watch(read),
      judging: () => line.say('judging'),
      clock: () => Number(process.hrtime.bigint()),
    }).catch((error: unknown) => {
      throw asUsage(error, flags.out);
    });
    line.end();
    if (flags.json) process.stdout.write(`${JSON.stringify({ ...verdict, directory, repeat })}\n`);
    else {
      const file = resolve(directory, 'report.html');
      const report = existsSync(file) ? pathToFileURL(file).href : undefined;
      process.stdout.write(terminal(verdict, { colour: colours(), repeat, report }));
    }
    return verdict.exitCode;
  } finally {
    line.end();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
}

/** Errors of the file system on the way to a run directory are the user's to mend. */
function asUsage(error: unknown, out: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (
    error instanceof Error &&
    ['EACCES', 'EPERM', 'ENOTDIR', 'EROFS', 'ENOSPC', 'EEXIST', 'ENOENT'].includes(code ?? '')
  )
    return new UsageError(`--out: no run directory can be written below ${out}: ${error.message}`);
  return error;
}
