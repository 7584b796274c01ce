import { SCANNER } from './scanner-code.ts';

/** Where a reader's bytes begin in the memory; what lies below is the scanner's. */
export const WINDOW = 0x100000;
/** Bytes behind the last one read that may be looked at, and must be zero. */
export const MARGIN = 64;
const PAGE = 0x10000;
/** A scanner that has come to hold more is not kept for the next reader. */
const MOST_KEPT = 1 << 26;

/** Places of four bytes in a record, as assembly/layout.ts has them in bytes. */
export const Place = {
  type: 0,
  f: 1,
  shape: 2,
  process: 3,
  index: 4,
  line: 5,
  /** Eight bytes. */
  time: 6,
  start: 8,
  lineStart: 9,
  a: 10,
  b: 11,
  c: 12,
  rest: 13,
  workload: 14,
  node: 15,
  epoch: 16,
} as const;
export const RECORD = 18;
/** What a name is one of. */
export const OF_FUNCTION = 0;
export const OF_WORKLOAD = 1;
export const OF_NODE = 2;
/** Where the records of a scan begin, and the record of one transaction alone, in places of four bytes. */
export const FOUND = 0x10000 >> 2;
export const ALONE = 0x80000 >> 2;

/** A micro-operation: code, key, value, end. */
export const MOP = 4;
/** In its code, beside the function: what is an address in place of a number. */
export const KEY_AT = 4;
export const VALUE_AT = 8;
export const LIST_AT = 16;
export const FUNCTION = 3;

/** Shapes beside the history's own (and PUT_OFF): no value; and text from `a` to `b`, to be read by its reader. */
export const NOTHING = 252;
export const TEXT = 253;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly at: { readonly value: number };
  readonly line: { readonly value: number };
  readonly lineStart: { readonly value: number };
  scanJson(from: number, limit: number, line: number, lineStart: number): number;
  scanEdn(from: number, limit: number, line: number, lineStart: number): number;
  txnJson(from: number, limit: number): number;
  txnEdn(from: number, limit: number): number;
  addName(from: number, length: number, of: number, id: number): void;
  clearNames(): void;
}

/** What Node has of WebAssembly's interface, as far as it is used here. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

let module: object | null = null;
const idle: Scanner[] = [];

/**
 * Finds the records of a history in its bytes, at about a gigabyte a second: WebAssembly, from `assembly/`. It knows the usual spelling of the
 * usual records, leaves what is inside of lists and strings to its reader, and stops in front of anything else: readers must be able
 * to do without it. Reader and scanner share one memory, so that nothing is copied.
 */
export class Scanner {
  readonly code: Exports;
  /** All of the memory; other arrays after `reserve`. */
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  ints: Int32Array<ArrayBuffer>;
  doubles: Float64Array<ArrayBuffer>;

  private constructor() {
    module ??= new WebAssembly.Module(Uint8Array.from(atob(SCANNER), (c) => c.charCodeAt(0)));
    this.code = new WebAssembly.Instance(module).exports as Exports;
    const { buffer } = this.code.memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.ints = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** A scanner for one reader's use, which ends with `giveBack`: starting one takes longer than reading a short history. */
  static take(): Scanner {
    const scanner = idle.pop() ?? new Scanner();
    scanner.code.clearNames();
    return scanner;
  }

  giveBack(): void {
    if (this.bytes.length <= MOST_KEPT) idle.push(this);
  }

  /** Makes the memory at least `size` bytes large. Throws RangeError where there is none. */
  reserve(size: number): void {
    const missing = size - this.bytes.length;
    if (missing <= 0) return;
    this.code.memory.grow(Math.ceil(missing / PAGE));
    const { buffer } = this.code.memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.ints = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }
}
