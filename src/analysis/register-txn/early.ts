import type { Intervals } from '../graph/intervals.ts';
import type { Versions } from './versions.ts';
import { linesOf, zonesOf } from './zones.ts';

/**
 * The intervals, those widened back in time that began too late for a version that they read: when its key had been written anew, and that was over. Where
 * real time does not bind, who read a snapshot of the past belongs there. Undefined if nobody did. Linear, while few versions of a key
 * overlap.
 */
export function early(versions: Versions, { inv, ret }: Intervals): Intervals | undefined {
  const { registers, written, writer, reader, readsStart, reads } = versions;
  const { lo } = zonesOf(versions, inv, ret);
  const { start, version } = linesOf(versions, lo);
  let from: Int32Array | undefined;
  for (let x = 0; x < registers.keys; x++) {
    const end = start[x + 1]!;
    // The initial version was over before all others.
    if (start[x]! < end) call(written + x, lo[version[start[x]!]!]!);
    for (let i = start[x]!; i < end; i++) {
      const v = version[i]!;
      let next = i + 1;
      while (next < end && inv[writer[version[next]!]!]! <= lo[v]!) next++;
      if (next < end) call(v, lo[version[next]!]!);
    }
  }
  return from && { inv: from, ret };

  /** Has those who read a version begin before it was gone. */
  function call(v: number, gone: number): void {
    for (let i = readsStart[v]!; i < readsStart[v + 1]!; i++) {
      const t = reader[reads[i]!]!;
      if (inv[t]! <= gone) continue;
      from ??= inv.slice();
      if (from[t]! > gone) from[t] = gone;
    }
  }
}
