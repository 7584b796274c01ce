import { FAIL, type History, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical, NIL } from '../../history/values.ts';
import { showValue } from '../evidence/show.ts';
import { compareExact, type Exact, numberOf } from '../integers.ts';
import { IdTable } from '../sets/id-table.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Check, CheckOptions, Verdict, WitnessOp } from '../verdict.ts';
import { witnessOp } from '../witness.ts';

const FORBIDS: Forbids = {
  'realtime-ordered-ids': ['duplicate-id', 'nil-id', 'process-id-order', 'realtime-id-order'],
  'process-ordered-ids': ['duplicate-id', 'nil-id', 'process-id-order'],
  'unique-ids': ['duplicate-id', 'nil-id'],
};

/**
 * A service that hands out ids: `generate`, whose value is the id.
 *
 * `unique-ids` (default): nobody gets an id that somebody has (`duplicate-id`), or none (`nil-id`). An id that came with an
 * unknown outcome counts. `process-ordered-ids`: a process gets ever larger ones (`process-id-order`).
 * `realtime-ordered-ids`: so does everybody who asks after another was answered (`realtime-id-order`). Numbers are compared
 * as numbers, those beyond 2^53 too; anything else by the code units of its text.
 *
 * O(n), and O(n log n) for the orders.
 */
export const uniqueIds: Check = {
  name: 'unique-ids',
  summary: 'generated ids: none twice; on demand, ascending per process or in real time',
  functions: ['generate'],
  models: Object.keys(FORBIDS),
  judge: (history, options = {}) => judge(history, options),
};

function judge(history: History, options: CheckOptions): Verdict {
  const tally = new Tally(options);
  const { n, outcome, shape, x0, inv, told } = history;
  const owner = new IdTable(n);
  const ok: number[] = [];
  let given = 0;
  for (let row = 0; row < n; row++) {
    if (history.fs[history.f[row]] !== 'generate') continue;
    const id =
      told.get(row) ??
      (shape[row] === Shape.Scalar || shape[row] === Shape.Other
        ? x0[row]
        : history.values.id(history.value(row)));
    if (outcome[row] === OK) ok.push(row);
    if (id === NIL) {
      if (outcome[row] === OK)
        tally.found('nil-id', () => ({
          message: 'G was ok but got no id.',
          ops: [witnessOp(history, row, 'G')],
        }));
      continue;
    }
    // A failed one gave none. One of unknown outcome that names an id was heard to give it.
    if (outcome[row] === FAIL) continue;
    given++;
    const other = owner.get(id);
    if (other < 0) owner.set(id, row);
    else
      tally.found('duplicate-id', () => ({
        message: `G1 and G2 both got ${history.values.show(id)}.`,
        ops: [got(other, 'G1'), got(row, 'G2')],
        key: history.values.value(id),
      }));
  }
  const rows = ok.filter((row) => x0[row] !== NIL || shape[row] !== Shape.Scalar);
  processOrder(history, rows, tally);
  realtimeOrder(
    history,
    rows.sort((a, b) => inv[a] - inv[b]),
    tally,
  );
  const reason =
    given === 0 && ok.length === 0 ? 'no id was generated: there is nothing to judge' : undefined;
  return tally.verdict({
    check: 'unique-ids',
    engine: 'ids',
    forbids: FORBIDS,
    options,
    judged: ['unique-ids'],
    open: openAll(Object.keys(FORBIDS), reason),
    stats: { generated: given },
  });

  function got(row: number, name: string): WitnessOp {
    const id = told.get(row);
    return {
      ...witnessOp(history, row, name),
      ...(id === undefined ? {} : { value: history.values.value(id) }),
    };
  }
}

function processOrder(history: History, rows: readonly number[], tally: Tally): void {
  const last = new Map<number, number>();
  for (const row of rows) {
    const before = last.get(history.process[row]);
    last.set(history.process[row], row);
    if (before !== undefined && compare(history, before, row) >= 0)
      tally.found('process-id-order', () => backwards(history, before, row, 'the same process'));
  }
}

/** @param rows in order of invocation */
function realtimeOrder(history: History, rows: readonly number[], tally: Tally): void {
  const { inv, ret } = history;
  const byRet = [...rows].sort((a, b) => ret[a] - ret[b]);
  let highest = -1;
  let next = 0;
  for (const row of rows) {
    for (; next < byRet.length && ret[byRet[next]] < inv[row]; next++)
      if (highest < 0 || compare(history, byRet[next], highest) > 0) highest = byRet[next];
    const before = highest;
    if (before >= 0 && compare(history, before, row) >= 0)
      tally.found('realtime-id-order', () => backwards(history, before, row, 'anybody'));
  }
}

function backwards(history: History, before: number, after: number, who: string) {
  const [a, b] = [before, after].map((row) => showValue(history, row));
  return {
    message: `G1 had got ${a} (record ${history.ret[before]}) before G2 was invoked (record ${history.inv[after]}), which got ${b}: ${who} asking later should get more.`,
    ops: [witnessOp(history, before, 'G1'), witnessOp(history, after, 'G2')],
  };
}

function compare(history: History, a: number, b: number): number {
  const [m, n] = [numberAt(history, a), numberAt(history, b)];
  if (m !== undefined && n !== undefined) return compareExact(m, n);
  const [x, y] = [a, b].map((row) => textOf(history.value(row)));
  return x < y ? -1 : x > y ? 1 : 0;
}

function numberAt(history: History, row: number): Exact | undefined {
  return history.shape[row] === Shape.Scalar ? numberOf(history, history.x0[row]) : undefined;
}

const textOf = (id: Json): string => (typeof id === 'string' ? id : canonical(id));
