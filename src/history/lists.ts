import { grownBytes, grownInts } from './growable.ts';
import { ListTexts } from './list-texts.ts';
import type { Memory } from './memory.ts';
import { NIL, type ValueTable } from './values.ts';

const COMMA = 0x2c;
const SPACE = 0x20;
const ZERO = 0x30;

/** What `put` answers besides handles, and the scanner's `match`. */
export const EMPTY_LIST = -1;
export const NO_MATCH = -2;

/** Families decoded by one call: a decoder gets its optimised code with its next call. */
const FEW = 256;

/** Writes elements into the memory as `layOut` in assembly/lists.ts does: family after family from the given one on, up to the one it answers. */
export type Decoder = (store: number, family: number, families: number, to: number) => number;

/** Leaves all to others. */
export const decodesNothing: Decoder = (_, family) => family;

/**
 * Lists as they are read, without building them.
 *
 * The reads of one key of an append-only store are nearly always prefixes of each other. So the store keeps, for each
 * family (one key's lists), the text of the longest list so far, and the scanner recognises a read by comparing bytes: it is then
 * fully described by its length. Elements are decoded once, from each family's longest text, at the end.
 *
 * What the scanner does not recognise is decoded at once. A list that is no prefix and no extension of its family's longest is kept
 * apart; where such a list is longer it becomes the family's text, and the former one is kept apart.
 */
export class ListStore extends ListTexts {
  private readonly values: ValueTable;
  private readonly decoder: Decoder;
  /** Handles by family of lists kept apart, what these are made of, and where in it each begins. */
  private readonly apartOf = new Map<number, number[]>();
  private apart = new Int32Array(0);
  private apartUsed = 0;
  private handleOffset = new Int32Array(0);

  private scratch = new Uint8Array(256);
  private scratchMarks = new Int32Array(64);

  /** `decoder`: for a memory that takes columns. */
  constructor(values: ValueTable, memory: Memory, spaces: boolean, decoder: Decoder) {
    super(memory, spaces);
    this.values = values;
    this.decoder = decoder;
  }

  /** Whether a list has exactly two elements. */
  isPair(handle: number): boolean {
    return handle >= 0 && this.handleLength(handle) === 2;
  }

  /** The handle of a list given as value ids, or EMPTY_LIST. O(length). */
  put(family: number, ids: ArrayLike<number>, n: number): number {
    if (n === 0) return EMPTY_LIST;
    const bytes = this.write(ids, n);
    const length = this.length(family);
    const shared = this.shared(family, Math.min(length, bytes));
    if (shared === bytes) {
      const mark = this.markAt(family, bytes);
      if (mark !== 0) return mark > 0 ? mark - 1 : this.newHandle(family, bytes, -mark);
    } else if (shared === length && (length === 0 || this.elementEndsAt(length))) {
      return this.append(family, bytes, n);
    }
    return this.diverge(family, ids, n);
  }

  /** How many of the first bytes of the family's text and of `scratch` are the same. */
  private shared(family: number, most: number): number {
    const { bytes } = this.memory;
    const base = this.start(family);
    let i = 0;
    while (i < most && bytes[base + i] === this.scratch[i]) i++;
    return i;
  }

  /** The same, without looking for equal lists: the family's text is not touched once it is there. O(n). */
  putApart(family: number, ids: ArrayLike<number>, n: number): number {
    if (n === 0) return EMPTY_LIST;
    if (this.count(family) === 0) return this.append(family, this.write(ids, n), n);
    const h = this.addHandle(-1 - family, n);
    this.keepApart(h, ids, n);
    return h;
  }

  private elementEndsAt(position: number): boolean {
    let low = 0;
    while (this.scratchMarks[low]! < position) low++;
    return this.scratchMarks[low] === position;
  }

