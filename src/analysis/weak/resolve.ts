import { FAIL, INFO, OK, R, UNREAD, W } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import { inPieces } from '../pieces.ts';
import type { Accesses } from './accesses.ts';
import { INITIAL } from './transactions.ts';
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

/** Findings of each type that are kept; the rest is counted. */
const KEPT = 64;

class Findings {
  readonly found: LocalFinding[] = [];
  readonly counts = new Map<LocalAnomaly, number>();

  /** Whether one more of the type would be kept. */
  keeps(type: LocalAnomaly): boolean {
    return (this.counts.get(type) ?? 0) < KEPT;
  }

  report(type: LocalAnomaly, access: number, other: number): void {
    const count = (this.counts.get(type) ?? 0) + 1;
    this.counts.set(type, count);
    if (count <= KEPT) this.found.push({ type, access, other });
  }
}

/** Who wrote which value, and whose write is which. */
export interface Writers {
  readonly table: WriterTable;
  /** By access, whether its own transaction wrote the key again: another value (1), or the same (2). */
  readonly superseded: Uint8Array;
  readonly ambiguous: number;
  readonly ambiguousAccess: number;
}

export function writersOf(a: Accesses, outcome: Uint8Array, initial: number): Writers {
  const { f, key, value, unit, units, start } = a;
  const largest = new Int32Array(a.keys).fill(-1);
  let count = 0;
  inPieces(f.length, (from, to) => {
    for (let at = from; at < to; at++)
      if (f[at] === W) {
        count++;
        if (value[at]! > largest[key[at]!]!) largest[key[at]!] = value[at]!;
      }
  });
  const table = new WriterTable(largest, count);
  const superseded = new Uint8Array(f.length);
  const stamp = new Int32Array(a.keys).fill(-1);
  let ambiguous = 0;
  let ambiguousAccess = -1;
  const enter = (u: number): void => {
    const mine = outcome[u]!;
    const end = start[u + 1]!;
    let again = false;
    for (let at = start[u]!; at < end; at++) {
      if (f[at] !== W) continue;
      const x = key[at]!;
      const v = value[at]!;
      if (stamp[x] === u) again = true;
      stamp[x] = u;
      // Who reads the initial value need not have read it from anybody, least of all from a write that failed.
      if (v === NIL || v === initial) {
        if (mine !== FAIL) clash(at);
        continue;
      }
      const before = table.get(x, v);
      if (before === -1 || unit[before] === u) {
        table.set(x, v, at);
        continue;
      }
      if (mine === FAIL) continue;
      const theirs = outcome[unit[before]!]!;
      if (theirs !== FAIL) clash(at);
      if (theirs !== OK) table.set(x, v, at);
    }
    if (again) markSuperseded(a, u, superseded);
  };
  for (let u = 0; u < units; u++) enter(u);
  return { table, superseded, ambiguous, ambiguousAccess };

  function clash(at: number): void {
    ambiguous++;
    if (ambiguousAccess === -1) ambiguousAccess = at;
  }
}

/** Writes of unit u that it overwrote itself: nobody else may see them. */
function markSuperseded({ f, key, value, start }: Accesses, u: number, superseded: Uint8Array): void {
  const last = new Map<number, number>();
  for (let at = start[u + 1]! - 1; at >= start[u]!; at--) {
    if (f[at] !== W) continue;
    const final = last.get(key[at]!);
    if (final === undefined) last.set(key[at]!, value[at]!);
    else superseded[at] = final === value[at] ? 2 : 1;
  }
}

/** Where reads come from, and what is wrong with them by itself. */
export interface Resolved {
  /** Where each access of an OK unit read from: the writing access, INITIAL, OWN, NOWHERE or NOTHING. */
  readonly source: Int32Array;
  /** By unit of unknown outcome, whether a write of it was read. */
  readonly observed: Uint8Array;
  readonly found: readonly LocalFinding[];
  readonly counts: ReadonlyMap<LocalAnomaly, number>;
  /** Reads from elsewhere, and writes that last, of units that count. */
  readonly reads: number;
  readonly writes: number;
  readonly okUnits: number;
}

/**
 * Resolves every read of an OK unit to whoever wrote what it returned. A read after an own write of the key, of another value, is
 * `internal`, and resolved all the same: it may be aborted, intermediate, of nobody's write, or circular besides. Linear.
 */
