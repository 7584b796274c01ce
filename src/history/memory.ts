import { HistoryError } from './error.ts';

/** Addresses are signed 32-bit integers. */
const LARGEST = 0x7fff0000;
const ALIGNMENT = 15;

export type Column = Uint8Array | Int16Array | Int32Array | Float64Array;

/**
 * Memory in which things have addresses, so that compiled code can share them. What is allocated is never given back, only all of it at
 * once, by `reset`. After an allocation its arrays may be others; in the old ones, what was allocated before can still be read.
 */
export class Memory {
  bytes: Uint8Array;
  ints: Int32Array;
  private readonly from: number;
  private top: number;
  /** Up to here bytes may be other than zero. */
  private touched: number;

  constructor(buffer: ArrayBufferLike = new ArrayBuffer(1024), from = 0) {
    this.bytes = new Uint8Array(buffer);
    this.ints = new Int32Array(buffer);
    this.from = from;
    this.top = from;
    this.touched = from;
  }

  /** Forgets what was allocated. */
  reset(): void {
    this.top = this.from;
  }

  /** The most that was ever in use, in bytes. */
  get used(): number {
    return this.touched;
  }

  /** Bytes that are left. */
  get left(): number {
    return LARGEST - this.top;
  }

  /** The address of `size` zeros. Throws HistoryError where there is no room for them. */
  allocate(size: number): number {
    const before = this.touched;
    const at = this.reserve(size);
    this.bytes.fill(0, at, Math.min(this.top, before));
    return at;
  }

  /** The address of `size` bytes, which may hold anything. Throws HistoryError where there is no room for them. */
  reserve(size: number): number {
    const at = this.top;
    this.moveTop(at + size);
    this.touched = Math.max(this.touched, this.top);
    return at;
  }

  /** The address of what lies at `at`, `size` bytes long, with room for `larger`. What the room holds besides is arbitrary. */
  enlarged(at: number, size: number, larger: number): number {
    const last = at + ((size + ALIGNMENT) & ~ALIGNMENT) === this.top;
    const to = last ? at : this.top;
    this.moveTop(to + larger);
    this.touched = Math.max(this.touched, this.top);
    if (!last) this.bytes.copyWithin(to, at, at + size);
    return to;
  }

  /** Whether columns that take so many bytes are to lie in here: nobody else wants to know where these are. */
  takesColumns(_size: number): boolean {
    return false;
  }

  /** Whether this is an array in here. */
  holds(array: unknown): array is Column {
    return ArrayBuffer.isView(array) && array.buffer === this.bytes.buffer;
  }

  /** A copy of a column with `room` places, `inside` of this memory or anywhere. */
  column<C extends Column>(column: C, room: number, inside: boolean): C {
    const Type = column.constructor as new (
      what: number | ArrayBufferLike,
      at?: number,
      length?: number,
    ) => C;
    const at = inside ? this.allocate(room * column.BYTES_PER_ELEMENT) : 0;
    const larger = inside ? new Type(this.bytes.buffer, at, room) : new Type(room);
    larger.set(column);
    return larger;
  }

  private moveTop(end: number): void {
    if (end > LARGEST)
      throw new HistoryError(
        0,
        0,
        'reading this history takes more than 2 GiB for its lists and its longest record',
      );
    this.top = (end + ALIGNMENT) & ~ALIGNMENT;
    const { length } = this.bytes;
    if (this.top <= length) return;
    try {
      const buffer = this.grown(Math.min(LARGEST, Math.max(this.top, 2 * length)));
      this.bytes = new Uint8Array(buffer);
      this.ints = new Int32Array(buffer);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new HistoryError(
        0,
        0,
        `there is no memory for the lists and records of this history (${error.message})`,
      );
    }
  }

  /** A larger buffer that begins as this one does. */
  protected grown(size: number): ArrayBufferLike {
    const larger = new Uint8Array(size);
    larger.set(this.bytes);
    return larger.buffer;
  }
}

/** Numbers of four bytes each at one address, so that compiled code can share them. */
export class Shared {
  protected readonly memory: Memory;
  readonly address: number;

  constructor(memory: Memory, places: number) {
    this.memory = memory;
    this.address = memory.allocate(4 * places);
  }

  protected get(place: number): number {
    return this.memory.ints[(this.address >> 2) + place]!;
  }

  protected set(place: number, value: number): void {
    this.memory.ints[(this.address >> 2) + place] = value;
  }
}
