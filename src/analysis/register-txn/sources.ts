import type { Registers } from '../weak/registers.ts';
import { cyclicKeys, Source, VersionPairs } from './version-order.ts';
import { type Versions, versionBy } from './versions.ts';
import { addRealtimePairs, type Zones } from './zones.ts';

/** Assumptions about the order of versions. The initial version always comes first. */
export interface OrderOptions {
  /**
   * A transaction that reads a version and writes the key replaces that version. Default true: any model from read committed up
   * says so, and no finding of its rules out read uncommitted.
   */
  readonly wfrKeys?: boolean;
  /** Each process meets the versions of a key in their order. */
  readonly sequentialKeys?: boolean;
  /** Each key by itself is linearizable. */
  readonly linearizableKeys?: boolean;
  /** Transactions took effect in the order of their invocations. */
  readonly transactionOrder?: boolean;
}

/** A key whose versions would be ordered in a circle. `sources` is what had been believed by then. */
export interface CyclicVersions {
  /** G1c: that who reads a version and writes the key replaces it is needed for the circle, so that read uncommitted allows it. */
  readonly type: 'cyclic-versions' | 'G1c';
  readonly key: number;
  readonly sources: readonly Source[];
  /** Versions in a circle, shortest; empty where real time alone contradicts itself. */
  readonly versions: readonly number[];
}

export interface VersionOrder {
  readonly pairs: VersionPairs;
  readonly cyclic: readonly CyclicVersions[];
}

/**
 * Gathers the partial version order of each key from one source after the other. A source that makes a key's order cyclic is
 * reported and dropped, for that key alone; not so writes that follow reads, whose circles are circles of these reads. O(n log n).
 */
export function versionOrder(versions: Versions, options: OrderOptions, zones: () => Zones): VersionOrder {
  const pairs = new VersionPairs();
  const cyclic: CyclicVersions[] = [];
  const used: Source[] = [];
  const add = (source: Source, fill: () => Set<number>): void => {
    const first = pairs.count;
    used.push(source);
    const impossible = fill();
    const circular = cyclicKeys(versions, pairs);
    if (circular.size > 0 && source !== Source.ReadThenWrite)
      cyclic.push(...circles(versions, pairs, circular, used));
    for (const key of impossible)
      if (!circular.has(key)) cyclic.push({ type: 'cyclic-versions', key, sources: [source], versions: [] });
    if (circular.size + impossible.size > 0)
      pairs.drop(first, versions.key, new Set([...circular, ...impossible]));
  };
  if (options.wfrKeys !== false) add(Source.ReadThenWrite, () => readThenWrite(versions, pairs));
  if (options.transactionOrder === true)
    add(Source.TransactionOrder, () => transactionOrder(versions, pairs));
  if (options.sequentialKeys === true) add(Source.Process, () => processOrder(versions, pairs));
  if (options.linearizableKeys === true)
    add(Source.Realtime, () => new Set(addRealtimePairs(versions, zones(), pairs).keys()));
  return { pairs, cyclic };
}

const NONE: Set<number> = new Set();

function circles(
  versions: Versions,
  pairs: VersionPairs,
  keys: ReadonlySet<number>,
  used: readonly Source[],
): CyclicVersions[] {
  const alone = pairs.withoutReads(versions.written);
  const certain = cyclicKeys(versions, alone);
  return [...keys].map((key) =>
    certain.has(key)
      ? {
          type: 'cyclic-versions',
          key,
          sources: used.filter((source) => source !== Source.ReadThenWrite),
          versions: circle(versions, alone, key),
        }
      : { type: 'G1c', key, sources: [...used], versions: circle(versions, pairs, key) },
  );
}

function readThenWrite(versions: Versions, out: VersionPairs): Set<number> {
  const { registers, ofRead } = versions;
  const { n, readStart, readKey, readAccess, writeStart, writeAccess } = registers;
  for (let t = 0; t < n; t++) {
    if (writeStart[t] === writeStart[t + 1]) continue;
    const first = readStart[t]!;
    for (let r = first; r < readStart[t + 1]!; r++) {
      const w = versionBy(registers, t, readKey[r]!);
      if (w !== -1 && readAccess[r]! < writeAccess[w]! && isFirst(registers, first, r))
        out.add(ofRead[r]!, w, Source.ReadThenWrite);
    }
  }
  return NONE;
}

/** Whether no earlier read of the transaction, whose reads begin at `first`, was of the same key. */
function isFirst(registers: Registers, first: number, r: number): boolean {
  for (let i = first; i < r; i++) if (registers.readKey[i] === registers.readKey[r]) return false;
  return true;
}

function transactionOrder(versions: Versions, out: VersionPairs): Set<number> {
  const last = new Int32Array(versions.registers.keys).fill(-1);
  for (let w = 0; w < versions.written; w++) {
    const x = versions.key[w]!;
    if (last[x] !== -1) out.add(last[x]!, w, Source.TransactionOrder);
    last[x] = w;
  }
  return NONE;
}

/** In each session, the version that it last met of a key comes before the next one that it meets. */
function processOrder(versions: Versions, out: VersionPairs): Set<number> {
  const { registers, ofRead } = versions;
  const { n, sessions, session, readStart, readKey, writeStart, writeKey, keys } = registers;
  const start = new Int32Array(sessions + 1);
  for (let t = 0; t < n; t++) start[session[t]! + 1]!++;
  for (let s = 0; s < sessions; s++) start[s + 1]! += start[s]!;
  const cursor = start.slice(0, sessions);
  const members = new Int32Array(n);
  for (let t = 0; t < n; t++) members[cursor[session[t]!]!++] = t;
  const last = new Int32Array(keys);
  const stamp = new Int32Array(keys).fill(-1);
  let s = 0;
  const meet = (x: number, version: number): void => {
    if (stamp[x] === s && last[x] !== version) out.add(last[x]!, version, Source.Process);
    stamp[x] = s;
    last[x] = version;
  };
  for (; s < sessions; s++)
    for (let m = start[s]!; m < start[s + 1]!; m++) {
      const t = members[m]!;
      for (let r = readStart[t]!; r < readStart[t + 1]!; r++)
        if (isFirst(registers, readStart[t]!, r)) meet(readKey[r]!, ofRead[r]!);
      for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) meet(writeKey[w]!, w);
    }
  return NONE;
}

/** A shortest circle among the versions of one key. */
function circle(versions: Versions, pairs: VersionPairs, key: number): number[] {
  const next = new Map<number, number[]>();
  for (let e = 0; e < pairs.count; e++) {
    if (versions.key[pairs.from[e]!] !== key) continue;
    const list = next.get(pairs.from[e]!);
    if (list === undefined) next.set(pairs.from[e]!, [pairs.to[e]!]);
    else list.push(pairs.to[e]!);
  }
  let best: number[] = [];
  for (const start of [...next.keys()].slice(0, 256)) {
    const came = new Map<number, number>();
    const queue = [start];
    for (let head = 0; head < queue.length && !came.has(start); head++)
      for (const v of next.get(queue[head]!) ?? [])
        if (!came.has(v)) {
          came.set(v, queue[head]!);
          queue.push(v);
        }
    if (!came.has(start)) continue;
    const found: number[] = [];
    for (let v = came.get(start)!; v !== start; v = came.get(v)!) found.push(v);
    found.push(start);
    found.reverse();
    if (best.length === 0 || found.length < best.length) best = found;
    if (best.length === 2) break;
  }
  return best;
}
