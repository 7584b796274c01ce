import { FAIL, INFO, NEVER, OK } from '../../history/history.ts';

/** What a call on a register did, in `kind`. */
export const READ = 0;
export const WRITE = 1;
/** Compare and set: `a` is the value expected, `b` the one set. */
export const CAS = 2;
/** A compare-and-set that certainly found something other than `a`: an observation, not a change. */
export const MISS = 3;

/**
 * Calls on one object, as the engines want them: columns of ints, nothing else.
 *
 * Rows are in order of `inv`. `a` and `b` are value ids (any int32). `ret` is `NEVER` where the outcome is `INFO`.
 * Call x happened before call y if and only if `ret[x] < inv[y]`: at a tie they are concurrent, the cautious reading.
 */
export interface Calls {
  readonly n: number;
  readonly kind: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly outcome: Uint8Array;
}

/** What an engine found out. */
export interface Decision {
  readonly answer: 'legal' | 'illegal' | 'unknown';
  readonly engine: string;
  /** Illegal: the row at whose return no order was left. */
  readonly culprit?: number;
  /** Illegal: every row that took part was invoked or returned within these positions, both included. */
  readonly window?: readonly [from: number, to: number];
  /** Unknown: everything that returned before this position was put in order. */
  readonly reached?: number;
  readonly reason?: string;
  /** Elementary steps spent. */
  readonly steps: number;
  /** Largest number of configurations held at once, for the engines that hold several. */
  readonly width?: number;
  /** Illegal, search engines: the last configurations in words, and why the culprit cannot follow. */
  readonly survivors?: readonly string[];
}

/** Columns for so many calls, to be filled. */
export function blankCalls(n: number): Calls {
  return {
    n,
    kind: new Uint8Array(n),
    a: new Int32Array(n),
    b: new Int32Array(n),
    inv: new Int32Array(n),
    ret: new Int32Array(n),
    outcome: new Uint8Array(n),
  };
}

/** The calls of the given rows, in the given order (which must be by `inv`). O(rows). */
export function pick(calls: Calls, rows: ArrayLike<number>): Calls {
  const n = rows.length;
  const out = blankCalls(n);
  for (let i = 0; i < n; i++) {
    const row = rows[i];
    out.kind[i] = calls.kind[row];
    out.a[i] = calls.a[row];
    out.b[i] = calls.b[row];
    out.inv[i] = calls.inv[row];
    out.ret[i] = calls.ret[row];
    out.outcome[i] = calls.outcome[row];
  }
  return out;
}

/** By value id: the first call that would have set it and certainly failed. O(rows). */
export function writersThatFailed({ n, kind, a, b, outcome }: Calls): Map<number, number> {
  const failed = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    if (outcome[i] !== FAIL || kind[i] === READ || kind[i] === MISS) continue;
    const value = kind[i] === CAS ? b[i] : a[i];
    if (!failed.has(value)) failed.set(value, i);
  }
  return failed;
}

/** Builds `Calls` row by row. Rows must come in order of `inv`. */
export class CallsBuilder {
  private readonly rows: number[][] = [];

  add(kind: number, a: number, b: number, inv: number, ret: number, outcome: number): void {
    this.rows.push([kind, a, b, inv, outcome === INFO ? NEVER : ret, outcome]);
  }

  done(): Calls {
    const column = (i: number) => this.rows.map((row) => row[i]);
    return {
      n: this.rows.length,
      kind: Uint8Array.from(column(0)),
      a: Int32Array.from(column(1)),
      b: Int32Array.from(column(2)),
      inv: Int32Array.from(column(3)),
      ret: Int32Array.from(column(4)),
      outcome: Uint8Array.from(column(5)),
    };
  }
}

/**
 * The given ids sorted by `key[id]`, ties in the order given. Keys must not be negative. Counting sort where the keys
 * are dense, O(ids + range); a comparison sort otherwise.
 */
export function sortedBy(ids: Int32Array, key: Int32Array): Int32Array {
  let low = NEVER;
  let high = -1;
  for (let i = 0; i < ids.length; i++) {
    const k = key[ids[i]];
    if (k < low) low = k;
    if (k > high) high = k;
  }
  const range = high - low + 1;
  if (ids.length < 48 || range > 16 * ids.length) {
    const tagged = new Float64Array(ids.length);
    // Position in the low bits keeps the sort stable; 2^31 keys × 2^22 positions fit a double exactly.
    if (ids.length < 1 << 22) {
      for (let i = 0; i < ids.length; i++) tagged[i] = key[ids[i]] * (1 << 22) + i;
      tagged.sort();
      return Int32Array.from(tagged, (t) => ids[t % (1 << 22)]);
    }
    return Int32Array.from(Array.from(ids).sort((x, y) => key[x] - key[y]));
  }
  const start = new Int32Array(range + 1);
  for (let i = 0; i < ids.length; i++) start[key[ids[i]] - low + 1]++;
  for (let k = 1; k <= range; k++) start[k] += start[k - 1];
  const out = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i++) out[start[key[ids[i]] - low]++] = ids[i];
  return out;
}

/**
 * Invocations and returns of the given rows in order: `row` for an invocation, `~row` for a return. INFO rows have no
 * return. At a tie the invocation comes first.
 */
export function eventsOf(calls: Calls, rows: Int32Array): Int32Array {
  const { inv, ret, outcome } = calls;
  let returning = 0;
  for (let i = 0; i < rows.length; i++) if (outcome[rows[i]] === OK) returning++;
  const ends = new Int32Array(returning);
  let e = 0;
  for (let i = 0; i < rows.length; i++) if (outcome[rows[i]] === OK) ends[e++] = rows[i];
  const byReturn = sortedBy(ends, ret);
  const events = new Int32Array(rows.length + returning);
  let out = 0;
  let r = 0;
  for (let i = 0; i < rows.length; i++) {
    const at = inv[rows[i]];
    while (r < returning && ret[byReturn[r]] < at) events[out++] = ~byReturn[r++];
    events[out++] = rows[i];
  }
  while (r < returning) events[out++] = ~byReturn[r++];
  return events;
}
