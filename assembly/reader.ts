// What the scanner asks its reader for.

/** The family of a key's reads. */
export declare function familyOf(key: i32): i32;
/** More room for the text of a family. */
export declare function enlarge(lists: u32, family: i32): void;
/** Room for more handles. */
export declare function moreHandles(lists: u32): void;
