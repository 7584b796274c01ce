import { APPEND, FAIL, INFO, NEVER, OK, UNREAD } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import { dense } from '../graph/intervals.ts';
import { Positions } from './positions.ts';
import type { Transactions } from './transactions.ts';

/** In `Placed.code`: a read of which nothing is known. */
const SKIPPED = -1;

/** Figures of a history that has a serial order. */
export interface Serial {
  readonly reads: number;
  readonly unobserved: number;
}

/**
 * Looks for a serial order of the transactions in which every read sees exactly what was appended before it, and which keeps the
 * real-time order. There is one iff the history is strict serializable, and then it has no anomaly at all. Null where there is
 * none, and where this way does not tell: lists that contradict each other, elements appended twice or by transactions that
 * failed.
 *
 * The longest reads fix the order of every key's versions (Kingsbury & Alvaro, "Elle", VLDB 2020, §4), so nothing has to be guessed: a transaction
 * is executed as soon as all keys are at the versions it saw and nobody else has still to see what it replaces. That
 * is Kahn's algorithm on the dependency graph, with a counter by version in place of edges. A transaction waits for one condition at a
 * time, and none that has come true becomes false again before the transaction is executed. Each must have been executed when it returns;
 * eager execution is never a mistake, since it takes nothing away that somebody waits for. O(micro-operations + versions + positions).
 */
export function serialOrder(txns: Transactions): Serial | null {
  const placed = place(txns);
  if (placed === null) return null;
  const unobserved = execute(txns, placed);
  return unobserved < 0 ? null : { reads: placed.reads, unobserved };
}

/** `unobserved` are those of successful transactions only. */
interface Placed extends Serial {
  /**
   * By key: the number of its empty version. Longer lists follow one by one up to the longest that was read; behind it, one number
   * stands for every state with appends that nobody saw.
   */
  readonly first: Int32Array;
  /** By micro-operation: twice the version that it saw, or one more than twice the version that it made; SKIPPED. */
  readonly code: Int32Array;
  /** By version: how many reads saw it. */
  readonly left: Int32Array;
}

/** Gives every append and every read its version. */
function place(txns: Transactions): Placed | null {
  const { count, keys, mops, from, to, outcome, keyOf, longest, length, history } = txns;
  const { mopF, mopVal, listOffset, listLength } = history;
  const first = new Int32Array(keys + 1);
  const storage = new Int32Array(keys);
  for (let k = 0; k < keys; k++) {
    first[k + 1] = first[k] + length[k] + 2;
    storage[k] = longest[k] < 0 ? -1 : listOffset[-3 - mopVal[longest[k]]];
  }
  const positions = new Positions(txns, first, storage);
  if (positions.repeated) return null;
  const code = new Int32Array(mops);
  const left = new Int32Array(first[keys]);
  const made = new Uint8Array(first[keys]);
  const unobserved: number[] = [];
  let certain = 0;
  let reads = 0;
  for (let t = 0; t < count; t++) {
    const result = outcome[t];
    for (let m = from[t]; m < to[t]; m++) {
      const k = keyOf[m];
      const value = mopVal[m];
      if (mopF[m] === APPEND) {
        const v = positions.of(k, value);
        if (v === 0) {
          code[m] = 2 * (first[k + 1] - 1) + 1;
          unobserved.push(m);
          if (result === OK) certain++;
        } else {
          if (made[v] === 1 || result === FAIL) return null;
          made[v] = 1;
          code[m] = 2 * v + 1;
        }
      } else if (value === UNREAD || result !== OK) code[m] = SKIPPED;
      else {
        let v = first[k];
        if (value !== NIL) {
          // Prefixes share the longest's storage; equal lists that were stored apart are left to the general way.
          if (listOffset[-3 - value] !== storage[k]) return null;
          v += listLength[-3 - value];
        }
        code[m] = 2 * v;
        left[v]++;
        reads++;
      }
    }
  }
  return repeats(txns, unobserved) ? null : { first, code, left, reads, unobserved: certain };
}

