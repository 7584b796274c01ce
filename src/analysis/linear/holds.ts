import { FAIL, NEVER, OK } from '../../history/history.ts';
import type { Exact } from '../integers.ts';

/** What a call on a lock did. */
export const ACQUIRE = 0;
export const RELEASE = 1;

export interface LockCalls {
  readonly n: number;
  readonly kind: Uint8Array;
  /** How many permits, at least 1; of a lock 1. */
  readonly amount: Float64Array;
  /** Readers and writers: 1 where the hold excludes every other. */
  readonly exclusive: Uint8Array;
  readonly process: Int32Array;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly outcome: Uint8Array;
}

/**
 * A time during which a process certainly held the lock: from the return of acquire to the invocation of release. What one
 * acquire took and several releases gave back is as many holds.
 */
export interface Hold {
  readonly acquire: number;
  /** −1: never released, as far as anyone knows. */
  readonly release: number;
  /** How many permits. */
  readonly amount: number;
  readonly from: number;
  readonly to: number;
}

export interface LockResult {
  /** Sets of holds that cannot be at the same time. */
  readonly overlaps: readonly { readonly holds: readonly Hold[]; readonly at: number }[];
  /** Releases by a process that did not hold as much. */
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
 * Permits need not be given back in the amounts in which they were taken: how many a process holds depends on its own
 * operations alone, whose order is known, and each amount is held for the shortest where it is taken at the return and
 * given back at the invocation. Only the words of witnesses depend on which permits those are: the last taken.
 *
 * Preconditions: a process has one operation at a time; reentrant calls of a process are all of one amount. O(n log n).
 */
export function holds(calls: LockCalls, permits: number, reentrant: boolean, most = 8): LockResult {
  const { n, kind, process, inv, ret, outcome, amount, exclusive } = calls;
  const open = new Map<number, Taken[]>();
  const all: Hold[] = [];
  const unheld: number[] = [];
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (outcome[i] === FAIL) continue;
    const stack = open.get(process[i]);
    if (kind[i] === ACQUIRE) {
      if (outcome[i] !== OK) continue;
      const taken = { acquire: i, amount: amount[i] };
      if (stack === undefined) open.set(process[i], [taken]);
      else stack.push(taken);
      continue;
    }
    if (stack === undefined || !suffices(stack, amount[i])) {
      // One of unknown outcome did not happen.
      if (outcome[i] !== OK) continue;
      count++;
      if (unheld.length < most) unheld.push(i);
    }
    for (const { acquire, amount: given } of giveBack(stack ?? [], amount[i]))
      if (!reentrant || stack!.length === 0)
        all.push({ acquire, release: i, amount: given, from: ret[acquire], to: inv[i] });
  }
  for (const stack of open.values())
    for (const { acquire, amount: kept } of reentrant ? stack.slice(0, 1) : stack)
      all.push({ acquire, release: -1, amount: kept, from: ret[acquire], to: NEVER });
  all.sort((x, y) => x.from - y.from);

  const overlaps: { holds: Hold[]; at: number }[] = [];
  let held: Hold[] = [];
  let told = -1;
  for (const hold of all) {
    if (hold.from >= hold.to || hold.acquire === told) continue;
    held = held.filter((other) => other.to > hold.from);
    held.push(hold);
    const taken = held.reduce((sum, other) => sum + other.amount, 0);
    const alone = held.some((other) => exclusive[other.acquire] === 1);
    if (taken <= permits && !(alone && held.length > 1)) continue;
    count++;
    const shown = alone && taken <= permits ? pair(held, hold, exclusive) : held.slice();
    if (overlaps.length < most) overlaps.push({ holds: shown, at: hold.from });
    // One report a collision: the newcomer is left out of the next, with all else that it took.
    told = hold.acquire;
    held.pop();
  }
  return { overlaps, unheld, count };
}

/** What is left of what an acquire took. */
interface Taken {
  readonly acquire: number;
  readonly amount: number;
}

function suffices(stack: readonly Taken[], amount: number): boolean {
  let sum = 0;
  for (let i = stack.length - 1; i >= 0 && sum < amount; i--) sum += stack[i].amount;
  return sum >= amount;
}

/** Takes an amount off the stack, or all there is, the last taken first. O(what is taken off). */
function giveBack(stack: Taken[], amount: number): Taken[] {
  const given: Taken[] = [];
  for (let left = amount; left > 0 && stack.length > 0; ) {
    const last = stack.pop()!;
    const part = Math.min(left, last.amount);
    given.push({ acquire: last.acquire, amount: part });
    if (part < last.amount) stack.push({ acquire: last.acquire, amount: last.amount - part });
    left -= part;
  }
  return given;
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
