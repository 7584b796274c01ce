import { FAIL, type History, INFO, OK, Shape } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';

/** Final-read bit of the history's `flags`. */
const FINAL = 1;

/** One read of the whole set. */
export interface SetRead {
  readonly row: number;
  /** Value ids, in the order read; an element read twice stands twice. */
  readonly elements: Int32Array;
}

/** What was added, and what was read of it. */
export interface SetObservations {
  /** Element (a value id) → the row that added it. */
  readonly acknowledged: ReadonlyMap<number, number>;
  readonly failed: ReadonlyMap<number, number>;
  readonly unknown: ReadonlyMap<number, number>;
  /** Reads that were ok, in order of their return. */
  readonly reads: readonly SetRead[];
  /** The reads that decide what was lost: each node's last final read; the very last read of all where none is marked. */
  readonly finals: readonly SetRead[];
}

/** Reads `add v` and `read` off a history. O(rows + elements read). */
export function observeSet(history: History): SetObservations {
  const sorts = [new Map<number, number>(), new Map<number, number>(), new Map<number, number>()];
  const reads: SetRead[] = [];
  for (let row = 0; row < history.n; row++) {
    const f = history.fs[history.f[row]!]!;
    const outcome = history.outcome[row]!;
    if (f === 'add') sorts[outcome]!.set(history.x0[row]!, row);
    else if (f === 'read' && outcome === OK) reads.push({ row, elements: elementsOf(history, row) });
  }
  reads.sort((a, b) => history.ret[a.row]! - history.ret[b.row]!);
  return {
    acknowledged: sorts[OK]!,
    failed: sorts[FAIL]!,
    unknown: sorts[INFO]!,
    reads,
    finals: finalReads(history, reads),
  };
}

/** The elements of a read, whose list may have been laid out as a pair. */
function elementsOf(history: History, row: number): Int32Array {
  const x0 = history.x0[row]!;
  const x1 = history.x1[row]!;
  switch (history.shape[row]) {
    case Shape.List:
      return history.elements.subarray(x0, x0 + x1);
    case Shape.Pair:
      return Int32Array.of(x0, x1);
    case Shape.Scalar:
      return x0 === NIL ? new Int32Array(0) : Int32Array.of(x0);
    default:
      return Int32Array.from((history.value(row) as []).map((v) => history.values.id(v)));
  }
}

function finalReads(history: History, reads: readonly SetRead[]): SetRead[] {
  const last = new Map<number, SetRead>();
  for (const read of reads)
    if ((history.flags[read.row]! & FINAL) !== 0) last.set(history.node[read.row]!, read);
  if (last.size > 0) return [...last.values()];
  return reads.length === 0 ? [] : [reads.at(-1)!];
}
