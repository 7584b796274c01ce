import type { Anomaly } from '../verdict.ts';
import { shortestCycle } from '../weak/cycle.ts';
import { Evidence, Rule } from '../weak/evidence.ts';
import { type Ruling, ruling, WeakLevels } from '../weak/levels.ts';
import type { Registers } from '../weak/registers.ts';
import { INITIAL } from '../weak/transactions.ts';
import { ofCycle, ofInitialRead } from '../weak/witness.ts';
import type { Case } from './case.ts';
import { Source } from './version-order.ts';

/**
 * Judges the levels that need no order of versions, exactly, by the axioms of Biswas & Enea. Gives the models (canonical) that were
 * settled.
 *
 * Their read committed, a transaction's effects stay seen once they are seen, is the lattice's monotonic atomic view: Adya's PL-2, which goes by that
 * name there, allows more. What is held against read committed is its core only: reads of one key that go back in
 * time inside a transaction. Where sources of version order beyond reads-then-writes are assumed, they bind the commit
 * order too.
 */
export function findWeak(it: Case, levels: WeakLevels): string[] {
  const { found, registers } = it;
  // What read atomic demands includes what read committed does, but where a key was read from two: it looks at one of these reads.
  const short = !readFromTwo(it) && levels.readAtomic().holds;
  const all = short ? registers : registers.everyRead();
  const ofAll = all === registers ? levels : new WeakLevels(all);
  const view = short ? levels.readAtomic() : ofAll.readCommitted();
  if (!view.holds) {
    const back = ruling(ofAll.t, view.base, (out) => demandSameKey(view, out));
    add(it, all, back, 'read-committed-violation');
    if (back.holds) add(it, all, view, 'observed-transaction-vanishes');
  } else {
    const known = knownOrder(it);
    if (known !== undefined) {
      const every = registers.everyRead();
      add(it, every, new WeakLevels(every, known).readCommitted(), 'observed-transaction-vanishes');
    }
  }
  // Non-repeatable reads rule read atomic out by themselves.
  if (!registers.counts.has('non-repeatable-read')) add(it, registers, levels.readAtomic(), 'fractured-read');
  const settled = ['PL-1', 'PL-2', 'monotonic-atomic-view', 'read-atomic'];
  return found.counts['cyclic-versions'] === undefined ? settled : settled.filter((m) => m !== 'PL-1');
}

/** Whether a transaction may have read one key from two others: at once, or with an own write in between. */
function readFromTwo({ registers: { counts } }: Case): boolean {
  return counts.has('non-repeatable-read') || counts.has('internal');
}

/** The demands of a ruling whose reader had read the same key from the writer before. */
function demandSameKey({ t, demands }: Ruling, out: Evidence): void {
  const same = (read: number, writer: number): boolean => {
    for (let r = t.readStart[t.reader[read]!]!; r < read; r++)
      if (t.readFrom[r] === writer && t.readKey[r] === t.readKey[read]) return true;
    return false;
  };
  for (let e = 0; e < demands.count; e++)
    if (same(demands.read[e]!, demands.from[e]!))
      out.demand(demands.from[e]!, demands.to[e]!, demands.read[e]!, Rule.Seen);
  for (let i = 0; i < demands.impossible.length; i += 3)
    if (same(demands.impossible[i]!, demands.impossible[i + 1]!))
      out.demand(demands.impossible[i + 1]!, INITIAL, demands.impossible[i]!, Rule.Seen);
}

function add(it: Case, registers: Registers, ruled: Ruling, type: string): void {
  if (ruled.holds) return;
  const { initial, witnesses, found } = it;
  const { t, base, demands, by, core } = ruled;
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
      ofCycle(ruled, registers, shortestCycle(t, base, demands, by, core, which, own), type, initial),
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
