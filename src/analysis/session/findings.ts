import type { Json } from '../../history/op.ts';
import { stepsOf } from '../graph/steps.ts';
import type { Anomaly, Budget } from '../verdict.ts';
import { shortestCycle } from '../weak/cycle.ts';
import type { Found } from '../weak/found.ts';
import { ruling, type WeakLevels } from '../weak/levels.ts';
import type { Registers } from '../weak/registers.ts';
import { demandSessionsOfSeen, type Memory } from '../weak/seen-rules.ts';
import { breaches, occurrences, ofCycle, ofInitialRead } from '../weak/witness.ts';
import {
  beyond,
  GUARANTEES,
  type Guarantee,
  type GuaranteeRuling,
  grantedOf,
  type Ruled,
  ruleOf,
  upheld,
} from './guarantees.ts';
import { perSession } from './per-session.ts';

/** Sets of two and more guarantees, the small ones first. */
const SETS: readonly (readonly Guarantee[])[] = Array.from({ length: 1 << GUARANTEES.length }, (_, bits) =>
  GUARANTEES.filter((_, i) => (bits & (1 << i)) !== 0),
)
  .filter((set) => set.length > 1)
  .sort((a, b) => a.length - b.length);

/** Who has to agree on the order of writes: everyone, or each session for itself. */
export type Arbitration = 'global' | 'per-session';

export interface Context {
  readonly levels: WeakLevels;
  readonly registers: Registers;
  readonly initial: Json;
  /** Witnesses per anomaly type. */
  readonly witnesses: number;
  readonly budget: Budget;
  readonly found: Found;
  /** Where given: receives the sets of guarantees of which each can hold alone, or with fewer of the others, but not all together. */
  readonly contradictions?: (readonly Guarantee[])[];
}

/**
 * Names the session guarantees that a history without causality breaks: those that no visibility and no arbitration can
 * keep, each taken alone, so that what one guarantee explains is not blamed on another. What each of several guarantees
 * could explain by being broken is no single one's violation; it is reported as one of the weakest model that has
 * them all, pipelined RAM or causality.
 *
 * @param memory `session` takes monotonic reads for granted, and judges the others beyond it
 * @returns whether the search ended early
 */
export function findGuarantees(
  context: Context,
  memory: Memory,
  arbitration: Arbitration,
  judged: readonly Guarantee[],
): boolean {
  const { levels, found } = context;
  const within = levels.causalityCyclic ? undefined : levels.causal().core;
  const granted: Guarantee[] = memory === 'session' ? ['monotonic-reads'] : [];
  const steps = stepsOf(context.budget);
  let cut = false;
  const rulings = new Map<string, Ruled>();
  const rulingOn = (set: readonly Guarantee[]): Ruled => {
    const known = rulings.get(set.join());
    if (known !== undefined) return known;
    const ruled = grantedOf(levels, set, within, steps);
    rulings.set(set.join(), ruled);
    return ruled;
  };
  const rule = (set: readonly Guarantee[], before: readonly Guarantee[]): GuaranteeRuling => {
    const g = beyond(ruleOf(levels, [...before, ...set], within, steps), () => rulingOn(before));
    if (g.cut) cut = true;
    return arbitration === 'global' ? g : perSession(g);
  };
  const minimal: (readonly Guarantee[])[] = [];
  // What holds together holds alone: most histories are through with the guarantees to readers, and one look at the rest.
  let rest = false;
  for (const guarantee of GUARANTEES) {
    if (guarantee === 'monotonic-writes' && minimal.length > 0) {
      const broken = minimal.flat();
      rest = upheld(
        rule(
          GUARANTEES.filter((other) => !broken.includes(other)),
          [],
        ),
      );
    }
    if (rest) break;
    const g = rule([guarantee], guarantee === 'monotonic-reads' ? [] : granted);
    if (upheld(g)) continue;
    minimal.push([guarantee]);
    const type = `${guarantee}-violation`;
    found.add(type, g.impossible.length + g.broken.length, witnessesOf(context, g, type));
  }
  if (levels.causalityCyclic) addCyclicCausality(context);
  const knownBroken = levels.known !== undefined && addKnownOrder(context);
  if (levels.causalityCyclic || knownBroken || rest) return cut;
  for (const set of SETS) {
    const asked = set.every((guarantee) => judged.includes(guarantee));
    if (!asked && set.includes('writes-follow-reads')) continue;
    if (minimal.some((m) => m.every((guarantee) => set.includes(guarantee)))) continue;
    const g = set.length === GUARANTEES.length ? ofCausality(levels, arbitration) : rule(set, []);
    if (upheld(g)) continue;
    minimal.push(set);
    if (asked) context.contradictions?.push(set);
    const type = set.includes('writes-follow-reads') ? 'causal-violation' : 'PRAM-violation';
    const shown = witnessesOf(context, g, type).map((anomaly) => ofSeveral(anomaly, set));
    found.add(type, g.impossible.length + g.broken.length, shown);
  }
  return cut;
}

/** All four under one visibility are causality, which clocks decide. */
function ofCausality(levels: WeakLevels, arbitration: Arbitration): GuaranteeRuling {
  const causal = levels.causal();
  const { impossible } = causal.demands;
  const g: GuaranteeRuling = {
    ruling: causal,
    broken: causal.core.members.map((_, which) => which),
    impossible: Array.from({ length: impossible.length / 3 }, (_, i) => ({
      read: impossible[3 * i]!,
      writer: impossible[3 * i + 1]!,
      rule: impossible[3 * i + 2]!,
    })),
    own: () => true,
    cut: false,
  };
  return arbitration === 'global' ? g : perSession(g);
}

function ofSeveral(anomaly: Anomaly, set: readonly Guarantee[]): Anomaly {
  const names = `${set.slice(0, -1).join(', ')} and ${set[set.length - 1]!}`;
  return {
    ...anomaly,
    message: `${anomaly.message}\n${
      set.length === 2
        ? `Either of ${names} can hold here, but not both: one of them is broken, and nothing tells which.`
        : `Not all of ${names} can hold here: one of them is broken, and nothing tells which.`
    }`,
    detail: { ...anomaly.detail, oneOf: set },
  };
}

/** Pipelined RAM, where an order of versions that is known keeps its guarantees from being told apart. */
export function findPram(context: Context): void {
  const { levels, found } = context;
  if (levels.causalityCyclic) return;
  if (['PRAM', ...GUARANTEES.slice(0, 3)].some((m) => found.counts[`${m}-violation`] !== undefined)) return;
  const causal = levels.causal();
  const pram = ruling(
    levels.t,
    { sessions: true },
    (out) => demandSessionsOfSeen(levels.t, levels.writersOf, 'session', true, out),
    levels.known,
    causal.core.component,
  );
  if (pram.holds) return;
  const shown = breaches(pram, context.registers, 'PRAM-violation', context.witnesses, context.initial);
  found.add('PRAM-violation', occurrences(pram), shown);
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
