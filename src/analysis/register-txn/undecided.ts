import { CLOSURE_LIMIT } from './limits.ts';
import type { VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';

/**
 * Pairs of versions of one key that nothing known orders, flat. Null when there are more than `limit`. With `onlyRead`, pairs that nobody
 * read either of are left out: where transactions are in one line anyway, so are their writes, and there is nothing to choose.
 */
export function undecidedPairs(
  versions: Versions,
  pairs: VersionPairs,
  limit: number,
  onlyRead: boolean,
): Int32Array | null {
  const { written, count, key, registers, readsStart } = versions;
  const unread = (v: number): boolean => onlyRead && readsStart[v] === readsStart[v + 1];
  const start = new Int32Array(count + 1);
  const waiting = new Int32Array(written);
  let known = 0;
  for (let e = 0; e < pairs.count; e++)
    if (pairs.from[e]! < written && pairs.to[e]! < written) {
      start[pairs.from[e]! + 1]!++;
      waiting[pairs.to[e]!]!++;
      known++;
    }
  for (let v = 0; v < count; v++) start[v + 1]! += start[v]!;
  const cursor = start.slice(0, count);
  const targets = new Int32Array(known);
  for (let e = 0; e < pairs.count; e++)
    if (pairs.from[e]! < written && pairs.to[e]! < written) targets[cursor[pairs.from[e]!]!++] = pairs.to[e]!;

  const keyStart = new Int32Array(registers.keys + 1);
  for (let w = 0; w < written; w++) keyStart[key[w]! + 1]!++;
  for (let x = 0; x < registers.keys; x++) keyStart[x + 1]! += keyStart[x]!;
  const fill = keyStart.slice(0, registers.keys);
  const byKey = new Int32Array(written);
  for (let w = 0; w < written; w++) byKey[fill[key[w]!]!++] = w;

  const found: number[] = [];
  const place = new Int32Array(written);
  for (let x = 0; x < registers.keys; x++) {
    const members = byKey.subarray(keyStart[x]!, keyStart[x + 1]!);
    if (members.length < 2) continue;
    const order = topological(members);
    if (order === null) continue;
    if (order.chain) continue;
    if (members.length > CLOSURE_LIMIT) return null;
    if (!collect(order.order)) return null;
  }
  return Int32Array.from(found);

  /** A topological order of one key's versions, and whether it is the only one. Null if it is cyclic. */
  function topological(members: Int32Array): { order: Int32Array; chain: boolean } | null {
    const order = new Int32Array(members.length);
    let tail = 0;
    for (const v of members) if (waiting[v] === 0) order[tail++] = v;
    let chain = true;
    for (let head = 0; head < tail; head++) {
      // Two at once that nothing holds back: neither precedes the other.
      if (tail - head > 1) chain = false;
      const v = order[head]!;
      for (let e = start[v]!; e < start[v + 1]!; e++)
        if (--waiting[targets[e]!]! === 0) order[tail++] = targets[e]!;
    }
    return tail < members.length ? null : { order, chain };
  }

  function collect(order: Int32Array): boolean {
    const m = order.length;
    const words = (m + 31) >> 5;
    const after = new Int32Array(m * words);
    order.forEach((v, i) => {
      place[v] = i;
    });
    for (let i = m - 1; i >= 0; i--) {
      for (let e = start[order[i]!]!; e < start[order[i]! + 1]!; e++) {
        const j = place[targets[e]!]!;
        after[i * words + (j >> 5)]! |= 1 << (j & 31);
        for (let k = 0; k < words; k++) after[i * words + k]! |= after[j * words + k]!;
      }
      for (let j = i + 1; j < m; j++)
        if (
          (after[i * words + (j >> 5)]! & (1 << (j & 31))) === 0 &&
          !(unread(order[i]!) && unread(order[j]!))
        ) {
          found.push(order[i]!, order[j]!);
          if (found.length > 2 * limit) return false;
        }
    }
    return true;
  }
}
