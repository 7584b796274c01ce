import { FAIL, type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';
import { showRow } from '../evidence/show.ts';
import { isPair } from '../keyed-lists.ts';
import { inPieces } from '../pieces.ts';
import { blankCalls, CAS, type Calls, MISS, READ, WRITE } from './calls.ts';
import { Dense } from './dense.ts';

/** Functions of registers. */
export const KINDS: { readonly [f: string]: number } = {
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
export class KeyCalls {
  /** Value id of the key; undefined where the history has one register without a key. */
  readonly key: number | undefined;
  readonly size: number;
  /** Its calls are those from here on of all registers' together. */
  readonly from: number;
  readonly all: Calls;
  private readonly allRows: Int32Array;

  constructor(key: number | undefined, from: number, size: number, all: Calls, allRows: Int32Array) {
    this.key = key;
    this.size = size;
    this.from = from;
    this.all = all;
    this.allRows = allRows;
  }

  /** Made when asked for: those of thousands of small registers would take as long to make as to judge. */
  get calls(): Calls {
    const { from, size: n, all } = this;
    const to = from + n;
    return {
      n,
      kind: all.kind.subarray(from, to),
      a: all.a.subarray(from, to),
      b: all.b.subarray(from, to),
      inv: all.inv.subarray(from, to),
      ret: all.ret.subarray(from, to),
      outcome: all.outcome.subarray(from, to),
    };
  }

  /** As `calls`. */
  get rows(): Int32Array {
    return this.allRows.subarray(this.from, this.from + this.size);
  }
}

/** The registers of a history, or why it cannot be told what they are: then there are none. */
export interface Registers {
  readonly keys: readonly KeyCalls[];
  /** Calls on any of them that succeeded. */
  readonly succeeded: number;
  readonly reason?: string;
}

export interface RegisterOptions {
  /** A failed compare-and-set proves that the value was another one. Default: it proves nothing, as in Jepsen. */
  readonly definiteCasFailures?: boolean;
}

/**
 * The registers of a history, key by key: `read`, `write`, `cas` (also `r`, `w`, `get`, `put`, `set`) with values `v` or
 * `[k, v]`, of a cas `[a, b]` or `[k, [a, b]]`. Other functions are left out. O(rows): a counting sort by key.
 */
export function registersOf(history: History, options: RegisterOptions = {}): Registers {
  const { n, f, fs, shape, x0, x1, x2, outcome, values } = history;
  const kindOf = fs.map((name) => (Object.hasOwn(KINDS, name) ? KINDS[name] : -1));
  const { keyed, reason } = layoutOf(history, kindOf);
  if (reason !== undefined) return { keys: [], succeeded: 0, reason };
  const columns = blankCalls(n);
  const rows = new Int32Array(n);
  const keys = new Dense(n);
  const keyOf = new Int32Array(n).fill(-1);
  const sizes: number[] = [];
  const part = (row: number, at: number) => values.id((history.value(row) as readonly Json[])[at]);
  const readKey = (row: number) => {
    const s = shape[row];
    if (s === Shape.Pair || s === Shape.PairOfPair || s === Shape.KeyedList) return x0[row];
    return isPair(history, row) ? part(row, 0) : undefined;
  };
  const count = (row: number): void => {
    const kind = kindOf[f[row]];
    if (kind < 0) return;
    const key = keyed ? readKey(row) : 0;
    if (key === undefined) return;
    if (kind === CAS && shape[row] !== (keyed ? Shape.PairOfPair : Shape.Pair))
      if (swapOf(history, row, keyed) === undefined) return;
    const k = keys.of(key);
    keyOf[row] = k;
    if (k === sizes.length) sizes.push(0);
    sizes[k]++;
  };
  for (let row = 0; row < n; row++) count(row);
  const start = new Int32Array(sizes.length + 1);
  for (let k = 0; k < sizes.length; k++) start[k + 1] = start[k] + sizes[k];
  const fill = start.slice();
  const place = (row: number): void => {
    const k = keyOf[row];
    if (k < 0) return;
    const at = fill[k]++;
    let kind = kindOf[f[row]];
    let fate = outcome[row];
    if (kind === CAS) {
      if (shape[row] === (keyed ? Shape.PairOfPair : Shape.Pair)) {
        columns.a[at] = keyed ? x1[row] : x0[row];
        columns.b[at] = keyed ? x2[row] : x1[row];
      } else [columns.a[at], columns.b[at]] = swapOf(history, row, keyed)!.map((v) => values.id(v));
      if (fate === FAIL && options.definiteCasFailures) {
        kind = MISS;
        fate = OK;
      }
    } else if (keyed) columns.a[at] = shape[row] === Shape.Pair ? x1[row] : part(row, 1);
    else
      columns.a[at] =
        shape[row] === Shape.Scalar || shape[row] === Shape.Other ? x0[row] : values.id(history.value(row));
    rows[at] = row;
    columns.kind[at] = kind;
    columns.outcome[at] = fate;
    columns.inv[at] = history.inv[row];
    columns.ret[at] = fate === INFO ? NEVER : history.ret[row];
  };
  for (let row = 0; row < n; row++) place(row);
  let succeeded = 0;
  inPieces(start[sizes.length], (first, end) => {
    for (let at = first; at < end; at++) if (columns.outcome[at] === OK) succeeded++;
  });
  const found = sizes.map(
    (size, k) => new KeyCalls(keyed ? keys.id(k) : undefined, start[k], size, columns, rows),
  );
  return { keys: found, succeeded };
}

/** What a compare-and-set expects and sets; undefined where its value does not say. */
function swapOf(history: History, row: number, keyed: boolean): readonly Json[] | undefined {
  if (!isPair(history, row)) return undefined;
  const value = history.value(row) as readonly Json[];
  if (!keyed) return value;
  return Array.isArray(value[1]) && value[1].length === 2 ? value[1] : undefined;
}

/**
 * Whether values are `[key, value]`, and `[key, [old, new]]` of a compare-and-set: where all can be read so. Pairs beside
 * values that are none are not certain to be either, except beside nothing but longer and shorter lists, and nil: there they are lists of two.
 * What failed shows nothing, nor does a read that did not succeed: some clients name no key until they have the answer.
 */
function layoutOf(history: History, kindOf: readonly number[]): { keyed: boolean; reason?: string } {
  const { n, f, shape, outcome, x0 } = history;
  // The first row that may have a key, that has none, that has none and is neither list nor nil, and whose
  // key is none that could be told from a value.
  let pair = -1;
  let plain = -1;
  let scalar = -1;
  let within = -1;
  let swaps = false;
  let lists = false;
  for (let row = 0; row < n; row++) {
    const kind = kindOf[f[row]];
    if (kind < 0 || outcome[row] === FAIL || (kind === READ && outcome[row] !== OK)) continue;
    const s = shape[row];
    // Most rows are like those before.
    if (kind !== CAS && ((s === Shape.Pair && pair >= 0) || (s === Shape.Scalar && scalar >= 0))) continue;
    let keyed = s === Shape.PairOfPair || (kind !== CAS && (s === Shape.Pair || s === Shape.KeyedList));
    if (s === Shape.Other) {
      keyed = kind === CAS ? swapOf(history, row, true) !== undefined : isPair(history, row);
      if (keyed && within < 0 && typeof (history.value(row) as readonly Json[])[0] === 'object') within = row;
    }
    if (kind === CAS) {
      swaps = true;
      if (!keyed && !isPair(history, row))
        return { keyed, reason: `${told(row)} does not say what it expects and what it sets` };
    }
    if (keyed) pair = pair < 0 ? row : pair;
    else {
      plain = plain < 0 ? row : plain;
      if (isLong(row, kind)) lists = true;
      else if (scalar < 0 && (s !== Shape.Scalar || x0[row] !== NIL)) scalar = row;
    }
  }
  if (pair < 0) return { keyed: false };
  const other = plain < 0 ? (swaps ? within : -1) : lists ? scalar : plain;
  if (other < 0) return { keyed: plain < 0 };
  const reason =
    plain < 0
      ? `${told(other)} names one that is a list, or none`
      : `${told(pair)} names one, ${told(other)} does not`;
  return { keyed: false, reason: `whether values have keys is not certain: ${reason}` };

  function isLong(row: number, kind: number): boolean {
    const s = shape[row];
    if (s === Shape.List) return true;
    if (kind === CAS ? s === Shape.Scalar || s === Shape.Pair : s !== Shape.Other) return false;
    return Array.isArray(history.value(row));
  }

  function told(row: number): string {
    return `${showRow(history, row)} (index ${history.inv[row]})`;
  }
}
