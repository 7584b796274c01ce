import { grownBytes, grownInts } from './growable.ts';
import { ListTexts } from './list-texts.ts';
import { NIL, type ValueTable } from './values.ts';

const COMMA = 0x2c;
const SPACE = 0x20;
const CLOSE = 0x5d;
const ZERO = 0x30;
const LARGEST_TENTH = 107374181;

/** What `match` and `put` answer besides handles. */
export const EMPTY_LIST = -1;
export const NO_MATCH = -2;

/**
 * Lists as they are read, without building them.
 *
 * The reads of one key of an append-only store are nearly always prefixes of each other. So the store keeps, for each
 * family (one key's lists), the text of the longest list so far, and recognises a read by comparing bytes: it is then
 * fully described by its length. Elements are decoded once, from each family's longest text, at the end.
 *
 * A list that is no prefix and no extension of its family's longest is decoded at once and kept apart; where such a
 * list is longer it becomes the family's text, and the former one is kept apart.
 */
export class ListStore extends ListTexts {
  private readonly values: ValueTable;
  /** How elements are separated in the texts: set by the first text that separates two. */
  private separator = 0;
  private separatorLength = 1;
  /** EDN separates by spaces too; in JSON that is an error, which the slow path reports. */
  private readonly spaces: boolean;

  handles = 0;
  /** The family a handle is a prefix of, or −1 − family where the list is kept apart. */
  private handleFamily = new Int32Array(64);
  private handleLength = new Int32Array(64);
  private handleOffset = new Int32Array(0);
  private readonly apartOf = new Map<number, number[]>();
  private apart = new Int32Array(0);
  private apartUsed = 0;

  private scratch = new Uint8Array(256);
  private scratchMarks = new Int32Array(64);

  /** After `match`: the position behind the closing bracket. */
  end = 0;

  constructor(values: ValueTable, spaces: boolean) {
    super();
    this.values = values;
    this.spaces = spaces;
  }

  /** Whether a list has exactly two elements. */
  isPair(handle: number): boolean {
    return handle >= 0 && this.handleLength[handle] === 2;
  }

  /**
   * The handle of the list whose text begins at `pos`, behind the opening bracket; EMPTY_LIST; or NO_MATCH, when the
   * text is anything but small integers in the usual spelling that go on from, or stop within, the family's longest
   * list: the caller then decodes it and calls `put`. `limit` is the end of the readable bytes.
   */
  match(family: number, bytes: Uint8Array, view: DataView, pos: number, limit: number): number {
    const base = this.start[family]!;
    const length = this.lengths[family]!;
    const text = this.text;
    let i = 0;
    const whole = Math.min(length, limit - pos) - 4;
    const stored = this.view;
    while (i <= whole && stored.getInt32(base + i, true) === view.getInt32(pos + i, true)) i += 4;
    while (i < length && text[base + i] === bytes[pos + i]) i++;
    const next = bytes[pos + i];
    if (next === CLOSE) {
      this.end = pos + i + 1;
      if (i === 0) return EMPTY_LIST;
      const mark = this.markAt(base + i);
      return mark > 0 ? mark - 1 : mark < 0 ? this.newHandle(family, base + i) : NO_MATCH;
    }
    if (i < length) return NO_MATCH;
    return this.extend(family, bytes, pos + i, limit);
  }

