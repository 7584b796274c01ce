import { APPEND, INFO, OK, R, UNREAD } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import type { Findings } from './findings.ts';
import type { Transactions } from './transactions.ts';
import { INITIAL, type Versions } from './versions.ts';

/** What the one pass over the micro-operations gives of transactions that have no place in a serial order (see `Serial`), beside the versions of reads. */
export interface Pass {
  /** Transactions that may contradict themselves. */
  readonly suspects: readonly number[];
  /** Appends of transactions that had effect, which no read shows. They come after all that the longest read shows. */
  readonly unobserved: readonly number[];
  /** How many they are with those of the others. */
  readonly hidden: number;
  /** Reads that are no prefix of their key's longest. */
  readonly divergent: readonly number[];
  /** Reads that saw all that anybody saw of their key. */
  readonly complete: readonly number[];
  /** By read that has a version: its transaction, who wrote what it saw, and who wrote next; the last two −1 for nobody or itself. */
  readonly reader: Int32Array;
  readonly writer: Int32Array;
  readonly overwriter: Int32Array;
  readonly reads: number;
}

/**
 * Gives every read of a successful transaction its version, and on the way looks for intermediate reads (G1b), for lost updates, and for
 * transactions that may contradict themselves. One pass does it all because at millions of micro-operations, memory traffic is the cost.
 */
export function passOver(
  txns: Transactions,
  versions: Versions,
  placed: Uint8Array,
  findings: Findings,
): Pass {
  const { count, keys, from, to, outcome, keyOf, txnOf, intermediate, history } = txns;
  const { mopF, mopVal, listOffset, listLength } = history;
  const { of, first, longest, txn, mop } = versions;
  const suspects: number[] = [];
  const unobserved: number[] = [];
  const divergent: number[] = [];
  const complete: number[] = [];
  const reader = new Int32Array(txns.mops - txns.appends);
  const writer = new Int32Array(reader.length);
  const overwriter = new Int32Array(reader.length);
  let reads = 0;
  let known = 0;
  // By key: where the longest read is stored, and the last version that a transaction with effect wrote.
  const storage = new Int32Array(keys);
  const last = new Int32Array(keys);
  for (let k = 0; k < keys; k++) {
    storage[k] = longest[k] < 0 ? -1 : listOffset[-3 - mopVal[longest[k]]];
    last[k] = versions.settled(first[k + 1] - 1);
  }
  // By key, valid while `seen` is the transaction: the version it must be at (−1 unknown), the latest it read, its first read, whether
  // it appended.
  const seen = new Int32Array(keys).fill(-1);
  const at = new Int32Array(keys);
  const latest = new Int32Array(keys);
  const firstRead = new Int32Array(keys);
  const appended = new Uint8Array(keys);
  const updates = new Updates(txns, versions.txn.length);

  const look = (t: number): void => {
    if (outcome[t] === INFO) unobservedOf(txns, versions, t, unobserved);
    if (outcome[t] !== OK || placed[t] === 1) return;
    let suspect = false;
    for (let m = from[t], end = to[t]; m < end; m++) {
      const k = keyOf[m];
      const value = mopVal[m];
      const isRead = mopF[m] === R;
      if (isRead && value === UNREAD) continue;
      const fresh = seen[k] !== t;
      if (fresh) {
        seen[k] = t;
        at[k] = -1;
        latest[k] = -1;
        firstRead[k] = isRead ? m : -1;
        appended[k] = 0;
      }
      if (!isRead) {
        const version = of[m];
        if (version < 0) {
          unobserved.push(m);
          known++;
        }
        // No earlier read may show it. If it did not create the next version, a later read will not agree.
        else if (version <= latest[k]) suspect = true;
        at[k] = fresh || version === at[k] + 1 ? version : -1;
        if (!fresh && appended[k] === 0 && firstRead[k] >= 0) {
          const read = of[firstRead[k]];
          if (read >= 0) updates.add(read, firstRead[k], m);
          else suspect = true; // A divergent read may show what is appended here.
        }
        appended[k] = 1;
        continue;
      }
      let version = first[k];
      if (value !== NIL) {
        // Prefixes share the longest's storage. A list that does not may still be equal, if it was stored apart.
        if (listOffset[-3 - value] !== storage[k] && !versions.isPrefix(m, longest[k])) {
          divergent.push(m);
          // A divergent read is compared with the rest of its transaction by its elements.
          if (!fresh) suspect = true;
          at[k] = -1;
          continue;
        }
        version += listLength[-3 - value];
      }
      of[m] = version;
      if (version >= last[k]) complete.push(m);
      if (!fresh && at[k] !== version) suspect = true;
      at[k] = version;
      if (version > latest[k]) latest[k] = version;
      const append = mop[version];
      if (append >= 0 && intermediate[append] === 1 && txnOf[append] !== t)
        findings.add({ type: 'G1b', read: m, append });

      let w = txn[version];
      if (w < INITIAL) w = txn[versions.settled(version)];
      let next = txn[version + 1];
      if (next < INITIAL) next = versions.nextWriter(version);
      reader[reads] = t;
      writer[reads] = w === t ? -1 : w;
      overwriter[reads++] = next === t ? -1 : next;
    }
    if (suspect) suspects.push(t);
  };
  for (let t = 0; t < count; t++) look(t);
  updates.report(findings);
  const hidden = versions.hidden + unobserved.length - known;
  return { suspects, unobserved, hidden, divergent, complete, reader, writer, overwriter, reads };
}

/** A transaction of unknown outcome did take effect if anything that it wrote was seen: then all that it wrote is there. */
function unobservedOf(txns: Transactions, versions: Versions, t: number, unobserved: number[]): void {
  const { from, to, history } = txns;
  let seen = false;
  for (let m = from[t]; m < to[t]; m++) if (versions.of[m] >= 0) seen = true;
  if (!seen) return;
  for (let m = from[t]; m < to[t]; m++)
    if (history.mopF[m] === APPEND && versions.of[m] < 0) unobserved.push(m);
}

/** Finds versions that several transactions read and then updated. */
class Updates {
  private readonly txns: Transactions;
  /** By version: 1 + the first read that a transaction updated it on. */
  private readonly first: Int32Array;
  private readonly lost = new Map<number, { reads: number[]; append: number[] }>();

  constructor(txns: Transactions, versions: number) {
    this.txns = txns;
    this.first = new Int32Array(versions);
  }

  add(version: number, read: number, append: number): void {
    const first = this.first[version] - 1;
    if (first < 0) {
      this.first[version] = read + 1;
      return;
    }
    const all = this.lost.get(version) ?? { reads: [first], append: [this.appendAfter(first)] };
    all.reads.push(read);
    all.append.push(append);
    this.lost.set(version, all);
  }

  report(findings: Findings): void {
    for (const { reads, append } of this.lost.values()) findings.add({ type: 'lost-update', reads, append });
  }

  /** The first append to the key of a read, in its transaction, after it. */
  private appendAfter(read: number): number {
    const { keyOf, history } = this.txns;
    let m = read + 1;
    while (keyOf[m] !== keyOf[read] || history.mopF[m] !== APPEND) m++;
    return m;
  }
}
