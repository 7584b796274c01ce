import { FAIL, type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { blankCalls, CAS, type Calls, MISS, READ, WRITE } from './calls.ts';
import { Dense } from './dense.ts';

const KINDS: { readonly [f: string]: number } = {
  r: READ,
  read: READ,
  get: READ,
  w: WRITE,
  write: WRITE,
  put: WRITE,
  set: WRITE,
  cas: CAS,
  'compare-and-set': CAS,
};

/** The calls on one register, and which rows of the history they are. */
export interface KeyCalls {
  /** Value id of the key; undefined where the history has one register without a key. */
  readonly key: number | undefined;
  readonly calls: Calls;
  readonly rows: Int32Array;
}

export interface RegisterOptions {
  /** A failed compare-and-set proves that the value was another one. Default: it proves nothing, as in Jepsen. */
  readonly definiteCasFailures?: boolean;
}

/**
 * The registers of a history, key by key: `read`, `write`, `cas` (also `r`, `w`, `get`, `put`, `set`) with values `v` or
 * `[k, v]`, of a cas `[a, b]` or `[k, [a, b]]`. Other functions are left out. O(rows): a counting sort by key.
 */
export function registersOf(history: History, options: RegisterOptions = {}): KeyCalls[] {
  const { n, f, fs, shape, x0, x1, x2, outcome, values } = history;
  const kindOf = fs.map((name) => (Object.hasOwn(KINDS, name) ? KINDS[name] : -1));
  const keyed = isKeyed(history, kindOf);
  const columns = blankCalls(n);
  const rows = new Int32Array(n);
  const keys = new Dense(n);
  const keyOf = new Int32Array(n).fill(-1);
  const sizes: number[] = [];
  const second = (row: number) => {
    const value = history.value(row);
    return values.id(Array.isArray(value) ? (value[1] as Json) : value);
  };
  const readKey = (row: number) => {
    const s = shape[row];
    if (s === Shape.Pair || s === Shape.PairOfPair || s === Shape.KeyedList) return x0[row];
    return undefined;
  };
  for (let row = 0; row < n; row++) {
    const kind = kindOf[f[row]];
    if (kind < 0) continue;
    const key = keyed ? readKey(row) : 0;
    if (key === undefined || (kind === CAS && !keyed && shape[row] !== Shape.Pair)) continue;
    if (kind === CAS && keyed && shape[row] !== Shape.PairOfPair) continue;
    const k = keys.of(key);
    keyOf[row] = k;
    if (k === sizes.length) sizes.push(0);
    sizes[k]++;
  }
  const start = new Int32Array(sizes.length + 1);
  for (let k = 0; k < sizes.length; k++) start[k + 1] = start[k] + sizes[k];
  const fill = start.slice();
  for (let row = 0; row < n; row++) {
    const k = keyOf[row];
    if (k < 0) continue;
    const at = fill[k]++;
    let kind = kindOf[f[row]];
    let fate = outcome[row];
    if (kind === CAS) {
      columns.a[at] = keyed ? x1[row] : x0[row];
      columns.b[at] = keyed ? x2[row] : x1[row];
      if (fate === FAIL && options.definiteCasFailures) {
        kind = MISS;
        fate = OK;
      }
    } else if (keyed) columns.a[at] = shape[row] === Shape.Pair ? x1[row] : second(row);
    else
      columns.a[at] =
        shape[row] === Shape.Scalar || shape[row] === Shape.Other ? x0[row] : values.id(history.value(row));
    rows[at] = row;
    columns.kind[at] = kind;
    columns.outcome[at] = fate;
    columns.inv[at] = history.inv[row];
    columns.ret[at] = fate === INFO ? NEVER : history.ret[row];
  }
  return sizes.map((size, k) => {
    const from = start[k];
    const to = from + size;
    return {
      key: keyed ? keys.id(k) : undefined,
      calls: {
        n: size,
        kind: columns.kind.subarray(from, to),
        a: columns.a.subarray(from, to),
        b: columns.b.subarray(from, to),
        inv: columns.inv.subarray(from, to),
        ret: columns.ret.subarray(from, to),
        outcome: columns.outcome.subarray(from, to),
      },
      rows: rows.subarray(from, to),
    };
  });
}

/**
 * A read or a write of one plain value shows that there are no keys; `[k, [a, b]]` in a cas, that there are. Reads that did not
 * succeed show nothing: some clients name no key until they have the answer.
 */
function isKeyed({ n, f, shape, outcome }: History, kindOf: readonly number[]): boolean {
  let pairs = 0;
  for (let row = 0; row < n; row++) {
    const kind = kindOf[f[row]];
    if (kind < 0 || (kind === READ && outcome[row] !== OK)) continue;
    const s = shape[row];
    if (kind === CAS) {
      if (s === Shape.PairOfPair) return true;
      if (s === Shape.Pair) return false;
    } else if (s === Shape.Pair || s === Shape.PairOfPair || s === Shape.KeyedList) pairs++;
    else return false;
  }
  return pairs > 0;
}
