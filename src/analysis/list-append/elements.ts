import { APPEND } from '../../history/history.ts';
import type { Transactions } from './transactions.ts';

/**
 * Where elements stand in the longest lists, and who appended what none of these shows: (key, element) → cell → place.
 *
 * Elements of one key are nearly always close integers (a counter per key), so that each key gets a plain table over the range of what
 * was appended to it; where the ranges together are too wide, as with one counter for all keys, an open-addressing table
 * serves all. O(elements of the longest lists) to build, O(1) to ask.
 */
export class Elements {
  /** By cell: p > 0 for element p − 1 of `history.elements`, in its key's longest list; −1 − m for an append m that was noted; or 0. */
  readonly place: Int32Array;
  /** By key, if there are plain tables: the cell that the element 0 would have. */
  readonly plain: Int32Array;
  /** If there are not: by append, its cell. Where nothing has it, it is free or somebody's without a place. */
  readonly cells: Int32Array | null;
  /** Some longest list shows an element twice; its place is the first. */
  readonly repeated: boolean;
  /** Some longest list shows an element that certainly nobody appended. It may have no place. */
  readonly strange: boolean;
  private readonly txns: Transactions;
  private readonly narrow: boolean;
  private readonly mask: number;

  constructor(txns: Transactions) {
    this.txns = txns;
    const { keys, lowest, highest, length, appends } = txns;
    const plain = new Int32Array(keys);
    let cells = 0;
    let shown = 0;
    for (let k = 0; k < keys; k++) {
      plain[k] = cells - lowest[k];
      if (highest[k] >= lowest[k]) cells += highest[k] - lowest[k] + 1;
      shown += length[k];
    }
    const narrow = cells <= 8 * appends + 1024;
    let size = 16;
    // Never full, even where nothing that is shown was appended.
    while (!narrow && size <= 2 * Math.max(appends, shown)) size *= 2;
    this.plain = plain;
    this.narrow = narrow;
    this.mask = size - 1;
    this.place = new Int32Array(narrow ? cells : size);
    let found = 0;
    for (let k = 0; k < keys; k += KEYS) found |= this.enter(k, Math.min(keys, k + KEYS));
    this.repeated = (found & REPEATED) !== 0;
    this.strange = (found & STRANGE) !== 0;
    this.cells = narrow ? null : this.cellsOfAppends();
  }

  /** The cell of an element that was appended to a key, or of any with a place: else −1 or a cell that holds 0. */
  cell(key: number, element: number): number {
    if (!this.narrow) return this.probe(key, element);
    const { lowest, highest } = this.txns;
    return element < lowest[key] || element > highest[key] ? -1 : this.plain[key] + element;
  }

  /** The place of what a micro-operation appended: see `place`. */
  placeOf(append: number): number {
    const { keyOf, history } = this.txns;
    return this.place[this.cell(keyOf[append], history.mopVal[append])];
  }

  /** Notes who appended an element that no longest list shows; false if another append of it was noted before. */
  note(append: number): boolean {
    const { keyOf, history } = this.txns;
    const cell = this.cell(keyOf[append], history.mopVal[append]);
    if (this.place[cell] !== 0) return false;
    this.place[cell] = -1 - append;
    return true;
  }

  /** Forgets what was noted. */
  forget(): void {
    const { place } = this;
    for (let cell = 0; cell < place.length; cell++) if (place[cell] < 0) place[cell] = 0;
  }

  private enter(from: number, to: number): number {
    const { place, txns } = this;
    const { storage, length } = txns;
    const { elements } = txns.history;
    let found = 0;
    for (let k = from; k < to; k++) {
      const start = storage[k];
      for (let i = start; i < start + length[k]; i++) {
        const cell = this.cell(k, elements[i]);
        if (cell < 0) found |= STRANGE;
        else if (place[cell] !== 0) found |= REPEATED;
        else place[cell] = i + 1;
      }
    }
    return found;
  }

  private cellsOfAppends(): Int32Array {
    const { mops, keyOf, history } = this.txns;
    const cells = new Int32Array(mops);
    for (let m = 0; m < mops; m++)
      if (history.mopF[m] === APPEND) cells[m] = this.probe(keyOf[m], history.mopVal[m]);
    return cells;
  }

  /** The cell of a pair, or the free one that it would get. */
  private probe(key: number, element: number): number {
    const { place, mask, txns } = this;
    const { storage, length, keyOf, history } = txns;
    const { elements, mopVal } = history;
    let h = Math.imul(key, 0x9e3779b1) ^ Math.imul(element, 0x85ebca6b);
    h = (h ^ (h >>> 15)) & mask;
    for (let p = place[h]; p !== 0; p = place[h]) {
      if (p < 0) {
        if (keyOf[-1 - p] === key && mopVal[-1 - p] === element) break;
      } else if (p > storage[key] && p <= storage[key] + length[key] && elements[p - 1] === element) break;
      h = (h + 1) & mask;
    }
    return h;
  }
}

/** Keys entered by one call: few, so that the optimised loop is soon begun with. */
const KEYS = 256;
const REPEATED = 1;
const STRANGE = 2;
