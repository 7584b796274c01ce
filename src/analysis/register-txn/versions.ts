import type { Registers } from '../weak/registers.ts';
import { INITIAL } from '../weak/transactions.ts';

/**
 * The versions of all keys under one numbering: version w is what write w (an index of `writeKey`) installed; after
 * them come the initial versions, one a key.
 */
export interface Versions {
  readonly registers: Registers;
  /** Installed versions; the initial version of key x is `written + x`. */
  readonly written: number;
  readonly count: number;
  readonly key: Int32Array;
  /** The transaction that installed a version, INITIAL for initial ones. */
  readonly writer: Int32Array;
  /** The version that read r saw. */
  readonly ofRead: Int32Array;
  /** The transaction of read r. */
  readonly reader: Int32Array;
  /** Reads of version v: `readsStart[v] … readsStart[v + 1] - 1` in `reads`. */
  readonly readsStart: Int32Array;
  readonly reads: Int32Array;
}

/** Linear. */
export function versionsOf(registers: Registers): Versions {
  const { n, keys, readStart, readKey, readFrom, writeStart, writeKey } = registers;
  const written = writeStart[n]!;
  const count = written + keys;
  const key = new Int32Array(count);
  const writer = new Int32Array(count).fill(INITIAL);
  key.set(writeKey.subarray(0, written));
  for (let x = 0; x < keys; x++) key[written + x] = x;
  for (let t = 0; t < n; t++) for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) writer[w] = t;
  const total = readStart[n]!;
  const ofRead = new Int32Array(total);
  const reader = new Int32Array(total);
  // One place further on than it will be: filling the rows moves each start to the end of its row, which is the next one's start.
  const readsStart = new Int32Array(count + 2);
  for (let t = 0; t < n; t++)
    for (let r = readStart[t]!; r < readStart[t + 1]!; r++) {
      reader[r] = t;
      const from = readFrom[r]!;
      const version = from === INITIAL ? written + readKey[r]! : versionBy(registers, from, readKey[r]!);
      ofRead[r] = version;
      readsStart[version + 2]!++;
    }
  for (let v = 1; v <= count; v++) readsStart[v + 1]! += readsStart[v]!;
  const reads = new Int32Array(total);
  for (let r = 0; r < total; r++) reads[readsStart[ofRead[r]! + 1]!++] = r;
  return {
    registers,
    written,
    count,
    key,
    writer,
    ofRead,
    reader,
    readsStart: readsStart.subarray(0, count + 1),
    reads,
  };
}

/** The version that transaction t installed of a key; -1 when it wrote none. */
export function versionBy(registers: Registers, t: number, key: number): number {
  const { writeStart, writeKey } = registers;
  for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) if (writeKey[w] === key) return w;
  return -1;
}
