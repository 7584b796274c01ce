import { HistoryError } from './error.ts';
import { type Memory, Shared } from './memory.ts';

const SMALLEST = 32;
/** Families do not begin with more than this, whatever others have grown to. */
const LARGEST_FIRST = 256;

/** Places of four bytes in a store, as assembly/list-layout.ts has them in bytes. */
const STORE = 8;
const Store = {
  families: 0,
  separator: 1,
  separatorLength: 2,
  spaces: 3,
  handles: 4,
  handleRoom: 5,
  listOf: 6,
  listLength: 7,
} as const;
/** The same of a family. */
const FAMILY = 4;
const Family = { start: 0, length: 1, room: 2, count: 3 } as const;

const isPower = (n: number): boolean => (n & (n - 1)) === 0;

/** Of a positive size, rounded down. */
const logarithm = (n: number): number => 31 - Math.clz32(n);

/**
 * The texts of many growing lists, one a family, and for each position in them whether an element ends there (without
 * which `1,2` would pass for a prefix of `1,23`), how many elements there are up to it, and which handle ends there. And
 * the handles: each a list that begins as its family does and has a number of elements; or −1 − family, and it does not.
 *
 * All lies in a memory that the scanner may share. A text's room is a power of two, and used again when the text has outgrown it.
 * Behind it are its marks, by position: 0 = no element ends here; −c = the c-th does, no handle yet; h+1 = handle h ends here.
 * Elements end at least two bytes apart, so two positions share a place, and its lowest bit says which of them is meant.
 */
export class ListTexts extends Shared {
  families = 0;
  private familyRoom = 0;
  private expectedHandles = 0;
  /** By the logarithm of their size, rooms that families have outgrown. */
  private readonly free: (number[] | undefined)[] = [];
  /** By the logarithm of a size, how many families came to have such a room, and how many outgrew it; both fade. */
  private readonly reached = new Int32Array(32);
  private readonly outgrown = new Int32Array(32);
  private begun = 0;

  /** `spaces`: whether a space may separate elements. */
  constructor(memory: Memory, spaces: boolean) {
    super(memory, STORE);
    this.set(Store.spaces, spaces ? 1 : 0);
  }

  /** How elements are separated in the texts: a byte, 0 while no text has separated two; and how many bytes that takes. */
  protected get separator(): number {
    return this.get(Store.separator);
  }

  protected get separatorLength(): number {
    return this.get(Store.separatorLength);
  }

  protected separateBy(byte: number): void {
    this.set(Store.separator, byte);
    this.set(Store.separatorLength, 1);
  }

  protected get spaces(): boolean {
    return this.get(Store.spaces) !== 0;
  }

  get handles(): number {
    return this.get(Store.handles);
  }

  newFamily(): number {
    const family = this.families++;
    if (family === this.familyRoom) {
      this.familyRoom = Math.max(8, 2 * family);
      this.enlargeTable(Store.families, 4 * FAMILY * family, 4 * FAMILY * this.familyRoom);
    }
    return family;
  }

  private enlargeTable(place: number, size: number, larger: number): void {
    const { memory } = this;
    const from = this.get(place);
    const to = memory.allocate(larger);
    memory.bytes.copyWithin(to, from, from + size);
    this.set(place, to);
  }

  /** Where a family is, in places of the memory. */
  private at(family: number): number {
    return (this.get(Store.families) >> 2) + FAMILY * family;
  }

  protected start(family: number): number {
    return this.memory.ints[this.at(family) + Family.start]!;
  }

  protected room(family: number): number {
    return this.memory.ints[this.at(family) + Family.room]!;
  }

  /** Bytes of the family's text. */
  length(family: number): number {
    return this.memory.ints[this.at(family) + Family.length]!;
  }

  /** Elements of the family's text. */
  count(family: number): number {
    return this.memory.ints[this.at(family) + Family.count]!;
  }

  protected resize(family: number, length: number, count: number): void {
    const at = this.at(family);
    this.memory.ints[at + Family.length] = length;
    this.memory.ints[at + Family.count] = count;
  }

