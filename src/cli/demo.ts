import { Command, Option } from 'commander';
import { catalogue } from '../plan.ts';
import { EXIT_HELP, output, run } from './run.ts';

/**
 * Asynchronous single-leader replication with automatic failover, its leader killed: acknowledged writes are lost. The
 * seed makes the simulated demo the same for everybody.
 */
const DEMO = {
  name: 'demo',
  seed: 7,
  system: { name: 'single-leader', options: { sync: 'none', failover: 'automatic' } },
  workloads: ['set'],
  nemeses: [{ name: 'kill', options: { target: 'leaders' } }],
  timeLimit: '10s',
  nemesisInterval: '2s',
} as const;

interface Flags {
  readonly world: string;
  readonly seed?: string;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `ordeal demo`: a cluster that loses data, and the report that shows why. Ends with exit 1, as it should. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description('watch a cluster lose acknowledged writes, and read the report that shows why (exit 1)')
    .addOption(new Option('--world <world>', 'where it runs').choices([...catalogue.worlds]).default('sim'))
    .option('--seed <number>', 'another run of the same demo');
  return output(command)
    .addHelpText('after', EXIT_HELP)
    .action(async (flags: Flags) => {
      const seed = flags.seed === undefined ? DEMO.seed : Number(flags.seed);
      process.exitCode = await run({ ...DEMO, world: flags.world, seed }, flags);
    });
}
