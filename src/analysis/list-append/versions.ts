import { FAIL } from '../../history/history.ts';
import type { Transactions } from './transactions.ts';
import type { Writers } from './writers.ts';

/** In `txn`, instead of a transaction: the empty list that every key begins as. Also ends the table. */
export const INITIAL = -1;
/** The element was appended by a transaction that failed. */
export const ABORTED = -2;
/** Nobody appended the element. */
export const GARBAGE = -3;
/** The element stood in the list before. */
export const REPEATED = -4;
/** The element is in a list with repeated elements: see `Versions.unordered`. */
export const UNORDERED = -5;

/**
 * The version order of every key, as its longest read shows it: version i of a key is the list of its first i elements.
 *
 * Versions of all keys lie in one table, key after key, each beginning with the initial one; so the next version is the next number, and
 * who read or wrote a version is one number by micro-operation. A read that is no prefix of its key's longest has no version.
 */
export class Versions {
  readonly txns: Transactions;
  /** By key: the number of its initial version. One more than the keys. */
  readonly first: Int32Array;
  /** By version: the transaction that wrote it and had effect, else one of the constants above. */
  readonly txn: Int32Array;
  /** By version: the micro-operation that appended its last element, or −1. */
  readonly mop: Int32Array;
  /** By micro-operation: the version it created or (see `passOver`) read, or −1. */
  readonly of: Int32Array;
  /** By key: the micro-operation of a longest read, or −1. */
  readonly longest: Int32Array;
  /** Keys whose order holds an element that is not from a transaction that had effect. */
  readonly tainted: ReadonlySet<number>;
  /**
   * Keys whose order shows an element twice. Such an order says nothing: the append took effect more than once, and what came
   * between is before and after it. The repetition is reported, and no dependency is drawn from the key; every cycle through it
   * would be that one mistake again, by another name.
   */
  readonly unordered: ReadonlySet<number>;

  constructor(txns: Transactions, writers: Writers) {
    this.txns = txns;
    const { keys } = txns;
    const { longest, length } = txns;
    this.longest = longest;
    this.of = new Int32Array(txns.mops).fill(-1);
    this.first = new Int32Array(keys + 1);
    for (let k = 0; k < keys; k++) this.first[k + 1] = this.first[k] + length[k] + 1;
    this.txn = new Int32Array(this.first[keys] + 1).fill(INITIAL);
    this.mop = new Int32Array(this.first[keys] + 1).fill(-1);
    this.tainted = this.order(writers);
    this.unordered = new Set([...this.tainted].filter((k) => this.forgetOrder(k)));
  }

  /** Takes a key's writers out of the order if an element stands in it twice. */
  private forgetOrder(k: number): boolean {
    const versions = this.txn.subarray(this.first[k] + 1, this.first[k + 1]);
    if (!versions.includes(REPEATED)) return false;
    for (let i = 0; i < versions.length; i++) if (versions[i] >= 0) versions[i] = UNORDERED;
    return true;
  }

  /** Looks up who wrote each element of each longest read. */
  private order(writers: Writers): Set<number> {
    const { keys, txnOf, outcome } = this.txns;
    const tainted = new Set<number>();
    for (let k = 0; k < keys; k++) {
      if (this.longest[k] < 0) continue;
      const list = this.txns.list(this.longest[k]);
      const strangers = new Set<number>();
      for (let i = 0; i < list.length; i++) {
        const version = this.first[k] + i + 1;
        const m = writers.of(k, list[i]);
        if (m < 0) {
          this.txn[version] = strangers.has(list[i]) ? REPEATED : GARBAGE;
          strangers.add(list[i]);
        } else if (this.of[m] >= 0) this.txn[version] = REPEATED;
        else {
          this.of[m] = version;
          this.mop[version] = m;
          this.txn[version] = outcome[txnOf[m]] === FAIL ? ABORTED : txnOf[m];
        }
        if (this.txn[version] < 0) tainted.add(k);
      }
    }
    return tainted;
  }

  /** Whether one read is a prefix of another, element by element. */
  isPrefix(read: number, longest: number): boolean {
    const a = this.txns.list(read);
    const b = this.txns.list(longest);
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  }

  /** The latest version up to `version` that a transaction wrote with effect, or the initial one. */
  settled(version: number): number {
    let v = version;
    while (this.txn[v] < INITIAL) v--;
    return v;
  }

  /** The first version after `version` that a transaction wrote with effect, or −1. */
  next(version: number): number {
    let v = version + 1;
    while (this.txn[v] < INITIAL) v++;
    return this.txn[v] >= 0 ? v : -1;
  }

  /** The transaction that wrote it, or −1. */
  nextWriter(version: number): number {
    const next = this.next(version);
    return next < 0 ? -1 : this.txn[next];
  }
}
