import { type Core, core as coreOf, demandsByWriter } from '../weak/arbitration.ts';
import { Evidence, Rule } from '../weak/evidence.ts';
import { type Ruling, ruling, type WeakLevels } from '../weak/levels.ts';
import { demandSessionReads, demandSessionWrites } from '../weak/read-rules.ts';
import { lastReaderInSession } from '../weak/reasons.ts';
import { demandSessionsOfSeen, type Memory } from '../weak/seen-rules.ts';
import type { Indexed } from '../weak/transactions.ts';
import { demandBehindSeen } from './behind.ts';

export const GUARANTEES = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
] as const;
export type Guarantee = (typeof GUARANTEES)[number];

/** Who has to agree on the order of writes: everyone, or each session for itself. */
export type Arbitration = 'global' | 'per-session';

/** A ruling together with the demands in it that this guarantee alone makes. */
export interface GuaranteeRuling {
  readonly guarantee: Guarantee;
  readonly ruling: Ruling;
  /** Components on which one of its own demands cannot be met, and impossible reads likewise. */
  readonly broken: readonly number[];
  readonly impossible: readonly { readonly read: number; readonly writer: number; readonly rule: number }[];
  readonly own: (demand: number) => boolean;
  /** The steps ran out before everything was looked at. */
  readonly cut: boolean;
}

const WITH_SESSIONS = { sessions: true };

/**
 * Rules on one session guarantee by itself. Arbitrations extend session order and reads-from.
 *
 * Monotonic writes and writes-follow-reads are about what becomes visible together, and one read shows one key:
 * with `memory` `session` the reads of a session are taken together, which presumes monotonic reads; with
 * `transaction` only those of one transaction are.
 *
 * Linear for the first two, O(reads · sessions writing the key) for the third; the fourth searches from each writer in
 * the core of a history that is already known not to be causal, up to `steps`.
 *
 * @param within the causal core: only there can demands contradict each other
 */
export function ruleOn(
  levels: WeakLevels,
  guarantee: Guarantee,
  memory: Memory,
  within: Core | undefined,
  steps: number,
): GuaranteeRuling {
  const { t } = levels;
  let cut = false;
  const demand = (out: Evidence): void => {
    if (guarantee === 'read-your-writes') demandSessionWrites(t, out);
    else if (guarantee === 'monotonic-reads') demandSessionReads(t, out);
    else {
      if (memory === 'session') demandSessionReads(t, out);
      if (guarantee === 'monotonic-writes') demandSessionsOfSeen(t, levels.writersOf, memory, false, out);
      else cut = demandBehindSeen(t, levels.writersOf, memory, within, steps, out);
    }
  };
  const result = ruling(t, WITH_SESSIONS, demand, levels.known, within?.component);
  const { demands, core } = result;
  const inBase =
    levels.causalityCyclic || levels.known !== undefined
      ? coreOf(t, WITH_SESSIONS, levels.known ?? new Evidence()).component
      : undefined;
  const own = (e: number): boolean =>
    mine(t, guarantee, demands.rule[e]!, demands.from[e]!, demands.read[e]!) &&
    (inBase === undefined ||
      inBase[demands.from[e]!] === -1 ||
      inBase[demands.from[e]!] !== inBase[demands.to[e]!]);
  const broken = new Set<number>();
  if (core.components > 0)
    for (let e = 0; e < demands.count; e++) {
      const which = core.component[demands.from[e]!]!;
      if (which !== -1 && which === core.component[demands.to[e]!] && !broken.has(which) && own(e))
        broken.add(which);
    }
  const impossible: { read: number; writer: number; rule: number }[] = [];
  for (let i = 0; i < demands.impossible.length; i += 3) {
    const [read, writer, rule] = [
      demands.impossible[i]!,
      demands.impossible[i + 1]!,
      demands.impossible[i + 2]!,
    ];
    if (mine(t, guarantee, rule, writer, read)) impossible.push({ read, writer, rule });
  }
  return { guarantee, ruling: result, broken: [...broken], impossible, own, cut };
}

/** Whether a demand is this guarantee's and not merely monotonic reads', which two of them presume. */
function mine(t: Indexed, guarantee: Guarantee, rule: number, writer: number, read: number): boolean {
  switch (guarantee) {
    case 'read-your-writes':
      return rule === Rule.Session;
    case 'monotonic-reads':
      return rule === Rule.SeenBySession;
    case 'monotonic-writes':
      return rule === Rule.SessionOfSeen && lastReaderInSession(t, t.reader[read]!, writer) === -1;
    case 'writes-follow-reads':
      return rule === Rule.BehindSeen && lastReaderInSession(t, t.reader[read]!, writer) === -1;
  }
}

/**
 * The same ruling where each session may arbitrate for itself: only demands of one session's reads at a time have to fit
 * session order and reads-from. Components and impossible reads that remain broken.
 */
export function perSession(g: GuaranteeRuling): GuaranteeRuling {
  const { t, demands, core } = g.ruling;
  if (g.broken.length === 0) return g;
  const bySession = new Map<number, number[]>();
  for (let e = 0; e < demands.count; e++) {
    const which = core.component[demands.from[e]!]!;
    if (which === -1 || which !== core.component[demands.to[e]!]) continue;
    const s = demands.read[e]! < 0 ? -1 : t.session[t.reader[demands.read[e]!]!]!;
    const list = bySession.get(s);
    if (list === undefined) bySession.set(s, [e]);
    else list.push(e);
  }
  const kept = new Evidence();
  let components = 0;
  const component = new Int32Array(t.n).fill(-1);
  const members: Int32Array[] = [];
  for (const [s, list] of bySession) {
    if (s === -1) continue;
    const alone = new Evidence();
    for (const e of [...(bySession.get(-1) ?? []), ...list])
      alone.demand(demands.from[e]!, demands.to[e]!, demands.read[e]!, demands.rule[e]! as 8);
    const found = coreOf(t, WITH_SESSIONS, alone);
    for (const part of found.members) {
      // One witness a place is enough: a component that overlaps an earlier one is counted, not kept.
      if (part.some((i) => component[i] !== -1)) continue;
      for (const i of part) component[i] = components;
      members.push(part);
      components++;
    }
    for (let e = 0; e < alone.count; e++)
      if (
        found.component[alone.from[e]!] !== -1 &&
        found.component[alone.from[e]!] === found.component[alone.to[e]!]
      )
        kept.demand(alone.from[e]!, alone.to[e]!, alone.read[e]!, alone.rule[e]! as 8);
  }
  const own = (e: number): boolean => mine(t, g.guarantee, kept.rule[e]!, kept.from[e]!, kept.read[e]!);
  const broken = new Set<number>();
  for (let e = 0; e < kept.count; e++) {
    const which = component[kept.from[e]!]!;
    if (which !== -1 && which === component[kept.to[e]!] && own(e)) broken.add(which);
  }
  const ruled: Ruling = {
    ...g.ruling,
    demands: kept,
    by: demandsByWriter(t.n, kept),
    core: { components, component, members },
    holds: components === 0,
  };
  return { ...g, ruling: ruled, broken: [...broken], own };
}

/** Whether the guarantee is upheld as far as its ruling looked. */
export function upheld(g: GuaranteeRuling): boolean {
  return g.broken.length === 0 && g.impossible.length === 0;
}
