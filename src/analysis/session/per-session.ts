import { core as coreOf, demandsByWriter } from '../weak/arbitration.ts';
import { Evidence, type Rule } from '../weak/evidence.ts';
import type { GuaranteeRuling } from './guarantees.ts';

const WITH_SESSIONS = { sessions: true };

/**
 * The same ruling where each session may arbitrate for itself: only the demands of one session's reads at a time have to
 * fit session order and reads-from (and the orders of versions that are known). A part of the history that two
 * sessions break is counted once.
 */
export function perSession(g: GuaranteeRuling): GuaranteeRuling {
  if (g.broken.length === 0) return g;
  const { t, demands, core } = g.ruling;
  const known: number[] = [];
  const bySession = new Map<number, number[]>();
  for (let e = 0; e < demands.count; e++) {
    const which = core.component[demands.from[e]!]!;
    if (which === -1 || which !== core.component[demands.to[e]!]) continue;
    const read = demands.read[e]!;
    if (read < 0) known.push(e);
    else {
      const s = t.session[t.reader[read]!]!;
      const list = bySession.get(s);
      if (list === undefined) bySession.set(s, [e]);
      else list.push(e);
    }
  }
  const kept = new Evidence();
  const origin: number[] = [];
  const component = new Int32Array(t.n).fill(-1);
  const members: Int32Array[] = [];
  const broken = new Set<number>();
  for (const list of bySession.values()) {
    const alone = new Evidence();
    const mine = [...known, ...list];
    for (const e of mine) copy(e, alone);
    const found = coreOf(t, WITH_SESSIONS, alone);
    // By component found here, its number among those kept; -1 where it overlaps one of another session.
    const number = found.members.map((part) => {
      if (part.some((i) => component[i] !== -1)) return -1;
      for (const i of part) component[i] = members.length;
      return members.push(part) - 1;
    });
    for (const e of mine) {
      const which = found.component[demands.from[e]!]!;
      if (which === -1 || which !== found.component[demands.to[e]!] || number[which] === -1) continue;
      copy(e, kept);
      origin.push(e);
      if (g.own(e)) broken.add(number[which]!);
    }
  }
  return {
    ...g,
    ruling: {
      ...g.ruling,
      demands: kept,
      by: demandsByWriter(t.n, kept),
      core: { components: members.length, component, members },
      holds: members.length === 0 && g.ruling.demands.impossibleCount === 0,
    },
    broken: [...broken],
    own: (e) => g.own(origin[e]!),
  };

  function copy(e: number, to: Evidence): void {
    to.demand(demands.from[e]!, demands.to[e]!, demands.read[e]!, demands.rule[e]! as Rule);
  }
}
