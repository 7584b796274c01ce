// V8 inlines none of WebAssembly's functions, so the compiler has to: a twentieth of reading. (Its word for that is no TypeScript.)

/** Digits that the last number had; 0 when there was none, or one that the reader must look at. */
export let digits: u32 = 0;

const SPACE: u8 = 0x20;
/** Written only, in front of the scanner's own. */
const NOWHERE: u32 = 0x7ff8;

/** Behind the space at `p`, if there is one. The store keeps this a branch: of a choice between two numbers, all that follows would have to wait. */
@inline
export function behindSpace(p: u32): u32 {
  if (load<u8>(p) !== SPACE) return p;
  store<u32>(NOWHERE, p);
  return p + 1;
}

const ZEROS: u64 = 0x3030303030303030;

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

/** A whole number below 10^9 without leading zeros. `digits` is 0 when there is none; what follows is the caller's to check. */
@inline
export function whole(p: u32): i32 {
  const digit = load<u64>(p) ^ ZEROS;
  digits = leading(digit);
  if (digits === 0) return 0;
  // Zeros in front.
  let n = <i32>joined(digit << ((8 - digits) << 3));
  if (digits > 1 && load<u8>(p) === 0x30) digits = 0;
  else if (digits === 8) {
    const ninth = <u32>load<u8>(p + 8) - 0x30;
    if (ninth < 10) {
      n = 10 * n + ninth;
      digits = 9;
    }
  }
  return n;
}

/** A whole number below 10^15 without leading zeros. */
@inline
export function wide(p: u32): f64 {
  const first = load<u64>(p) ^ ZEROS;
  digits = leading(first);
  if (digits === 0) return 0;
  if (digits > 1 && load<u8>(p) === 0x30) digits = 0;
  if (digits < 8) return <f64>joined(first << ((8 - digits) << 3));
  const more = leading(load<u64>(p + 8) ^ ZEROS);
  if (more === 8) digits = 0;
  if (more === 0 || more === 8) return <f64>joined(first);
  digits = 8 + more;
  // The last eight digits, and those in front of them.
  const last = joined(load<u64>(p + more) ^ ZEROS);
  return <f64>(joined(first << ((8 - more) << 3)) * 100000000 + last);
}
