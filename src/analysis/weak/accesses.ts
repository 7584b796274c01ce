import { APPEND, FIRST_LIST, type History, INFO, OK, R, Shape, UNREAD, W } from '../../history/history.ts';
import { IdMap } from '../../history/idmap.ts';
import type { Json } from '../../history/op.ts';
import { mopValue } from '../../history/show.ts';
import { NIL } from '../../history/values.ts';
import { inPieces } from '../pieces.ts';

/**
 * Every read and write of a history, in rows of accesses: transactions of `r` and `w`, and plain `read` and `write`
 * operations, keyed or not, which count as transactions of one access. Where `lists` are allowed an append is a write of its
 * element, and a read of a key that is appended to reads the last element: the list before it is told by `list`. Other keys
 * are registers, whose values may be lists like any others; the empty list is nil, in reads and in writes.
 */
export interface Accesses {
  readonly history: History;
  /** The rows that hold accesses, in order. Accesses of unit u: `start[u] … start[u + 1] - 1`. */
  readonly units: number;
  readonly row: Int32Array;
  readonly start: Int32Array;
  /** By access. Keys are numbered from 0; values are value ids, UNREAD for reads without result. */
  readonly f: Uint8Array;
  readonly key: Int32Array;
  readonly value: Int32Array;
  readonly unit: Int32Array;
  /** The value id of each key number; NIL for the one key of un-keyed operations. */
  readonly keys: number;
  readonly keyId: Int32Array;
  /** By access, the handle of the list that was read, or NIL; undefined where no transaction appends. */
  readonly list: Int32Array | undefined;
  /** The value id of a key that is both appended to and written: what its reads saw is not certain. */
  readonly mixed: number | undefined;
  /** Rows that were left out because they are none of the above. */
  readonly ignored: number;
}

const READS = ['r', 'read', 'get'];
const WRITES = ['w', 'write', 'put', 'set'];

/** Names of plain operations that are accesses. */
export const PLAIN: readonly string[] = [...READS, ...WRITES];

/** The id of a value as accesses have it: nil and the empty list are one. */
export function accessValue({ values }: History, value: Json): number {
  return Array.isArray(value) && value.length === 0 ? NIL : values.id(value);
}

/** Linear in the history. */
export function accessesOf(history: History, lists = false): Accesses {
  return transactionsAlone(history) ?? picked(history, lists);
}

/** A history of nothing but transactions of `r` and `w`. Where these lie in order, their columns serve as they are. */
function transactionsAlone(history: History): Accesses | undefined {
  const { n, shape, x0, x1 } = history;
  if (history.listOffset.length > 0 || history.values.known('[]') !== undefined) return undefined;
  const start = new Int32Array(n + 1);
  let ordered = true;
  for (let i = 0; i < n; i++) {
    if (shape[i] !== Shape.Txn) return undefined;
    if (x0[i] !== start[i]) ordered = false;
    start[i + 1] = start[i]! + x1[i]!;
  }
  const total = start[n]!;
  const { mopF, mopKey, mopVal } = ordered ? history : inOrder(history, total);
  const f = mopF.subarray(0, total);
  if (f.includes(APPEND)) return undefined;
  return {
    history,
    units: n,
    row: iota(n),
    start,
    f,
    value: mopVal.subarray(0, total),
    unit: unitsOf(start, n),
    ...numbered(mopKey.subarray(0, total)),
    list: undefined,
    mixed: undefined,
    ignored: 0,
  };
}

/** The micro-operations in the order of their rows. */
function inOrder(history: History, total: number): Pick<History, 'mopF' | 'mopKey' | 'mopVal'> {
  const { n, x0, x1 } = history;
  const mopF = new Uint8Array(total);
  const mopKey = new Int32Array(total);
  const mopVal = new Int32Array(total);
  for (let i = 0, at = 0; i < n; i++)
    for (let m = x0[i]!; m < x0[i]! + x1[i]!; m++, at++) {
      mopF[at] = history.mopF[m]!;
      mopKey[at] = history.mopKey[m]!;
      mopVal[at] = history.mopVal[m]!;
    }
  return { mopF, mopKey, mopVal };
}

function unitsOf(start: Int32Array, units: number): Int32Array {
  const unit = new Int32Array(start[units]!);
  inPieces(units, (from, to) => {
    for (let u = from; u < to; u++) for (let at = start[u]!; at < start[u + 1]!; at++) unit[at] = u;
  });
  return unit;
}

/** Numbers keys from 0: ids that are 0, 1, 2, … are their own numbers, others are numbered as they come. */
function numbered(ids: Int32Array): Pick<Accesses, 'key' | 'keys' | 'keyId'> {
  const dense = consecutive(ids);
  if (dense > 0) return { key: ids, keys: dense, keyId: iota(dense) };
  const numbers = new IdMap();
  const keyIds: number[] = [];
  const key = new Int32Array(ids.length);
  for (let at = 0; at < ids.length; at++) {
    let number = numbers.get(ids[at]!);
    if (number === 0) {
      keyIds.push(ids[at]!);
      number = keyIds.length;
      numbers.set(ids[at]!, number);
    }
    key[at] = number - 1;
  }
  return { key, keys: keyIds.length, keyId: Int32Array.from(keyIds) };
}

