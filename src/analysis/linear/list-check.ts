import { type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';
import { showRow } from '../evidence/show.ts';
import { isList, isListed, isPair, LOOK, layoutOf, PUT } from '../keyed-lists.ts';
import type { Anomaly, Check, CheckOptions } from '../verdict.ts';
import { appendListOrder, type ListCalls, type ListConflict } from './append-list.ts';
import { Cast } from './explain.ts';
import { judgeByModel, operationsOf } from './general-check.ts';
import { Meter } from './meter.ts';
import { appendList as appendListModel } from './models/collections.ts';
import { Findings, most } from './verdict-of.ts';

interface KeyList {
  readonly key: number | undefined;
  readonly calls: ListCalls;
  readonly rows: readonly number[];
}

/**
 * Linearizable lists: `append v` and `read` (or `get`) of the whole list, or `[k, v]` and `[k, list]`, each key alone.
 * Elements that are appended once each are decided in O(elements read); others by the general engines.
 */
export const appendList: Check = {
  name: 'append-list',
  summary: 'lists that are appended to and read whole: lost appends, orders that contradict, stale reads',
  functions: ['append', 'read', 'get', 'r'],
  models: ['linearizable'],
  initial: 'list',
  judge(source, options: CheckOptions = {}) {
    const meter = new Meter(options.budget);
    const findings = new Findings(options);
    const { lists: keys, reason } = listsOf(source);
    if (reason !== undefined) findings.unknowns.push(reason);
    let considered = 0;
    const operations = operationsOf(source, new Set(['append', 'read', 'get', 'r']));
    const place = new Map(operations.rows.map((row, i) => [row, i]));
    for (const key of keys) {
      for (const outcome of key.calls.outcome) if (outcome === OK) considered++;
      // One chain, if the list is empty at first.
      const found = (options.initial ?? null) === null ? appendListOrder(key.calls, most(options)) : null;
      if (found === null) {
        const list = key.rows.map((row) => operations.operations[place.get(row)!]);
        const plain =
          key.key === undefined
            ? list
            : list.map((o) => ({ ...o, input: second(o.input), output: second(o.output) }));
        judgeByModel(
          source,
          { operations: plain, rows: key.rows },
          appendListModel,
          options,
          meter,
          findings,
        );
        continue;
      }
      findings.engines.add('one-chain');
      findings.addAll(
        found,
        (conflict) => anomalyType(key.calls, conflict),
        (conflict) => listAnomaly(source, key, conflict),
      );
    }
    return findings.verdict(
      'append-list',
      'linearizable',
      considered,
      { keys: keys.length, steps: meter.steps },
      options,
    );
  },
};

function first(value: Json): Json {
  return Array.isArray(value) ? (value[0] as Json) : value;
}

function second(value: Json): Json {
  return Array.isArray(value) ? ((value[1] ?? null) as Json) : null;
}

/** The lists of a history, key by key; what cannot be read as one, in `reason`. O(rows + elements). */
function listsOf(history: History): { lists: KeyList[]; reason?: string } {
  const { n, f, fs, shape, x0, x1, x2, outcome, values } = history;
  const kindOf = fs.map((name) => (name === 'append' ? PUT : /^(read|get|r)$/.test(name) ? LOOK : -1));
  const { keyed, reason } = layoutOf(history, kindOf);
  if (reason !== undefined) return { lists: [], reason };
  const pair = (row: number) => isPair(history, row);
  let foreign: string | undefined;
  // Values of other shapes, such as lists of records: elements are what is written the same way.
  const odd = (row: number) => shape[row] === Shape.Other || (!keyed && shape[row] === Shape.PairOfPair);
  const whole = (row: number): Json => (keyed ? second(history.value(row)) : history.value(row));
  const element = (row: number): number => {
    if (shape[row] === Shape.Scalar) return x0[row];
    return keyed && shape[row] === Shape.Pair ? x1[row] : values.id(whole(row));
  };
  const groups = new Map<number, number[]>();
  for (let row = 0; row < n; row++) {
    if (kindOf[f[row]] < 0) continue;
    if (kindOf[f[row]] === LOOK && outcome[row] === OK && !(keyed ? isListed : isList)(history, row)) {
      foreign ??= `${showRow(history, row)} (index ${history.inv[row]}) shows no list${keyed ? ' of a key' : ''}`;
      continue;
    }
    const key = !keyed ? 0 : odd(row) && pair(row) ? values.id(first(history.value(row))) : x0[row];
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [row]);
    else list.push(row);
  }
  // Lists without a run of elements of their own, those of two among them, are put behind the others.
  const extra: number[] = [];
  const base = history.elements.length;
  const spans = new Map<number, number>();
  const lengths = new Map<number, number>();
  const add = (row: number, ids: readonly number[]) => {
    spans.set(row, base + extra.length);
    lengths.set(row, ids.length);
    for (const id of ids) extra.push(id);
  };
  for (let row = 0; row < n; row++) {
    if (kindOf[f[row]] !== 1) continue;
    if (keyed && shape[row] === Shape.PairOfPair) add(row, [x1[row], x2[row]]);
    else if (!keyed && shape[row] === Shape.Pair) add(row, [x0[row], x1[row]]);
    else if (odd(row) || (!keyed && shape[row] === Shape.KeyedList)) {
      const list = whole(row);
      if (Array.isArray(list))
        add(
          row,
          list.map((one) => values.id(one as Json)),
        );
    }
  }
  const elements = new Int32Array(base + extra.length);
  elements.set(history.elements);
  elements.set(extra, base);
  const lists = [...groups].map(([key, rows]) => {
    const from = (row: number) =>
      spans.get(row) ??
      (keyed ? (shape[row] === Shape.KeyedList ? x1[row] : 0) : shape[row] === Shape.List ? x0[row] : 0);
    const length = (row: number) =>
      lengths.get(row) ??
      (keyed ? (shape[row] === Shape.KeyedList ? x2[row] : 0) : shape[row] === Shape.List ? x1[row] : 0);
    return {
      key: keyed ? key : undefined,
      rows,
      calls: {
        n: rows.length,
        kind: Uint8Array.from(rows, (row) => kindOf[f[row]]),
        a: Int32Array.from(rows, (row) => (kindOf[f[row]] === 1 ? NIL : element(row))),
        from: Int32Array.from(rows, (row) => (kindOf[f[row]] === 1 ? from(row) : 0)),
        length: Int32Array.from(rows, (row) => (kindOf[f[row]] === 1 ? length(row) : 0)),
        list: elements,
        inv: Int32Array.from(rows, (row) => history.inv[row]),
        ret: Int32Array.from(rows, (row) => (outcome[row] === INFO ? NEVER : history.ret[row])),
        outcome: Uint8Array.from(rows, (row) => outcome[row]),
      },
    };
  });
  return foreign === undefined ? { lists } : { lists, reason: foreign };
}

