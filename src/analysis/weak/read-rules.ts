import { type Evidence, Rule } from './evidence.ts';
import { INITIAL, type Indexed, writes } from './transactions.ts';

/**
 * Demands of the visibility rules that look no further than one transaction and its session, after Møldrup & Pavlogiannis,
 * "AWDIT: An Optimal Weak Database Isolation Tester" (PLDI 2025). Intersections walk the smaller side: O(n^1.5) in the
 * number of accesses for the whole history, near linear where transactions are small.
 */

/**
 * Read committed: t2 is seen by a read of t3 once an earlier read of t3 has read from t2.
 *
 * Scanning t3's reads backwards, only the two earliest distinct later writers of each key matter: the earliest demands
 * those after it itself, by its own read; the second stands in where t2 is the earliest.
 */
export function demandReadCommitted(t: Indexed, out: Evidence): void {
  const firstFrom = new Int32Array(t.keys);
  const firstRead = new Int32Array(t.keys);
  const secondRead = new Int32Array(t.keys);
  const stamp = new Int32Array(t.keys).fill(-1);
  const later: number[] = [];
  const look = (t3: number): void => {
    const start = t.readStart[t3]!;
    const end = t.readStart[t3 + 1]!;
    if (end - start < 2) return;
    later.length = 0;
    for (let r = end - 1; r >= start; r--) {
      const t2 = t.readFrom[r]!;
      if (t2 !== INITIAL && !readBefore(t, start, r, t2)) {
        const w0 = t.writeStart[t2]!;
        const w1 = t.writeStart[t2 + 1]!;
        if (w1 - w0 <= later.length) {
          for (let w = w0; w < w1; w++) {
            const key = t.writeKey[w]!;
            if (stamp[key] === t3) demandEarliest(key, t2);
          }
        } else {
          for (const key of later) if (writes(t, t2, key)) demandEarliest(key, t2);
        }
      }
      const key = t.readKey[r]!;
      if (stamp[key] !== t3) {
        stamp[key] = t3;
        later.push(key);
        firstFrom[key] = t2;
        firstRead[key] = r;
        secondRead[key] = -1;
      } else if (firstFrom[key] !== t2) {
        secondRead[key] = firstRead[key]!;
        firstFrom[key] = t2;
        firstRead[key] = r;
      } else firstRead[key] = r;
    }
  };
  for (let t3 = 0; t3 < t.n; t3++) look(t3);

  function demandEarliest(key: number, t2: number): void {
    const read = firstFrom[key] !== t2 ? firstRead[key]! : secondRead[key]!;
    if (read >= 0) out.demand(t2, t.readFrom[read]!, read, Rule.Seen);
  }
}

function readBefore(t: Indexed, start: number, r: number, from: number): boolean {
  for (let i = start; i < r; i++) if (t.readFrom[i] === from) return true;
  return false;
}

/** Read atomic: t3 sees everything that a transaction it reads from wrote. (Sessions: `demandSessionWrites`.) */
export function demandReadAtomic(t: Indexed, out: Evidence): void {
  const readOf = new Int32Array(t.keys);
  const stamp = new Int32Array(t.keys).fill(-1);
  const look = (t3: number): void => {
    const start = t.readStart[t3]!;
    const end = t.readStart[t3 + 1]!;
    if (end - start < 2) return;
    for (let r = start; r < end; r++) {
      stamp[t.readKey[r]!] = t3;
      readOf[t.readKey[r]!] = r;
    }
    for (let r = start; r < end; r++) {
      const t2 = t.readFrom[r]!;
      if (t2 === INITIAL || readBefore(t, start, r, t2)) continue;
      const w0 = t.writeStart[t2]!;
      const w1 = t.writeStart[t2 + 1]!;
      if (w1 - w0 <= end - start) {
        for (let w = w0; w < w1; w++) {
          const key = t.writeKey[w]!;
          if (stamp[key] !== t3) continue;
          const read = readOf[key]!;
          if (t.readFrom[read] !== t2) out.demand(t2, t.readFrom[read]!, read, Rule.AlsoRead);
        }
      } else {
        for (let read = start; read < end; read++)
          if (t.readFrom[read] !== t2 && writes(t, t2, t.readKey[read]!))
            out.demand(t2, t.readFrom[read]!, read, Rule.AlsoRead);
      }
    }
  };
  for (let t3 = 0; t3 < t.n; t3++) look(t3);
}

