import { INFO, OK, W } from '../../history/history.ts';
import { IdMap } from '../../history/idmap.ts';
import { NIL } from '../../history/values.ts';
import { inPieces } from '../pieces.ts';
import type { Accesses } from './accesses.ts';
import { type LocalAnomaly, type LocalFinding, resolve, writersOf } from './resolve.ts';
import { INITIAL, type Transactions } from './transactions.ts';

export { type LocalAnomaly, type LocalFinding, NOTHING, NOWHERE, OWN } from './resolve.ts';

/** A history of uniquely written registers, resolved: who read whose write. */
export interface Registers extends Transactions {
  readonly accesses: Accesses;
  /** The unit of each transaction, and the transaction of each unit (-1: not one that counts). */
  readonly unit: Int32Array;
  readonly transactionOf: Int32Array;
  /** Where each access of an OK unit read from: the writing access, INITIAL, OWN, NOWHERE or NOTHING. */
  readonly source: Int32Array;
  /** The access behind `readKey[r]`, and behind `writeKey[w]`. */
  readonly readAccess: Int32Array;
  readonly writeAccess: Int32Array;
  readonly found: readonly LocalFinding[];
  readonly counts: ReadonlyMap<LocalAnomaly, number>;
  /** Values written twice by different operations that may have happened; where there are any, nothing is certain. */
  readonly ambiguous: number;
  readonly ambiguousAccess: number;
  readonly okUnits: number;
  /** The same with all reads; without it a transaction reads a key from one other once, however often it did so. */
  readonly everyRead: () => Registers;
  /** The access that wrote a value to a key, or -1. */
  readonly writerOf: (key: number, value: number) => number;
}

/**
 * Resolves reads. A failed transaction is only a source of aborted reads; one of unknown outcome counts when a write of
 * it was read. A session is a process, up to and including its first operation of unknown outcome. O(size).
 *
 * @param initial the value id that registers start with
 * @param every see `everyRead`
 */
export function registersOf(a: Accesses, initial: number = NIL, every = false): Registers {
  const { history, units, start, f, key, row } = a;
  const outcome = new Uint8Array(units);
  for (let u = 0; u < units; u++) outcome[u] = history.outcome[row[u]!]!;
  const writers = writersOf(a, outcome, initial);
  const { table, superseded, ambiguous, ambiguousAccess } = writers;
  const resolved = resolve(a, outcome, writers, initial);
  const { source, observed, found, counts, okUnits } = resolved;

  let n = 0;
  const transactionOf = new Int32Array(units).fill(-1);
  for (let u = 0; u < units; u++) if (outcome[u] === OK || observed[u] === 1) transactionOf[u] = n++;
  const unit = new Int32Array(n);
  const readStart = new Int32Array(n + 1);
  const writeStart = new Int32Array(n + 1);
  const readKey = new Int32Array(resolved.reads);
  const readFrom = new Int32Array(resolved.reads);
  const readAccess = new Int32Array(resolved.reads);
  const writeKey = new Int32Array(resolved.writes);
  const writeAccess = new Int32Array(resolved.writes);
  const lastFrom = new Int32Array(a.keys);
  const stamp = new Int32Array(a.keys).fill(-1);
  let again = false;
  let t = 0;
  let r = 0;
  let w = 0;
  const take = (u: number): void => {
    if (transactionOf[u] === -1) return;
    unit[t] = u;
    const firstWrite = w;
    const end = start[u + 1]!;
    for (let at = start[u]!; at < end; at++) {
      const x = key[at]!;
      if (f[at] === W) {
        if (superseded[at] !== 0) continue;
        // Insertion by key: write sets are short.
        let place = w++;
        for (; place > firstWrite && writeKey[place - 1]! > x; place--) {
          writeKey[place] = writeKey[place - 1]!;
          writeAccess[place] = writeAccess[place - 1]!;
        }
        writeKey[place] = x;
        writeAccess[place] = at;
        continue;
      }
      if (source[at]! < INITIAL) continue;
      const from = source[at] === INITIAL ? INITIAL : transactionOf[a.unit[source[at]!]!]!;
      if (stamp[x] === t && lastFrom[x] === from) {
        // At once it says nothing new. After a read of another key it may: that may have shown a newer version.
        if (readKey[r - 1] === x) continue;
        again = true;
        if (!every) continue;
      }
      stamp[x] = t;
      lastFrom[x] = from;
      readKey[r] = x;
      readFrom[r] = from;
      readAccess[r++] = at;
    }
    readStart[++t] = r;
    writeStart[t] = w;
  };
  for (let u = 0; u < units; u++) take(u);
  const { session, sessions } = sessionsOf(a, unit);
  const registers: Registers = {
    n,
    sessions,
    session,
    keys: a.keys,
    readStart,
    readKey: readKey.subarray(0, r),
    readFrom: readFrom.subarray(0, r),
    writeStart,
    writeKey,
    accesses: a,
    unit,
    transactionOf,
    source,
    readAccess: readAccess.subarray(0, r),
    writeAccess,
    found,
    counts,
    ambiguous,
    ambiguousAccess,
    okUnits,
    everyRead: () => (again && !every ? registersOf(a, initial, true) : registers),
    writerOf: (x, v) => table.get(x, v),
  };
  return registers;
}

function sessionsOf(a: Accesses, unit: Int32Array): { session: Int32Array; sessions: number } {
  const { outcome, process } = a.history;
  // By process, one more than the number of its session; 0 while it has none.
  const open = new IdMap();
  const session = new Int32Array(unit.length);
  let sessions = 0;
  let row = 0;
  inPieces(unit.length, (from, to) => {
    for (let t = from; t < to; t++) {
      const mine = a.row[unit[t]!]!;
      // Operations of unknown outcome end a session, those that are no transactions here included.
      for (; row < mine; row++) if (outcome[row] === INFO) open.set(process[row]!, 0);
      let s = open.get(process[mine]!);
      if (s === 0) open.set(process[mine]!, (s = ++sessions));
      session[t] = s - 1;
    }
  });
  return { session, sessions };
}
