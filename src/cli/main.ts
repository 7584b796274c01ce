#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { VERSION } from '../controller/judge.ts';
import { PlanError } from '../plan.ts';
import { demoCommand } from './demo.ts';
import { EXIT, UsageError } from './exit.ts';
import { listCommand } from './list.ts';
import { roleCommand } from './role.ts';
import { runCommand } from './run.ts';

const program = new Command('ordeal')
  .description('Puts a replicated system through an ordeal and says which consistency guarantees it kept.')
  .version(VERSION)
  .showHelpAfterError('(--help shows what is allowed)')
  .exitOverride()
  .addCommand(runCommand())
  .addCommand(demoCommand())
  .addCommand(listCommand())
  .addCommand(roleCommand(), { hidden: true });
for (const command of program.commands)
  command.exitOverride().showHelpAfterError('(--help shows what is allowed)');

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
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