/** Whether two of these appends put the same element into the same list. */
function repeats({ keyOf, history }: Transactions, appends: readonly number[]): boolean {
  const { mopVal } = history;
  let size = 16;
  while (size < 2 * appends.length) size *= 2;
  const table = new Int32Array(size);
  for (const m of appends) {
    const key = keyOf[m];
    const element = mopVal[m];
    let h = Math.imul(key, 0x9e3779b1) ^ Math.imul(element, 0x85ebca6b);
    h = (h ^ (h >>> 15)) & (size - 1);
    for (; table[h] !== 0; h = (h + 1) & (size - 1)) {
      const other = table[h] - 1;
      if (keyOf[other] === key && mopVal[other] === element) return true;
    }
    table[h] = m + 1;
  }
  return false;
}

/**
 * Executes what it can, in the order of the history's positions. The number of appends executed that nobody saw, or −1 where some
 * transaction had returned before it could be executed.
 */
function execute(txns: Transactions, { first, code, left, ...placed }: Placed): number {
  const { count, keys, from, to, outcome, keyOf } = txns;
  const { inv, ret, end } = dense(count, txns);
  const returning = new Int32Array(end);
  let longest = 0;
  for (let t = 0; t < count; t++) {
    if (ret[t] !== NEVER) returning[ret[t]] = t + 1;
    if (to[t] - from[t] > longest) longest = to[t] - from[t];
  }

  const executed = new Uint8Array(count);
  /** By key, the version it is at; while a transaction is tried, the one that it would be at. */
  const at = first.slice(0, keys);
  /** By version: the first transaction that waits for the key to be there or, once it is, for reads of it to be executed; or −1. */
  const waiting = new Int32Array(first[keys]).fill(-1);
  const next = new Int32Array(count);
  /** By version: how many reads may be left for one that waits to go on: its own. */
  const few = new Int32Array(first[keys]);
  // Of the transaction that is being tried: the versions that its keys were at, one a micro-operation, and by key its reads since it
  // appended there.
  const before = new Int32Array(longest);
  const own = new Int32Array(keys);

  const stack = new Int32Array(count);
  let unobserved = placed.unobserved;
  let begun = 0;
  for (let p = 0; p < end; p++) {
    // At one position, as for a record without invocation, the start comes before the end.
    for (; begun < count && inv[begun] === p; begun++) {
      if (outcome[begun] !== OK && !tookEffect(begun)) continue;
      stack[0] = begun;
      for (let top = 1; top > 0; ) {
        const t = stack[--top];
        const start = from[t];
        const stop = to[t];
        // Appends and reads come in no order that a processor could guess, so what differs between them is computed.
        let blocked = -1;
        let m = start;
        for (; m < stop; m++) {
          if (code[m] === SKIPPED) continue;
          const k = keyOf[m];
          const v = code[m] >> 1;
          const append = code[m] & 1;
          const now = at[k];
          before[m - start] = now;
          if (now !== v - append) {
            if (append === 1 && now === v) continue; // Another append that nobody saw.
            blocked = v - append;
            break;
          }
          if (append * (left[now] - own[k]) !== 0) {
            if (own[k] > few[now]) few[now] = own[k];
            blocked = now;
            break;
          }
          at[k] = v;
          own[k] = (1 - append) * (own[k] + 1);
        }
        if (blocked >= 0) {
          while (--m >= start)
            if (code[m] !== SKIPPED) {
              at[keyOf[m]] = before[m - start];
              own[keyOf[m]] = 0;
            }
          next[t] = waiting[blocked];
          waiting[blocked] = t;
          continue;
        }
        executed[t] = 1;
        for (m = start; m < stop; m++) {
          if (code[m] === SKIPPED) continue;
          const v = code[m] >> 1;
          const append = code[m] & 1;
          own[keyOf[m]] = 0;
          left[v] += append - 1;
          if (waiting[v] < 0 || (append === 0 && left[v] > few[v])) continue;
          for (let w = waiting[v]; w >= 0; w = next[w]) stack[top++] = w;
          waiting[v] = -1;
        }
      }
    }
    if (returning[p] > 0 && executed[returning[p] - 1] === 0) return -1;
  }
  return unobserved;

  /** Whether a transaction of unknown outcome had an effect that somebody saw; then all of it took effect. */
  function tookEffect(t: number): boolean {
    if (outcome[t] !== INFO) return false;
    let seen = false;
    let unseen = 0;
    for (let m = from[t]; m < to[t]; m++)
      if (code[m] === 2 * first[keyOf[m] + 1] - 1) unseen++;
      else if (code[m] !== SKIPPED) seen = true;
    if (seen) unobserved += unseen;
    return seen;
  }
}
