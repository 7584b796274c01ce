import { Command, Option } from 'commander';
import { systemNamed } from '../plan.ts';
import { runSupervisor } from '../worlds/local/supervisor.ts';
import { runSwitchboard } from '../worlds/local/switchboard.ts';
import type { Role } from '../worlds/local/world.ts';
import { runNode } from '../worlds/process/node.ts';

/** What a node's process is told of its system. */
export interface NodeSettings {
  readonly system: string;
  readonly options: unknown;
}

/** The processes of the local world are this program again, in another role. Hidden: only a world starts them. */
export function roleCommand(): Command {
  return new Command('role')
    .addOption(new Option('--as <role>').choices(['supervisor', 'switchboard', 'node']).makeOptionMandatory())
    .argument('[labels...]', 'the run and the node, for people who look at a list of processes')
    .action((_labels: string[], { as }: { readonly as: Role }) => {
      if (as === 'supervisor') runSupervisor();
      else if (as === 'switchboard') runSwitchboard();
      else
        runNode((host, nodes, settings) => {
          const { system, options } = settings as unknown as NodeSettings;
          const { thing, options: validated } = systemNamed(system, options);
          return thing.replica(host, validated, nodes);
        });
    });
}
