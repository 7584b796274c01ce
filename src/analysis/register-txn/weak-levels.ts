import type { Anomaly } from '../verdict.ts';
import { shortestCycle } from '../weak/cycle.ts';
import { Evidence, Rule } from '../weak/evidence.ts';
import { type Ruling, WeakLevels } from '../weak/levels.ts';
import { ofCycle, ofInitialRead } from '../weak/witness.ts';
import type { Case } from './case.ts';
import { Source } from './version-order.ts';

/**
 * Judges the levels that need no order of versions, exactly: read committed and read atomic after Biswas & Enea, with their violations named;
 * and, where sources of version order beyond reads-then-writes are assumed, whether a transaction's effects vanish
 * again after they were observed. Gives the models (canonical) that were settled.
 */
export function findWeak(it: Case, levels: WeakLevels): string[] {
  const { found, registers } = it;
  const committed = levels.readCommitted();
  add(it, committed, 'read-committed-violation');
  const known = knownOrder(it);
  if (known !== undefined && committed.holds) {
    const again = new WeakLevels(registers, known).readCommitted();
    add(it, again, 'observed-transaction-vanishes');
  }
  const repeatable = !registers.counts.has('non-repeatable-read');
  if (repeatable) add(it, levels.readAtomic(), 'fractured-read');
  const settled = ['PL-1', 'PL-2', 'monotonic-atomic-view'];
  // Non-repeatable reads rule it out by themselves.
  settled.push('read-atomic');
  return found.counts['cyclic-versions'] === undefined ? settled : settled.filter((m) => m !== 'PL-1');
}

function add(it: Case, ruling: Ruling, type: string): void {
  if (ruling.holds) return;
  const { registers, initial, witnesses, found } = it;
  const { t, base, demands, by, core } = ruling;
  const witness: Anomaly[] = [];
  for (let i = 0; i < demands.impossible.length && witness.length < witnesses; i += 3) {
    const breach = {
      read: demands.impossible[i]!,
      writer: demands.impossible[i + 1]!,
      rule: demands.impossible[i + 2]!,
    };
    witness.push(ofInitialRead(t, registers, breach, type, initial));
  }
  // A part that is cyclic without demands is a G1c, and told there.
  const own = (e: number): boolean => demands.rule[e] !== Rule.Known;
  const parts = new Set<number>();
  for (let e = 0; e < demands.count; e++) {
    const which = core.component[demands.from[e]!]!;
    if (which !== -1 && which === core.component[demands.to[e]!] && own(e)) parts.add(which);
  }
  const bySize = [...parts].sort((a, b) => core.members[a]!.length - core.members[b]!.length);
  for (const which of bySize.slice(0, witnesses - witness.length))
    witness.push(
      ofCycle(ruling, registers, shortestCycle(t, base, demands, by, core, which, own), type, initial),
    );
  found.add(type, demands.impossibleCount + parts.size, witness);
}

/** The pairs that say more than reads-from does, as orders between transactions. */
function knownOrder(it: Case): Evidence | undefined {
  const { pairs, versions } = it;
  const known = new Evidence();
  for (let e = 0; e < pairs.count; e++) {
    const [a, b] = [versions.writer[pairs.from[e]!]!, versions.writer[pairs.to[e]!]!];
    if (pairs.source[e] !== Source.ReadThenWrite && a >= 0 && b >= 0 && a !== b)
      known.demand(a, b, -1, Rule.Known);
  }
  return known.count === 0 ? undefined : known;
}
