import type { Guarantees } from '../../../src/analysis/session/behind.ts';
import { INITIAL } from '../../../src/analysis/weak/transactions.ts';
import { orders, readsFrom, sessionBefore, writesKey } from '../weak/brute.ts';
import type { Small } from '../weak/random.ts';

/**
 * Whether some visibility relation and some total arbitration satisfy the formulas of the guarantees, all at once: every relation
 * between writers and readers that contains reads-from is tried, with every order that extends session order and
 * reads-from. A read returns the last visible write in arbitration order (Viotti & Vukolić, 2016, §3).
 */
export function explainable(h: Small, rules: Guarantees): boolean {
  const n = h.session.length;
  const isReader = h.accesses.map((list) => list.some((a) => !a.write));
  const isWriter = h.accesses.map((list) => list.some((a) => a.write));
  const free: [number, number][] = [];
  const vis = Array.from({ length: n }, (_, w) => Array.from({ length: n }, (_, r) => readsFrom(h, w, r)));
  for (let w = 0; w < n; w++)
    for (let r = 0; r < n; r++) if (w !== r && isWriter[w] && isReader[r] && !vis[w]![r]) free.push([w, r]);
  const all = [...orders(n, (a, b) => sessionBefore(h, a, b) || readsFrom(h, a, b))].map((order) => {
    const place = new Array<number>(n);
    order.forEach((i, at) => {
      place[i] = at;
    });
    return place;
  });
  for (let set = 0; set < 1 << free.length; set++) {
    free.forEach(([w, r], bit) => {
      vis[w]![r] = (set & (1 << bit)) !== 0;
    });
    if (closed(h, vis, isReader, isWriter, rules) && all.some((place) => returns(h, vis, place))) return true;
  }
  return false;
}

function closed(
  h: Small,
  vis: readonly (readonly boolean[])[],
  isReader: readonly boolean[],
  isWriter: readonly boolean[],
  rules: Guarantees,
): boolean {
  const n = vis.length;
  for (let w = 0; w < n; w++)
    for (let r = 0; r < n; r++) {
      if (w === r || !isWriter[w] || !isReader[r] || vis[w]![r]) continue;
      // (w, r) is not visible: no formula may demand it.
      if (rules.readYourWrites && sessionBefore(h, w, r)) return false;
      for (let b = 0; b < n; b++) {
        if (rules.monotonicReads && isReader[b] && vis[w]![b] && sessionBefore(h, b, r)) return false;
        if (rules.monotonicWrites && isWriter[b] && sessionBefore(h, w, b) && vis[b]![r]) return false;
        if (rules.writesFollowReads !== true || !vis[w]![b]) continue;
        for (let later = 0; later < n; later++)
          if (isWriter[later] && (later === b || sessionBefore(h, b, later)) && vis[later]![r]) return false;
      }
    }
  return true;
}

function returns(h: Small, vis: readonly (readonly boolean[])[], place: readonly number[]): boolean {
  return h.accesses.every((list, r) =>
    list.every((a) => {
      if (a.write) return true;
      let last = INITIAL;
      for (let w = 0; w < place.length; w++)
        if (w !== r && vis[w]![r] && writesKey(h, w, a.key) && (last === INITIAL || place[w]! > place[last]!))
          last = w;
      return last === a.from;
    }),
  );
}