export function resolve(
  a: Accesses,
  outcome: Uint8Array,
  { table, superseded }: Writers,
  initial: number,
): Resolved {
  const { units, start, f, key, value, unit } = a;
  const findings = new Findings();
  const source = new Int32Array(f.length).fill(NOTHING);
  const observed = new Uint8Array(units);
  const ownWrite = new Int32Array(a.keys);
  const ownStamp = new Int32Array(a.keys).fill(-1);
  const readHere = new Int32Array(a.keys);
  const readStamp = new Int32Array(a.keys).fill(-1);
  const replacing: number[] = [];
  let reads = 0;
  let writes = 0;
  let okUnits = 0;
  const resolveUnit = (u: number): void => {
    if (outcome[u] !== OK) return;
    okUnits++;
    const end = start[u + 1]!;
    for (let at = start[u]!; at < end; at++) {
      const x = key[at]!;
      if (f[at] === W) {
        if (readStamp[x] === u && ownStamp[x] !== u) replacing.push(at);
        ownWrite[x] = at;
        ownStamp[x] = u;
        if (superseded[at] === 0) writes++;
        continue;
      }
      const v = value[at]!;
      if (v === UNREAD) continue;
      const own = ownStamp[x] === u ? ownWrite[x]! : -1;
      if (own !== -1 && value[own] === v) {
        source[at] = OWN;
        continue;
      }
      const writer = table.get(x, v);
      if (writer >= 0 && unit[writer] === u) {
        source[at] = OWN;
        if (writer > at) findings.report('future-read', at, writer);
        else findings.report('internal', at, own);
        continue;
      }
      // That it should have been the own write does not tell whose it was.
      if (own !== -1) findings.report('internal', at, own);
      source[at] = sourceOf(at, writer);
      if (readStamp[x] !== u || readHere[x]! < own) {
        readStamp[x] = u;
        readHere[x] = at;
      } else if (value[readHere[x]!] !== v) findings.report('non-repeatable-read', at, readHere[x]!);
    }
  };
  for (let u = 0; u < units; u++) resolveUnit(u);
  findLostUpdates(a, source, replacing, findings);
  const { found, counts } = findings;
  return { source, observed, found, counts, reads, writes, okUnits };

  /** Of a read of what its own transaction never wrote. */
  function sourceOf(at: number, writer: number): number {
    if (writer < 0) {
      if (value[at] !== initial) {
        findings.report('thin-air', at, -1);
        return NOWHERE;
      }
      reads++;
      return INITIAL;
    }
    const theirs = unit[writer]!;
    if (outcome[theirs] === FAIL) {
      findings.report('G1a', at, writer);
      return NOWHERE;
    }
    reads++;
    if (outcome[theirs] === INFO && observed[theirs] === 0) {
      observed[theirs] = 1;
      for (let w = start[theirs]!; w < start[theirs + 1]!; w++)
        if (f[w] === W && superseded[w] === 0) writes++;
    }
    if (superseded[writer] === 1) findings.report('G1b', at, writer);
    return writer;
  }
}

/**
 * Two transactions read one version of a key and both replaced it: one update is lost in any order. `replacing` are the first writes of a
 * key by transactions that had read it before.
 */
function findLostUpdates(
  a: Accesses,
  source: Int32Array,
  replacing: readonly number[],
  findings: Findings,
): void {
  const { f, key, unit, start } = a;
  const first = (write: number): number => {
    let at = start[unit[write]!]!;
    while (at < write && (key[at] !== key[write] || f[at] !== R || source[at]! < INITIAL)) at++;
    return at < write ? at : -1;
  };
  const replaced = new Uint8Array(f.length);
  const initialReplaced = new Uint8Array(a.keys);
  for (const write of replacing) {
    const at = first(write);
    if (at === -1) continue;
    const from = source[at]!;
    const table = from === INITIAL ? initialReplaced : replaced;
    const slot = from === INITIAL ? key[at]! : from;
    if (table[slot] === 1) {
      const before = (other: number): boolean => {
        const read = first(other);
        return read !== -1 && key[read] === key[at] && source[read] === from;
      };
      const other = findings.keeps('lost-update') ? first(replacing.find(before)!) : -1;
      findings.report('lost-update', at, other);
    }
    table[slot] = 1;
  }
}
