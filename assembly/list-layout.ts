// How lists are kept in the memory. src/history/list-texts.ts knows the same numbers.

/**
 * What is known of a store of lists, in places of four bytes, as src/history/list-texts.ts has it: where its families are; the separator
 * of its texts, 0 while none is known, and how many bytes it takes; whether it may be a space; how many handles there are, for how many
 * there is room, and by handle, the family of its list, and how many elements that has.
 */
export const FAMILIES: usize = 0;
export const SEPARATOR: usize = 4;
export const SEPARATOR_LENGTH: usize = 8;
export const SPACES: usize = 12;
export const HANDLES: usize = 16;
export const HANDLE_ROOM: usize = 20;
export const LIST_OF: usize = 24;
export const LIST_LENGTH: usize = 28;

/** A family: where its text begins, the bytes of it, the bytes that there is room for, and how many elements it has. Behind the room are the marks. */
export const START: usize = 0;
export const LENGTH: usize = 4;
export const ROOM: usize = 8;
export const COUNT: usize = 12;
export const FAMILY: u32 = 16;

/** What `match` answers besides handles. */
export const EMPTY_LIST: i32 = -1;
export const NO_MATCH: i32 = -2;
