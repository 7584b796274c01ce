import { FAIL, INFO, OK, R, UNREAD, W } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import type { Accesses } from './accesses.ts';
import { INITIAL, type Transactions } from './transactions.ts';
import { WriterTable } from './writer-table.ts';

/** In `source`: read of a value of the transaction's own. */
export const OWN = -2;
/** In `source`: nobody wrote what was read. */
export const NOWHERE = -3;
/** In `source`: not a read with a result. */
export const NOTHING = -4;

/** Anomalies that one or two accesses show by themselves. */
export type LocalAnomaly =
  | 'thin-air'
  | 'G1a'
  | 'G1b'
  | 'internal'
  | 'future-read'
  | 'non-repeatable-read'
  | 'lost-update';

/** `access` is what is wrong; `other` what it is wrong against (-1: the initial value, or nothing). */
export interface LocalFinding {
  readonly type: LocalAnomaly;
  readonly access: number;
  readonly other: number;
}

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
  /** The access that wrote a value to a key, or -1. */
  readonly writerOf: (key: number, value: number) => number;
}

const KEPT = 64;

/**
 * Resolves reads. A failed transaction is only a source of aborted reads; one of unknown outcome counts when a write of
 * it was read. A session is a process, up to and including its first operation of unknown outcome. O(size).
 *
 * @param initial the value id that registers start with
 */
export function registersOf(a: Accesses, initial: number = NIL): Registers {
  const { history, units, start, f, key, value, row } = a;
  const outcomeOf = (access: number): number => history.outcome[row[a.unit[access]!]!]!;
  const found: LocalFinding[] = [];
  const counts = new Map<LocalAnomaly, number>();
  const report = (type: LocalAnomaly, access: number, other: number): void => {
    const count = (counts.get(type) ?? 0) + 1;
    counts.set(type, count);
    if (count <= KEPT) found.push({ type, access, other });
  };

  const { table, ambiguous, ambiguousAccess } = writersOf(a, initial);
  const source = new Int32Array(f.length).fill(NOTHING);
  const observed = new Uint8Array(units);
  const ownWrite = new Int32Array(a.keys);
  const ownStamp = new Int32Array(a.keys).fill(-1);
  const readHere = new Int32Array(a.keys);
  const readStamp = new Int32Array(a.keys).fill(-1);
  const superseded = new Uint8Array(f.length);
  let reads = 0;
  let writes = 0;
  let okUnits = 0;
  markSuperseded();
  for (let u = 0; u < units; u++) {
    if (history.outcome[row[u]!] !== OK) continue;
    okUnits++;
    for (let at = start[u]!; at < start[u + 1]!; at++) {
      const x = key[at]!;
      if (f[at] === W) {
        ownWrite[x] = at;
        ownStamp[x] = u;
        if (superseded[at] === 0) writes++;
        continue;
      }
      if (value[at] === UNREAD) continue;
      resolve(u, at, x);
      if (source[at]! >= INITIAL) reads++;
    }
  }
  findLostUpdates();
  return assemble();

  function resolve(u: number, at: number, x: number): void {
    const writer = table.get(x, value[at]!);
    const mine = writer >= 0 && a.unit[writer] === u;
    if (ownStamp[x] === u) {
      source[at] = OWN;
      const own = ownWrite[x]!;
      if (value[own] !== value[at]) report(mine && writer > at ? 'future-read' : 'internal', at, own);
      return;
    }
    if (mine) {
      source[at] = OWN;
      report('future-read', at, writer);
      return;
    }
    if (writer >= 0) {
      source[at] = writer;
      const outcome = outcomeOf(writer);
      if (outcome === FAIL) {
        source[at] = NOWHERE;
        report('G1a', at, writer);
      } else {
        if (outcome === INFO && observed[a.unit[writer]!] === 0) {
          observed[a.unit[writer]!] = 1;
          for (let w = start[a.unit[writer]!]!; w < start[a.unit[writer]! + 1]!; w++)
            if (f[w] === W && superseded[w] === 0) writes++;
        }
        if (superseded[writer] === 1) report('G1b', at, writer);
      }
    } else if (value[at] === initial) source[at] = INITIAL;
    else {
      source[at] = NOWHERE;
      report('thin-air', at, -1);
    }
    if (readStamp[x] === u) {
      const first = readHere[x]!;
      if (value[first] !== value[at]) report('non-repeatable-read', at, first);
    } else {
      readStamp[x] = u;
      readHere[x] = at;
    }
  }

  /** Writes that their own transaction overwrote: nobody else may see them. */
  function markSuperseded(): void {
    const last = new Int32Array(a.keys);
    const stamp = new Int32Array(a.keys).fill(-1);
    for (let u = 0; u < units; u++)
      for (let at = start[u + 1]! - 1; at >= start[u]!; at--) {
        if (f[at] !== W) continue;
        const x = key[at]!;
        if (stamp[x] === u) {
          if (value[last[x]!] !== value[at]) superseded[at] = 1;
          else superseded[at] = 2;
        } else {
          stamp[x] = u;
          last[x] = at;
        }
      }
  }

  /** Two transactions read one version of a key and both replaced it: one update is lost in any order. */
  function findLostUpdates(): void {
    const replacedBy = new Int32Array(f.length).fill(-1);
    const initialReplacedBy = new Int32Array(a.keys).fill(-1);
    for (let u = 0; u < units; u++) {
      if (start[u + 1]! - start[u]! < 2 || history.outcome[row[u]!] !== OK) continue;
      for (let at = start[u]!; at < start[u + 1]!; at++) {
        if (source[at]! < INITIAL || f[at] !== R) continue;
        const x = key[at]!;
        if (readStampFirst(u, at) !== at || !writesLater(u, at, x)) continue;
        const from = source[at]!;
        const before = from === INITIAL ? initialReplacedBy[x]! : replacedBy[from]!;
        if (before !== -1) report('lost-update', at, before);
        else if (from === INITIAL) initialReplacedBy[x] = at;
        else replacedBy[from] = at;
      }
    }
  }

  function readStampFirst(u: number, at: number): number {
    for (let i = start[u]!; i < at; i++)
      if (f[i] === R && key[i] === key[at] && source[i]! >= INITIAL) return i;
    return at;
  }

  function writesLater(u: number, at: number, x: number): boolean {
    for (let i = at + 1; i < start[u + 1]!; i++) if (f[i] === W && key[i] === x) return true;
    return false;
  }

  function assemble(): Registers {
    let n = 0;
    for (let u = 0; u < units; u++) if (isTransaction(u)) n++;
    const unit = new Int32Array(n);
    const transactionOf = new Int32Array(units).fill(-1);
    for (let u = 0, t = 0; u < units; u++)
      if (isTransaction(u)) {
        unit[t] = u;
        transactionOf[u] = t++;
      }
    const readStart = new Int32Array(n + 1);
    const writeStart = new Int32Array(n + 1);
    const readKey = new Int32Array(reads);
    const readFrom = new Int32Array(reads);
    const readAccess = new Int32Array(reads);
    const writeKey = new Int32Array(writes);
    const writeAccess = new Int32Array(writes);
    let r = 0;
    let w = 0;
    readStamp.fill(0);
    for (let t = 0; t < n; t++) {
      const u = unit[t]!;
      const firstWrite = w;
      for (let at = start[u]!; at < start[u + 1]!; at++) {
        if (f[at] === W) {
          if (superseded[at] !== 0) continue;
          // Insertion by key: write sets are short.
          let place = w++;
          for (; place > firstWrite && writeKey[place - 1]! > key[at]!; place--) {
            writeKey[place] = writeKey[place - 1]!;
            writeAccess[place] = writeAccess[place - 1]!;
          }
          writeKey[place] = key[at]!;
          writeAccess[place] = at;
        } else if (source[at]! >= INITIAL) {
          // Reading once more what was just read says nothing new.
          const x = key[at]!;
          if (readStamp[x] === ~t && readHere[x] === source[at]) continue;
          readStamp[x] = ~t;
          readHere[x] = source[at]!;
          readKey[r] = x;
          readFrom[r] = source[at] === INITIAL ? INITIAL : transactionOf[a.unit[source[at]!]!]!;
          readAccess[r++] = at;
        }
      }
      readStart[t + 1] = r;
      writeStart[t + 1] = w;
    }
    const { session, sessions } = sessionsOf(a, unit);
    return {
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
      writerOf: (x, v) => table.get(x, v),
    };
  }

  function isTransaction(u: number): boolean {
    return history.outcome[row[u]!] === OK || observed[u] === 1;
  }
}

