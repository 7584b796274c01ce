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
  /** The writer's place in its session. */
  readonly place: Int32Array;
}

export function keyWriters(t: Indexed): KeyWriters {
  const total = t.writeStart[t.n]!;
  const count = new Int32Array(t.keys + 1);
  for (let w = 0; w < total; w++) count[t.writeKey[w]! + 1]!++;
  for (let x = 0; x < t.keys; x++) count[x + 1]! += count[x]!;
  const cursor = count.slice(0, t.keys);
  const writer = new Int32Array(total);
  const place = new Int32Array(total);
  for (let m = 0; m < t.n; m++) {
    const i = t.members[m]!;
    for (let w = t.writeStart[i]!; w < t.writeStart[i + 1]!; w++) {
      const at = cursor[t.writeKey[w]!]!++;
      writer[at] = i;
      place[at] = t.position[i]!;
    }
  }
  const keyStart = new Int32Array(t.keys + 1);
  const groupStart = new Int32Array(total + 1);
  const groupSession = new Int32Array(total);
  let groups = 0;
  for (let x = 0; x < t.keys; x++) {
    keyStart[x] = groups;
    for (let e = count[x]!; e < count[x + 1]!; e++) {
      const s = t.session[writer[e]!]!;
      if (e === count[x] || groupSession[groups - 1] !== s) {
        groupStart[groups] = e;
        groupSession[groups++] = s;
      }
    }
  }
  keyStart[t.keys] = groups;
  groupStart[groups] = total;
  return { keyStart, groupStart, groupSession, writer, place };
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
