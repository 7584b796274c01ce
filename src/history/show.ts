import { FAIL, FIRST_LIST, type HistoryColumns, INFO, NEVER, OK, R, Shape, UNREAD } from './columns.ts';
import type { Json, Op, OpType } from './op.ts';

const MOP_NAMES = ['r', 'append', 'w'] as const;

/** Functions whose result comes from the system, so that their invocation's value holds none. */
const RESULT = /read|get|deq|poll|pop|take|generate|peek|drain/;

/** See `History.mops`. */
export function mopsOf(history: HistoryColumns, row: number): readonly (readonly [string, Json, Json])[] {
  if (history.shape[row] !== Shape.Txn) return [];
  const from = history.x0[row]!;
  const mops: (readonly [string, Json, Json])[] = [];
  for (let i = from; i < from + history.x1[row]!; i++)
    mops.push([MOP_NAMES[history.mopF[i]!]!, history.values.value(history.mopKey[i]!), mopValue(history, i)]);
  return mops;
}

/** What micro-operation `mop` wrote or read: null for nil, for an empty list and for an unknown result. */
export function mopValue(history: HistoryColumns, mop: number): Json {
  const value = history.mopVal[mop]!;
  if (history.mopF[mop] !== R || value > UNREAD) return history.values.value(value);
  if (value === UNREAD) return null;
  const h = FIRST_LIST - value;
  return listOf(history, history.listOffset[h]!, history.listLength[h]!);
}

/** See `History.value`. */
export function rowValue(history: HistoryColumns, row: number): Json {
  const { values } = history;
  const x0 = history.x0[row]!;
  const x1 = history.x1[row]!;
  const x2 = history.x2[row]!;
  switch (history.shape[row]) {
    case Shape.Pair:
      return [values.value(x0), values.value(x1)];
    case Shape.PairOfPair:
      return [values.value(x0), [values.value(x1), values.value(x2)]];
    case Shape.List:
      return listOf(history, x0, x1);
    case Shape.KeyedList:
      return [values.value(x0), listOf(history, x1, x2)];
    case Shape.Txn:
      return mopsOf(history, row);
    default:
      return values.value(x0);
  }
}

function listOf(history: HistoryColumns, offset: number, length: number): Json[] {
  return Array.from(history.elements.subarray(offset, offset + length), (id) => history.values.value(id));
}

/** See `History.op`. */
export function opOf(history: HistoryColumns, row: number): { invocation: Op | null; completion: Op | null } {
  const outcome = history.outcome[row]!;
  const inv = history.inv[row]!;
  const ret = history.ret[row]!;
  const completion =
    ret === NEVER
      ? null
      : rebuilt(
          history,
          row,
          ret,
          history.retTime[row]!,
          outcome === FAIL ? 'fail' : 'ok',
          rowValue(history, row),
        );
  if (inv === ret) return { invocation: null, completion };
  const invocation = rebuilt(history, row, inv, history.invTime[row]!, 'invoke', invokedValue(history, row));
  return { invocation, completion };
}

function rebuilt(
  history: HistoryColumns,
  row: number,
  index: number,
  time: number,
  type: OpType,
  value: Json,
): Op {
  const answered = type !== 'invoke' || history.outcome[row] === INFO;
  const error = history.errors.get(row);
  const node = history.nodes[history.node[row]!];
  const epoch = history.epoch[row]!;
  return {
    index,
    time: Number.isNaN(time) ? 0 : time,
    process: history.process[row]!,
    type,
    f: history.fs[history.f[row]!]!,
    value,
    ...(history.workload[row] === 0 ? {} : { workload: history.workloads[history.workload[row]!]! }),
    ...(answered && error !== undefined ? { error } : {}),
    ...(answered && node !== undefined ? { node } : {}),
    ...(answered && epoch >= 0 ? { epoch } : {}),
    ...((history.flags[row]! & 1) === 0 ? {} : { final: true }),
  };
}

function invokedValue(history: HistoryColumns, row: number): Json {
  const value = rowValue(history, row);
  if (history.outcome[row] !== OK) return value;
  if (history.shape[row] === Shape.Txn)
    return mopsOf(history, row).map(([f, k, v]) => (f === 'r' ? [f, k, null] : [f, k, v]));
  if (!RESULT.test(history.fs[history.f[row]!]!)) return value;
  const shape = history.shape[row];
  const keyed =
    shape === Shape.KeyedList ||
    shape === Shape.PairOfPair ||
    (shape === Shape.Pair && isKeyed(history, row));
  return keyed ? [history.values.value(history.x0[row]!), null] : null;
}

/** A pair that a read returned is `[key, value]`, unless it is a list that happens to have two elements. */
function isKeyed(history: HistoryColumns, row: number): boolean {
  const f = history.f[row];
  for (let other = 0; other < Math.min(history.n, 1000); other++)
    if (history.f[other] === f && history.shape[other] === Shape.List) return false;
  return true;
}
