import type { Anomaly } from '../verdict.ts';
import { core as coreOf, demandsByWriter } from '../weak/arbitration.ts';
import { shortestCycle } from '../weak/cycle.ts';
import { Evidence, Rule } from '../weak/evidence.ts';
import { ofCycle, ofInitialRead } from '../weak/witness.ts';
import type { Context } from './findings.ts';

/**
 * Names the bad patterns of causality (Bouajjani et al., "On Verifying Causal Consistency", POPL 2017), where the history
 * is known not to be causal: WriteCOInitRead, a read of the initial value behind a write of the key; WriteCORead, a
 * read of a value that its own past had overwritten; CyclicCF, readers that disagree on the order of concurrent writes.
 * The last needs one arbitration for all and is no violation of weak causality. (CyclicCO is found with the sessions.)
 */
export function findCausal(context: Context, global: boolean): void {
  const { levels, registers, initial, witnesses, found } = context;
  if (levels.causalityCyclic) return;
  const ruling = levels.causal();
  const { t, demands, core, base } = ruling;
  const initialReads: Anomaly[] = [];
  for (let i = 0; i < demands.impossible.length && initialReads.length < witnesses; i += 3) {
    const [read, writer, rule] = [
      demands.impossible[i]!,
      demands.impossible[i + 1]!,
      demands.impossible[i + 2]!,
    ];
    initialReads.push(ofInitialRead(t, registers, { read, writer, rule }, 'WriteCOInitRead', initial));
  }
  found.add('WriteCOInitRead', demands.impossibleCount, initialReads);
  if (core.components === 0) return;

  const bad = levels.overwrittenInPast().map((b, e) => (demands.rule[e] === Rule.Known ? 0 : b));
  const count = bad.reduce((sum, b) => sum + b, 0);
  if (count > 0) {
    const alone = new Evidence();
    for (let e = 0; e < demands.count && alone.count < witnesses; e++) {
      if (bad[e] === 1)
        alone.demand(demands.from[e]!, demands.to[e]!, demands.read[e]!, demands.rule[e]! as 4);
    }
    found.add('WriteCORead', count, oneByOne(context, alone));
  }
  if (!global) return;

  // What is cyclic without those demands is disagreement.
  const rest = new Evidence();
  for (let e = 0; e < demands.count; e++)
    if (bad[e] === 0) rest.demand(demands.from[e]!, demands.to[e]!, demands.read[e]!, demands.rule[e]! as 4);
  const disagreement = count === 0 ? ruling : restricted(context, rest);
  const shown = disagreement.core.members
    .map((_, i) => i)
    .sort((a, b) => disagreement.core.members[a]!.length - disagreement.core.members[b]!.length)
    .slice(0, witnesses);
  found.add(
    'CyclicCF',
    disagreement.core.components,
    shown.map((which) =>
      ofCycle(
        disagreement,
        registers,
        shortestCycle(t, base, disagreement.demands, disagreement.by, disagreement.core, which),
        'CyclicCF',
        initial,
      ),
    ),
  );
}

function restricted(context: Context, demands: Evidence) {
  const { t, base } = context.levels.causal();
  const by = demandsByWriter(t.n, demands);
  const core = coreOf(t, base, demands, by);
  return { t, base, demands, by, core, holds: core.components === 0 };
}

/** One witness for each demand, each with no other demand in sight. */
function oneByOne(context: Context, demands: Evidence): Anomaly[] {
  const { registers, initial } = context;
  const anomalies: Anomaly[] = [];
  for (let e = 0; e < demands.count; e++) {
    const single = new Evidence();
    single.demand(demands.from[e]!, demands.to[e]!, demands.read[e]!, demands.rule[e]! as 4);
    const ruling = restricted(context, single);
    const { t, base, by, core } = ruling;
    anomalies.push(
      ofCycle(ruling, registers, shortestCycle(t, base, single, by, core, 0), 'WriteCORead', initial),
    );
  }
  return anomalies;
}
