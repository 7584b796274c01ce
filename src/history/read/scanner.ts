import type { HistoryColumns } from '../columns.ts';
import { type Decoder, decodesNothing, type ListStore, NO_MATCH } from '../lists.ts';
import { type Column, Memory } from '../memory.ts';
import { SCANNER } from './scanner-code.ts';

/** Where the memory begins that is the reader's to use. */
const WINDOW = 0x100000;
const PAGE = 0x10000;
/** A memory that has come to hold more is not used again: a history keeps its columns where they are. */
const MOST_KEPT = 1 << 24;

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
/** What a name is one of. */
export const OF_FUNCTION = 0;
export const OF_WORKLOAD = 1;
export const OF_NODE = 2;
/** Where the record is, its micro-operations, and those of a transaction alone, in places of four bytes. */
export const FOUND = 0x10000 >> 2;
export const MOPS = 0x10080 >> 2;
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

/** Shared, although nobody shares it: arrays on such a memory stay when it grows. */
interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

interface Exports {
  readonly memory: SharedMemory;
  readonly at: { readonly value: number };
  readonly line: { readonly value: number };
  readonly lineStart: { readonly value: number };
  readonly matchEnd: { readonly value: number };
  readonly mopCount: { readonly value: number };
  scanJson(from: number, limit: number, line: number, lineStart: number): number;
  scanEdn(from: number, limit: number, line: number, lineStart: number): number;
  txnJson(from: number, limit: number, type: number): number;
  txnEdn(from: number, limit: number, type: number): number;
  match(lists: number, family: number, from: number): number;
  readonly layOut: Decoder;
  keepReads(lists: number): void;
  keepRows(table: number, putOffs: number): void;
  addName(from: number, length: number, of: number, id: number): void;
  clearNames(): void;
}

const nowhere = { at: { value: 0 }, line: { value: 0 }, lineStart: { value: 0 } };

function stay(from: number, _limit: number, line: number, lineStart: number): number {
  nowhere.at.value = from;
  nowhere.line.value = line;
  nowhere.lineStart.value = lineStart;
  return 0;
}

/** A scanner that knows nothing, for where WebAssembly has no memory. */
const NO_CODE: Omit<Exports, 'memory'> = {
  ...nowhere,
  matchEnd: { value: 0 },
  mopCount: { value: 0 },
  scanJson: stay,
  scanEdn: stay,
  txnJson: () => 0,
  txnEdn: () => 0,
  match: () => NO_MATCH,
  layOut: decodesNothing,
  keepReads: () => {},
  keepRows: () => {},
  addName: () => {},
  clearNames: () => {},
};

/** What Node has of WebAssembly's interface, as far as it is used here. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What the scanner fills: the table of operations; and lists, with what it asks for while it matches them. */
export interface Filled {
  readonly address: number;
  familyOf(key: number): number;
  readonly reads: ListStore;
  readonly plain: ListStore;
}

let module: object | null = null;
const idle: Scanner[] = [];

/**
 * Takes in the records of a history from its bytes, lists and all: WebAssembly, from `assembly/`. It knows the usual spelling of the
 * usual records, leaves those with strings and unusual lists to its reader, and stops in front of anything else: readers must be able
 * to do without it. Reader and scanner share one memory, so that nothing is copied.
 */
export class Scanner {
  readonly code: Omit<Exports, 'memory'>;
  readonly memory: Memory;
  /** What was found: see `Place`. */
  readonly ints: Int32Array;
  readonly doubles: Float64Array;
  private filled: Filled | null = null;

  private constructor() {
    const instance = start({
      familyOf: (key: number) => this.filled!.familyOf(key),
      enlarge: (lists: number, family: number) => this.store(lists).enlarge(family, 0),
      moreHandles: (lists: number) => this.store(lists).moreHandles(),
    });
    this.code = instance ?? NO_CODE;
    this.memory = instance === null ? new Memory() : new CodeMemory(instance.memory);
    this.ints = this.memory.ints;
    this.doubles = new Float64Array(this.memory.bytes.buffer);
  }

  private store(lists: number): ListStore {
    const { reads, plain } = this.filled!;
    return lists === reads.address ? reads : plain;
  }

  /** A scanner for one reader's use, which ends with `giveBack`: starting one takes longer than reading a short history. */
  static take(): Scanner {
    const scanner = idle.pop() ?? new Scanner();
    scanner.memory.reset();
    scanner.code.clearNames();
    return scanner;
  }

  /** What the scanner is to fill, and the address of the values put off, all in its memory. */
  serve(filled: Filled, putOffs: number): void {
    this.filled = filled;
    this.code.keepReads(filled.reads.address);
    this.code.keepRows(filled.address, putOffs);
  }

  /** Whether another reader will use it. */
  private get lasts(): boolean {
    return this.memory.used <= MOST_KEPT;
  }

  /** The same columns, in memory that nobody will use again. */
  release(columns: HistoryColumns): HistoryColumns {
    if (!this.lasts) return columns;
    const own = Object.entries(columns).map(([name, column]) => [
      name,
      this.memory.holds(column) ? column.slice() : column,
    ]);
    return Object.fromEntries(own) as HistoryColumns;
  }

  giveBack(): void {
    this.filled = null;
    if (this.lasts) idle.push(this);
  }
}

/** The memory of the code, above what the code itself uses. */
class CodeMemory extends Memory {
  private readonly code: SharedMemory;

  constructor(code: SharedMemory) {
    super(code.buffer, WINDOW);
    this.code = code;
  }

  override holds(array: unknown): array is Column {
    return ArrayBuffer.isView(array) && array.buffer instanceof SharedArrayBuffer;
  }

  /** Half of it is kept for lists and long records, which have no other place. */
  override takesColumns(size: number): boolean {
    return 2 * size <= this.left;
  }

  protected override grown(size: number): ArrayBufferLike {
    this.code.grow(Math.ceil((size - this.bytes.length) / PAGE));
    return this.code.buffer;
  }
}

/** The code; null where there is too little address space for its memory. */
function start(reader: object): Exports | null {
  module ??= new WebAssembly.Module(Uint8Array.from(atob(SCANNER), (c) => c.charCodeAt(0)));
  try {
    return new WebAssembly.Instance(module, { reader }).exports as Exports;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