  private append(family: number, bytes: number, n: number): number {
    if (this.room(family) <= bytes) this.enlarge(family, bytes + 16);
    const from = this.length(family);
    this.memory.bytes.set(this.scratch.subarray(from, bytes), this.start(family) + from);
    for (let e = this.count(family); e < n; e++) this.mark(family, this.scratchMarks[e]!, -(e + 1));
    this.resize(family, bytes, n);
    return this.newHandle(family, bytes, n);
  }

  private newHandle(family: number, position: number, n: number): number {
    const h = this.addHandle(family, n);
    this.mark(family, position, h + 1);
    return h;
  }

  /** A list that shares no history with the family's longest one. */
  private diverge(family: number, ids: ArrayLike<number>, n: number): number {
    let list = this.apartOf.get(family);
    if (list === undefined) this.apartOf.set(family, (list = []));
    if (n <= this.count(family)) {
      const h = this.addHandle(-1 - family, n);
      this.keepApart(h, ids, n);
      list.push(h);
      return h;
    }
    const former = new Int32Array(this.count(family));
    this.decode(family, former, 0);
    const length = this.length(family);
    for (let i = 1; i <= length; i++) {
      const h = this.markAt(family, i) - 1;
      if (h < 0) continue;
      this.setHandle(h, -1 - family);
      this.keepApart(h, former, this.handleLength(h));
      list.push(h);
    }
    this.unmark(family, length);
    this.resize(family, 0, 0);
    return this.append(family, this.write(ids, n), n);
  }

  private keepApart(h: number, ids: ArrayLike<number>, n: number): void {
    if (this.apartUsed + n > this.apart.length) this.apart = grownInts(this.apart, this.apartUsed + n);
    if (h >= this.handleOffset.length) this.handleOffset = grownInts(this.handleOffset, h + 1);
    this.handleOffset[h] = this.apartUsed;
    for (let i = 0; i < n; i++) this.apart[this.apartUsed++] = ids[i]!;
  }

  /** Writes the list's text to `scratch`, where its elements end to `scratchMarks`; returns the text's length. */
  private write(ids: ArrayLike<number>, n: number): number {
    if (this.separator === 0) this.separateBy(this.spaces ? SPACE : COMMA);
    const { separator, separatorLength } = this;
    if (this.scratchMarks.length < n) this.scratchMarks = grownInts(this.scratchMarks, n);
    let at = 0;
    for (let e = 0; e < n; e++) {
      if (this.scratch.length < at + 16) this.scratch = grownBytes(this.scratch, at + 16);
      if (e > 0) {
        this.scratch[at++] = separator;
        if (separatorLength === 2) this.scratch[at++] = SPACE;
      }
      const id = ids[e]!;
      if (id >= 0 && id < 1 << 30) at = writeInteger(this.scratch, at, id);
      else {
        const bytes = ENCODER.encode(id === NIL ? 'null' : this.values.show(id));
        if (this.scratch.length < at + bytes.length)
          this.scratch = grownBytes(this.scratch, at + bytes.length);
        this.scratch.set(bytes, at);
        at += bytes.length;
      }
      this.scratchMarks[e] = at;
    }
    return at;
  }

  /** Value ids of the family's longest list, into `out` from `at`. */
  private decode(family: number, out: Int32Array, at: number): void {
    const { bytes } = this.memory;
    const { separatorLength } = this;
    const base = this.start(family);
    const length = this.length(family);
    const marks = this.marks(family);
    for (let from = 0; from < length; ) {
      let end = from;
      let n = 0;
      for (; end < length && n < 1 << 30; end++) {
        const digit = bytes[base + end]! - ZERO;
        if (digit >>> 0 > 9) break;
        n = 10 * n + digit;
      }
      if (end > from && n < 1 << 30 && this.markIn(marks, end) !== 0) out[at++] = n;
      else {
        end = from + 1;
        while (this.markIn(marks, end) === 0) end++;
        out[at++] = this.idOf(base + from, base + end);
      }
      from = end + separatorLength;
    }
  }

  private idOf(from: number, to: number): number {
    const text = DECODER.decode(this.memory.bytes.subarray(from, to));
    return text === 'null' ? NIL : this.values.intern(text);
  }

