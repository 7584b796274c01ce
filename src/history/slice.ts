import type { HistoryColumns } from './columns.ts';

/** The rows of a history that `keep` accepts. Tables that rows point into are shared, not copied. */
export function only(history: HistoryColumns, keep: (row: number) => boolean): HistoryColumns {
  const rows: number[] = [];
  for (let row = 0; row < history.n; row++) if (keep(row)) rows.push(row);
  const errors = moved(history.errors, rows);
  const told = moved(history.told ?? new Map(), rows);
  return {
    ...history,
    n: rows.length,
    outcome: pick(history.outcome, rows),
    process: pick(history.process, rows),
    f: pick(history.f, rows),
    workload: pick(history.workload, rows),
    inv: pick(history.inv, rows),
    ret: pick(history.ret, rows),
    invTime: pick(history.invTime, rows),
    retTime: pick(history.retTime, rows),
    shape: pick(history.shape, rows),
    x0: pick(history.x0, rows),
    x1: pick(history.x1, rows),
    x2: pick(history.x2, rows),
    flags: pick(history.flags, rows),
    node: pick(history.node, rows),
    epoch: pick(history.epoch, rows),
    errors,
    told,
  };
}

function moved<V>(byRow: ReadonlyMap<number, V>, rows: readonly number[]): Map<number, V> {
  const found = new Map<number, V>();
  if (byRow.size > 0)
    rows.forEach((row, i) => {
      const value = byRow.get(row);
      if (value !== undefined) found.set(i, value);
    });
  return found;
}

type Column = Uint8Array | Int16Array | Int32Array | Float64Array;

function pick<C extends Column>(column: C, rows: readonly number[]): C {
  const picked = column.slice(0, rows.length) as C;
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]!]!;
  return picked;
}