/** How many ids there are, if these are the numbers from 0 on; else 0. */
function consecutive(ids: Int32Array): number {
  const used = new Uint8Array(ids.length);
  const room = ids.length;
  let largest = -1;
  let sparse = false;
  inPieces(ids.length, (from, to) => {
    let most = largest;
    for (let at = from; at < to; at++) {
      const id = ids[at]!;
      if (id >>> 0 >= room) sparse = true;
      else used[id] = 1;
      if (id > most) most = id;
    }
    largest = most;
  });
  if (sparse) return 0;
  return used.subarray(0, largest + 1).includes(0) ? 0 : largest + 1;
}

function iota(n: number): Int32Array {
  const all = new Int32Array(n);
  for (let i = 0; i < n; i++) all[i] = i;
  return all;
}

function picked(history: History, lists: boolean): Accesses {
  const { n, shape, x0, x1, mopF } = history;
  const plain = history.fs.map((f) => (READS.includes(f) ? R : WRITES.includes(f) ? W : -1));
  const row = new Int32Array(n);
  const start = new Int32Array(n + 1);
  let units = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const size = sizeOf(i);
    if (size < 0) continue;
    row[units++] = i;
    total += size;
    start[units] = total;
  }

  const f = new Uint8Array(total);
  const id = new Int32Array(total);
  const value = new Int32Array(total);
  let list: Int32Array | undefined;
  const { appended, mixed } = lists ? appendedKeys(history) : NONE;
  const empty = history.values.known('[]') ?? NIL;
  const whole = new Map<number, number>();
  for (let u = 0; u < units; u++) {
    const i = row[u]!;
    let at = start[u]!;
    if (shape[i] === Shape.Txn) {
      for (let m = x0[i]!; m < x0[i]! + x1[i]!; m++, at++) {
        const v = history.mopVal[m]!;
        f[at] = mopF[m] === R ? R : W;
        id[at] = history.mopKey[m]!;
        value[at] = v === empty && mopF[m] === W ? NIL : v;
        if (v > FIRST_LIST || mopF[m] !== R) continue;
        if (appended.get(id[at]!) === 0) {
          if (!whole.has(v)) whole.set(v, history.values.id(mopValue(history, m)));
          value[at] = whole.get(v)!;
          continue;
        }
        list ??= new Int32Array(total).fill(NIL);
        list[at] = v;
        const h = FIRST_LIST - v;
        value[at] = history.elements[history.listOffset[h]! + history.listLength[h]! - 1]!;
      }
    } else {
      f[at] = plain[history.f[i]!]!;
      const s = shape[i]!;
      const keyed = s === Shape.Pair;
      id[at] = keyed ? x0[i]! : NIL;
      value[at] = keyed ? x1[i]! : x0[i]!;
      if (!keyed && s !== Shape.Scalar) {
        const said = history.value(i);
        const pair = Array.isArray(said) && said.length === 2;
        if (pair) id[at] = history.values.id(said[0] as Json);
        value[at] = accessValue(history, pair ? (said[1] as Json) : said);
      }
      if (f[at] === R && history.outcome[i] !== OK) value[at] = UNREAD;
    }
  }
  return {
    history,
    units,
    row: row.subarray(0, units),
    start: start.subarray(0, units + 1),
    f,
    value,
    unit: unitsOf(start, units),
    ...numbered(id),
    list,
    mixed,
    ignored: n - units,
  };

  function sizeOf(i: number): number {
    if (shape[i] === Shape.Txn) {
      const end = x0[i]! + x1[i]!;
      if (!lists) for (let m = x0[i]!; m < end; m++) if (mopF[m] === APPEND) return -1;
      return x1[i]!;
    }
    const code = plain[history.f[i]!]!;
    if (code === -1) return -1;
    // A read that nobody has the answer to says nothing.
    return code === R && history.outcome[i] === INFO ? -1 : 1;
  }
}

/** Why a history with a key of both kinds cannot be judged. */
export function mixedReason({ history, mixed = NIL }: Accesses): string {
  return `key ${history.values.show(mixed)} is both appended to and written: whether its reads show a list or a register is not certain`;
}

interface Appended {
  /** By key, 0 where nobody appends to it. */
  readonly appended: IdMap;
  readonly mixed: number | undefined;
}

const NONE: Appended = { appended: new IdMap(), mixed: undefined };

/** Keys that transactions append to. Linear in micro-operations. */
function appendedKeys({ n, shape, x0, x1, mopF, mopKey }: History): Appended {
  const appended = new IdMap();
  const written = new IdMap();
  let mixed: number | undefined;
  for (let row = 0; row < n; row++) {
    if (shape[row] !== Shape.Txn) continue;
    for (let m = x0[row]!; m < x0[row]! + x1[row]!; m++) {
      if (mopF[m] === R) continue;
      const key = mopKey[m]!;
      (mopF[m] === APPEND ? appended : written).set(key, 1);
      if (mixed === undefined && appended.get(key) + written.get(key) === 2) mixed = key;
    }
  }
  return { appended, mixed };
}
