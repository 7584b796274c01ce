import { inPieces } from '../pieces.ts';
import type { Indexed } from './transactions.ts';

/**
 * The writers of each key, grouped by session and in session order within a group: what is needed to find a
 * session's last write of a key before some point. Linear to build.
 */
export interface KeyWriters {
  /** Groups of key x: `keyStart[x] … keyStart[x + 1] - 1`. */
  readonly keyStart: Int32Array;
  /** Entries of group g: `groupStart[g] … groupStart[g + 1] - 1`. */
  readonly groupStart: Int32Array;
  readonly groupSession: Int32Array;
  readonly writer: Int32Array;
  /** The writer's session, and its place there. */
  readonly session: Int32Array;
  readonly place: Int32Array;
}

/** Writers of a key up to which inserting them one by one is cheaper than going session by session. */
const FEW = 128;

export function keyWriters(t: Indexed): KeyWriters {
  const { n, keys, writeStart, writeKey, session, position } = t;
  const total = writeStart[n]!;
  const start = new Int32Array(keys + 1);
  inPieces(total, (from, to) => {
    for (let w = from; w < to; w++) start[writeKey[w]! + 1]!++;
  });
  let most = 0;
  for (let x = 0; x < keys; x++) {
    if (start[x + 1]! > most) most = start[x + 1]!;
    start[x + 1]! += start[x]!;
  }
  const cursor = start.slice(0, keys);
  const writer = new Int32Array(total);
  const sessionOf = new Int32Array(total);
  const place = new Int32Array(total);
  const few = most <= FEW;
  const enter = (m: number): void => {
    // In the order of numbers, which a session's transactions keep, reading is cheap and groups are made by insertion.
    const i = few ? m : t.members[m]!;
    const s = session[i]!;
    for (let w = writeStart[i]!; w < writeStart[i + 1]!; w++) {
      const x = writeKey[w]!;
      let at = cursor[x]!++;
      if (few)
        for (; at > start[x]! && sessionOf[at - 1]! > s; at--) {
          writer[at] = writer[at - 1]!;
          sessionOf[at] = sessionOf[at - 1]!;
        }
      writer[at] = i;
      sessionOf[at] = s;
    }
  };
  for (let m = 0; m < n; m++) enter(m);
  const keyStart = new Int32Array(keys + 1);
  const groupStart = new Int32Array(total + 1);
  const groupSession = new Int32Array(total);
  let groups = 0;
  for (let x = 0; x < keys; x++) {
    keyStart[x] = groups;
    for (let e = start[x]!; e < start[x + 1]!; e++) {
      const s = sessionOf[e]!;
      place[e] = position[writer[e]!]!;
      if (e === start[x] || groupSession[groups - 1] !== s) {
        groupStart[groups] = e;
        groupSession[groups++] = s;
      }
    }
  }
  keyStart[keys] = groups;
  groupStart[groups] = total;
  return { keyStart, groupStart, groupSession, writer, session: sessionOf, place };
}

/** The last entry of group g whose place is below `limit`, or -1. */
export function lastBelow(writersOf: KeyWriters, g: number, limit: number): number {
  const { groupStart, place } = writersOf;
  let low = groupStart[g]!;
  let high = groupStart[g + 1]!;
  if (place[low]! >= limit) return -1;
  if (place[high - 1]! < limit) return high - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (place[middle]! < limit) low = middle;
    else high = middle;
  }
  return low;
}
