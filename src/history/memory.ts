import { HistoryError } from './error.ts';

/** Addresses are signed 32-bit integers. */
const LARGEST = 0x7fff0000;
const ALIGNMENT = 15;

/**
 * Memory in which things have addresses, so that compiled code can share them. What is allocated is never given back, only all of it at
 * once, by `reset`. Its arrays are others after an allocation, unless it was made of a buffer: then that is all there is.
 */
export class Memory {
  bytes: Uint8Array<ArrayBuffer>;
  ints: Int32Array<ArrayBuffer>;
  private readonly fixed: boolean;
  private readonly from: number;
  private top: number;
  /** Up to here bytes may be other than zero. */
  private touched: number;

  constructor(buffer?: ArrayBuffer, from = 0) {
    const memory = buffer ?? new ArrayBuffer(1024);
    this.bytes = new Uint8Array(memory);
    this.ints = new Int32Array(memory);
    this.fixed = buffer !== undefined;
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
    return (this.fixed ? this.bytes.length : LARGEST) - this.top;
  }

  /** The address of `size` zeros. Throws HistoryError where there is no room for them. */
  allocate(size: number): number {
    const at = this.top;
    this.moveTop(at + size);
    this.bytes.fill(0, at, Math.min(this.top, this.touched));
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

  private moveTop(end: number): void {
    const top = (end + ALIGNMENT) & ~ALIGNMENT;
    if (end > LARGEST || (this.fixed && end > this.bytes.length))
      throw new HistoryError(
        0,
        0,
        'reading this history takes more than 2 GiB for its lists and its longest record',
      );
    if (top > this.bytes.length) {
      const larger = new Uint8Array(Math.min(LARGEST, Math.max(top, 2 * this.bytes.length)));
      larger.set(this.bytes.subarray(0, this.top));
      this.bytes = larger;
      this.ints = new Int32Array(larger.buffer);
    }
    this.top = top;
  }
}
