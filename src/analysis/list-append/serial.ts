import { APPEND, FAIL, NEVER, OK, UNREAD } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import type { Elements } from './elements.ts';
import type { Transactions } from './transactions.ts';

/** What came of looking for a serial order. */
export interface Serial {
  /** All transactions with an effect were executed: there is one. */
  readonly found: boolean;
  /** Appends executed that no read shows. */
  readonly unobserved: number;
  /**
   * By transaction, 1 where it has its place in a serial order, and all that must come before it: no dependency and no order of real time leads to it
   * from one that has 0, and it has no part in any anomaly.
   */
  readonly placed: Uint8Array;
}

/**
 * Looks for a serial order of the transactions in which every read sees exactly what was appended before it, and which keeps the
 * real-time order. There is one iff the history is strict serializable, and then it has no anomaly at all. None is found either
 * where this way does not tell: lists that contradict each other, elements appended twice or by transactions that
 * failed.
 *
 * The longest reads fix the order of every key's versions (Kingsbury & Alvaro, "Elle", VLDB 2020, §4), so nothing has to be guessed: a transaction
 * is executed as soon as all keys are at the versions it saw and nobody else has still to see what it replaces. That
 * is Kahn's algorithm on the dependency graph, with a counter by version in place of edges. A transaction waits for one condition at a
 * time, and none that has come true becomes false again before the transaction is executed. Each must have been executed when it returns;
 * eager execution is never a mistake, since it takes nothing away that somebody waits for. O(micro-operations + versions).
 *
 * Uses up `txns.readers`.
 */
export function serialOrder(txns: Transactions, elements: Elements): Serial {
  const { count } = txns;
  const tells = !(txns.apart || elements.repeated || elements.strange);
  const execution = new Execution(txns, elements);
  let t = tells ? 0 : count;
  let going = tells;
  for (; t < count && going; t += BATCH) {
    const end = Math.min(count, t + BATCH);
    going = execution.prepare(t, end) && execution.run(t, end) && execution.noteUnseen();
  }
  const found = going && execution.left === 0;
  return {
    found,
    unobserved: execution.unobserved,
    placed: found ? NOBODY : execution.placed(),
  };
}

const NOBODY = new Uint8Array(0);

/** Transactions begun by one call: few, so that the optimised loop is soon begun with. */
const BATCH = 64;

/** As a version: any state of a key with appends in it that no read shows. It has no readers, and nobody waits for it. */
const UNSEEN = -2;
/** In `Execution.tried`, for an append. */
const NONE = -1;

/**
 * A version of a key is the end of its list in `history.elements`; the empty one has the number where the longest list of the key
 * begins, which may be the end of another key's. Such numbers are compared within a key only.
 */
class Execution {
  /** Transactions that were begun and have still to be executed. */
  left = 0;
  /** Appends executed that nobody saw. */
  unobserved = 0;
  private readonly txns: Transactions;
  private readonly elements: Elements;
  /** By key: the version it is at, or, while a transaction is tried, would be at. */
  private readonly versions: Int32Array;
  /** By transaction: 1 + the one at whose invocation it was executed, its own where it has no effect; or 0. */
  private readonly executed: Int32Array;
  private oldest = 0;

  /**
   * By place of a version, two numbers. The first transaction that waits for a key to be there or, once it is, for reads of it to be
   * executed; or −1. How many reads may be left for one of them to go on: its own.
   * Versions may share a place: who is woken by mistake waits again.
   */
  private readonly waiting: Int32Array;
  /** By transaction: another one that waits at the same place, or −1; once executed, see `unseen`. */
  private readonly next: Int32Array;
  private readonly mask: number;
  /** The last transaction executed that appended what no list shows, and is not noted yet, or −1; `next` leads to others. */
  private unseen = -1;

  /**
   * Of the transaction that is being tried, four numbers an effective micro-operation: its key, the versions before and after; and for a read
   * the place in `readers`, else NONE.
   */
  private readonly tried: Int32Array;

  constructor(txns: Transactions, elements: Elements) {
    this.txns = txns;
    this.elements = elements;
    this.versions = txns.storage.slice();
    this.executed = new Int32Array(txns.count);
    let places = 1024;
    while (places < txns.count && places < 1 << 12) places *= 2;
    this.waiting = new Int32Array(2 * places);
    for (let b = 0; b < places; b++) this.waiting[2 * b] = -1;
    this.next = new Int32Array(txns.count);
    this.mask = places - 1;
    this.tried = new Int32Array(4 * txns.longestTxn);
  }

  /** Sorts out which transactions had no effect. False where one of them failed and yet what it appended is shown, or was appended by another. */
  prepare(start: number, end: number): boolean {
    const { outcome } = this.txns;
    for (let t = start; t < end; t++) {
      if (outcome[t] === OK) continue;
      const shown = this.isShown(t);
      if (shown && outcome[t] === FAIL) return false;
      if (shown) continue;
      this.executed[t] = t + 1;
      if (this.note(t) < 0) return false;
    }
    return true;
  }

