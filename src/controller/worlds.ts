import type { ResolvedPlan } from '../plan.ts';
import { SimWorld } from '../worlds/sim/world.ts';
import type { World, WorldListener } from '../worlds/world.ts';

/** The simulated world of a plan. */
export function simWorld(plan: ResolvedPlan, listener: WorldListener): World {
  const { thing, options } = plan.system;
  return new SimWorld({
    nodes: plan.nodes,
    create: (host) => thing.replica(host, options, plan.nodes),
    listener,
    options: { seed: plan.plan.seed, latency: plan.plan.latency, codec: plan.plan.codec },
  });
}
