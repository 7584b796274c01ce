import { APPEND, FAIL, INFO, NEVER, OK, UNREAD } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import { dense } from '../graph/intervals.ts';
import type { Transactions } from './transactions.ts';

/** In `Placed.of`: a read of which nothing is known. */
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
 * failed, values too far apart for tables.
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

interface Placed {
  readonly reads: number;
  /**
   * By key: the number of its empty version. Longer lists follow one by one up to the longest that was read; behind it, one number
   * stands for every state with appends that nobody saw.
   */
  readonly first: Int32Array;
  /** By micro-operation: the version that it saw or made; SKIPPED. */
  readonly of: Int32Array;
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
  const index = indexElements(txns, first, storage);
  if (index === null) return null;
  const { lowest, highest, start, version } = index;

  const of = new Int32Array(mops);
  const left = new Int32Array(first[keys]);
  const made = new Uint8Array(first[keys]);
  const unobserved: number[] = [];
  let reads = 0;
  for (let t = 0; t < count; t++) {
    const result = outcome[t];
    for (let m = from[t]; m < to[t]; m++) {
      const k = keyOf[m];
      const value = mopVal[m];
      if (mopF[m] === APPEND) {
        let v = 0;
        if (value >= lowest[k] && value <= highest[k]) v = version[start[k] + (value - lowest[k])];
        if (v === 0) {
          of[m] = first[k + 1] - 1;
          unobserved.push(m);
        } else {
          if (made[v] === 1 || result === FAIL) return null;
          made[v] = 1;
          of[m] = v;
        }
      } else if (value === UNREAD || result !== OK) of[m] = SKIPPED;
      else {
        let v = first[k];
        if (value !== NIL) {
          // Prefixes share the longest's storage; equal lists that were stored apart are left to the general way.
          if (listOffset[-3 - value] !== storage[k]) return null;
          v += listLength[-3 - value];
        }
        of[m] = v;
        left[v]++;
        reads++;
      }
    }
  }
  return repeats(txns, unobserved) ? null : { first, of, left, reads };
}

interface Index {
  /** By key: the range of the value ids in its longest list, empty where there is none, and where its part of `version` begins. */
  readonly lowest: Int32Array;
  readonly highest: Int32Array;
  readonly start: Int32Array;
  /** By key and value id: the version whose last element that is; 0 for none. */
  readonly version: Int32Array;
}

/** Null where value ids lie too far apart, and where an element stands in a list twice. */
function indexElements(
  { keys, length, appends, history }: Transactions,
  first: Int32Array,
  storage: Int32Array,
): Index | null {
  const { elements } = history;
  const lowest = new Int32Array(keys);
  const highest = new Int32Array(keys);
  const start = new Int32Array(keys);
  const most = 8 * appends + 1024;
  let cells = 0;
  for (let k = 0; k < keys; k++) {
    let low = 0x7fffffff;
    let high = -0x80000000;
    for (let i = storage[k], end = i + length[k]; i < end; i++) {
      if (elements[i] < low) low = elements[i];
      if (elements[i] > high) high = elements[i];
    }
    lowest[k] = low;
    highest[k] = high;
    start[k] = cells;
    if (high >= low) cells += high - low + 1;
    if (cells > most) return null;
  }
  const version = new Int32Array(cells);
  for (let k = 0; k < keys; k++) {
    const base = start[k] - lowest[k];
    for (let i = 0; i < length[k]; i++) {
      const cell = base + elements[storage[k] + i];
      if (version[cell] !== 0) return null;
      version[cell] = first[k] + i + 1;
    }
  }
  return { lowest, highest, start, version };
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
function execute(txns: Transactions, { first, of, left }: Placed): number {
  const { count, keys, from, to, outcome, keyOf } = txns;
  const { mopF } = txns.history;
  const { inv, ret, end } = dense(count, txns);
  const returning = new Int32Array(end);
  for (let t = 0; t < count; t++) if (ret[t] !== NEVER) returning[ret[t]] = t + 1;

  const executed = new Uint8Array(count);
  /** By key, the version it is at. */
  const at = first.slice(0, keys);
  /** By version: the first transaction that waits for the key to be there or, once it is, for reads of it to be executed; or −1. */
  const waiting = new Int32Array(first[keys]).fill(-1);
  const next = new Int32Array(count);
  /** By version: how many reads may be left for one that waits to go on: its own. */
  const few = new Uint8Array(first[keys]);
  // What the transaction that is being tried would make of its keys, valid where `by` is the number of the try.
  let attempt = 0;
  const by = new Int32Array(keys);
  const then = new Int32Array(keys);
  const own = new Int32Array(keys);

  const stack = new Int32Array(count);
  let unobserved = 0;
  let begun = 0;
  for (let p = 0; p < end; p++) {
    // At one position, as for a record without invocation, the start comes before the end.
    for (; begun < count && inv[begun] === p; begun++) {
      if (outcome[begun] !== OK && !tookEffect(begun)) continue;
      stack[0] = begun;
      for (let top = 1; top > 0; ) {
        const t = stack[--top];
        attempt++;
        let blocked = -1;
        for (let m = from[t]; m < to[t]; m++) {
          const v = of[m];
          if (v === SKIPPED) continue;
          const k = keyOf[m];
          if (by[k] !== attempt) {
            by[k] = attempt;
            then[k] = at[k];
            own[k] = 0;
          }
          const now = then[k];
          if (mopF[m] !== APPEND) {
            if (now !== v) {
              blocked = v;
              break;
            }
            own[k]++;
          } else if (now === v - 1) {
            if (left[now] !== own[k]) {
              if (own[k] > few[now]) few[now] = own[k];
              blocked = now;
              break;
            }
            then[k] = v;
            own[k] = 0;
          } else if (now !== v) {
            blocked = v - 1;
            break;
          }
        }
        if (blocked >= 0) {
          next[t] = waiting[blocked];
          waiting[blocked] = t;
          continue;
        }
        executed[t] = 1;
        for (let m = from[t]; m < to[t]; m++) {
          const v = of[m];
          if (v === SKIPPED) continue;
          if (mopF[m] === APPEND) {
            const k = keyOf[m];
            at[k] = v;
            if (v === first[k + 1] - 1) unobserved++;
          } else if (--left[v] > few[v]) continue;
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
    for (let m = from[t]; m < to[t]; m++)
      if (of[m] !== SKIPPED && of[m] < first[keyOf[m] + 1] - 1) return true;
    return false;
  }
}
