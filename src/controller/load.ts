import type { Workload, WorkloadSetup } from '../../workloads/workload.ts';
import { mix } from '../generator/choices.ts';
import type { Generator } from '../generator/generator.ts';
import { phases } from '../generator/sequences.ts';
import { nothing } from '../generator/sources.ts';
import { rate } from '../generator/timing.ts';
import { labelled } from '../generator/transforms.ts';
import type { Chosen, ResolvedPlan } from '../plan.ts';

/** Operations per second and thread while the cluster recovers: enough to notice at once when a client is served. */
export const RECOVERY_RATE = 5;

function setupOf(plan: ResolvedPlan): WorkloadSetup {
  return { threads: plan.concurrency, nodes: plan.nodes };
}

/** All workloads of the plan mixed on all threads, `perSecond` operations in all (0: as fast as they can). */
export function loadGenerator(plan: ResolvedPlan, perSecond: number): Generator {
  const parts = plan.workloads.map(({ thing, options }) =>
    labelled(thing.name, thing.clients(options, setupOf(plan))),
  );
  const mixed = parts.length === 1 ? parts[0]! : mix(parts);
  return perSecond === 0 ? mixed : rate(perSecond, mixed);
}

/** The final reads of each workload that has some, one after the other, once `operations` have been done in all. */
export function finalGenerator(plan: ResolvedPlan, operations: number): Generator {
  const finals = (w: Chosen<Workload>) => w.thing.finals?.(w.options, setupOf(plan), operations);
  const parts = plan.workloads.flatMap((w) => {
    const generator = finals(w);
    return generator === undefined ? [] : [labelled(w.thing.name, generator)];
  });
  return parts.length === 0 ? nothing : phases(...parts);
}
