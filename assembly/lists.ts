import { CLOSE, COMMA, FIRST_LIST, KEYS, MOST_KEYS, NIL, SPACE } from './layout';
import {
  COUNT,
  EMPTY_LIST,
  FAMILIES,
  FAMILY,
  HANDLE_ROOM,
  HANDLES,
  LENGTH,
  LIST_LENGTH,
  LIST_OF,
  NO_MATCH,
  ROOM,
  SEPARATOR,
  SEPARATOR_LENGTH,
  SPACES,
  START,
} from './list-layout';
import { span, whole } from './numbers';
import { enlarge, familyOf, moreHandles } from './reader';

/** Elements are copied eight bytes at a time, with their separator. */
const SLACK: u32 = 16;

/** Where the lists inside of transactions are kept. */
let reads: u32 = 0;

/** Behind the closing bracket of the last list that matched. */
export let matchEnd: u32 = 0;

/** Forgets all keys. */
export function keepReads(lists: u32): void {
  reads = lists;
  memory.fill(KEYS, 0, 8 * MOST_KEYS);
}

/** The value of a read of `key` inside of a transaction that returned the list at `p`: see `match`; or NO_MATCH. */
export function matchRead(key: i32, p: u32): i32 {
  const entry = KEYS + ((<u32>key & (MOST_KEYS - 1)) << 3);
  let family = load<i32>(entry, 4) - 1;
  if (family < 0 || load<i32>(entry) !== key) {
    family = familyOf(key);
    store<i32>(entry, key);
    store<i32>(entry, family + 1, 4);
  }
  const handle = match(reads, family, p);
  if (handle === NO_MATCH) return NO_MATCH;
  return handle === EMPTY_LIST ? NIL : FIRST_LIST - handle;
}

/**
 * The handle of the list whose text begins at `p`, behind the opening bracket; EMPTY_LIST; or NO_MATCH when the text is anything but
 * whole numbers in the usual spelling that go on from, or stop within, the family's longest list. Behind the readable bytes is a zero.
 */
export function match(lists: u32, family: i32, p: u32): i32 {
  const entry = load<u32>(lists, FAMILIES) + FAMILY * family;
  const start = load<u32>(entry, START);
  const length = load<u32>(entry, LENGTH);
  let same: u32 = 0;
  while (same < length) {
    const others = i8x16.bitmask(i8x16.ne(v128.load(start + same), v128.load(p + same)));
    if (others !== 0) {
      same += ctz(others);
      break;
    }
    same += 16;
  }
  if (same > length) same = length;
  const next = p + same;
  if (load<u8>(next) === CLOSE) {
    matchEnd = next + 1;
    if (same === 0) return EMPTY_LIST;
    const mark = start + load<u32>(entry, ROOM) + ((same >> 1) << 2);
    const found = load<i32>(mark);
    if (((<u32>found ^ same) & 1) !== 0 || found >> 1 === 0) return NO_MATCH;
    return found > 0 ? (found >> 1) - 1 : newHandle(lists, family, mark, same);
  }
  return same < length ? NO_MATCH : extend(lists, family, next);
}

/** The whole numbers at `p` follow the family's text. Leaves everything as it was when it meets something else. */
function extend(lists: u32, family: i32, p: u32): i32 {
  let entry = load<u32>(lists, FAMILIES) + FAMILY * family;
  const first = load<u32>(entry, LENGTH);
  let length = first;
  let count = load<i32>(entry, COUNT);
  while (true) {
    if (load<u32>(entry, ROOM) - length < SLACK) {
      store<u32>(entry, length, LENGTH);
      enlarge(lists, family);
      entry = load<u32>(lists, FAMILIES) + FAMILY * family;
    }
    const start = load<u32>(entry, START);
    if (count > 0) {
      if (load<i32>(lists, SEPARATOR) === 0) learnSeparator(lists, p);
      if (<i32>load<u8>(p) !== load<i32>(lists, SEPARATOR)) break;
      store<u8>(start + length++, load<u8>(p++));
      if (load<i32>(lists, SEPARATOR_LENGTH) === 2) {
        if (load<u8>(p) !== SPACE) break;
        store<u8>(start + length++, load<u8>(p++));
      }
    }
    const digits = span(p);
    if (digits === 0) break;
    store<u64>(start + length, load<u64>(p));
    if (digits === 9) store<u8>(start + length, load<u8>(p + 8), 8);
    length += digits;
    p += digits;
    const next = load<u8>(p);
    if (next !== CLOSE && next !== COMMA && next !== SPACE) break;
    const mark = start + load<u32>(entry, ROOM) + ((length >> 1) << 2);
    store<i32>(mark, (-++count << 1) | (length & 1));
    if (next === CLOSE) {
      store<u32>(entry, length, LENGTH);
      store<i32>(entry, count, COUNT);
      matchEnd = p + 1;
      return newHandle(lists, family, mark, length);
    }
  }
  const marks = load<u32>(entry, START) + load<u32>(entry, ROOM);
  const kept = first === 0 ? 0 : (first >> 1) + 1;
  memory.fill(marks + (kept << 2), 0, ((length >> 1) + 1 - kept) << 2);
  store<u32>(entry, first, LENGTH);
  return NO_MATCH;
}

function learnSeparator(lists: u32, p: u32): void {
  const comma = load<u8>(p) === COMMA;
  if (!comma && load<i32>(lists, SPACES) === 0) return;
  store<i32>(lists, comma ? COMMA : SPACE, SEPARATOR);
  store<i32>(lists, comma && load<u8>(p + 1) === SPACE ? 2 : 1, SEPARATOR_LENGTH);
}

/** A handle for the list that ends at a mark, which says how many elements it has. */
function newHandle(lists: u32, family: i32, mark: u32, position: u32): i32 {
  const h = load<i32>(lists, HANDLES);
  if (h === load<i32>(lists, HANDLE_ROOM)) moreHandles(lists);
  store<i32>(lists, h + 1, HANDLES);
  store<i32>(load<u32>(lists, LIST_OF) + (h << 2), family);
  store<i32>(load<u32>(lists, LIST_LENGTH) + (h << 2), -(load<i32>(mark) >> 1));
  store<i32>(mark, ((h + 1) << 1) | (position & 1));
  return h;
}

/**
 * Writes the elements of the longest lists to `to`, family after family, from `family` to `families` − 1. Stops at one with other elements
 * than whole numbers of at most nine digits, and says which.
 */
export function layOut(lists: u32, family: i32, families: i32, to: u32): i32 {
  const separator = load<i32>(lists, SEPARATOR);
  const gap = load<u32>(lists, SEPARATOR_LENGTH);
  for (; family < families; family++) {
    const entry = load<u32>(lists, FAMILIES) + FAMILY * family;
    let p = load<u32>(entry, START);
    const end = p + load<u32>(entry, LENGTH);
    let at = to;
    while (p < end) {
      // What is behind the end may look like more digits.
      const digits = min(span(p), end - p);
      if (digits === 0 || (p + digits < end && <i32>load<u8>(p + digits) !== separator)) return family;
      store<i32>(at, whole(p, digits));
      at += 4;
      p += digits + gap;
    }
    to = at;
  }
  return family;
}
