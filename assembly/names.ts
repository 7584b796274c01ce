import { MOST_NAMES, NAMES } from './layout';

const ENTRY: u32 = 32;
const SPACE: u8 = 0x20;
const COMMA: u8 = 0x2c;
const UNCURLY: u8 = 0x7d;
let known: u32 = 0;

/** Bytes of the last name that was found. */
export let nameLength: u32 = 0;

/** Forgets all names. */
export function clearNames(): void {
  known = 0;
}

/** Notes the name at `p`, with its quotes or colon; names of more than 16 bytes are for the reader. */
export function addName(p: u32, length: u32, what: i32, id: i32): void {
  if (length > 16 || known === MOST_NAMES) return;
  const entry = NAMES + ENTRY * known++;
  store<u64>(entry, start(p, length));
  store<u64>(entry, length > 8 ? start(p + 8, length - 8) : 0, 8);
  store<u32>(entry, length, 16);
  store<i32>(entry, id, 20);
  store<i32>(entry, what, 24);
}

/** The number of the name at `p`, if something that ends names follows; or −1. */
export function nameAt(p: u32, what: i32): i32 {
  for (let entry = NAMES, end = NAMES + ENTRY * known; entry < end; entry += ENTRY) {
    if (load<i32>(entry, 24) !== what) continue;
    const length = load<u32>(entry, 16);
    if (start(p, length) !== load<u64>(entry)) continue;
    if (length > 8 && start(p + 8, length - 8) !== load<u64>(entry, 8)) continue;
    const next = load<u8>(p + length);
    if (next !== COMMA && next !== SPACE && next !== UNCURLY) continue;
    nameLength = length;
    return load<i32>(entry, 20);
  }
  return -1;
}

/** The first bytes at `p`, at most eight. */
function start(p: u32, length: u32): u64 {
  const bytes = load<u64>(p);
  return length >= 8 ? bytes : bytes & (((<u64>1) << (length << 3)) - 1);
}
