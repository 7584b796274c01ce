import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import { type Exact, exactly, plus, toJson } from '../integers.ts';

/**
 * An update as it was delivered to a replica. `id` names it; `after` lists the updates that its replica had delivered when it
 * was issued (only OR-sets look at it); `stamp` orders writes of an LWW register, ties by `node`.
 */
export interface Update {
  readonly id: string;
  readonly f: string;
  readonly value: Json;
  readonly after?: readonly string[];
  readonly stamp?: Exact;
  readonly node?: string;
}

export const kinds = ['g-set', 'or-set', 'g-counter', 'pn-counter', 'lww'] as const;
export type Kind = (typeof kinds)[number];

/**
 * The value of a replica that has delivered exactly these updates, in whatever order and however often: sets as sorted
 * lists without repetition, counters as sums, an LWW register as its value (null before any write).
 *
 * Source: Shapiro, Preguiça, Baquero & Zawirski, "A comprehensive study of Convergent and Commutative Replicated Data
 * Types" (INRIA RR-7506, 2011). O(u log u), and for OR-sets O(u + what removes had seen).
 */
export function fold(kind: Kind, delivered: readonly Update[]): Json {
  const updates = [...new Map(delivered.map((u) => [u.id, u])).values()];
  switch (kind) {
    case 'g-set':
      return asSet(updates.filter((u) => u.f === 'add').map((u) => u.value));
    case 'or-set': {
      // An add survives unless a remove of its element had seen it: concurrent adds win.
      const removed = new Set<string>();
      for (const remove of updates.filter((u) => u.f === 'remove'))
        for (const id of remove.after ?? []) removed.add(`${id} ${canonical(remove.value)}`);
      const adds = updates.filter((u) => u.f === 'add' && !removed.has(`${u.id} ${canonical(u.value)}`));
      return asSet(adds.map((u) => u.value));
    }
    case 'g-counter':
    case 'pn-counter':
      return toJson(updates.reduce(counted, 0));
    case 'lww':
      return updates.filter((u) => u.f === 'write').reduce<Update | null>(later, null)?.value ?? null;
  }
}

/** A value as `fold` gives it: sets in canonical order, the rest as it is. */
export function normal(kind: Kind, value: Json): Json {
  return (kind === 'g-set' || kind === 'or-set') && Array.isArray(value) ? sorted(value as Json[]) : value;
}

function counted(sum: Exact, { f, value }: Update): Exact {
  const sign = signOf(f);
  const amount = exactly(value) ?? 1;
  if (sign === 0) return sum;
  const added = sign > 0 ? amount : -amount;
  // Fractions are added as doubles are, and so is what meets one.
  return plus(sum, added) ?? Number(sum) + Number(added);
}

const signOf = (f: string): number => (/^(add|inc)/.test(f) ? 1 : /^(dec|sub)/.test(f) ? -1 : 0);

function later(a: Update | null, b: Update): Update {
  if (a === null) return b;
  const [x, y] = [a.stamp ?? 0, b.stamp ?? 0];
  if (x !== y) return x > y ? a : b;
  return (a.node ?? '') > (b.node ?? '') ? a : b;
}

function asSet(values: readonly Json[]): Json {
  return sorted([...new Map(values.map((v) => [canonical(v), v])).values()]);
}

function sorted(values: readonly Json[]): Json[] {
  const texts = values.map((v): [string, Json] => [canonical(v), v]);
  return texts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, v]) => v);
}
