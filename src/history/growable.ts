/** Copies of typed arrays with at least `size` places, and usually twice as many as before. */
export function grownInts(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(nextSize(old.length, size));
  larger.set(old);
  return larger;
}

export function grownBytes(old: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(nextSize(old.length, size));
  larger.set(old);
  return larger;
}

/** Doubles while small; by half when that would waste hundreds of megabytes. */
export function nextSize(length: number, size: number): number {
  const next = length < 1 << 26 ? 2 * length : length + (length >> 1);
  return Math.max(next, size, 64);
}
