import type { Json } from '../history/op.ts';
import type { Role } from '../worlds/local/world.ts';

/** What a node's process is told of its system. */
export interface NodeSettings {
  readonly system: string;
  readonly options: Json;
}

/**
 * The processes of the local world are this program again, in another role. Each loads no more than it needs: a node
 * is restarted by every kill, and five of them start at once.
 */
export async function play(role: Role | string | undefined): Promise<void> {
  switch (role) {
    case 'supervisor': {
      const { runSupervisor } = await import('../worlds/local/supervisor.ts');
      return runSupervisor();
    }
    case 'switchboard': {
      const { runSwitchboard } = await import('../worlds/local/switchboard.ts');
      return runSwitchboard();
    }
    case 'node': {
      const [{ runNode }, { systemNamed }] = await Promise.all([
        import('../worlds/process/node.ts'),
        import('../plan.ts'),
      ]);
      return runNode((host, nodes, settings) => {
        const { system, options } = settings as unknown as NodeSettings;
        const chosen = systemNamed(system, options);
        return chosen.thing.replica(host, chosen.options, nodes);
      });
    }
    default:
      throw new Error(`no role is called ${role}: only a world starts these processes`);
  }
}
