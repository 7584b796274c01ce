import { FIRST_LIST, OK, R } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { boundary, friendlyAll, strongestConsistent, violates } from '../models.ts';
import type { Anomaly, Check, CheckOptions, OwnOptionsOf, Verdict } from '../verdict.ts';
import { accessesOf, accessValue, mixedReason } from './accesses.ts';
import { Found } from './found.ts';
import { findTornReads } from './prefix.ts';
import { type Registers, registersOf } from './registers.ts';
import { type Fork, forks, type Snapshot } from './snapshots.ts';
import { INITIAL } from './transactions.ts';
import { Cast, show } from './words.ts';

export interface LongForkOptions extends CheckOptions {
  /** Transactions took effect in the order of their invocations: then each has to read a prefix of that log. */
  readonly transactionOrder?: boolean;
}

const OPTIONS: OwnOptionsOf<LongForkOptions> = {
  transactionOrder: {
    kind: 'boolean',
    default: false,
    description:
      'transactions took effect in the order of their invocations: each reads a prefix of that log',
  },
};

/**
 * Long fork: two reads of the same keys see two writes in opposite orders. Each transaction that reads several keys and writes
 * none of them is a snapshot; snapshots of the same set of keys must form a line.
 *
 * The order of a key's versions has to be known: keys that are written at most once, lists, and registers where every write follows a read of
 * the version before it. Others are left out of the comparison, and counted.
 *
 * With `transactionOrder` every transaction's reads must be a prefix of the log that the history then is (`prefix-violation`).
 *
 * Judges `prefix` and `snapshot-isolation`, which forbid long forks; parallel snapshot isolation allows them. A history without
 * two snapshots of one set of keys is `unknown`. O(reads · log reads).
 * Source: Sovran et al., "Transactional storage for geo-replicated systems" (SOSP 2011), for the anomaly.
 */
export const longFork: Check = {
  name: 'long-fork',
  summary: 'snapshots see writes in one order',
  functions: [],
  transactions: true,
  models: ['snapshot-isolation', 'prefix'],
  options: OPTIONS,
  initial: 'any value',
  judge: (history, options: LongForkOptions = {}): Verdict => {
    const initial: Json = options.initial ?? null;
    const judged = friendlyAll(options.models ?? ['snapshot-isolation']);
    const accesses = accessesOf(history, true);
    const registers = registersOf(accesses, accessValue(history, initial));
    const uncertain = registers.ambiguous > 0 || accesses.mixed !== undefined;
    const positions = positionsOf(registers);
    const groups = groupsOf(registers, positions.of, positions.known);
    const found = new Found();
    const witnesses = options.witnesses ?? 8;
    let snapshots = 0;
    let compared = 0;
    for (const { keys, members } of groups) {
      snapshots += members.length;
      if (members.length < 2) continue;
      compared += members.length;
      const room = Math.max(0, witnesses - found.anomalies.length);
      const result = forks(members, room);
      const shown = result.found.map((fork) => witness(registers, keys, fork, initial));
      found.add('long-fork', result.count, shown);
    }
    if (options.transactionOrder === true) compared += findTornReads(registers, found, witnesses, initial);
    const types = found.types;
    const invalid = violates(judged, types);
    const reason =
      accesses.mixed !== undefined
        ? mixedReason(accesses)
        : registers.ambiguous > 0
          ? 'values are not unique: whose write a read saw is not certain'
          : compared === 0
            ? 'no two transactions read the same keys, with a known order of versions, and wrote none of them'
            : undefined;
    return {
      check: 'long-fork',
      judged,
      engine: 'snapshots',
      valid: uncertain ? 'unknown' : invalid ? false : compared === 0 ? 'unknown' : true,
      anomalyTypes: types,
      counts: found.counts,
      anomalies: found.anomalies,
      ...boundary(types),
      // Freedom from long forks is one consequence of these models, not a proof of them.
      consistentWith: strongestConsistent([], types),
      ...(reason === undefined ? {} : { reason }),
      stats: { transactions: registers.n, snapshots, compared, keysWithoutOrder: positions.unordered },
    };
  },
};

