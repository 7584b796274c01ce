import { APPEND, FIRST_LIST, type History, INFO, OK, R, Shape, UNREAD, W } from '../../history/history.ts';
import { IdMap } from '../../history/idmap.ts';
import { NIL } from '../../history/values.ts';

/**
 * Every read and write of a history, in rows of accesses: transactions of `r` and `w`, and plain `read` and `write`
 * operations, keyed or not, which count as transactions of one access. Where `lists` are allowed an append is a write of its
 * element, and a read of a list reads the last element: the list before it is told by `list`.
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
  /** Rows that were left out because they are none of the above. */
  readonly ignored: number;
}

const READS = new Set(['r', 'read', 'get']);
const WRITES = new Set(['w', 'write', 'put', 'set']);

/** Linear in the history. */
export function accessesOf(history: History, lists = false): Accesses {
  const { n, shape, x0, x1, mopF } = history;
  const plain = history.fs.map((f) => (READS.has(f) ? R : WRITES.has(f) ? W : -1));
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
  const key = new Int32Array(total);
  const value = new Int32Array(total);
  const unit = new Int32Array(total);
  let list: Int32Array | undefined;
  const numbers = new IdMap();
  const keyIds: number[] = [];
  const numberOf = (id: number): number => {
    const known = numbers.get(id);
    if (known !== 0) return known - 1;
    keyIds.push(id);
    numbers.set(id, keyIds.length);
    return keyIds.length - 1;
  };
  for (let u = 0; u < units; u++) {
    const i = row[u]!;
    let at = start[u]!;
    if (shape[i] === Shape.Txn) {
      for (let m = x0[i]!; m < x0[i]! + x1[i]!; m++, at++) {
        const v = history.mopVal[m]!;
        f[at] = mopF[m] === R ? R : W;
        key[at] = numberOf(history.mopKey[m]!);
        value[at] = v;
        unit[at] = u;
        if (v > FIRST_LIST || mopF[m] !== R) continue;
        list ??= new Int32Array(total).fill(NIL);
        list[at] = v;
        const h = FIRST_LIST - v;
        value[at] = history.elements[history.listOffset[h]! + history.listLength[h]! - 1]!;
      }
    } else {
      f[at] = plain[history.f[i]!]!;
      const keyed = shape[i] === Shape.Pair;
      key[at] = numberOf(keyed ? x0[i]! : NIL);
      value[at] = f[at] === R && history.outcome[i] !== OK ? UNREAD : keyed ? x1[i]! : x0[i]!;
      unit[at] = u;
    }
  }
  return {
    history,
    units,
    row: row.subarray(0, units),
    start: start.subarray(0, units + 1),
    f,
    key,
    value,
    unit,
    keys: keyIds.length,
    keyId: Int32Array.from(keyIds),
    list,
    ignored: n - units,
  };

  function sizeOf(i: number): number {
    if (shape[i] === Shape.Txn) {
      const end = x0[i]! + x1[i]!;
      if (!lists) for (let m = x0[i]!; m < end; m++) if (mopF[m] === APPEND) return -1;
      return x1[i]!;
    }
    const code = plain[history.f[i]!]!;
    if (code === -1 || (shape[i] !== Shape.Pair && shape[i] !== Shape.Scalar)) return -1;
    // A read that nobody has the answer to says nothing.
    return code === R && history.outcome[i] === INFO ? -1 : 1;
  }
}
