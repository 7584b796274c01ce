import { INITIAL } from '../../../src/analysis/weak/transactions.ts';
import type { Small } from './random.ts';

/** All orders of 0 … n-1 that extend a relation. */
export function* orders(n: number, before: (a: number, b: number) => boolean): Generator<readonly number[]> {
  const order: number[] = [];
  const used = new Array<boolean>(n).fill(false);
  function* extend(): Generator<readonly number[]> {
    if (order.length === n) {
      yield [...order];
      return;
    }
    for (let i = 0; i < n; i++) {
      if (used[i]) continue;
      let free = true;
      for (let j = 0; j < n; j++) if (!used[j] && j !== i && before(j, i)) free = false;
      if (!free) continue;
      used[i] = true;
      order.push(i);
      yield* extend();
      order.pop();
      used[i] = false;
    }
  }
  yield* extend();
}

export function sessionBefore(h: Small, a: number, b: number): boolean {
  return a < b && h.session[a] === h.session[b];
}

export function readsFrom(h: Small, a: number, b: number): boolean {
  return h.accesses[b]!.some((x) => !x.write && x.from === a);
}

export function writesKey(h: Small, t: number, key: number): boolean {
  return h.accesses[t]!.some((x) => x.write && x.key === key);
}

/** Transitive closure of a relation over n transactions. */
export function closure(n: number, related: (a: number, b: number) => boolean): boolean[][] {
  const m = Array.from({ length: n }, (_, a) => Array.from({ length: n }, (_, b) => related(a, b)));
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) if (m[i]![k]) for (let j = 0; j < n; j++) if (m[k]![j]) m[i]![j] = true;
  return m;
}

/** φ(t2, t3, index of the read in t3). */
export type Axiom = (h: Small, t2: number, t3: number, read: number) => boolean;

export const readCommitted: Axiom = (h, t2, t3, read) =>
  h.accesses[t3]!.some((a, i) => i < read && !a.write && a.from === t2);

/** Without session order: what a transaction reads from. */
export const readAtomic: Axiom = (h, t2, t3) => readsFrom(h, t2, t3);

export function causal(h: Small): Axiom {
  const n = h.session.length;
  const past = closure(n, (a, b) => sessionBefore(h, a, b) || readsFrom(h, a, b));
  return (_, t2, t3) => past[t2]![t3]!;
}

/**
 * Biswas & Enea's definition, word for word: some total order co extends the base, and for every read of x by t3 from
 * t1 and every other writer t2 of x with φ(t2, t3), co has t2 before t1. The initial transaction is first.
 */
export function satisfies(h: Small, axiom: Axiom, sessions: boolean): boolean {
  const n = h.session.length;
  const base = (a: number, b: number): boolean => (sessions && sessionBefore(h, a, b)) || readsFrom(h, a, b);
  for (const co of orders(n, base)) {
    const place = new Array<number>(n);
    for (let i = 0; i < n; i++) place[co[i]!] = i;
    if (fits(h, axiom, place)) return true;
  }
  return false;
}

function fits(h: Small, axiom: Axiom, place: readonly number[]): boolean {
  for (let t3 = 0; t3 < h.accesses.length; t3++)
    for (const [read, a] of h.accesses[t3]!.entries()) {
      if (a.write) continue;
      for (let t2 = 0; t2 < place.length; t2++) {
        if (t2 === a.from || t2 === t3 || !writesKey(h, t2, a.key) || !axiom(h, t2, t3, read)) continue;
        if (a.from === INITIAL || place[t2]! > place[a.from]!) return false;
      }
    }
  return true;
}