  /**
   * Lays all lists out, for which it uses up the store. `same[h]` is the handle that equal lists share; null when no two handles are equal.
   * Without `share` lists kept apart stay so, even equal ones.
   */
  finish(share: boolean): {
    offset: Int32Array;
    length: Int32Array;
    elements: Int32Array;
    same: Int32Array | null;
  } {
    const { families, handles } = this;
    const familyOffset = new Int32Array(families);
    let total = 0;
    for (let f = 0; f < families; f++) {
      familyOffset[f] = total;
      total += this.count(f);
    }
    const elements = this.layOut(familyOffset, total);
    const { family, length } = this.handleColumns();
    const sharing = share && this.apartOf.size > 0;
    const handleAt = sharing ? this.handlesByLength(family, length) : null;
    // In place: there may be millions of them.
    const offset = family;
    for (let h = 0; h < handles; h++)
      offset[h] = family[h]! >= 0 ? familyOffset[family[h]!]! : total + this.handleOffset[h]!;
    const same = handleAt === null ? null : this.shareApart(handleAt, familyOffset, offset, length, elements);
    return { offset, length, elements, same };
  }

  /** The elements of all families, one after the other, and those of lists kept apart behind them. */
  private layOut(familyOffset: Int32Array, total: number): Int32Array {
    const { memory, families } = this;
    const size = total + this.apartUsed;
    const inside = memory.takesColumns(4 * size);
    const elements = memory.column(new Int32Array(0), size, inside);
    for (let f = 0; f < families; ) {
      const end = Math.min(families, f + FEW);
      if (inside) f = this.decoder(this.address, f, end, elements.byteOffset + 4 * familyOffset[f]!);
      if (f < end) this.decode(f, elements, familyOffset[f++]!);
    }
    elements.set(this.apart.subarray(0, this.apartUsed), total);
    return elements;
  }

  /** Of families that have lists kept apart: by length, the handle of what begins as the family does, or −1. */
  private handlesByLength(family: Int32Array, length: Int32Array): Map<number, Int32Array> {
    const handleAt = new Map<number, Int32Array>();
    for (const f of this.apartOf.keys()) handleAt.set(f, new Int32Array(this.count(f) + 1).fill(-1));
    for (let h = 0; h < this.handles; h++) {
      const table = family[h]! >= 0 ? handleAt.get(family[h]!) : undefined;
      if (table !== undefined) table[length[h]!] = h;
    }
    return handleAt;
  }

  /**
   * A list kept apart may be a prefix of a text that came later, or equal another one kept apart: gives the first the
   * family's place and both one handle.
   */
  private shareApart(
    handleAt: Map<number, Int32Array>,
    familyOffset: Int32Array,
    offset: Int32Array,
    length: Int32Array,
    elements: Int32Array,
  ): Int32Array {
    const same = new Int32Array(this.handles).map((_, h) => h);
    for (const [family, apart] of this.apartOf) {
      const longest = familyOffset[family]!;
      const table = handleAt.get(family)!;
      const byText = new Map<string, number>();
      for (const h of apart) {
        const n = length[h]!;
        const from = offset[h]!;
        let i = 0;
        if (n < table.length) while (i < n && elements[longest + i] === elements[from + i]) i++;
        if (n < table.length && i === n) {
          offset[h] = longest;
          if (table[n] === -1) table[n] = h;
          same[h] = table[n]!;
        } else {
          const key = elements.subarray(from, from + n).join();
          const known = byText.get(key);
          if (known === undefined) byText.set(key, h);
          else same[h] = known;
        }
      }
    }
    return same;
  }
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

function writeInteger(bytes: Uint8Array, at: number, n: number): number {
  let digits = 1;
  for (let rest = n; rest >= 10; rest = (rest / 10) | 0) digits++;
  for (let i = at + digits - 1; i >= at; i--) {
    bytes[i] = ZERO + (n % 10);
    n = (n / 10) | 0;
  }
  return at + digits;
}
