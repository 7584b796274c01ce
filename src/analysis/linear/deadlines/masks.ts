/** Rank masks of several words, lowest word first, in a table of ints. Bit 0 is the earliest deadline. */

/** Opens a gap at `rank` and sets the bit there. */
export function insertBit(table: Int32Array, at: number, words: number, rank: number): void {
  const word = rank >>> 5;
  for (let w = words - 1; w > word; w--) table[at + w] = (table[at + w] << 1) | (table[at + w - 1] >>> 31);
  const bit = 1 << (rank & 31);
  const below = table[at + word] & (bit - 1);
  table[at + word] = ((table[at + word] & ~(bit - 1)) << 1) | bit | below;
}

/** Drops bit 0 and closes the gap. */
export function shiftDown(table: Int32Array, at: number, words: number): void {
  for (let w = 0; w < words - 1; w++) table[at + w] = (table[at + w] >>> 1) | (table[at + w + 1] << 31);
  table[at + words - 1] >>>= 1;
}

/** Clears the lowest set bit; false when none is set. */
export function clearLowest(table: Int32Array, at: number, words: number): boolean {
  for (let w = 0; w < words; w++) {
    const word = table[at + w];
    if (word === 0) continue;
    table[at + w] = word & (word - 1);
    return true;
  }
  return false;
}

export function anySet(table: Int32Array, at: number, words: number): boolean {
  for (let w = 0; w < words; w++) if (table[at + w] !== 0) return true;
  return false;
}

/** The position of the lowest set bit, or −1. */
export function lowest(table: Int32Array, at: number, words: number): number {
  for (let w = 0; w < words; w++) {
    const word = table[at + w];
    if (word !== 0) return 32 * w + 31 - Math.clz32(word & -word);
  }
  return -1;
}

export function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/**
 * Whether supply X covers supply Y at every deadline: for each rank, X has at least as many units that last until then
 * as Y. `surplus` is how many units without a deadline X has more; with `without`, X gives up its lowest bit first.
 */
export function covers(
  x: Int32Array,
  atX: number,
  y: Int32Array,
  atY: number,
  words: number,
  surplus: number,
  without: boolean,
): boolean {
  let gone = -1;
  if (without) {
    gone = lowest(x, atX, words);
    if (gone < 0) surplus--;
  }
  if (surplus < 0) return false;
  let running = surplus;
  for (let w = words - 1; w >= 0; w--) {
    let mine = x[atX + w];
    if (gone >= 0 && gone >>> 5 === w) mine &= mine - 1;
    const theirs = y[atY + w];
    let differing = mine ^ theirs;
    if (differing === 0) continue;
    // Only theirs ⊂ mine: more of everything.
    if ((theirs & ~mine) === 0) {
      running += popcount(differing);
      continue;
    }
    while (differing !== 0) {
      const bit = 31 - Math.clz32(differing);
      const one = 1 << bit;
      if ((mine & one) !== 0) running++;
      else if (--running < 0) return false;
      differing &= ~one;
    }
  }
  return true;
}
