/** One read of several keys at once: for each of the group's keys, in one order for all, how far along its versions the read was. */
export interface Snapshot {
  readonly t: number;
  readonly positions: Int32Array;
}

/** Two snapshots of which each is ahead of the other on one key. */
export interface Fork {
  readonly a: Snapshot;
  readonly b: Snapshot;
  /** Places in `positions`: where a is ahead, and where b is. */
  readonly aheadA: number;
  readonly aheadB: number;
}

/**
 * Whether snapshots of the same keys can be put in one line, each seeing all that the ones before it saw; if not, two that cannot.
 * Sorted by the sum of positions, neighbours that are comparable make a chain, so that only neighbours need to be compared: O(m log m + m·keys).
 */
export function forks(
  snapshots: readonly Snapshot[],
  limit: number,
): { readonly found: Fork[]; readonly count: number } {
  const sum = (s: Snapshot): number => s.positions.reduce((total, p) => total + p, 0);
  const line = snapshots.map((s) => ({ s, sum: sum(s) })).sort((x, y) => x.sum - y.sum || x.s.t - y.s.t);
  const found: Fork[] = [];
  let count = 0;
  for (let i = 1; i < line.length; i++) {
    const a = line[i - 1]!.s;
    const b = line[i]!.s;
    const aheadA = a.positions.findIndex((p, k) => p > b.positions[k]!);
    if (aheadA === -1) continue;
    count++;
    const aheadB = b.positions.findIndex((p, k) => p > a.positions[k]!);
    if (found.length < limit) found.push({ a, b, aheadA, aheadB });
  }
  return { found, count };
}

/**
 * Whether a snapshot is a prefix of a global log: `read[i]` is the place in the log of the version that was read of key i (-1 for the initial
 * one), `next[i]` that of the key's next version (Infinity where there is none). Some cut lies between exactly when the latest version
 * read comes before the earliest one missed. Linear. Gives the two keys that contradict each other: the first was read after
 * the second was missed.
 */
export function torn(
  read: ArrayLike<number>,
  next: ArrayLike<number>,
): { readonly seen: number; readonly missed: number } | undefined {
  let seen = -1;
  let missed = -1;
  for (let i = 0; i < read.length; i++) {
    if (seen === -1 || read[i]! > read[seen]!) seen = i;
    if (missed === -1 || next[i]! < next[missed]!) missed = i;
  }
  return seen !== -1 && read[seen]! >= next[missed]! ? { seen, missed } : undefined;
}
