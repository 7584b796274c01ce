import type { Json } from '../../history/op.ts';
import type { Anomaly } from '../verdict.ts';
import type { Core } from '../weak/arbitration.ts';
import { shortestCycle } from '../weak/cycle.ts';
import { Rule } from '../weak/evidence.ts';
import type { Found } from '../weak/found.ts';
import { type Ruling, ruling, type WeakLevels } from '../weak/levels.ts';
import { howSeen } from '../weak/reasons.ts';
import type { Registers } from '../weak/registers.ts';
import { demandSessionsOfSeen, type Memory } from '../weak/seen-rules.ts';
import { breaches, occurrences, ofCycle, ofInitialRead } from '../weak/witness.ts';
import {
  type Arbitration,
  GUARANTEES,
  type Guarantee,
  type GuaranteeRuling,
  perSession,
  ruleOn,
  upheld,
} from './guarantees.ts';

export interface Context {
  readonly levels: WeakLevels;
  readonly registers: Registers;
  readonly initial: Json;
  /** Witnesses per anomaly type. */
  readonly witnesses: number;
  readonly steps: number;
  readonly found: Found;
}

/**
 * Names the session guarantees that a history without causality breaks. Each is ruled on by itself; a history that upholds each
 * and yet not all together is named after the last guarantee that its contradiction needs.
 *
 * @returns whether the search ended early
 */
export function findGuarantees(
  context: Context,
  memory: Memory,
  arbitration: Arbitration,
  judged: readonly Guarantee[],
): boolean {
  const { levels, found } = context;
  const causal = levels.causal();
  const within = levels.causalityCyclic ? undefined : causal.core;
  let cut = false;
  let any = false;
  for (const guarantee of GUARANTEES) {
    const ruled = ruleOn(levels, guarantee, memory, within, context.steps);
    const g = arbitration === 'global' ? ruled : perSession(ruled);
    if (ruled.cut) cut = true;
    if (upheld(g)) continue;
    any = true;
    const type = `${guarantee}-violation`;
    found.add(type, g.impossible.length + g.broken.length, witnessesOf(context, g, type));
  }
  if (levels.causalityCyclic) {
    addCyclicCausality(context);
    any = true;
  }
  if (levels.known !== undefined && addKnownOrder(context)) any = true;
  if (any || arbitration !== 'global') return cut;
  if (judged.length === GUARANTEES.length) addJoint(context, causal);
  else if (judged.length > 1) addJoint(context, together(levels, judged, memory, within));
  return cut;
}

/** Pipelined RAM, for a history that keeps its three guarantees one by one. */
export function findPram(context: Context): void {
  const { levels, found } = context;
  if (levels.causalityCyclic) return;
  const causal = levels.causal();
  const pram = ruling(
    levels.t,
    { sessions: true },
    (out) => demandSessionsOfSeen(levels.t, levels.writersOf, 'session', true, out),
    levels.known,
    causal.core.component,
  );
  if (pram.holds || GUARANTEES.slice(0, 3).some((g) => found.counts[`${g}-violation`] !== undefined)) return;
  const shown = breaches(pram, context.registers, 'PRAM-violation', context.witnesses, context.initial);
  found.add('PRAM-violation', occurrences(pram), shown);
}

/** Some of the guarantees under one arbitration. */
function together(
  levels: WeakLevels,
  judged: readonly Guarantee[],
  memory: Memory,
  within: Core | undefined,
): Ruling {
  return ruling(
    levels.t,
    { sessions: true },
    (out) => {
      for (const guarantee of judged) {
        const { demands } = ruleOn(levels, guarantee, memory, within, Number.MAX_SAFE_INTEGER).ruling;
        for (let e = 0; e < demands.count; e++)
          out.demand(demands.from[e]!, demands.to[e]!, demands.read[e]!, demands.rule[e]! as Rule);
      }
    },
    undefined,
    within?.component,
  );
}

/** Breaches first that one read shows; then cycles, from small components to large. */
function witnessesOf(context: Context, g: GuaranteeRuling, type: string): Anomaly[] {
  const { registers, initial, witnesses } = context;
  const { t, base, demands, by, core } = g.ruling;
  const anomalies = g.impossible
    .slice(0, witnesses)
    .map((breach) => ofInitialRead(t, registers, breach, type, initial));
  const bySize = [...g.broken].sort((a, b) => core.members[a]!.length - core.members[b]!.length);
  for (const which of bySize.slice(0, witnesses - anomalies.length)) {
    const cycle = shortestCycle(t, base, demands, by, core, which, g.own);
    anomalies.push(ofCycle(g.ruling, registers, cycle, type, initial));
  }
  return anomalies;
}

