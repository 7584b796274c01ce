import { type Evidence, Rule } from './evidence.ts';
import { type KeyWriters, lastBelow } from './key-writers.ts';
import { INITIAL, type Indexed } from './transactions.ts';

/** How long what was seen stays seen. */
export type Memory = 'transaction' | 'session';

/**
 * Monotonic writes, in the server form of Terry et al., "Session Guarantees for Weakly Consistent Replicated Data" (1994):
 * who sees a write sees all earlier writes of its session. One read shows one key, so the reads that are taken
 * together are those of one transaction, or (`session`, which presumes monotonic reads) all so far of one session.
 * With `own` the session's own writes are seen too: that is PRAM.
 *
 * O(reads · sessions that write the key).
 */
export function demandSessionsOfSeen(
  t: Indexed,
  writersOf: KeyWriters,
  memory: Memory,
  own: boolean,
  out: Evidence,
): void {
  const { keyStart, groupSession, writer } = writersOf;
  const seen = new Int32Array(t.sessions);
  for (let s = 0; s < t.sessions; s++) {
    seen.fill(0);
    for (let m = t.sessionStart[s]!; m < t.sessionStart[s + 1]!; m++) {
      const t3 = t.members[m]!;
      const start = t.readStart[t3]!;
      const end = t.readStart[t3 + 1]!;
      for (let r = start; r < end; r++) {
        const from = t.readFrom[r]!;
        if (from === INITIAL) continue;
        const other = t.session[from]!;
        if (seen[other]! <= t.position[from]!) seen[other] = t.position[from]! + 1;
      }
      if (own) seen[s] = t.position[t3]!;
      for (let r = start; r < end; r++) {
        const key = t.readKey[r]!;
        const t1 = t.readFrom[r]!;
        for (let g = keyStart[key]!; g < keyStart[key + 1]!; g++) {
          const other = groupSession[g]!;
          if (seen[other] === 0) continue;
          const entry = lastBelow(writersOf, g, seen[other]!);
          if (entry < 0) continue;
          const t2 = writer[entry]!;
          if (t2 === t1 || t2 === t3) continue;
          if (t1 !== INITIAL && other === t.session[t1] && t.position[t2]! < t.position[t1]!) continue;
          out.demand(t2, t1, r, Rule.SessionOfSeen);
        }
      }
      if (memory === 'transaction')
        for (let r = start; r < end; r++) if (t.readFrom[r] !== INITIAL) seen[t.session[t.readFrom[r]!]!] = 0;
    }
  }
}
