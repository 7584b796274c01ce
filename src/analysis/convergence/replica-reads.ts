import { FAIL, FIRST_LIST, type History, INFO, OK, R, Shape, UNREAD } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical, NIL } from '../../history/values.ts';

/** Final-read bit of the history's `flags`. */
const FINAL = 1;
const READS = /^(read|get|r)$/;

/** What one read showed of one key. */
export interface ReplicaRead {
  readonly row: number;
  /** Canonical text of the key; empty where the object has no keys. */
  readonly key: string;
  readonly value: Json;
  /** Canonical text of the version that the read says it saw: a vector, a digest, the updates delivered; if it says so. */
  readonly version?: string;
  /** Names of the updates that the read says were delivered. */
  readonly delivered?: readonly Json[];
}

/** What reads show key by key, and when keys were last written. */
export interface ReplicaReads {
  /** Ok reads, in order of return; those marked final apart. */
  readonly all: readonly ReplicaRead[];
  readonly finals: readonly ReplicaRead[];
  /** Key → the latest return of a write (position and time), unknown and failed ones left out. */
  readonly lastWrite: ReadonlyMap<string, { readonly row: number }>;
  /** Writes whose outcome is unknown. */
  readonly unknownWrites: number;
}

/**
 * Takes reads apart: keyed reads (`[k, v]`), transactions' reads, whole values. A value of the form `{version, value}` or
 * `{delivered, value}` tells the version it shows. Lists are sets, and compared without order, where `add` is an
 * operation. O(history).
 */
export function replicaReads(history: History): ReplicaReads {
  const { n, fs, f, outcome, shape, flags, ret } = history;
  const asSets = fs.includes('add');
  const all: ReplicaRead[] = [];
  const lastWrite = new Map<string, { row: number }>();
  let unknownWrites = 0;
  const wrote = (row: number, key: string): void => {
    if (outcome[row] === INFO) unknownWrites++;
    if (outcome[row] !== OK) return;
    const known = lastWrite.get(key);
    if (known === undefined || ret[known.row] < ret[row]) lastWrite.set(key, { row });
  };
  const keyed = keyedReads(history);
  const order = Array.from({ length: n }, (_, row) => row).sort((a, b) => ret[a] - ret[b]);
  for (const row of order) {
    if (outcome[row] === FAIL) continue;
    if (shape[row] === Shape.Txn) transaction(history, row, all, wrote, asSets);
    else if (READS.test(fs[f[row]])) {
      if (outcome[row] === OK) all.push(readOf(history, row, keyed, asSets));
    } else
      wrote(
        row,
        keyed && shape[row] !== Shape.Scalar ? canonical(history.values.value(history.x0[row])) : '',
      );
  }
  return { all, finals: all.filter(({ row }) => (flags[row] & FINAL) !== 0), lastWrite, unknownWrites };
}

/**
 * Reads of pairs are keyed, unless something else shows that pairs are lists: a read of another length, a read of one value,
 * a write of one value.
 */
function keyedReads({ n, fs, f, outcome, shape, x0 }: History): boolean {
  let pairs = false;
  for (let row = 0; row < n; row++) {
    if (shape[row] === Shape.Scalar && x0[row] !== NIL) return false;
    if (!READS.test(fs[f[row]]) || outcome[row] !== OK) continue;
    if (shape[row] === Shape.List) return false;
    if (shape[row] === Shape.Pair || shape[row] === Shape.KeyedList || shape[row] === Shape.Other)
      pairs = true;
  }
  return pairs;
}

function readOf(history: History, row: number, keyed: boolean, asSets: boolean): ReplicaRead {
  const value = history.value(row);
  const pair = keyed && Array.isArray(value) && value.length === 2;
  const [key, seen] = pair ? [canonical(value[0] as Json), value[1] as Json] : ['', value];
  return { row, key, ...versioned(seen, asSets) };
}

function versioned(value: Json, asSets: boolean): Omit<ReplicaRead, 'row' | 'key'> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const fields = value as { readonly [field: string]: Json };
    const version = fields.version ?? fields.delivered;
    if (version !== undefined && 'value' in fields) {
      const digest = fields.version === undefined ? unordered(version) : version;
      return {
        value: asSets ? unordered(fields.value) : fields.value,
        version: canonical(digest),
        ...(Array.isArray(fields.delivered) ? { delivered: fields.delivered as Json[] } : {}),
      };
    }
  }
  return { value: asSets ? unordered(value) : value };
}

/** A list as a set: in canonical order, repetitions and all. */
function unordered(value: Json): Json {
  if (!Array.isArray(value)) return value;
  const texts = (value as Json[]).map((v): [string, Json] => [canonical(v), v]);
  return texts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, v]) => v);
}

function transaction(
  history: History,
  row: number,
  all: ReplicaRead[],
  wrote: (row: number, key: string) => void,
  asSets: boolean,
): void {
  const from = history.x0[row];
  const mops = history.mops(row);
  mops.forEach(([, key, value], i) => {
    const m = from + i;
    const name = canonical(key);
    if (history.mopF[m] !== R) wrote(row, name);
    else if (history.outcome[row] === OK && history.mopVal[m] !== UNREAD)
      all.push({
        row,
        key: name,
        value: asSets && history.mopVal[m] <= FIRST_LIST ? unordered(value) : value,
      });
  });
}
