import type { Core } from '../weak/arbitration.ts';
import { type Evidence, Rule } from '../weak/evidence.ts';
import type { KeyWriters } from '../weak/key-writers.ts';
import type { Memory } from '../weak/seen-rules.ts';
import { INITIAL, type Indexed } from '../weak/transactions.ts';
import { initialReads, readsOf, Visibility } from '../weak/visibility.ts';

/**
 * Demands of writes-follow-reads: who sees a write sees what its writer had read before, and what stood behind that in turn.
 * The writes so seen are no prefix of their session, so that clocks cannot stand for them: each writer is searched from by
 * itself. Inside `within` (all transactions when absent), and for initial values read anywhere.
 *
 * @returns whether `steps` (visits of a search) ran out
 */
export function demandBehindSeen(
  t: Indexed,
  writersOf: KeyWriters,
  memory: Memory,
  within: Core | undefined,
  steps: number,
  out: Evidence,
): boolean {
  const visible = new Visibility(t, { writesFollowReads: true, monotonicReads: memory === 'session' });
  const groups = within?.members ?? [Int32Array.from({ length: t.n }, (_, i) => i)];
  for (const members of groups) {
    const writersHere = new Map<number, number[]>();
    for (const i of members)
      for (let w = t.writeStart[i]!; w < t.writeStart[i + 1]!; w++) {
        const list = writersHere.get(t.writeKey[w]!);
        if (list === undefined) writersHere.set(t.writeKey[w]!, [i]);
        else list.push(i);
      }
    for (const t2 of members) {
      if (t.writeStart[t2] === t.writeStart[t2 + 1]) continue;
      if (visible.work > steps) return true;
      visible.of(t2);
      for (let w = t.writeStart[t2]!; w < t.writeStart[t2 + 1]!; w++)
        for (const t1 of writersHere.get(t.writeKey[w]!)!) {
          if (t1 === t2) continue;
          for (const read of readsOf(t, t1, t.writeKey[w]!)) demandIfSeen(t2, t1, read);
        }
    }
  }
  for (const [key, reads] of initialReads(t)) {
    for (let g = writersOf.keyStart[key]!; g < writersOf.keyStart[key + 1]!; g++)
      for (let e = writersOf.groupStart[g]!; e < writersOf.groupStart[g + 1]!; e++) {
        if (visible.work > steps) return true;
        visible.of(writersOf.writer[e]!);
        for (const read of reads) demandIfSeen(writersOf.writer[e]!, INITIAL, read);
      }
  }
  return false;

  function demandIfSeen(t2: number, t1: number, read: number): void {
    const t3 = t.reader[read]!;
    visible.work++;
    if (t3 !== t2 && visible.sees(t3)) out.demand(t2, t1, read, Rule.BehindSeen);
  }
}
