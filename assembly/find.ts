// Sixteen bytes at a time, so that something up to fifteen bytes behind `limit` may be found: no record ends behind it, which its end tells.

/** The first `a` or `b`, or 0. */
export function either(p: u32, limit: u32, a: u8, b: u8): u32 {
  const as = i8x16.splat(a);
  const bs = i8x16.splat(b);
  for (; p < limit; p += 16) {
    const bytes = v128.load(p);
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, as), i8x16.eq(bytes, bs)));
    if (found !== 0) return p + ctz(found);
  }
  return 0;
}

/** How many opening brackets `closed` went over. */
export let opened: i32 = 0;

/** The first curly brace (or `|` or `~`), colon, control character or byte that is no ASCII; or 0. Counts opening brackets on the way. */
export function closed(p: u32, limit: u32): u32 {
  const colon = i8x16.splat(0x3a);
  const open = i8x16.splat(0x5b);
  const space = i8x16.splat(0x20);
  const z = i8x16.splat(0x7a);
  let n = 0;
  for (; p < limit; p += 16) {
    const bytes = v128.load(p);
    const others = v128.or(i8x16.lt_s(bytes, space), i8x16.gt_s(bytes, z));
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, colon), others));
    const opens = i8x16.bitmask(i8x16.eq(bytes, open));
    if (found !== 0) {
      opened = n + popcnt(opens & (found - 1) & ~found);
      return p + ctz(found);
    }
    n += popcnt(opens);
  }
  return 0;
}

/** The first `a`, `b`, `c`, curly brace (or `|` or `~`), control character or byte that is no ASCII; or 0. */
export function orNoText(p: u32, limit: u32, a: u8, b: u8, c: u8): u32 {
  const as = i8x16.splat(a);
  const bs = i8x16.splat(b);
  const cs = i8x16.splat(c);
  const space = i8x16.splat(0x20);
  const z = i8x16.splat(0x7a);
  for (; p < limit; p += 16) {
    const bytes = v128.load(p);
    const wanted = v128.or(v128.or(i8x16.eq(bytes, as), i8x16.eq(bytes, bs)), i8x16.eq(bytes, cs));
    // As signed bytes, those from 0x80 up are below the space too.
    const others = v128.or(i8x16.lt_s(bytes, space), i8x16.gt_s(bytes, z));
    const found = i8x16.bitmask(v128.or(wanted, others));
    if (found !== 0) return p + ctz(found);
  }
  return 0;
}