function anomalyType(calls: ListCalls, conflict: ListConflict): string {
  switch (conflict.kind) {
    case 'unwritten':
      return conflict.failed >= 0 ? 'aborted-read' : 'thin-air-read';
    case 'order':
      return calls.kind[conflict.earlier] === LOOK ? 'stale-read' : 'future-read';
    case 'lost':
      return 'stale-read';
    default:
      return conflict.kind;
  }
}

function listAnomaly(history: History, { key, calls, rows }: KeyList, conflict: ListConflict): Anomaly {
  const at = (row: number) => (row < 0 ? -1 : rows[row]);
  const more = key === undefined ? {} : { key: history.values.value(key) };
  switch (conflict.kind) {
    case 'unwritten': {
      const cast = new Cast(history, [at(conflict.row), at(conflict.failed)]);
      const element = history.values.show(conflict.element);
      const aborted = conflict.failed >= 0;
      return cast.anomaly(
        aborted ? 'aborted-read' : 'thin-air-read',
        'a read shows an element that was not appended',
        [
          `${cast.name(at(conflict.row))} shows ${element}, ${aborted ? `whose append ${cast.name(at(conflict.failed))} certainly failed` : 'which nobody appended'}.`,
        ],
        more,
      );
    }
    case 'duplicate-elements': {
      const cast = new Cast(history, [at(conflict.row)]);
      return cast.anomaly(
        'duplicate-elements',
        'a read shows an element more often than it was appended',
        [`${history.values.show(conflict.element)} was appended once.`],
        more,
      );
    }
    case 'incompatible-order': {
      const cast = new Cast(history, conflict.rows.map(at));
      return cast.anomaly(
        'incompatible-order',
        'two reads, neither of which is the beginning of the other',
        ['A list that is only appended to goes through one sequence of states; both cannot be among them.'],
        more,
      );
    }
    case 'order': {
      const cast = new Cast(history, [at(conflict.later), at(conflict.earlier)]);
      const stale = calls.kind[conflict.earlier] === 1;
      return cast.anomaly(
        stale ? 'stale-read' : 'future-read',
        stale ? 'a read shows a state that was past before it began' : 'a state was seen before it was made',
        [
          `${cast.name(at(conflict.later))} belongs to a later state of the list than ${cast.name(at(conflict.earlier))}, yet ${cast.ended(at(conflict.later))} before ${cast.began(at(conflict.earlier))}.`,
        ],
        more,
      );
    }
    case 'lost': {
      const cast = new Cast(history, [at(conflict.row), at(conflict.read)]);
      return cast.anomaly(
        'stale-read',
        'an append that had returned is missing from what was there later',
        [
          `${cast.ended(at(conflict.row))} before ${cast.began(at(conflict.read))}, and no read shows its element.`,
        ],
        more,
      );
    }
  }
}
