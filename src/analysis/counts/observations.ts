import { FAIL, type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';

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
}

/**
 * Reads additions (`add 5`, `inc`, `dec 2`; 1 where no amount is given) and `read` off a history, keyed (`[k, n]`) or not.
 * O(rows).
 */
export function counters(history: History): CounterHistory {
  const { n, f, fs, outcome, shape, x0, x1 } = history;
  const kinds = fs.map((name) =>
    PLUS.includes(name) ? 1 : MINUS.includes(name) ? -1 : READ.includes(name) ? 0 : 2,
  );
  const byKey = new Map<
    number | undefined,
    { adds: number[]; amounts: number[]; reads: number[]; values: number[] }
  >();
  const odd: number[] = [];
  let foreign: string | null = null;
  const of = (key: number | undefined) => {
    let found = byKey.get(key);
    if (found === undefined) byKey.set(key, (found = { adds: [], amounts: [], reads: [], values: [] }));
    return found;
  };
  for (let row = 0; row < n; row++) {
    const kind = kinds[f[row]];
    if (kind === 2 || outcome[row] === FAIL) continue;
    const pair = shape[row] === Shape.Pair;
    const key = pair ? x0[row] : undefined;
    const id = pair ? x1[row] : x0[row];
    const value: Json = id === NIL ? null : history.values.value(id);
    if (kind === 0) {
      if (outcome[row] !== OK) continue;
      const counter = of(key);
      if (typeof value === 'number' && (pair || shape[row] === Shape.Scalar)) {
        counter.reads.push(row);
        counter.values.push(value);
      } else odd.push(row);
    } else if (value === null || typeof value === 'number') {
      const counter = of(key);
      counter.adds.push(row);
      counter.amounts.push(kind * (value ?? 1));
    } else foreign ??= `${fs[f[row]]} ${JSON.stringify(value)} (record ${history.inv[row]}) adds no number`;
  }
  return {
    counters: [...byKey].map(([key, { adds, amounts, reads, values }]) => ({
      key,
      adds: { ...columns(history, adds), amount: Float64Array.from(amounts) },
      reads: { ...columns(history, reads), value: Float64Array.from(values) },
    })),
    odd,
    foreign,
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
