import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.ts';
import { EXIT, UsageError } from './exit.ts';
import { complain } from './output.ts';

const HELP_HINT = '(--help shows what is allowed)';

/** Each command's module is loaded when it is called: to judge a history needs no worlds, clusters or schemas. */
const COMMANDS: { readonly [name: string]: () => Promise<Command> } = {
  run: async () => (await import('./run.ts')).runCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
  check: async () => (await import('./check.ts')).checkCommand(),
  list: async () => (await import('./list.ts')).listCommand(),
};

/** The program: parses, calls, and gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('ordeal').description(
    'Puts a replicated system through an ordeal and says which consistency guarantees it kept.',
  );
  const called = argv[2] ?? '';
  if (Object.hasOwn(COMMANDS, called)) program.addCommand(await COMMANDS[called]!());
  else {
    program.version(VERSION);
    if (!['-V', '--version'].includes(called))
      for (const load of Object.values(COMMANDS)) program.addCommand(await load());
  }
  for (const command of [program, ...program.commands]) command.exitOverride().showHelpAfterError(HELP_HINT);
  try {
    await program.parseAsync(argv);
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.valid;
  } catch (error) {
    return report(error);
  }
}

/** Tells the user what went wrong; the exit code. Only a fault of Ordeal's own is told with its stack. */
async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.valid : EXIT.usage;
  if (error instanceof UsageError) {
    complain(error.message);
    return EXIT.usage;
  }
  const { PlanError } = await import('../plan.ts');
  if (error instanceof PlanError) {
    for (const problem of error.problems) complain(problem);
    return EXIT.usage;
  }
  const told = error instanceof Error ? error.stack : undefined;
  complain(...`internal error: ${told ?? error}`.split('\n'));
  return EXIT.internal;
}
