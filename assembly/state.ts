/** The first byte that is not taken, its line, and where that begins. */
export let at: u32 = 0;
export let line: i32 = 0;
export let lineStart: u32 = 0;

/** How many micro-operations the last transaction had, and which bits there are in their codes. */
export let mopCount: i32 = 0;
export let mopCodes: i32 = 0;

export function startAt(p: u32, firstLine: i32, firstStart: u32): void {
  at = p;
  line = firstLine;
  lineStart = firstStart;
}

export function moveTo(p: u32): void {
  at = p;
}

/** A line begins at `p`. */
export function nextLine(p: u32): void {
  at = p;
  line++;
  lineStart = p;
}

export function setTxn(mops: i32, codes: i32): void {
  mopCount = mops;
  mopCodes = codes;
}
