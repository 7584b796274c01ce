import { inPieces } from '../pieces.ts';

/** In `readFrom`: the read saw the value that was there before any transaction. */
export const INITIAL = -1;

/**
 * Transactions over uniquely written keys, as the weak-isolation engines see them: who read from whom, in which
 * session. Plain reads and writes are transactions of one access.
 *
 * Transactions are numbered from 0; those of one session have ascending numbers in session order. Only what matters
 * across transactions is here: reads of a transaction's own writes are left out, and so are all writes to a key but the
 * last. A transaction that nobody knows the outcome of is here exactly when one of its writes was read; it has no reads.
 */
export interface Transactions {
  readonly n: number;
  readonly sessions: number;
  readonly session: Int32Array;
  /** Keys are numbered from 0. */
  readonly keys: number;
  /** Reads of transaction t, in program order: `readStart[t] … readStart[t + 1] - 1`. */
  readonly readStart: Int32Array;
  readonly readKey: Int32Array;
  /** The transaction that wrote what was read, or INITIAL. Never the reading transaction itself. */
  readonly readFrom: Int32Array;
  /** Keys written by transaction t, ascending, each once: `writeStart[t] … writeStart[t + 1] - 1`. */
  readonly writeStart: Int32Array;
  readonly writeKey: Int32Array;
}

/** Indices over `Transactions` that several engines share. All linear in size to build. */
export interface Indexed extends Transactions {
  /** The neighbours in the session, -1 at its ends. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Place of a transaction in its session, from 0. */
  readonly position: Int32Array;
  /** Sessions as runs of `members`. */
  readonly sessionStart: Int32Array;
  readonly members: Int32Array;
  /** The reading transaction of each read. */
  readonly reader: Int32Array;
  /** Reads of what t wrote, as read indices: `readersStart[t] … readersStart[t + 1] - 1` in `readers`. */
  readonly readersStart: Int32Array;
  readonly readers: Int32Array;
}

export function indexed(t: Transactions): Indexed {
  const { n, sessions, session } = t;
  const sessionStart = new Int32Array(sessions + 1);
  inPieces(n, (from, to) => {
    for (let i = from; i < to; i++) sessionStart[session[i]! + 1]!++;
  });
  for (let s = 0; s < sessions; s++) sessionStart[s + 1]! += sessionStart[s]!;
  const cursor = sessionStart.slice(0, sessions);
  const members = new Int32Array(n);
  const position = new Int32Array(n);
  const next = new Int32Array(n).fill(-1);
  const previous = new Int32Array(n).fill(-1);
  inPieces(n, (from, to) => {
    for (let i = from; i < to; i++) {
      const s = session[i]!;
      const at = cursor[s]!++;
      members[at] = i;
      position[i] = at - sessionStart[s]!;
      if (position[i] !== 0) {
        const before = members[at - 1]!;
        next[before] = i;
        previous[i] = before;
      }
    }
  });

  const reads = t.readStart[n]!;
  const reader = new Int32Array(reads);
  const readersStart = new Int32Array(n + 1);
  const { readStart, readFrom } = t;
  inPieces(n, (from, to) => {
    for (let i = from; i < to; i++)
      for (let r = readStart[i]!; r < readStart[i + 1]!; r++) {
        reader[r] = i;
        if (readFrom[r]! >= 0) readersStart[readFrom[r]! + 1]!++;
      }
  });
  inPieces(n, (from, to) => {
    for (let i = from; i < to; i++) readersStart[i + 1]! += readersStart[i]!;
  });
  const readers = new Int32Array(readersStart[n]!);
  const fill = readersStart.slice(0, n);
  inPieces(reads, (from, to) => {
    for (let r = from; r < to; r++) if (readFrom[r]! >= 0) readers[fill[readFrom[r]!]!++] = r;
  });
  return { ...t, next, previous, position, sessionStart, members, reader, readersStart, readers };
}

/** Whether transaction i writes the key. Binary search: write sets are small, and now and then they are not. */
export function writes(t: Transactions, i: number, key: number): boolean {
  let low = t.writeStart[i]!;
  let high = t.writeStart[i + 1]!;
  while (high - low > 8) {
    const middle = (low + high) >> 1;
    if (t.writeKey[middle]! <= key) low = middle;
    else high = middle;
  }
  for (let w = low; w < high; w++) if (t.writeKey[w] === key) return true;
  return false;
}
