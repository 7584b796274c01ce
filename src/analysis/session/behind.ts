import type { Core } from '../weak/arbitration.ts';
import { type Evidence, Rule } from '../weak/evidence.ts';
import type { KeyWriters } from '../weak/key-writers.ts';
import { INITIAL, type Indexed } from '../weak/transactions.ts';
import { type Guarantees, initialReads, Visibility } from '../weak/visibility.ts';

/** What is left of a search; a step is one visit. */
export interface Steps {
  left: number;
}

/**
 * Demands of a set of guarantees with writes-follow-reads in it: who sees a write sees what its writer had read before, and what
 * stood behind that in turn. The writes so seen are no prefix of their session, so that clocks cannot stand for them: each
 * writer is searched from by itself. Inside `within` (all transactions when absent), and for initial values read anywhere.
 *
 * @returns whether the steps ran out
 */
export function demandBehindSeen(
  t: Indexed,
  writersOf: KeyWriters,
  rules: Guarantees,
  within: Core | undefined,
  steps: Steps,
  out: Evidence,
): boolean {
  const visible = new Visibility(t, rules);
  const cut = demand();
  steps.left -= visible.work;
  return cut;

  function demand(): boolean {
    const groups = within?.members ?? [Int32Array.from({ length: t.n }, (_, i) => i)];
    for (const members of groups) {
      const readsHere = new Map<number, number[]>();
      for (const i of members)
        for (let e = t.readersStart[i]!; e < t.readersStart[i + 1]!; e++) {
          const read = t.readers[e]!;
          const list = readsHere.get(t.readKey[read]!);
          if (list === undefined) readsHere.set(t.readKey[read]!, [read]);
          else list.push(read);
        }
      for (const t2 of members) {
        if (t.writeStart[t2] === t.writeStart[t2 + 1]) continue;
        if (visible.work > steps.left) return true;
        visible.of(t2);
        for (let w = t.writeStart[t2]!; w < t.writeStart[t2 + 1]!; w++)
          for (const read of readsHere.get(t.writeKey[w]!) ?? []) demandIfSeen(t2, t.readFrom[read]!, read);
      }
    }
    for (const [key, reads] of initialReads(t)) {
      for (let g = writersOf.keyStart[key]!; g < writersOf.keyStart[key + 1]!; g++)
        for (let e = writersOf.groupStart[g]!; e < writersOf.groupStart[g + 1]!; e++) {
          if (visible.work > steps.left) return true;
          visible.of(writersOf.writer[e]!);
          for (const read of reads) demandIfSeen(writersOf.writer[e]!, INITIAL, read);
        }
    }
    return false;
  }

  function demandIfSeen(t2: number, t1: number, read: number): void {
    const t3 = t.reader[read]!;
    visible.work++;
    if (t1 !== t2 && t3 !== t2 && visible.sees(t3)) out.demand(t2, t1, read, Rule.BehindSeen);
  }
}
