const TABLE = new Uint32Array(256);
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  TABLE[n] = c;
}

/** CRC-32 as in gzip and zlib of `bytes[start, end)`, going on from that of the bytes before (0 at the start). O(bytes). */
export function crc32(bytes: Uint8Array, start: number, end: number, before: number): number {
  let c = ~before;
  for (let i = start; i < end; i++) c = TABLE[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
}
