// V8 inlines none of WebAssembly's functions, so the compiler has to: a twentieth of reading. (Its word for that is no TypeScript.)

/** Digits that the last number had; 0 when there was none, or one that the reader must look at. */
export let digits: u32 = 0;

/** The digits at `p`, at most eight of them, as a number. Sets `digits`. */
@inline
function eight(p: u32): u32 {
  const digit = load<u64>(p) ^ 0x3030303030303030;
  // The highest bit of each byte that is no digit.
  const others = (((digit & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | digit) & 0x8080808080808080;
  const n = <u32>(ctz(others) >> 3);
  digits = n;
  if (n === 0) return 0;
  // Zeros in front, then neighbours joined: digits to pairs, to fours, to eight.
  let t = digit << ((8 - n) << 3);
  t = (t * 10 + (t >> 8)) & 0x00ff00ff00ff00ff;
  t = (t * 100 + (t >> 16)) & 0x0000ffff0000ffff;
  t = (t * 10000 + (t >> 32)) & 0xffffffff;
  return <u32>t;
}

/** A whole number below 10^9 without leading zeros. `digits` is 0 when there is none; what follows is the caller's to check. */
@inline
export function whole(p: u32): i32 {
  let n = eight(p);
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
export function wide(p: u32): f64 {
  const high = eight(p);
  const first = digits;
  if (first > 1 && load<u8>(p) === 0x30) digits = 0;
  if (first < 8 || digits === 0) return high;
  const low = eight(p + 8);
  const more = digits;
  digits = more === 8 ? 0 : 8 + more;
  let scale: f64 = 1;
  for (let i: u32 = 0; i < more; i++) scale *= 10;
  return <f64>high * scale + <f64>low;
}