  /** More room for a family, for `needed` bytes at least: what another has left behind, or new. */
  enlarge(family: number, needed: number): void {
    const { memory } = this;
    const old = this.room(family);
    const room = Math.max(old === 0 ? this.usualRoom() : 2 * old, (needed + 31) & -32);
    const length = this.length(family);
    const from = this.start(family);
    const to = (isPower(room) ? this.free[logarithm(room)]?.pop() : undefined) ?? this.newRoom(room);
    if (length > 0) {
      memory.bytes.copyWithin(to, from, from + length);
      memory.bytes.copyWithin(to + room, from + old, from + old + 4 * ((length >> 1) + 1));
    }
    if (old > 0) {
      this.outgrown[logarithm(old)]!++;
      if (isPower(old)) {
        memory.bytes.fill(0, from + old, from + 3 * old);
        (this.free[logarithm(old)] ??= []).push(from);
      }
    }
    const size = logarithm(room);
    if (++this.reached[size]! > 4096) {
      this.reached[size]! >>= 1;
      this.outgrown[size]! >>= 1;
    }
    const at = this.at(family);
    memory.ints[at + Family.start] = to;
    memory.ints[at + Family.room] = room;
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
    if (room > 1 << 29) throw new HistoryError(0, 0, 'a list of this history is longer than 512 MiB');
    return this.memory.allocate(3 * room);
  }

  /** From what share of the input was read so far, makes one step of growth reach for all of it. */
  expect(share: number): void {
    this.expectedHandles = Math.min(1 << 26, Math.ceil((this.handles / share) * 1.05));
  }

  /** Room for more handles. */
  moreHandles(): void {
    const room = this.get(Store.handleRoom);
    const larger = Math.max(64, 2 * room, this.expectedHandles);
    this.enlargeTable(Store.listOf, 4 * room, 4 * larger);
    this.enlargeTable(Store.listLength, 4 * room, 4 * larger);
    this.set(Store.handleRoom, larger);
  }

  protected addHandle(family: number, length: number): number {
    const h = this.handles;
    if (h === this.get(Store.handleRoom)) this.moreHandles();
    this.set(Store.handles, h + 1);
    this.setHandle(h, family);
    this.memory.ints[(this.get(Store.listLength) >> 2) + h] = length;
    return h;
  }

  /** A handle's list is the family's from now on, or kept apart. */
  protected setHandle(h: number, family: number): void {
    this.memory.ints[(this.get(Store.listOf) >> 2) + h] = family;
  }

  /** By handle: the family of its list; and how many elements that has. */
  protected handleColumns(): { family: Int32Array; length: Int32Array } {
    const { ints } = this.memory;
    const column = (at: number): Int32Array => ints.subarray(at >> 2, (at >> 2) + this.handles);
    return { family: column(this.get(Store.listOf)), length: column(this.get(Store.listLength)) };
  }

  protected handleLength(h: number): number {
    return this.memory.ints[(this.get(Store.listLength) >> 2) + h]!;
  }

  protected marks(family: number): number {
    const at = this.at(family);
    const { ints } = this.memory;
    return (ints[at + Family.start]! + ints[at + Family.room]!) >> 2;
  }

  protected markAt(family: number, position: number): number {
    return this.markIn(this.marks(family), position);
  }

  /** The mark of a position, of the family whose marks are there. */
  protected markIn(marks: number, position: number): number {
    const mark = this.memory.ints[marks + (position >> 1)]!;
    return ((mark ^ position) & 1) === 0 ? mark >> 1 : 0;
  }

  protected mark(family: number, position: number, mark: number): void {
    this.memory.ints[this.marks(family) + (position >> 1)] = (mark << 1) | (position & 1);
  }

  /** Removes all marks of a family whose text is `length` bytes long. */
  protected unmark(family: number, length: number): void {
    const from = this.marks(family);
    this.memory.ints.fill(0, from, from + (length >> 1) + 1);
  }
}
