import { FAIL, type History, INFO, OK, Shape } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import { replicaOf } from '../replica.ts';
import { IdTable } from './id-table.ts';

/** Final-read bit of the history's `flags`. */
const FINAL = 1;

/** Functions that add an element, those of Maelstrom's broadcast among them. */
export const ADDS: readonly string[] = ['add', 'broadcast'];

/** One read of the whole set. */
export interface SetRead {
  readonly row: number;
  /** The run whose beginning it read, and how many of its elements. */
  readonly run: number;
  readonly length: number;
}

/**
 * Elements that stand in one place of the history's memory. Reads that are prefixes of one another share a run, so that
 * a set that only grows, read in the order of its growth, is looked at once and not once a read.
 */
export interface Run {
  /** Elements by their number (see `Elements`), as long as its longest read. An element read twice stands twice. */
  readonly elements: Int32Array;
  /** In order of their return. */
  readonly reads: SetRead[];
}

/** Everything that was added or read, numbered from 0: first what was added, in order of invocation. */
export interface Elements {
  readonly count: number;
  /** Value id of an element. */
  readonly id: Int32Array;
  /** The row that added it: an ok one if any, else an unknown one, else a failed one; −1 if nobody did. */
  readonly add: Int32Array;
}

/** What was added, and what was read of it. */
export interface SetObservations {
  readonly elements: Elements;
  /** Elements whose add was attempted, by what became of it. */
  readonly acknowledged: number;
  readonly failed: number;
  readonly unknown: number;
  /** Reads that were ok, in order of their return. */
  readonly reads: readonly SetRead[];
  readonly runs: readonly Run[];
  /**
   * The reads that decide what was lost: each replica's last final read; the very last read of all where none is marked. In order
   * of their return.
   */
  readonly finals: readonly SetRead[];
  /** Elements of more than one ok or unknown add. */
  readonly repeated: number;
}

/** Reads `add v` (see `ADDS`) and `read` off a history. O(rows + elements read, those of shared prefixes once). */
export function observeSet(history: History): SetObservations {
  const { n, fs, f, outcome, ret, x0, shape } = history;
  const adds = fs.map((name) => ADDS.includes(name));
  const read = fs.indexOf('read');
  const table = new IdTable(n);
  const ids: number[] = [];
  const rows: number[] = [];
  let repeated = 0;
  const okReads: number[] = [];
  for (let row = 0; row < n; row++) {
    if (adds[f[row]]) {
      const id =
        shape[row] === Shape.Scalar || shape[row] === Shape.Other
          ? x0[row]
          : history.values.id(history.value(row));
      const known = table.get(id);
      if (known < 0) {
        table.set(id, ids.length);
        ids.push(id);
        rows.push(row);
      } else {
        if (outcome[row] !== FAIL && outcome[rows[known]] !== FAIL) repeated++;
        if (rank(outcome[row]) < rank(outcome[rows[known]])) rows[known] = row;
      }
    } else if (f[row] === read && outcome[row] === OK) okReads.push(row);
  }
  const counts = [0, 0, 0];
  for (const row of rows) counts[outcome[row]]++;
  okReads.sort((a, b) => ret[a] - ret[b]);

  const longest = new Map<number, number>();
  for (const row of okReads)
    if (shape[row] === Shape.List) longest.set(x0[row], Math.max(longest.get(x0[row]) ?? 0, history.x1[row]));
  const runAt = new Map<number, number>();
  const runs: Run[] = [];
  const number = (id: number): number => {
    let e = table.get(id);
    if (e < 0) {
      e = ids.length;
      table.set(id, e);
      ids.push(id);
      rows.push(-1);
    }
    return e;
  };
  const reads = okReads.map((row): SetRead => {
    const shared = shape[row] === Shape.List;
    let run = shared ? runAt.get(x0[row]) : undefined;
    if (run === undefined) {
      run = runs.length;
      if (shared) runAt.set(x0[row], run);
      const all = shared
        ? history.elements.subarray(x0[row], x0[row] + longest.get(x0[row])!)
        : loose(history, row);
      runs.push({ elements: all.map(number), reads: [] });
    }
    const length = shared ? history.x1[row] : runs[run].elements.length;
    const one = { row, run, length };
    runs[run].reads.push(one);
    return one;
  });
  return {
    elements: { count: ids.length, id: Int32Array.from(ids), add: Int32Array.from(rows) },
    acknowledged: counts[OK],
    failed: counts[FAIL],
    unknown: counts[INFO],
    reads,
    runs,
    finals: finalReads(history, reads),
    repeated,
  };
}

const rank = (outcome: number): number => (outcome === OK ? 0 : outcome === INFO ? 1 : 2);

/** The elements of a read that is no plain list: two elements are laid out as a pair. */
function loose(history: History, row: number): Int32Array {
  const x0 = history.x0[row];
  switch (history.shape[row]) {
    case Shape.Pair:
      return Int32Array.of(x0, history.x1[row]);
    case Shape.Scalar:
      return x0 === NIL ? new Int32Array(0) : Int32Array.of(x0);
    default: {
      const value = history.value(row);
      return Int32Array.from(Array.isArray(value) ? value : [value], (v) => history.values.id(v));
    }
  }
}

function finalReads(history: History, reads: readonly SetRead[]): SetRead[] {
  const last = new Map<number, SetRead>();
  for (const read of reads)
    if ((history.flags[read.row] & FINAL) !== 0) last.set(replicaOf(history, read.row), read);
  if (last.size > 0) return [...last.values()].sort((a, b) => history.ret[a.row] - history.ret[b.row]);
  return reads.length === 0 ? [] : [reads[reads.length - 1]];
}
