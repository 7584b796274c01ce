// Where things lie in the memory that the scanner shares with its reader. src/history/read/scanner.ts knows the same numbers.

/** Four bytes that are written only. */
export const NOWHERE: u32 = 0x7ff8;

/** Names that the reader has met: 32 bytes each. The name's first 16 bytes, its length, its number, and what it is a name of. */
export const NAMES: u32 = 0x8000;
export const MOST_NAMES: u32 = 64;
export const OF_FUNCTION: i32 = 0;
export const OF_WORKLOAD: i32 = 1;
export const OF_NODE: i32 = 2;

/** The record being read. */
export const OUT: u32 = 0x10000;
/** Its micro-operations, when it is a transaction: from here, as far as room goes. */
export const MOPS: u32 = 0x10080;
export const MOPS_END: u32 = 0x80000;
/** Those of a transaction on its own. */
export const ALONE: u32 = 0x80000;
export const ALONE_END: u32 = 0xf0000;

/** Families of the keys that were last asked for: a key and one more than its family, 8 bytes each. */
export const KEYS: u32 = 0xf0000;
export const MOST_KEYS: u32 = 0x2000;

export const SPACE: u8 = 0x20;
export const COMMA: u8 = 0x2c;
export const CLOSE: u8 = 0x5d;

/** A record: offsets of its fields. All are four bytes but the time, a double. */
export const TYPE: usize = 0;
export const FUNCTION: usize = 4;
export const SHAPE: usize = 8;
export const PROCESS: usize = 12;
export const INDEX: usize = 16;
export const LINE: usize = 20;
export const TIME: usize = 24;
export const START: usize = 32;
export const LINE_START: usize = 36;
export const A: usize = 40;
export const B: usize = 44;
export const C: usize = 48;
/** Where fields that the scanner does not know begin, or 0. */
export const REST: usize = 52;
export const WORKLOAD: usize = 56;
export const NODE: usize = 60;
export const EPOCH: usize = 64;

/** A micro-operation: code, key, value, and where the value ends. */
export const CODE: usize = 0;
export const KEY: usize = 4;
export const VALUE: usize = 8;
export const END: usize = 12;
export const MOP: u32 = 16;

/** Types of records. */
export const OK: i32 = 0;
export const FAIL: i32 = 1;
export const INFO: i32 = 2;
export const INVOKE: i32 = 3;

/** Shapes of values: the history's own; none; and two ways to leave a value to the reader. */
export const SCALAR: i32 = 0;
export const PAIR: i32 = 1;
export const PAIR_OF_PAIR: i32 = 2;
export const TXN: i32 = 5;
export const NOTHING: i32 = 252;
/** From A to B, to be read now. */
export const TEXT: i32 = 253;
/** A transaction from A to B, to be read when its completion does not repeat it, of about C micro-operations. */
export const PUT_OFF: i32 = 255;

/** Codes of micro-operations, and in them what is an address instead of a number. */
export const R: i32 = 0;
export const APPEND: i32 = 1;
export const W: i32 = 2;
export const HIGHEST: i32 = 3;
export const KEY_AT: i32 = 4;
export const VALUE_AT: i32 = 8;
export const LIST_AT: i32 = 16;

/** The id of null; a read of which nobody knows what it saw; and the first handle, further ones go down from it. */
export const NIL: i32 = -1;
export const UNREAD: i32 = -2;
export const FIRST_LIST: i32 = -3;
