import { APPEND, FAIL, OK, UNREAD } from '../../history/history.ts';
import type { Elements } from './elements.ts';
import type { Transactions } from './transactions.ts';

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

/** Transactions entered by one call: few, so that the optimised loop is soon begun with. */
const BATCH = 64;

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
  /** By micro-operation: the version it created or, where `passOver` or `read` came by, read; or −1. */
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

  /**
   * Appends whose element the longest list shows right before one that their transaction had appended to the key before. Where all
   * elements of a transaction stand together, there is one iff they do not stand in the order of the appends; where another's stand
   * between them, that is a G0.
   */
  readonly swapped: readonly number[];
  /** Micro-operations that append what another one before them appended to the same key. A bug of the test. */
  readonly repeated: readonly number[];
  /** Appends of successful transactions that no longest read shows. */
  readonly hidden: number;
  private readonly elements: Elements;

  constructor(txns: Transactions, elements: Elements) {
    this.txns = txns;
    this.elements = elements;
    const { keys, count } = txns;
    const { longest, length } = txns;
    this.longest = longest;
    this.of = new Int32Array(txns.mops).fill(-1);
    this.first = new Int32Array(keys + 1);
    for (let k = 0; k < keys; k++) this.first[k + 1] = this.first[k] + length[k] + 1;
    this.txn = new Int32Array(this.first[keys] + 1).fill(INITIAL);
    this.mop = new Int32Array(this.first[keys] + 1).fill(-1);
    const repeated: number[] = [];
    const swapped: number[] = [];
    const stained = new Set<number>();
    elements.forget();
    let hidden = 0;
    for (let t = 0; t < count; t += BATCH)
      hidden += this.enter(t, Math.min(count, t + BATCH), repeated, swapped, stained);
    this.hidden = hidden;
    this.repeated = repeated;
    this.swapped = swapped;
    this.stain(stained);
    this.tainted = new Set([...stained].sort((a, b) => a - b));
    this.unordered = new Set([...this.tainted].filter((k) => this.forgetOrder(k)));
  }

  /** Takes a key's writers out of the order if an element stands in it twice. */
  private forgetOrder(k: number): boolean {
    const versions = this.txn.subarray(this.first[k] + 1, this.first[k + 1]);
    if (!versions.includes(REPEATED)) return false;
    for (let i = 0; i < versions.length; i++) if (versions[i] >= 0) versions[i] = UNORDERED;
    return true;
  }

  /** Gives appends their versions, or notes them where no longest list shows them; how many of those succeeded. */
  private enter(
    start: number,
    end: number,
    repeated: number[],
    swapped: number[],
    stained: Set<number>,
  ): number {
    let hidden = 0;
    const { of, first, txn, mop, elements } = this;
    const { from, size, outcome, keyOf, storage, history } = this.txns;
    const { mopF } = history;
    for (let t = start; t < end; t++)
      for (let m = from[t], to = m + size[t]; m < to; m++) {
        if (mopF[m] !== APPEND) continue;
        const place = elements.placeOf(m);
        if (place <= 0) {
          if (!elements.note(m)) repeated.push(m);
          if (outcome[t] === OK) hidden++;
          continue;
        }
        const k = keyOf[m];
        const version = first[k] + place - storage[k];
        if (mop[version] >= 0) {
          repeated.push(m);
          continue;
        }
        of[m] = version;
        mop[version] = m;
        txn[version] = t;
        if (txn[version + 1] === t) swapped.push(m);
        if (outcome[t] !== FAIL) continue;
        txn[version] = ABORTED;
        stained.add(k);
      }
    return hidden;
  }

  /** Tells the elements that nobody wrote, or not there, apart. */
  private stain(stained: Set<number>): void {
    const { first, txn, mop, txns } = this;
    for (let k = 0; k < txns.keys; k++) {
      let v = first[k] + 1;
      while (v < first[k + 1] && mop[v] >= 0) v++;
      if (v === first[k + 1]) continue;
      stained.add(k);
      const list = txns.list(this.longest[k]);
      const met = new Set<number>();
      for (let i = 0; i < list.length; i++) {
        v = first[k] + i + 1;
        if (mop[v] < 0) txn[v] = met.has(list[i]) ? REPEATED : GARBAGE;
        met.add(list[i]);
      }
    }
  }

  /** The version that a read of a successful transaction saw, or −1. */
  read(m: number): number {
    const { of, first, longest, txns } = this;
    if (of[m] >= 0) return of[m];
    const k = txns.keyOf[m];
    const { length } = txns.list(m);
    if (txns.history.mopVal[m] === UNREAD || (length > 0 && !this.isPrefix(m, longest[k]))) return -1;
    of[m] = first[k] + length;
    return of[m];
  }

  /** The micro-operation that appended `element` to key number `key`, the first if there are several, or −1. */
  append(key: number, element: number): number {
    const { elements, first, mop, txns } = this;
    const place = elements.place[elements.cell(key, element)] ?? 0;
    return place > 0 ? mop[first[key] + place - txns.storage[key]] : -1 - place;
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
