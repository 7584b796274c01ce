import { FAIL, INFO, OK } from '../../history/history.ts';
import { CAS, type Calls, type Decision, MISS, pick, READ } from './calls.ts';
import { illegalAnywhere } from './deadlines/search.ts';
import type { Meter } from './meter.ts';

export interface Witness {
  /** Rows that conflict, in order of invocation. */
  readonly rows: readonly number[];
  readonly culprit: number;
  /** They conflict whatever the register was before. */
  readonly anyStart: boolean;
}

/** Above this many calls a witness is not shrunk one by one. */
const MOST_ROWS = 3000;

/**
 * Shrinks what a search refuted to few calls that are still impossible (ddmin; Zeller & Hildebrandt 2002).
 *
 * Only what keeps the proof is left out: a read alone, or every call that mentions a value together, and the values that
 * compare-and-sets make of it. If the whole has an order, it has one without those; so if the rest has none, neither has
 * the whole. A value that was there a while may be what an observed failure needs: with those, values stay.
 */
export function shrunk(calls: Calls, initial: number, decision: Decision, meter: Meter): Witness {
  const culprit = decision.culprit ?? 0;
  const from = decision.window?.[0] ?? -1;
  const to = decision.window?.[1] ?? calls.ret[culprit];
  const end = Math.min(to, calls.outcome[culprit] === OK ? calls.ret[culprit] : to);
  let rows: number[] = [];
  for (let i = 0; i < calls.n; i++) {
    if (calls.outcome[i] === FAIL || calls.inv[i] > end) continue;
    if (calls.outcome[i] === OK ? calls.ret[i] >= from : calls.kind[i] !== READ && calls.kind[i] !== MISS)
      rows.push(i);
  }
  const anyStart = from > 0;
  // What returns after the end is no more than pending here.
  const cut = (list: readonly number[]): Calls => {
    const part = pick(calls, list);
    for (let i = 0; i < part.n; i++) {
      if (part.outcome[i] !== OK || part.ret[i] <= end) continue;
      part.outcome[i] = INFO;
      part.ret[i] = 0x7fffffff;
    }
    return part;
  };
  const impossible = (list: readonly number[]) =>
    illegalAnywhere(cut(list), initial, anyStart ? from : undefined, meter.part(500_000));
  if (rows.length > MOST_ROWS || !impossible(rows)) return { rows: [culprit], culprit, anyStart };

  const without = (drop: (row: number) => boolean): boolean => {
    const rest = rows.filter((row) => !drop(row));
    if (rest.length === rows.length || !rest.includes(culprit) || !impossible(rest)) return false;
    rows = rest;
    return true;
  };
  const reads = rows.filter(
    (row) => row !== culprit && (calls.kind[row] === READ || calls.kind[row] === MISS),
  );
  for (let size = reads.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let i = 0; i < reads.length; i += size) {
      const chunk = new Set(reads.slice(i, i + size));
      without((row) => chunk.has(row));
    }
  const mentions = (row: number, value: number) =>
    calls.a[row] === value || (calls.kind[row] === CAS && calls.b[row] === value);
  const values = new Set(
    rows.flatMap((row) => (calls.kind[row] === CAS ? [calls.a[row], calls.b[row]] : [calls.a[row]])),
  );
  const depends = rows.some((row) => calls.kind[row] === MISS);
  for (const value of depends ? [] : values) {
    const gone = withSuccessors(value, rows, calls);
    without((row) => [...gone].some((v) => mentions(row, v)));
  }
  // A write of unknown outcome that nobody needs is optional anyway.
  for (const row of rows.filter((r) => !depends && calls.outcome[r] === INFO)) {
    const observed = rows.some(
      (r) =>
        r !== row &&
        calls.kind[r] !== 1 &&
        mentions(r, calls.kind[row] === CAS ? calls.b[row] : calls.a[row]),
    );
    if (!observed) without((r) => r === row);
  }
  return { rows, culprit, anyStart };
}

/** A value and all that compare-and-sets lead to from it: without it they would come from nowhere. */
export function withSuccessors(value: number, rows: readonly number[], calls: Calls): Set<number> {
  const found = new Set([value]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const row of rows) if (calls.kind[row] === CAS && found.has(calls.a[row])) found.add(calls.b[row]);
  }
  return found;
}
