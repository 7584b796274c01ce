// V8 inlines none of WebAssembly's functions, so the compiler has to: a twentieth of reading. (Its word for that is no TypeScript.)

import { NOWHERE, SPACE } from './layout';

/** Behind the space at `p`, if there is one. The store keeps this a branch: of a choice between two numbers, all that follows would have to wait. */
@inline
export function behindSpace(p: u32): u32 {
  if (load<u8>(p) !== SPACE) return p;
  store<u32>(NOWHERE, p);
  return p + 1;
}

const ZEROS: u64 = 0x3030303030303030;
const ZERO: u32 = 0x30;

/** How many digits begin eight bytes, from which `ZEROS` were taken by xor. */
@inline
function leading(digit: u64): u32 {
  // The highest bit of each byte that is no digit.
  const others = (((digit & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | digit) & 0x8080808080808080;
  return <u32>(ctz(others) >> 3);
}

/** Eight digits as a number: neighbours joined, to pairs, to fours, to eight. */
@inline
function joined(digit: u64): u64 {
  let t = (digit * 10 + (digit >> 8)) & 0x00ff00ff00ff00ff;
  t = (t * 100 + (t >> 16)) & 0x0000ffff0000ffff;
  return (t * 10000 + (t >> 32)) & 0xffffffff;
}

/**
 * How many digits the whole number at `p` has; 0 if it has more than nine or leading zeros, or there is none. What follows is the
 * caller's to check.
 *
 * Apart from the number itself, which is wanted later: where the next thing begins is what everything waits for.
 */
@inline
export function span(p: u32): u32 {
  const n = leading(load<u64>(p) ^ ZEROS);
  if (n > 1 && load<u8>(p) === ZERO) return 0;
  if (n < 8) return n;
  return <u32>load<u8>(p + 8) - ZERO < 10 ? 9 : 8;
}

/** The whole number of `digits` digits at `p`. */
@inline
export function whole(p: u32, digits: u32): i32 {
  const digit = load<u64>(p) ^ ZEROS;
  if (digits === 9) return <i32>joined(digit) * 10 + <i32>load<u8>(p + 8) - ZERO;
  // Zeros in front.
  return <i32>joined(digit << ((8 - digits) << 3));
}

/** As `span`, up to fifteen digits. */
@inline
export function wideSpan(p: u32): u32 {
  const n = leading(load<u64>(p) ^ ZEROS);
  if (n > 1 && load<u8>(p) === ZERO) return 0;
  if (n < 8) return n;
  const more = leading(load<u64>(p + 8) ^ ZEROS);
  return more === 8 ? 0 : 8 + more;
}

/** As `whole`, up to fifteen digits. */
@inline
export function wide(p: u32, digits: u32): f64 {
  const first = load<u64>(p) ^ ZEROS;
  if (digits <= 8) return <f64>joined(first << ((8 - digits) << 3));
  // The last eight digits, and those in front of them.
  const last = joined(load<u64>(p + digits - 8) ^ ZEROS);
  return <f64>(joined(first << ((16 - digits) << 3)) * 100000000 + last);
}