/**
 * Read your writes: t3 sees what its session wrote before it. Only the session's last writer of the key is demanded; those
 * before it come before it by session order. O(n).
 */
export function demandSessionWrites(t: Indexed, out: Evidence): void {
  const lastWriter = new Int32Array(t.keys);
  const stamp = new Int32Array(t.keys).fill(-1);
  for (let s = 0; s < t.sessions; s++)
    for (let m = t.sessionStart[s]!; m < t.sessionStart[s + 1]!; m++) {
      const t3 = t.members[m]!;
      for (let r = t.readStart[t3]!; r < t.readStart[t3 + 1]!; r++) {
        const key = t.readKey[r]!;
        if (stamp[key] === s && lastWriter[key] !== t.readFrom[r])
          out.demand(lastWriter[key]!, t.readFrom[r]!, r, Rule.Session);
      }
      for (let w = t.writeStart[t3]!; w < t.writeStart[t3 + 1]!; w++) {
        const key = t.writeKey[w]!;
        stamp[key] = s;
        lastWriter[key] = t3;
      }
    }
}

/**
 * Monotonic reads: t3 sees what its session has read from, t3's own reads left out. Per session and key the set of
 * writers seen since the last read of the key is kept; a read empties it, for what was demanded before the value read is
 * demanded before whatever is read next. Amortised linear in accesses, with one write set walked for each (session,
 * writer read) pair.
 */
export function demandSessionReads(t: Indexed, out: Evidence): void {
  const seen: Int32Array[] = [];
  const seenCount = new Int32Array(t.keys);
  const stamp = new Int32Array(t.keys).fill(-1);
  const walked = new Int32Array(t.n).fill(-1);
  for (let s = 0; s < t.sessions; s++)
    for (let m = t.sessionStart[s]!; m < t.sessionStart[s + 1]!; m++) {
      const t3 = t.members[m]!;
      const start = t.readStart[t3]!;
      const end = t.readStart[t3 + 1]!;
      for (let r = start; r < end; r++) {
        const key = t.readKey[r]!;
        if (stamp[key] !== s) continue;
        const list = seen[key]!;
        const from = t.readFrom[r]!;
        for (let i = 0; i < seenCount[key]!; i++)
          if (list[i] !== from) out.demand(list[i]!, from, r, Rule.SeenBySession);
        if (from !== INITIAL) {
          list[0] = from;
          seenCount[key] = 1;
        }
      }
      for (let r = start; r < end; r++) {
        const from = t.readFrom[r]!;
        if (from === INITIAL || walked[from] === s) continue;
        walked[from] = s;
        for (let w = t.writeStart[from]!; w < t.writeStart[from + 1]!; w++) see(s, t.writeKey[w]!, from);
      }
    }

  function see(s: number, key: number, writer: number): void {
    if (stamp[key] !== s) {
      stamp[key] = s;
      seenCount[key] = 0;
    }
    let list = seen[key];
    if (list === undefined) list = seen[key] = new Int32Array(2);
    const count = seenCount[key]!;
    // A writer is walked once a session: only the one that a read left behind can be here already.
    if (count > 0 && list[0] === writer) return;
    if (count === list.length) {
      const larger = new Int32Array(2 * count);
      larger.set(list);
      list = seen[key] = larger;
    }
    list[count] = writer;
    seenCount[key] = count + 1;
  }
}
