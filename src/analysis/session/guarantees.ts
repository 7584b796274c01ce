import type { Steps } from '../graph/steps.ts';
import type { Core } from '../weak/arbitration.ts';
import type { Evidence } from '../weak/evidence.ts';
import { type Ruling, ruling, type WeakLevels } from '../weak/levels.ts';
import { demandReadAtomic, demandSessionReads, demandSessionWrites } from '../weak/read-rules.ts';
import { demandSessionsOfSeen } from '../weak/seen-rules.ts';
import type { Indexed } from '../weak/transactions.ts';
import { demandSeen, type Guarantees } from './behind.ts';

export const GUARANTEES = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
] as const;
export type Guarantee = (typeof GUARANTEES)[number];

const WITH_SESSIONS = { sessions: true };

/** What a set of guarantees demands that a smaller set, which is taken for granted, does not. */
export interface GuaranteeRuling {
  readonly ruling: Ruling;
  /** Components that the smaller set does not have, and reads of initial values that it allows. */
  readonly broken: readonly number[];
  readonly impossible: readonly { readonly read: number; readonly writer: number; readonly rule: number }[];
  /** Whether a cycle through this demand is one that the smaller set does not have. */
  readonly own: (demand: number) => boolean;
  /** The steps ran out before everything was looked at. */
  readonly cut: boolean;
}

export function rulesOf(set: readonly Guarantee[]): Guarantees {
  return {
    readYourWrites: set.includes('read-your-writes'),
    monotonicReads: set.includes('monotonic-reads'),
    monotonicWrites: set.includes('monotonic-writes'),
    writesFollowReads: set.includes('writes-follow-reads'),
  };
}

/**
 * Demands of a set of guarantees under one visibility: of the least one that contains reads-from and is closed under the formulas of
 * all of them together (closed under each by itself is not enough: what I see by read-your-writes may carry what its
 * session had read, by writes-follow-reads).
 *
 * Linear without writes-follow-reads but for monotonic writes, O(reads · sessions writing the key); with it see `demandSeen`.
 * Where causality is cyclic that one is broken already, and left out.
 *
 * @returns whether the steps ran out
 */
function demandAll(levels: WeakLevels, set: readonly Guarantee[], steps: Steps, out: Evidence): boolean {
  const { t } = levels;
  const { readYourWrites, monotonicReads, monotonicWrites, writesFollowReads } = rulesOf(set);
  if (!readYourWrites && !monotonicReads && !severalReads(t)) return false;
  if (writesFollowReads && !levels.causalityCyclic) return demandSeen(levels, rulesOf(set), steps, out);
  demandReadAtomic(t, out);
  if (readYourWrites) demandSessionWrites(t, out);
  if (monotonicReads) demandSessionReads(t, out);
  if (monotonicWrites) {
    const memory = monotonicReads ? 'session' : 'transaction';
    demandSessionsOfSeen(t, levels.writersOf, memory, readYourWrites, out);
  }
  return false;
}

/**
 * Whether a transaction reads more than once. Where none does, monotonic writes and writes-follow-reads show nothing alone: all
 * that must be visible beside the value read is what its writer's session had written, or read, before, and so is
 * older.
 */
function severalReads(t: Indexed): boolean {
  for (let i = 0; i < t.n; i++) if (t.readStart[i + 1]! - t.readStart[i]! > 1) return true;
  return false;
}

/**
 * Rules on a set of guarantees. It is upheld exactly when some visibility closed under the formulas of all of them, and
 * some arbitration that extends session order and reads-from, explain every read as the last visible write (Viotti &
 * Vukolić, "Consistency in Non-Transactional Distributed Storage Systems", 2016, §3).
 *
 * @param within the causal core: only there can demands contradict each other
 */
export function ruleOf(
  levels: WeakLevels,
  set: readonly Guarantee[],
  within: Core | undefined,
  steps: Steps,
): { readonly ruling: Ruling; readonly cut: boolean } {
  let cut = false;
  const demand = (out: Evidence): void => {
    cut = demandAll(levels, set, steps, out);
  };
  return { ruling: ruling(levels.t, WITH_SESSIONS, demand, levels.known, within?.component), cut };
}

/** What a set is to blame for beyond a smaller one that is granted: what that one breaks is not counted again. */
export function beyond(
  { ruling: result, cut }: { readonly ruling: Ruling; readonly cut: boolean },
  granted: () => Ruling,
): GuaranteeRuling {
  const { demands, core } = result;
  if (result.holds) return { ruling: result, broken: [], impossible: [], own: () => false, cut };
  const before = granted();
  const inBefore = before.core.component;
  const own = (e: number): boolean =>
    inBefore[demands.from[e]!] === -1 || inBefore[demands.from[e]!] !== inBefore[demands.to[e]!];
  const broken: number[] = [];
  for (let which = 0; which < core.components; which++) {
    const first = inBefore[core.members[which]![0]!]!;
    if (first === -1 || core.members[which]!.some((i) => inBefore[i] !== first)) broken.push(which);
  }
  return { ruling: result, broken, impossible: impossibleBeyond(demands, before.demands), own, cut };
}

function impossibleBeyond(demands: Evidence, before: Evidence): GuaranteeRuling['impossible'] {
  const known = new Set<number>();
  for (let i = 0; i < before.impossible.length; i += 3) known.add(before.impossible[i]!);
  const found: { read: number; writer: number; rule: number }[] = [];
  for (let i = 0; i < demands.impossible.length; i += 3) {
    const read = demands.impossible[i]!;
    if (!known.has(read))
      found.push({ read, writer: demands.impossible[i + 1]!, rule: demands.impossible[i + 2]! });
  }
  return found;
}

/** Whether the guarantees are upheld as far as their ruling looked. */
export function upheld(g: GuaranteeRuling): boolean {
  return g.broken.length === 0 && g.impossible.length === 0;
}
