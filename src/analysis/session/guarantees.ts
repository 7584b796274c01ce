import type { Steps } from '../graph/steps.ts';
import { type Base, type Core, core as coreOf } from '../weak/arbitration.ts';
import { Evidence, Rule } from '../weak/evidence.ts';
import { lastBelow } from '../weak/key-writers.ts';
import { type Ruling, ruling, type WeakLevels } from '../weak/levels.ts';
import { demandReadAtomic, demandSessionReads, demandSessionWrites } from '../weak/read-rules.ts';
import { readFromWriter } from '../weak/reasons.ts';
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

/** A set of guarantees with its ruling. */
export interface Ruled {
  readonly ruling: Ruling;
  /** The demands that session order stands behind, and orders of versions that are known: those of the ruling but read atomicity's. */
  readonly ofSessions: () => Evidence;
  /** The writer that session order by itself would have before what was read, for a demand of the ruling; -1: there is none. */
  readonly behind: (writer: number, read: number, rule: number) => number;
  readonly cut: boolean;
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
): Ruled {
  return ruled(levels, set, WITH_SESSIONS, within, steps);
}

/**
 * The ruling on what is taken for granted. Where that is nothing, session order binds nothing: what is broken still are fractures, in
 * which one transaction was read in part and no guarantee has a share.
 */
export function grantedOf(
  levels: WeakLevels,
  set: readonly Guarantee[],
  within: Core | undefined,
  steps: Steps,
): Ruled {
  return ruled(levels, set, { sessions: set.length > 0 }, within, steps);
}

function ruled(
  levels: WeakLevels,
  set: readonly Guarantee[],
  base: Base,
  within: Core | undefined,
  steps: Steps,
): Ruled {
  let cut = false;
  const demand = (out: Evidence): void => {
    cut = demandAll(levels, set, steps, out);
  };
  const result = ruling(levels.t, base, demand, levels.known, within?.component);
  const behind = (writer: number, read: number, rule: number): number =>
    behindSession(levels, set.includes('monotonic-writes'), writer, read, rule);
  return { ruling: result, ofSessions: () => sessionDemands(result, behind), behind, cut };
}

/**
 * That a reader sees all of a transaction that it reads from is atomicity's to demand, whatever the sessions: monotonic writes only add what
 * the writer's session wrote before.
 */
function behindSession(
  levels: WeakLevels,
  monotonicWrites: boolean,
  writer: number,
  read: number,
  rule: number,
): number {
  const { t } = levels;
  if (rule === Rule.AlsoRead) return -1;
  if (rule !== Rule.SessionOfSeen && rule !== Rule.BehindSeen) return writer;
  if (readFromWriter(t, t.reader[read]!, writer) === -1) return writer;
  if (!monotonicWrites) return -1;
  const { keyStart, groupSession, writer: writers } = levels.writersOf;
  const key = t.readKey[read]!;
  let group = keyStart[key]!;
  while (groupSession[group] !== t.session[writer]) group++;
  const entry = lastBelow(levels.writersOf, group, t.position[writer]!);
  return entry === -1 || writers[entry] === t.readFrom[read] ? -1 : writers[entry]!;
}

function sessionDemands({ t, demands }: Ruling, behind: Ruled['behind']): Evidence {
  const kept = new Evidence();
  const keep = (from: number, to: number, read: number, rule: number): void => {
    const writer = behind(from, read, rule);
    if (writer !== -1) kept.demand(writer, to, read, rule as Rule);
  };
  for (let e = 0; e < demands.count; e++)
    keep(demands.from[e]!, demands.to[e]!, demands.read[e]!, demands.rule[e]!);
  const { impossible } = demands;
  for (let i = 0; i < impossible.length; i += 3)
    keep(impossible[i + 1]!, t.readFrom[impossible[i]!]!, impossible[i]!, impossible[i + 2]!);
  return kept;
}

/**
 * What a set is to blame for beyond what is granted. What that breaks is not counted again, unless session order breaks it too: a
 * fracture excuses no guarantee that would be broken without.
 */
export function beyond(g: Ruled, granted: () => Ruled): GuaranteeRuling {
  const { ruling: result, cut } = g;
  const { t, demands, core } = result;
  if (result.holds) return { ruling: result, broken: [], impossible: [], own: () => false, cut };
  const before = granted();
  const mine = g.ofSessions();
  const theirs = before.ofSessions();
  const broken = coreOf(t, WITH_SESSIONS, mine);
  const excused = coreOf(t, WITH_SESSIONS, theirs);
  const own = (e: number): boolean => {
    const [from, to] = [demands.from[e]!, demands.to[e]!];
    if (together(excused, from, to)) return false;
    if (!together(before.ruling.core, from, to)) return true;
    const writer = g.behind(from, demands.read[e]!, demands.rule[e]!);
    return writer !== -1 && together(broken, writer, to);
  };
  const parts = new Set<number>();
  for (let e = 0; e < demands.count; e++) {
    const which = core.component[demands.from[e]!]!;
    if (which !== -1 && which === core.component[demands.to[e]!] && own(e)) parts.add(which);
  }
  return {
    ruling: result,
    broken: [...parts],
    impossible: impossibleBeyond(g, before.ruling.demands, theirs),
    own,
    cut,
  };
}

/** Whether two transactions are on a cycle with each other. */
function together({ component }: Core, a: number, b: number): boolean {
  return component[a] !== -1 && component[a] === component[b];
}

/** Reads of initial values that nothing granted forbids, or that session order forbids too; not those that `theirs`, of sessions, forbid. */
function impossibleBeyond(g: Ruled, before: Evidence, theirs: Evidence): GuaranteeRuling['impossible'] {
  const { impossible } = g.ruling.demands;
  const known = readsOf(before);
  const excused = readsOf(theirs);
  const found: { read: number; writer: number; rule: number }[] = [];
  for (let i = 0; i < impossible.length; i += 3) {
    const [read, writer, rule] = [impossible[i]!, impossible[i + 1]!, impossible[i + 2]!];
    if (excused.has(read)) continue;
    const blamed = known.has(read) ? g.behind(writer, read, rule) : writer;
    if (blamed !== -1) found.push({ read, writer: blamed, rule });
  }
  return found;
}

function readsOf({ impossible }: Evidence): Set<number> {
  const reads = new Set<number>();
  for (let i = 0; i < impossible.length; i += 3) reads.add(impossible[i]!);
  return reads;
}

/** Whether the guarantees are upheld as far as their ruling looked. */
export function upheld(g: GuaranteeRuling): boolean {
  return g.broken.length === 0 && g.impossible.length === 0;
}
