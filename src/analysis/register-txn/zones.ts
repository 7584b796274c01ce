import { NEVER } from '../../history/history.ts';
import type { Intervals } from '../graph/intervals.ts';
import { Source, type VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';

/**
 * The order that real time imposes on the versions of each key, if the key is linearizable: a before b whenever some
 * access of a returned before some access of b began. With lo(v) the earliest return and hi(v) the latest invocation among v's
 * accesses, that is lo(a) < hi(b). Zones after Gibbons & Korach, "Testing Shared Memories" (1997): a key has an order
 * exactly when no two zones precede each other.
 */
export interface Zones {
  readonly lo: Int32Array;
  readonly hi: Int32Array;
}

export function zonesOf(versions: Versions, inv: Int32Array, ret: Int32Array): Zones {
  const { count, written, writer, ofRead, reader } = versions;
  const lo = new Int32Array(count).fill(NEVER);
  const hi = new Int32Array(count).fill(-1);
  for (let w = 0; w < written; w++) {
    lo[w] = ret[writer[w]!]!;
    hi[w] = inv[writer[w]!]!;
  }
  for (let r = 0; r < ofRead.length; r++) {
    const v = ofRead[r]!;
    const t = reader[r]!;
    if (ret[t]! < lo[v]!) lo[v] = ret[t]!;
    if (inv[t]! > hi[v]!) hi[v] = inv[t]!;
  }
  return { lo, hi };
}

/** The zone of one version by itself. Linear in its reads. */
export interface Zone {
  readonly version: number;
  readonly lo: number;
  readonly hi: number;
}

export function zoneOf(versions: Versions, { inv, ret }: Intervals, version: number): Zone {
  const { writer, reader, readsStart, reads } = versions;
  const by = writer[version]!;
  let lo = by < 0 ? NEVER : ret[by]!;
  let hi = by < 0 ? -1 : inv[by]!;
  for (let i = readsStart[version]!; i < readsStart[version + 1]!; i++) {
    const t = reader[reads[i]!]!;
    if (ret[t]! < lo) lo = ret[t]!;
    if (inv[t]! > hi) hi = inv[t]!;
  }
  return { version, lo, hi };
}

/** The versions of each key in the order of their earliest returns: `version[start[x] … start[x + 1] - 1]`, and each one's place there. */
export interface Lines {
  readonly start: Int32Array;
  readonly version: Int32Array;
  readonly place: Int32Array;
}

/** Moves that insertion may take, a version. */
const MOVES = 16;

/** Linear where versions are numbered about as they come, as rows of a history are; else O(n log n). */
export function linesOf(versions: Versions, lo: Int32Array): Lines {
  const { written, key, registers } = versions;
  const { keys } = registers;
  const start = new Int32Array(keys + 1);
  for (let w = 0; w < written; w++) start[key[w]! + 1]!++;
  for (let x = 0; x < keys; x++) start[x + 1]! += start[x]!;
  const cursor = start.slice(0, keys);
  const version = new Int32Array(written);
  let moves = MOVES * written;
  for (let w = 0; w < written; w++) {
    const x = key[w]!;
    let at = cursor[x]!++;
    if (moves > 0)
      for (const end = lo[w]!; at > start[x]! && lo[version[at - 1]!]! > end; at--, moves--)
        version[at] = version[at - 1]!;
    version[at] = w;
  }
  if (moves <= 0)
    for (let x = 0; x < keys; x++) version.subarray(start[x]!, start[x + 1]!).sort((a, b) => lo[a]! - lo[b]!);
  const place = new Int32Array(written);
  for (let i = 0; i < written; i++) place[version[i]!] = i;
  return { start, version, place };
}

/**
 * Adds the covering pairs of real-time version order, for each key that has one, and gives the keys that have none, each with two versions
 * that cross unless it is its initial version that comes too late. O(n log n + pairs);
 * there are at most as many pairs a version as accesses of its key overlap.
 */
export function addRealtimePairs(
  versions: Versions,
  zones: Zones,
  out: VersionPairs,
): Map<number, Crossing | undefined> {
  const { written, key, registers } = versions;
  const { lo, hi } = zones;
  const start = new Int32Array(registers.keys + 1);
  for (let w = 0; w < written; w++) start[key[w]! + 1]!++;
  for (let x = 0; x < registers.keys; x++) start[x + 1]! += start[x]!;
  const cursor = start.slice(0, registers.keys);
  const byKey = new Int32Array(written);
  for (let w = 0; w < written; w++) byKey[cursor[key[w]!]!++] = w;
  const unordered = new Map<number, Crossing | undefined>();
  for (let x = 0; x < registers.keys; x++) {
    const members = byKey.subarray(start[x]!, start[x + 1]!);
    const initialHi = hi[written + x]!;
    members.sort((a, b) => hi[a]! - hi[b]!);
    const crossed = crossing(members, zones);
    if (crossed !== undefined || members.some((v) => lo[v]! < initialHi)) unordered.set(x, crossed);
    else addCovering(members, zones, out);
  }
  return unordered;
}

/** Two versions of a key each of which real time puts before the other: no order of the key exists. */
export type Crossing = readonly [number, number];

function crossing(members: Int32Array, { lo, hi }: Zones): Crossing | undefined {
  const forward = members.filter((v) => lo[v]! < hi[v]!).sort((a, b) => lo[a]! - lo[b]!);
  for (let i = 1; i < forward.length; i++)
    if (lo[forward[i]!]! < hi[forward[i - 1]!]!) return [forward[i - 1]!, forward[i]!];
  for (const v of members) {
    if (lo[v]! < hi[v]!) continue;
    let low = 0;
    let high = forward.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lo[forward[middle]!]! < hi[v]!) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && lo[v]! < hi[forward[low - 1]!]!) return [forward[low - 1]!, v];
  }
  return undefined;
}

/**
 * b covers a unless another version lies between. `members` are sorted by hi. Of the versions after a, let m be the least lo: whatever
 * begins after m has something between, except the version that m belongs to.
 */
function addCovering(members: Int32Array, { lo, hi }: Zones, out: VersionPairs): void {
  const m = members.length;
  // By place: the places with the least and second least lo from there on.
  const least = new Int32Array(m + 1).fill(-1);
  const second = new Int32Array(m + 1).fill(-1);
  const loAt = (place: number): number => (place < 0 ? NEVER : lo[members[place]!]!);
  for (let i = m - 1; i >= 0; i--) {
    least[i] = least[i + 1]!;
    second[i] = second[i + 1]!;
    if (least[i] === -1 || loAt(i) < loAt(least[i]!)) {
      second[i] = least[i]!;
      least[i] = i;
    } else if (second[i] === -1 || loAt(i) < loAt(second[i]!)) second[i] = i;
  }
  for (let i = 0; i < m; i++) {
    const a = members[i]!;
    if (lo[a] === NEVER) continue;
    let low = 0;
    let high = m;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (hi[members[middle]!]! > lo[a]!) high = middle;
      else low = middle + 1;
    }
    if (low === m) continue;
    const first = least[low] === i ? second[low]! : least[low]!;
    const limit = loAt(first);
    for (let j = low; j < m && hi[members[j]!]! <= limit; j++)
      if (j !== i) out.add(a, members[j]!, Source.Realtime);
    if (first !== -1 && hi[members[first]!]! > limit) out.add(a, members[first]!, Source.Realtime);
  }
}
