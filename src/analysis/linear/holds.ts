import { FAIL, NEVER, OK } from '../../history/history.ts';
import type { Exact } from '../integers.ts';

/** What a call on a lock did. */
export const ACQUIRE = 0;
export const RELEASE = 1;

export interface LockCalls {
  readonly n: number;
  readonly kind: Uint8Array;
  /** How many permits, or 1. */
  readonly amount: Int32Array;
  /** Readers and writers: 1 where the hold excludes every other. */
  readonly exclusive: Uint8Array;
  readonly process: Int32Array;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly outcome: Uint8Array;
}

/** A time during which a process certainly held the lock: from the return of acquire to the invocation of release. */
export interface Hold {
  readonly acquire: number;
  /** −1: never released, as far as anyone knows. */
  readonly release: number;
  readonly from: number;
  readonly to: number;
}

export interface LockResult {
  /** Sets of holds that cannot be at the same time. */
  readonly overlaps: readonly { readonly holds: readonly Hold[]; readonly at: number }[];
  /** Releases by a process that held nothing. */
  readonly unheld: readonly number[];
  readonly count: number;
}

/**
 * Decides locks whose holder releases: a mutex (`permits` 1), a semaphore, readers and writers, reentrant or not.
 *
 * The shortest times that the calls allow are the best case for all at once, so the history is linearizable if and only
 * if those never exceed what the lock gives. An acquire of unknown outcome is left out (who did not learn of it
 * never releases, and it may not have happened); a release of unknown outcome may have happened at once.
 *
 * Preconditions: a process has one operation at a time. O(n log n).
 */
export function holds(calls: LockCalls, permits: number, reentrant: boolean, most = 8): LockResult {
  const { n, kind, process, inv, ret, outcome, amount, exclusive } = calls;
  const open = new Map<number, number[]>();
  const all: Hold[] = [];
  const unheld: number[] = [];
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (outcome[i] === FAIL) continue;
    const stack = open.get(process[i]);
    if (kind[i] === ACQUIRE) {
      if (outcome[i] !== OK) continue;
      if (stack === undefined) open.set(process[i], [i]);
      else stack.push(i);
    } else if (stack === undefined || stack.length === 0) {
      if (outcome[i] !== OK) continue;
      count++;
      if (unheld.length < most) unheld.push(i);
    } else {
      const acquire = stack.pop()!;
      if (!reentrant || stack.length === 0) all.push({ acquire, release: i, from: ret[acquire], to: inv[i] });
    }
  }
  for (const stack of open.values())
    for (const acquire of reentrant ? stack.slice(0, 1) : stack)
      all.push({ acquire, release: -1, from: ret[acquire], to: NEVER });
  all.sort((x, y) => x.from - y.from);

  const overlaps: { holds: Hold[]; at: number }[] = [];
  let held: Hold[] = [];
  for (const hold of all) {
    if (hold.from >= hold.to) continue;
    held = held.filter((other) => other.to > hold.from);
    held.push(hold);
    const taken = held.reduce((sum, other) => sum + amount[other.acquire], 0);
    const alone = held.some((other) => exclusive[other.acquire] === 1);
    if (taken <= permits && !(alone && held.length > 1)) continue;
    count++;
    const shown = alone && taken <= permits ? pair(held, hold, exclusive) : held.slice();
    if (overlaps.length < most) overlaps.push({ holds: shown, at: hold.from });
    // One report a collision: the newcomer is left out of the next.
    held.pop();
  }
  return { overlaps, unheld, count };
}

function pair(held: readonly Hold[], hold: Hold, exclusive: Uint8Array): Hold[] {
  const other = held.find((h) => h !== hold && (exclusive[h.acquire] === 1 || exclusive[hold.acquire] === 1));
  return other === undefined ? [hold] : [other, hold];
}

export interface TokenConflict {
  /** Two acquires with one token, or a later one with a smaller token. */
  readonly earlier: number;
  readonly later: number;
}

/**
 * Fencing tokens: no two acquires get the same, and one that began after another returned gets a greater one. Rows are
 * acquires that were ok, `token` their numbers. O(n log n).
 */
export function tokens(
  rows: Int32Array,
  token: readonly Exact[],
  inv: Int32Array,
  ret: Int32Array,
  most = 8,
) {
  const conflicts: TokenConflict[] = [];
  let count = 0;
  const add = (earlier: number, later: number) => {
    count++;
    if (conflicts.length < most) conflicts.push({ earlier, later });
  };
  const seen = new Map<Exact, number>();
  const order = Array.from(rows.keys());
  const byRet = order.slice().sort((x, y) => ret[rows[x]] - ret[rows[y]]);
  const byInv = order.slice().sort((x, y) => inv[rows[x]] - inv[rows[y]]);
  let done = 0;
  let greatest = -1;
  for (const i of byInv) {
    while (done < byRet.length && ret[rows[byRet[done]]] < inv[rows[i]]) {
      const j = byRet[done++];
      if (greatest < 0 || token[j] > token[greatest]) greatest = j;
    }
    const twin = seen.get(token[i]);
    if (twin !== undefined) add(rows[twin], rows[i]);
    else if (greatest >= 0 && token[greatest] > token[i]) add(rows[greatest], rows[i]);
    seen.set(token[i], i);
  }
  return { conflicts, count };
}
