// How the table of operations is kept in the memory. src/history/rows.ts knows the same numbers.

/**
 * What is known of a table, four bytes each: how many rows it has, and how many there is room for, 0 where the columns are not in this
 * memory; the same of micro-operations; the highest index so far; how many records there were, and how many invocations.
 */
export const ROWS: usize = 0;
export const ROOM: usize = 4;
export const MOPS_USED: usize = 8;
export const MOP_ROOM: usize = 12;
export const LAST_INDEX: usize = 16;
export const RECORDS: usize = 20;
export const INVOCATIONS: usize = 24;

/** By process, for so many processes: 1 + the row of its open invocation; 0; or RETIRED. */
export const OPEN: usize = 28;
export const OPEN_ROOM: usize = 32;
export const RETIRED: i32 = -1;

/** Where the columns are. */
export const OUTCOME: usize = 36;
export const PROCESS_OF: usize = 40;
export const FUNCTION_OF: usize = 44;
export const WORKLOAD_OF: usize = 48;
export const INV: usize = 52;
export const RET: usize = 56;
export const INV_TIME: usize = 60;
export const RET_TIME: usize = 64;
export const SHAPE_OF: usize = 68;
export const X0: usize = 72;
export const X1: usize = 76;
export const X2: usize = 80;
export const NODE_OF: usize = 84;
export const EPOCH_OF: usize = 88;
export const MOP_F: usize = 92;
export const MOP_KEY: usize = 96;
export const MOP_VALUE: usize = 100;

/** In the column of ends: none is known. */
export const NEVER: i32 = 0x7fffffff;

/** Values that were put off: where they are noted, for how many there is room, and how many there are. */
export const NOTES: usize = 0;
export const NOTE_ROOM: usize = 4;
export const NOTE_COUNT: usize = 8;

/** A value that was put off: its row, where it begins and ends, its line, and where that begins. */
export const ROW_OF: usize = 0;
export const FROM: usize = 4;
export const TO: usize = 8;
export const LINE_OF: usize = 12;
export const LINE_BEGIN: usize = 16;
export const NOTE: u32 = 20;
