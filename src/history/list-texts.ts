import { HistoryError } from './error.ts';
import { grownBytes, grownInts } from './growable.ts';

const SMALLEST = 32;
/** Families do not begin with more than this, whatever others have grown to. */
const LARGEST_FIRST = 256;

const isPower = (n: number): boolean => (n & (n - 1)) === 0;

/** Of a positive size, rounded down. */
const logarithm = (n: number): number => 31 - Math.clz32(n);

/**
 * The texts of many growing lists, one a family, and for each position in them whether an element ends there (without
 * which `1,2` would pass for a prefix of `1,23`), how many elements there are up to it, and which handle ends there.
 * Texts lie in rooms of one array; rooms are powers of two and used again when a text has outgrown them.
 */
export class ListTexts {
  families = 0;
  // Small, so that they soon grow: code that V8 compiled while they never had is thrown away when they do.
  protected start = new Int32Array(4);
  protected lengths = new Int32Array(4);
  protected room = new Int32Array(4);
  protected count = new Int32Array(4);
  protected text: Uint8Array = new Uint8Array(64);
  protected view = new DataView(this.text.buffer);
  /**
   * By position, 0 = no element ends here; −c = the c-th does, no handle yet; h+1 = handle h ends here. Elements end at
   * least two bytes apart, so two positions share a place, and its lowest bit says which of them is meant.
   */
  protected marks = new Int32Array(32);
  private used = 0;
  private expected = 0;
  /** By the logarithm of their size, rooms that families have outgrown. */
  private readonly free: (number[] | undefined)[] = [];
  /** By the logarithm of a size, how many families came to have such a room, and how many outgrew it; both fade. */
  private readonly reached = new Int32Array(32);
  private readonly outgrown = new Int32Array(32);
  private begun = 0;

  newFamily(): number {
    const family = this.families++;
    if (family === this.start.length) {
      this.start = grownInts(this.start, family + 1);
      this.lengths = grownInts(this.lengths, family + 1);
      this.room = grownInts(this.room, family + 1);
      this.count = grownInts(this.count, family + 1);
    }
    return family;
  }

  /** Bytes of the family's text. */
  length(family: number): number {
    return this.lengths[family]!;
  }

  /** More room for a family: what another has left behind, or at the end of the text. */
  protected enlarge(family: number, needed: number): void {
    const old = this.room[family]!;
    const room = Math.max(old === 0 ? this.usualRoom() : 2 * old, (needed + 31) & -32);
    const length = this.lengths[family]!;
    const from = this.start[family]!;
    const to = (isPower(room) ? this.free[logarithm(room)]?.pop() : undefined) ?? this.newRoom(room);
    if (length > 0) {
      this.text.copyWithin(to, from, from + length);
      this.marks.copyWithin(to >> 1, from >> 1, ((from + length) >> 1) + 1);
    }
    if (old > 0) {
      this.outgrown[logarithm(old)]!++;
      if (isPower(old)) {
        this.marks.fill(0, from >> 1, (from + old) >> 1);
        (this.free[logarithm(old)] ??= []).push(from);
      }
    }
    const size = logarithm(room);
    if (++this.reached[size]! > 4096) {
      this.reached[size]! >>= 1;
      this.outgrown[size]! >>= 1;
    }
    this.start[family] = to;
    this.room[family] = room;
  }

  /**
   * The room of a new family: what most families outgrow is skipped, which saves copying. Now and then one begins small, to
   * see whether that still holds.
   */
  private usualRoom(): number {
    let room = SMALLEST;
    if ((++this.begun & 15) === 0) return room;
    while (room < LARGEST_FIRST && 2 * this.outgrown[logarithm(room)]! > this.reached[logarithm(room)]!)
      room *= 2;
    return room;
  }

  private newRoom(room: number): number {
    const at = this.used;
    if (at + room > 0x7fffffff)
      throw new HistoryError(0, 0, 'the lists of this history are longer than 2 GiB');
    this.used += room;
    if (this.used > this.text.length) {
      this.text = grownBytes(this.text, Math.max(this.used, this.expected));
      this.view = new DataView(this.text.buffer);
      this.marks = grownInts(this.marks, this.text.length >> 1);
    }
    return at;
  }

  /** From what share of the input was read so far, makes one step of growth reach for all of it. */
  expect(share: number): void {
    this.expected = Math.min(0x7fffffff, Math.ceil((this.used / share) * 1.1));
  }

  protected markAt(position: number): number {
    const mark = this.marks[position >> 1]!;
    return ((mark ^ position) & 1) === 0 ? mark >> 1 : 0;
  }

  protected mark(position: number, mark: number): void {
    this.marks[position >> 1] = (mark << 1) | (position & 1);
  }

  /** Removes the marks behind the first `length` bytes of the family that begins at `base`, up to `end`. */
  protected unmark(base: number, length: number, end: number): void {
    this.marks.fill(0, length === 0 ? base >> 1 : ((base + length) >> 1) + 1, (end >> 1) + 1);
  }
}
