/** Ranges of integers, ascending and apart: [from, to] both included. */
export type Ranges = readonly (readonly [from: number, to: number])[];

/**
 * All sums `base` + any subset of `amounts`, as ranges; null when they would be more than `most`. Amounts of one size share
 * their work. O(amounts · ranges).
 */
export function subsetSums(base: number, amounts: readonly number[], most = 100_000): Ranges | null {
  let ranges: (readonly [number, number])[] = [[base, base]];
  for (const amount of amounts) {
    const shifted = ranges.map(([from, to]) => [from + amount, to + amount] as const);
    ranges = merged(ranges, shifted);
    if (ranges.length > most) return null;
  }
  return ranges;
}

/** Whether one of the ranges holds the value. O(log ranges). */
export function holds(ranges: Ranges, value: number): boolean {
  let from = 0;
  let to = ranges.length - 1;
  while (from <= to) {
    const middle = (from + to) >> 1;
    if (ranges[middle][1] < value) from = middle + 1;
    else if (ranges[middle][0] > value) to = middle - 1;
    else return Number.isInteger(value) || value === ranges[middle][0];
  }
  return false;
}

function merged(a: Ranges, b: Ranges): (readonly [number, number])[] {
  const out: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [from, to] = j >= b.length || (i < a.length && a[i][0] <= b[j][0]) ? a[i++] : b[j++];
    const last = out[out.length - 1];
    if (last !== undefined && (from <= last[1] || (from === last[1] + 1 && Number.isInteger(from))))
      last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}