  /** Small integers that follow the family's text. Leaves everything as it was when it meets something else. */
  private extend(family: number, bytes: Uint8Array, pos: number, limit: number): number {
    const from = this.lengths[family]!;
    let count = this.count[family]!;
    let at = this.start[family]! + from;
    let end = this.start[family]! + this.room[family]!;
    for (;;) {
      if (end - at < 16) {
        this.lengths[family] = at - this.start[family]!;
        this.enlarge(family, 0);
        at = this.start[family]! + this.lengths[family]!;
        end = this.start[family]! + this.room[family]!;
      }
      const text = this.text;
      if (count > 0) {
        if (this.separator === 0) this.learnSeparator(bytes, pos);
        if (bytes[pos] !== this.separator) break;
        text[at++] = bytes[pos++]!;
        if (this.separatorLength === 2) {
          if (bytes[pos] !== SPACE) break;
          text[at++] = bytes[pos++]!;
        }
      }
      let digit = bytes[pos]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      let n = digit;
      text[at++] = digit + ZERO;
      pos++;
      if (n !== 0)
        while ((digit = bytes[pos]! - ZERO) >= 0 && digit <= 9 && n < LARGEST_TENTH) {
          n = 10 * n + digit;
          text[at++] = digit + ZERO;
          pos++;
        }
      if (pos >= limit) break;
      const next = bytes[pos]!;
      if (next !== CLOSE && next !== COMMA && next !== SPACE) break;
      this.mark(at, -++count);
      if (next === CLOSE) {
        this.lengths[family] = at - this.start[family]!;
        this.count[family] = count;
        this.end = pos + 1;
        return this.newHandle(family, at);
      }
    }
    this.unmark(this.start[family]!, from, at);
    this.lengths[family] = from;
    return NO_MATCH;
  }

  private learnSeparator(bytes: Uint8Array, pos: number): void {
    if (bytes[pos] === COMMA) {
      this.separator = COMMA;
      this.separatorLength = bytes[pos + 1] === SPACE ? 2 : 1;
    } else if (this.spaces) this.separator = SPACE;
  }

  private newHandle(family: number, at: number): number {
    const h = this.addHandle(family, -this.markAt(at));
    this.mark(at, h + 1);
    return h;
  }

  private addHandle(family: number, length: number): number {
    const h = this.handles++;
    if (h === this.handleFamily.length) {
      this.handleFamily = grownInts(this.handleFamily, h + 1);
      this.handleLength = grownInts(this.handleLength, h + 1);
    }
    this.handleFamily[h] = family;
    this.handleLength[h] = length;
    return h;
  }

  /** The handle of a list given as value ids, or EMPTY_LIST. O(length). */
  put(family: number, ids: ArrayLike<number>, n: number): number {
    if (n === 0) return EMPTY_LIST;
    const bytes = this.write(ids, n);
    const base = this.start[family]!;
    const length = this.lengths[family]!;
    let i = 0;
    while (i < length && i < bytes && this.text[base + i] === this.scratch[i]) i++;
    if (i === bytes) {
      const mark = this.markAt(base + i);
      if (mark !== 0) return mark > 0 ? mark - 1 : this.newHandle(family, base + i);
    } else if (i === length && (length === 0 || this.elementEndsAt(length))) {
      return this.append(family, bytes, n);
    }
    return this.diverge(family, ids, n);
  }

  /** The same, without looking for equal lists: the family's text is not touched once it is there. O(n). */
  putApart(family: number, ids: ArrayLike<number>, n: number): number {
    if (n === 0) return EMPTY_LIST;
    if (this.count[family] === 0) return this.append(family, this.write(ids, n), n);
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
    if (this.room[family]! <= bytes) this.enlarge(family, bytes + 16);
    const base = this.start[family]!;
    const from = this.lengths[family]!;
    for (let i = from; i < bytes; i++) this.text[base + i] = this.scratch[i]!;
    for (let e = this.count[family]!; e < n; e++) this.mark(base + this.scratchMarks[e]!, -(e + 1));
    this.lengths[family] = bytes;
    this.count[family] = n;
    return this.newHandle(family, base + bytes);
  }