function writersOf(
  a: Accesses,
  initial: number,
): { table: WriterTable; ambiguous: number; ambiguousAccess: number } {
  const { history, f, key, value, unit, row } = a;
  const largest = new Int32Array(a.keys).fill(-1);
  let count = 0;
  for (let at = 0; at < f.length; at++)
    if (f[at] === W) {
      count++;
      if (value[at]! > largest[key[at]!]!) largest[key[at]!] = value[at]!;
    }
  const table = new WriterTable(largest, count);
  let ambiguous = 0;
  let ambiguousAccess = -1;
  for (let at = 0; at < f.length; at++) {
    if (f[at] !== W) continue;
    const mine = history.outcome[row[unit[at]!]!]!;
    if (value[at] === NIL || value[at] === initial) {
      if (mine !== FAIL) clash(at);
      if (value[at] === NIL) continue;
    }
    const before = table.get(key[at]!, value[at]!);
    if (before === -1 || unit[before] === unit[at]) {
      table.set(key[at]!, value[at]!, at);
      continue;
    }
    const theirs = history.outcome[row[unit[before]!]!]!;
    if (mine === FAIL) continue;
    if (theirs !== FAIL) clash(at);
    if (theirs !== OK) table.set(key[at]!, value[at]!, at);
  }
  return { table, ambiguous, ambiguousAccess };

  function clash(at: number): void {
    ambiguous++;
    if (ambiguousAccess === -1) ambiguousAccess = at;
  }
}

function sessionsOf(a: Accesses, unit: Int32Array): { session: Int32Array; sessions: number } {
  const { history } = a;
  const open = new Map<number, number>();
  const session = new Int32Array(unit.length);
  let sessions = 0;
  let lastProcess = -1;
  let lastSession = -1;
  for (let t = 0, row = 0; t < unit.length; t++) {
    const mine = a.row[unit[t]!]!;
    // Operations of unknown outcome end a session, those that are no transactions here included.
    for (; row < mine; row++) if (history.outcome[row] === INFO) open.delete(history.process[row]!);
    row = mine;
    const process = history.process[mine]!;
    if (process !== lastProcess || !open.has(process)) {
      let s = open.get(process);
      if (s === undefined) open.set(process, (s = sessions++));
      lastProcess = process;
      lastSession = s;
    }
    session[t] = lastSession;
  }
  return { session, sessions };
}
