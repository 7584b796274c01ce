import { fileURLToPath } from 'node:url';
import type { RunHooks } from '../controller/run.ts';
import { simWorld } from '../controller/worlds.ts';
import type { Json } from '../history/op.ts';
import type { ResolvedPlan } from '../plan.ts';
import { LocalWorld } from '../worlds/local/world.ts';
import type { NodeSettings } from './role.ts';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

/** How the world of a plan is made, given the run's directory. */
export function worldFactory(plan: ResolvedPlan): (directory: string) => RunHooks['createWorld'] {
  if (plan.plan.world === 'sim') return () => simWorld;
  return (directory) => (resolved, listener) => {
    const settings: NodeSettings = {
      system: resolved.plan.system.name,
      options: resolved.plan.system.options as Json,
    };
    return new LocalWorld({
      nodes: resolved.nodes,
      directory,
      command: (role, args) => ({ file: process.execPath, args: [MAIN, 'role', role, ...args] }),
      settings: settings as unknown as Json,
      listener,
      options: { seed: resolved.plan.seed, latency: resolved.plan.latency },
    });
  };
}