  /** A list that shares no history with the family's longest one. */
  private diverge(family: number, ids: ArrayLike<number>, n: number): number {
    let list = this.apartOf.get(family);
    if (list === undefined) this.apartOf.set(family, (list = []));
    if (n <= this.count[family]!) {
      const h = this.addHandle(-1 - family, n);
      this.keepApart(h, ids, n);
      list.push(h);
      return h;
    }
    const former = new Int32Array(this.count[family]!);
    this.decode(family, former, 0);
    const base = this.start[family]!;
    for (let i = 1; i <= this.lengths[family]!; i++) {
      const mark = this.markAt(base + i);
      if (mark > 0) {
        this.handleFamily[mark - 1] = -1 - family;
        this.keepApart(mark - 1, former, this.handleLength[mark - 1]!);
        list.push(mark - 1);
      }
    }
    this.unmark(base, 0, base + this.lengths[family]!);
    this.lengths[family] = 0;
    this.count[family] = 0;
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
    if (this.separator === 0) this.separator = this.spaces ? SPACE : COMMA;
    if (this.scratchMarks.length < n) this.scratchMarks = grownInts(this.scratchMarks, n);
    let at = 0;
    for (let e = 0; e < n; e++) {
      if (this.scratch.length < at + 16) this.scratch = grownBytes(this.scratch, at + 16);
      if (e > 0) {
        this.scratch[at++] = this.separator;
        if (this.separatorLength === 2) this.scratch[at++] = SPACE;
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
    const base = this.start[family]!;
    const length = this.lengths[family]!;
    const { text } = this;
    let from = base;
    for (let i = base + 1; i <= base + length; i++) {
      if (this.markAt(i) === 0) continue;
      let first = text[from]! - ZERO;
      let n = first;
      let p = from + 1;
      if (first >= 0 && first <= 9)
        while (p < i && (first = text[p]! - ZERO) >= 0 && first <= 9 && n <= LARGEST_TENTH) {
          n = 10 * n + first;
          p++;
        }
      out[at++] = p === i && n >= 0 && n < 1 << 30 ? n : this.idOf(from, i);
      from = i + this.separatorLength;
    }
  }

  private idOf(from: number, to: number): number {
    const text = DECODER.decode(this.text.subarray(from, to));
    return text === 'null' ? NIL : this.values.intern(text);
  }

  /**
   * Lays all lists out. `same[h]` is the handle that equal lists share; null when no two handles are equal. Without
   * `share` lists kept apart stay so, even equal ones.
   */
  finish(share: boolean): {
    offset: Int32Array;
    length: Int32Array;
    elements: Int32Array;
    same: Int32Array | null;
  } {
    let total = this.apartUsed;
    for (let f = 0; f < this.families; f++) total += this.count[f]!;
    const elements = new Int32Array(total);
    const familyOffset = new Int32Array(this.families);
    let at = 0;
    for (let f = 0; f < this.families; f++) {
      familyOffset[f] = at;
      this.decode(f, elements, at);
      at += this.count[f]!;
    }
    elements.set(this.apart.subarray(0, this.apartUsed), at);
    // Where equal lists are still to be found, families are asked for again; elsewhere offsets take their place.
    const offset = this.apartOf.size > 0 && share ? new Int32Array(this.handles) : this.handleFamily;
    for (let h = 0; h < this.handles; h++) {
      const family = this.handleFamily[h]!;
      offset[h] = family >= 0 ? familyOffset[family]! : at + this.handleOffset[h]!;
    }
    const length = this.handleLength.subarray(0, this.handles);
    return {
      offset: offset.subarray(0, this.handles),
      length,
      elements,
      same: share ? this.shareApart(familyOffset, offset, length, elements) : null,
    };
  }

  /**
   * A list kept apart may be a prefix of a text that came later, or equal another one kept apart: gives the first the
   * family's place and both one handle.
   */
  private shareApart(
    familyOffset: Int32Array,
    offset: Int32Array,
    length: Int32Array,
    elements: Int32Array,
  ): Int32Array | null {
    if (this.apartOf.size === 0) return null;
    const same = new Int32Array(this.handles).map((_, h) => h);
    const handleAt = new Map<number, Int32Array>();
    for (const family of this.apartOf.keys())
      handleAt.set(family, new Int32Array(this.count[family]! + 1).fill(-1));
    for (let h = 0; h < this.handles; h++) {
      const family = this.handleFamily[h]!;
      if (family >= 0) {
        const table = handleAt.get(family);
        if (table !== undefined) table[length[h]!] = h;
      }
    }
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