/** By access, how far along its key's versions it is (0 is initial); and the keys for which that is known. */
function positionsOf(registers: Registers): { of: Int32Array; known: Uint8Array; unordered: number } {
  const { accesses, source, n, readStart, readAccess, readKey, writeStart, writeKey, writeAccess } =
    registers;
  const { list, f } = accesses;
  const of = new Int32Array(f.length).fill(-1);
  const known = new Uint8Array(accesses.keys).fill(1);
  if (list !== undefined) {
    for (let at = 0; at < f.length; at++)
      if (f[at] === R && source[at]! >= INITIAL) {
        of[at] = list[at]! <= FIRST_LIST ? accesses.history.listLength[FIRST_LIST - list[at]!]! : 0;
        // A register among lists: reads do not tell the order of its versions.
        if (list[at]! > FIRST_LIST && source[at]! > INITIAL) known[accesses.key[at]!] = 0;
      }
    return { of, known, unordered: 0 };
  }
  // Each write follows the version that its transaction read, or, if it is the only write of its key, the initial one.
  const writes = new Int32Array(accesses.keys);
  for (let w = 0; w < writeStart[n]!; w++) writes[writeKey[w]!]!++;
  const successors = new Map<number, number>();
  for (let t = 0; t < n; t++)
    for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) {
      const x = writeKey[w]!;
      let before = writes[x] === 1 ? INITIAL : -2;
      for (let r = readStart[t]!; r < readStart[t + 1]!; r++)
        if (readKey[r] === x && readAccess[r]! < writeAccess[w]!) before = source[readAccess[r]!]!;
      const slot = before === INITIAL ? -1 - x : before;
      if (before === -2 || successors.has(slot)) known[x] = 0;
      else successors.set(slot, writeAccess[w]!);
    }
  for (let x = 0; x < accesses.keys; x++) {
    if (known[x] === 0) continue;
    let reached = 0;
    for (let at = successors.get(-1 - x); at !== undefined && of[at] === -1; at = successors.get(at))
      of[at] = ++reached;
    if (reached < writes[x]!) known[x] = 0;
  }
  for (let at = 0; at < f.length; at++)
    if (f[at] === R && source[at]! >= INITIAL) of[at] = source[at] === INITIAL ? 0 : of[source[at]!]!;
  let unordered = 0;
  for (let x = 0; x < accesses.keys; x++) if (known[x] === 0 && writes[x]! > 0) unordered++;
  return { of, known, unordered };
}

interface Group {
  readonly keys: readonly number[];
  readonly members: Snapshot[];
}

/** Snapshots by the set of keys that they read. */
function groupsOf(registers: Registers, of: Int32Array, known: Uint8Array): Iterable<Group> {
  const { n, unit, readStart, readKey, readAccess, writeStart, writeKey, accesses } = registers;
  const { history, row } = accesses;
  const groups = new Map<string, Group>();
  for (let t = 0; t < n; t++) {
    if (history.outcome[row[unit[t]!]!] !== OK || readStart[t + 1]! - readStart[t]! < 2) continue;
    const written = new Set(writeKey.subarray(writeStart[t]!, writeStart[t + 1]!));
    const first = new Map<number, number>();
    for (let r = readStart[t]!; r < readStart[t + 1]!; r++) {
      const at = readAccess[r]!;
      if (known[readKey[r]!] === 1 && !written.has(readKey[r]!) && !first.has(readKey[r]!) && of[at]! >= 0)
        first.set(readKey[r]!, of[at]!);
    }
    if (first.size < 2) continue;
    const keys = [...first.keys()].sort((a, b) => a - b);
    const name = keys.join();
    let group = groups.get(name);
    if (group === undefined) groups.set(name, (group = { keys, members: [] }));
    group.members.push({ t, positions: Int32Array.from(keys, (k) => first.get(k)!) });
  }
  return groups.values();
}

function witness(registers: Registers, keys: readonly number[], fork: Fork, initial: Json): Anomaly {
  const cast = new Cast(registers, initial);
  const { a, b } = fork;
  const [x, y] = [keys[fork.aheadA]!, keys[fork.aheadB]!];
  const value = (t: number, key: number): string => {
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++)
      if (registers.readKey[r] === key) return show(cast.read(r));
    return 'nil';
  };
  const [na, nb] = [cast.name(a.t), cast.name(b.t)];
  return {
    type: 'long-fork',
    message: [
      `${na} read ${cast.key(x)} as ${value(a.t, x)} and ${cast.key(y)} as ${value(a.t, y)}.`,
      `${nb} read ${cast.key(x)} as ${value(b.t, x)} and ${cast.key(y)} as ${value(b.t, y)}.`,
      `${na} is ahead on ${cast.key(x)}, ${nb} on ${cast.key(y)}: they saw the writes in opposite orders.`,
    ].join('\n'),
    ops: cast.ops,
    key: cast.keyValue(x),
    detail: { keys: [cast.keyValue(x), cast.keyValue(y)] },
  };
}
