import { FAIL, type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';
import { showRow } from '../evidence/show.ts';
import { numberOf } from '../integers.ts';

const PLUS: readonly string[] = ['add', 'inc', 'incr', 'increment'];
const MINUS: readonly string[] = ['dec', 'decr', 'decrement', 'sub', 'subtract'];
const READ: readonly string[] = ['read', 'get', 'r'];

/** Functions of counters. */
export const FUNCTIONS: readonly string[] = [...PLUS, ...MINUS, ...READ];

/** What happened to one counter. All columns are in order of invocation. */
export interface Counts {
  /** The key's value id; undefined where operations name none. */
  readonly key: number | undefined;
  readonly adds: Adds;
  readonly reads: Reads;
}

/** Additions that happened or may have. */
export interface Adds {
  readonly n: number;
  readonly row: Int32Array;
  readonly amount: Float64Array;
  readonly inv: Int32Array;
  /** NEVER where the outcome is unknown. */
  readonly ret: Int32Array;
}

/** Reads that were ok. */
export interface Reads {
  readonly n: number;
  readonly row: Int32Array;
  readonly value: Float64Array;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
}

export interface CounterHistory {
  readonly counters: readonly Counts[];
  /** Rows of ok reads that returned no number. */
  readonly odd: readonly number[];
  /** What makes it no counter's history: an addition of something that is no number. */
  readonly foreign: string | null;
  /** Why some counters are not among these: their sums may be beyond 2^53, where doubles do not tell integers apart. */
  readonly inexact: string | null;
}

interface Found {
  readonly adds: number[];
  readonly amounts: number[];
  readonly reads: number[];
  readonly values: number[];
  /** The largest that its sums may come to. */
  most: number;
  exact: boolean;
}

/**
 * Reads additions (`add 5`, `inc`, `dec 2`; 1 where no amount is given) and `read` off a history, keyed (`[k, n]`) or not.
 * Counters whose numbers, or the sums of them that can be, are too large for exact arithmetic are left out. O(rows).
 */
export function counters(history: History, initial: number): CounterHistory {
  const { n, f, fs, outcome, shape, x0, x1 } = history;
  const kinds = fs.map((name) =>
    PLUS.includes(name) ? 1 : MINUS.includes(name) ? -1 : READ.includes(name) ? 0 : 2,
  );
  const byKey = new Map<number | undefined, Found>();
  const odd: number[] = [];
  let foreign: string | null = null;
  let inexact: string | null = null;
  const of = (key: number | undefined) => {
    let found = byKey.get(key);
    if (found === undefined) {
      found = { adds: [], amounts: [], reads: [], values: [], most: Math.abs(initial), exact: true };
      byKey.set(key, found);
    }
    return found;
  };
  const reaches = (counter: Found, row: number, most: number) => {
    if (most <= Number.MAX_SAFE_INTEGER) return;
    counter.exact = false;
    inexact ??= tooLarge(history, row);
  };
  for (let row = 0; row < n; row++) {
    const kind = kinds[f[row]];
    if (kind === 2 || outcome[row] === FAIL) continue;
    const pair = shape[row] === Shape.Pair;
    const key = pair ? x0[row] : undefined;
    const id = pair ? x1[row] : x0[row];
    const single = pair || shape[row] === Shape.Scalar;
    const number = single && id !== NIL ? numberOf(history, id) : undefined;
    const value: Json = id === NIL ? null : history.values.value(id);
    if (kind === 0) {
      if (outcome[row] !== OK) continue;
      const counter = of(key);
      if (number !== undefined) {
        counter.reads.push(row);
        counter.values.push(Number(number));
        reaches(counter, row, Math.abs(Number(number)) + Math.abs(initial));
      } else odd.push(row);
    } else if (value === null || number !== undefined) {
      const counter = of(key);
      const amount = Number(number ?? 1);
      counter.adds.push(row);
      counter.amounts.push(kind * amount);
      counter.most += Math.abs(amount);
      reaches(counter, row, counter.most);
    } else foreign ??= `${fs[f[row]]} ${JSON.stringify(value)} (record ${history.inv[row]}) adds no number`;
  }
  const exact = [...byKey].filter(([, counter]) => counter.exact);
  return {
    counters: exact.map(([key, { adds, amounts, reads, values }]) => ({
      key,
      adds: { ...columns(history, adds), amount: Float64Array.from(amounts) },
      reads: { ...columns(history, reads), value: Float64Array.from(values) },
    })),
    odd,
    foreign,
    inexact,
  };
}

function columns(history: History, rows: readonly number[]) {
  return {
    n: rows.length,
    row: Int32Array.from(rows),
    inv: Int32Array.from(rows, (row) => history.inv[row]),
    ret: Int32Array.from(rows, (row) => (history.outcome[row] === INFO ? NEVER : history.ret[row])),
  };
}

function tooLarge(history: History, row: number): string {
  return `with ${showRow(history, row)} (record ${history.inv[row]}) numbers are too large for exact sums: they, or what they add up to, are beyond 2^53`;
}
