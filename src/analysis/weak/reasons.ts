import { type CycleStep, causalPath } from './cycle.ts';
import { Rule } from './evidence.ts';
import type { Indexed } from './transactions.ts';
import { INITIAL } from './transactions.ts';

/** A read of t3 that was served by t2, or -1. */
export function readFromWriter(t: Indexed, t3: number, t2: number): number {
  for (let r = t.readStart[t3]!; r < t.readStart[t3 + 1]!; r++) if (t.readFrom[r] === t2) return r;
  return -1;
}

/** The last transaction of t3's session, t3 included, that read from t2; -1 when there is none. */
export function lastReaderInSession(t: Indexed, t3: number, t2: number): number {
  let last = -1;
  for (let e = t.readersStart[t2]!; e < t.readersStart[t2 + 1]!; e++) {
    const reader = t.reader[t.readers[e]!]!;
    if (t.session[reader] === t.session[t3] && t.position[reader]! <= t.position[t3]! && reader > last)
      last = reader;
  }
  return last;
}

/** How t2 came to be visible to t3, as steps of session order and reads-from that end in t3. */
export function howSeen(t: Indexed, t2: number, t3: number, rule: number): CycleStep[] {
  if (rule === Rule.Session) return [{ kind: 'so', from: t2, to: t3 }];
  if (rule === Rule.SessionOfSeen) {
    for (let reader: number = t3; reader !== -1; reader = t.previous[reader]!) {
      for (let r = t.readStart[reader]!; r < t.readStart[reader + 1]!; r++) {
        const later = t.readFrom[r]!;
        if (later === INITIAL || t.session[later] !== t.session[t2] || t.position[later]! < t.position[t2]!)
          continue;
        const steps: CycleStep[] = later === t2 ? [] : [{ kind: 'so', from: t2, to: later }];
        steps.push({ kind: 'wr', from: later, to: reader, read: r });
        if (reader !== t3) steps.push({ kind: 'so', from: reader, to: t3 });
        return steps;
      }
    }
  }
  if (rule === Rule.Seen || rule === Rule.AlsoRead || rule === Rule.SeenBySession) {
    const reader = lastReaderInSession(t, t3, t2);
    if (reader !== -1) {
      const steps: CycleStep[] = [{ kind: 'wr', from: t2, to: reader, read: readFromWriter(t, reader, t2) }];
      if (reader !== t3) steps.push({ kind: 'so', from: reader, to: t3 });
      return steps;
    }
  }
  return causalPath(t, t2, t3);
}
