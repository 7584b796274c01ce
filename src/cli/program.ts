import { Command, CommanderError } from 'commander';
import { VERSION } from '../controller/judge.ts';
import { PlanError } from '../plan.ts';
import { checkCommand } from './check.ts';
import { demoCommand } from './demo.ts';
import { EXIT, UsageError } from './exit.ts';
import { listCommand } from './list.ts';
import { runCommand } from './run.ts';

const HELP_HINT = '(--help shows what is allowed)';

/** The program: parses, calls, and gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('ordeal')
    .description('Puts a replicated system through an ordeal and says which consistency guarantees it kept.')
    .version(VERSION)
    .addCommand(runCommand())
    .addCommand(demoCommand())
    .addCommand(checkCommand())
    .addCommand(listCommand());
  for (const command of [program, ...program.commands]) command.exitOverride().showHelpAfterError(HELP_HINT);
  try {
    await program.parseAsync(argv);
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.valid;
  } catch (error) {
    return report(error);
  }
}

/** Tells the user what went wrong; the exit code. Only a fault of Ordeal's own is told with its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.valid : EXIT.usage;
  if (error instanceof PlanError) {
    for (const problem of error.problems) process.stderr.write(`ordeal: ${problem}\n`);
    return EXIT.usage;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`ordeal: ${error.message}\n`);
    return EXIT.usage;
  }
  process.stderr.write(`ordeal: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.internal;
}