  /** Begins the transactions `start` … `end` − 1, executing what can be executed. False where one of them is late. */
  run(start: number, end: number): boolean {
    const { from, size, outcome, inv, ret, keyOf, storage, length, readers, unread, history } = this.txns;
    const { mopF, mopVal, listLength } = history;
    const { place, plain, cells } = this.elements;
    const { versions, executed, waiting, next, mask, tried } = this;
    let { left, oldest, unseen } = this;
    let late = false;
    // No calls in here: behind each one, all that is in registers would be loaded and checked again.
    for (let begun = start; begun < end && !late; begun++) {
      let todo = -1;
      if (executed[begun] === 0) {
        left++;
        next[begun] = -1;
        todo = begun;
      }
      while (todo >= 0) {
        const t = todo;
        todo = next[t];
        const ok = outcome[t] === OK;
        const stop = from[t] + size[t];
        let m = from[t];
        let n = 0;
        let hidden = false;
        let awaited = 0;
        for (; m < stop; m++) {
          const k = keyOf[m];
          const value = mopVal[m];
          const version = versions[k];
          const empty = storage[k];
          const count = version === empty ? unread + k : version;
          let to = version;
          let read = count;
          if (mopF[m] === APPEND) {
            const p = place[cells === null ? plain[k] + value : cells[m]];
            awaited = p > 0 ? p - 1 : empty + length[k];
            to = p > 0 ? p : UNSEEN;
            read = NONE;
            if (p <= 0) hidden = true;
            if (version !== UNSEEN || p > 0) {
              if (version !== awaited) break;
              if (readers[count] > 0) {
                // It can go on as soon as only its own reads are left.
                let own = 0;
                for (let i = 0; i < n; i++) if (tried[4 * i + 3] === count) own++;
                const b = ((version ^ (version >>> 12)) & mask) << 1;
                if (own > waiting[b + 1]) waiting[b + 1] = own;
                break;
              }
            }
            versions[k] = to;
          } else {
            if (value === UNREAD || !ok) continue;
            awaited = value === NIL ? empty : empty + listLength[-3 - value];
            if (version !== awaited) break;
            readers[count]--;
          }
          tried[4 * n] = k;
          tried[4 * n + 1] = version;
          tried[4 * n + 2] = to;
          tried[4 * n + 3] = read;
          n++;
        }
        if (m < stop) {
          while (--n >= 0) {
            versions[tried[4 * n]] = tried[4 * n + 1];
            if (tried[4 * n + 3] >= 0) readers[tried[4 * n + 3]]++;
          }
          const b = ((awaited ^ (awaited >>> 12)) & mask) << 1;
          next[t] = waiting[b];
          waiting[b] = t;
          continue;
        }
        if (ret[t] < inv[begun]) late = true;
        executed[t] = begun + 1;
        left--;
        for (let i = 0; i < n; i++) {
          const version = tried[4 * i + 2];
          const read = tried[4 * i + 3];
          const b = ((version ^ (version >>> 12)) & mask) << 1;
          if (waiting[b] < 0 || version === UNSEEN || (read >= 0 && readers[read] > waiting[b + 1])) continue;
          for (let w = waiting[b]; w >= 0; ) {
            const other = next[w];
            next[w] = todo;
            todo = w;
            w = other;
          }
          waiting[b] = -1;
          waiting[b + 1] = 0;
        }
        if (hidden) {
          next[t] = unseen;
          unseen = t;
        }
      }
      while (oldest <= begun && executed[oldest] > 0) oldest++;
      // What is late stays, and is soon the oldest.
      if (oldest <= begun && ret[oldest] < inv[begun]) late = true;
    }
    this.left = left;
    this.oldest = oldest;
    this.unseen = unseen;
    return !late;
  }

  /**
   * See `Serial`. Who was late, or never executed, comes before all that were invoked after it should have been; what was executed from
   * then on has no place.
   */
  placed(): Uint8Array {
    const { count, inv, ret } = this.txns;
    const { executed } = this;
    const placed = new Uint8Array(count);
    let limit = NEVER;
    for (let t = 0; t < count; t++) {
      const when = executed[t] - 1;
      if ((when < 0 || ret[t] < inv[when]) && ret[t] < limit) limit = ret[t];
    }
    for (let t = 0; t < count; t++) if (executed[t] > 0 && inv[executed[t] - 1] <= limit) placed[t] = 1;
    return placed;
  }

  /** Whether a list shows anything that the transaction appended. Of those of unknown outcome, all took effect then. */
  private isShown(t: number): boolean {
    const { txns, elements } = this;
    for (let m = txns.from[t], end = m + txns.size[t]; m < end; m++)
      if (txns.history.mopF[m] === APPEND && elements.placeOf(m) > 0) return true;
    return false;
  }

  /** Notes the appends that nobody saw of transactions executed since. False where another one appended the same. */
  noteUnseen(): boolean {
    for (; this.unseen >= 0; this.unseen = this.next[this.unseen]) {
      const noted = this.note(this.unseen);
      if (noted < 0) return false;
      this.unobserved += noted;
    }
    return true;
  }

  /** Notes the appends of a transaction that no list shows: how many, or −1 where one was noted before. */
  private note(t: number): number {
    const { txns, elements } = this;
    let noted = 0;
    for (let m = txns.from[t], end = m + txns.size[t]; m < end; m++) {
      if (txns.history.mopF[m] !== APPEND || elements.placeOf(m) > 0) continue;
      if (!elements.note(m)) return -1;
      noted++;
    }
    return noted;
  }
}
