import { INITIAL } from '../../../src/analysis/weak/transactions.ts';
import { orders, readsFrom, sessionBefore, writesKey } from '../weak/brute.ts';
import type { Small } from '../weak/random.ts';

export type Timed = Small & { readonly inv: readonly number[]; readonly ret: readonly number[] };

export function before(h: Timed, order: 'none' | 'process' | 'realtime', a: number, b: number): boolean {
  if (order === 'none') return false;
  return order === 'process' ? sessionBefore(h, a, b) : h.ret[a]! < h.inv[b]!;
}

/** Serializable: some serial order in which every read sees the last write. */
export function serializable(h: Timed, order: 'none' | 'process' | 'realtime'): boolean {
  const n = h.session.length;
  for (const line of orders(n, (a, b) => before(h, order, a, b) || readsFrom(h, a, b))) {
    const last = new Map<number, number>();
    const fits = line.every((t) => {
      const good = h.accesses[t]!.every((a) => a.write || (last.get(a.key) ?? INITIAL) === a.from);
      for (const a of h.accesses[t]!) if (a.write) last.set(a.key, t);
      return good;
    });
    if (fits) return true;
  }
  return false;
}

/**
 * Snapshot isolation by its operational definition: some order of begins and commits in which a transaction reads what had
 * been committed when it began, and nobody commits a key that it writes between its begin and its commit.
 */
export function snapshotIsolated(h: Timed, order: 'none' | 'process' | 'realtime'): boolean {
  const n = h.session.length;
  const current = new Map<number, number>();
  const begun = new Array<boolean>(n).fill(false);
  const done = new Array<boolean>(n).fill(false);
  const seen = new Set<string>();
  const state = (): string => `${begun.join()}|${done.join()}|${[...current].sort().join(';')}`;
  const go = (): boolean => {
    if (done.every((d) => d)) return true;
    const key = state();
    if (seen.has(key)) return false;
    seen.add(key);
    for (let t = 0; t < n; t++) {
      if (done[t]) continue;
      if (!begun[t]) {
        let free = true;
        for (let o = 0; o < n; o++) {
          if (o === t) continue;
          if (!done[o] && before(h, order, o, t)) free = false;
          // One who writes what this one writes is under way.
          if (begun[o] && !done[o] && h.accesses[o]!.some((a) => a.write && writesKey(h, t, a.key)))
            free = false;
        }
        if (!free || !h.accesses[t]!.every((a) => a.write || (current.get(a.key) ?? INITIAL) === a.from))
          continue;
        begun[t] = true;
        if (go()) return true;
        begun[t] = false;
      } else {
        const saved = h.accesses[t]!.filter((a) => a.write).map((a) => [a.key, current.get(a.key)] as const);
        done[t] = true;
        for (const [k] of saved) current.set(k, t);
        if (go()) return true;
        done[t] = false;
        for (const [k, v] of saved)
          if (v === undefined) current.delete(k);
          else current.set(k, v);
      }
    }
    return false;
  };
  return go();
}