/** Session order and reads-from contradict each other: someone read what was only written because of that read. */
function addCyclicCausality(context: Context): void {
  const { levels, registers, initial, found } = context;
  const ruling = levels.causal();
  const { t, base, demands, by, core } = ruling;
  const shown = core.members
    .map((_, i) => i)
    .sort((a, b) => core.members[a]!.length - core.members[b]!.length)
    .slice(0, context.witnesses);
  found.add(
    'CyclicCO',
    core.components,
    shown.map((which) =>
      ofCycle(ruling, registers, shortestCycle(t, base, demands, by, core, which), 'CyclicCO', initial),
    ),
  );
}

/**
 * The order of versions that is known by itself contradicts sessions (monotonic writes) or what sessions had read before they wrote (writes
 * follow reads). Gives whether it does.
 */
function addKnownOrder(context: Context): boolean {
  const { levels, registers, initial, found, witnesses } = context;
  if (levels.causalityCyclic) return false;
  const known = ruling(levels.t, { sessions: true }, () => {}, levels.known);
  const { t, base, demands, by, core } = known;
  for (let which = 0; which < core.components; which++) {
    const cycle = shortestCycle(t, base, demands, by, core, which);
    const type = cycle.some((s) => s.kind === 'wr')
      ? 'writes-follow-reads-violation'
      : 'monotonic-writes-violation';
    const few = (found.counts[type] ?? 0) < witnesses;
    found.add(type, 1, few ? [ofCycle(known, registers, cycle, type, initial)] : []);
  }
  return core.components > 0;
}

/** Each guarantee could be kept with an arbitration of its own, all four with none. */
function addJoint(context: Context, ruling: Ruling): void {
  const { registers, initial, found } = context;
  const { t, base, demands, by, core } = ruling;
  for (let i = 0; i < demands.impossible.length; i += 3) {
    const [read, writer, rule] = [
      demands.impossible[i]!,
      demands.impossible[i + 1]!,
      demands.impossible[i + 2]!,
    ];
    const type = `${needed(ruling.t, writer, t.reader[read]!, rule)}-violation`;
    const few = (found.counts[type] ?? 0) < context.witnesses;
    found.add(type, 1, few ? [ofInitialRead(t, registers, { read, writer, rule }, type, initial)] : []);
  }
  for (let which = 0; which < core.components; which++) {
    const cycle = shortestCycle(t, base, demands, by, core, which);
    let worst: Guarantee = 'read-your-writes';
    for (const step of cycle) {
      if (step.kind !== 'co' || demands.rule[step.demand] === Rule.Known) continue;
      const t3 = t.reader[demands.read[step.demand]!]!;
      const needs = needed(t, step.from, t3, demands.rule[step.demand]!);
      if (GUARANTEES.indexOf(needs) > GUARANTEES.indexOf(worst)) worst = needs;
    }
    const type = `${worst}-violation`;
    const few = (found.counts[type] ?? 0) < context.witnesses;
    found.add(type, 1, few ? [ofCycle(ruling, registers, cycle, type, initial)] : []);
  }
}

/** The last guarantee, in the order of `GUARANTEES`, that makes t2 visible to t3 along the shortest way. */
function needed(t: WeakLevels['t'], t2: number, t3: number, rule: number): Guarantee {
  const path = howSeen(t, t2, t3, rule === Rule.Known ? Rule.Causal : rule);
  let needs: Guarantee = 'read-your-writes';
  path.forEach((step, i) => {
    const last = i === path.length - 1;
    let here: Guarantee = 'read-your-writes';
    if (step.kind === 'wr') here = last ? 'monotonic-reads' : 'writes-follow-reads';
    else if (!last) here = i === 0 ? 'monotonic-writes' : 'writes-follow-reads';
    else if (i > 0) here = 'monotonic-reads';
    if (step.kind === 'wr' && path[i + 1]?.kind === 'so' && i + 1 === path.length - 1)
      here = 'monotonic-reads';
    if (GUARANTEES.indexOf(here) > GUARANTEES.indexOf(needs)) needs = here;
  });
  return needs;
}
