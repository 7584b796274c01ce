import { type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import type { Anomaly, Check, CheckOptions } from '../verdict.ts';
import { appendListOrder, type ListCalls, type ListConflict } from './append-list.ts';
import { Cast } from './explain.ts';
import { judgeByModel, operationsOf } from './general-check.ts';
import { Meter } from './meter.ts';
import { appendList as appendListModel } from './models/collections.ts';
import { Findings } from './verdict-of.ts';

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
  models: ['linearizable'],
  judge(source, options: CheckOptions = {}) {
    const meter = new Meter(options.budget);
    const findings = new Findings(options);
    const keys = listsOf(source);
    let considered = 0;
    const operations = operationsOf(source, new Set(['append', 'read', 'get', 'r']));
    const place = new Map(operations.rows.map((row, i) => [row, i]));
    for (const key of keys) {
      for (const outcome of key.calls.outcome) if (outcome === OK) considered++;
      // One chain, if the list is empty at first.
      const found = (options.initial ?? null) === null ? appendListOrder(key.calls, options.witnesses) : null;
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
      const anomalies = found.conflicts.map((conflict) => listAnomaly(source, key, conflict));
      for (const anomaly of anomalies) findings.add(anomaly);
      if (anomalies.length > 0) findings.more(anomalies[0].type, found.count - anomalies.length);
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

function second(value: unknown) {
  return (Array.isArray(value) ? (value[1] ?? null) : null) as null;
}

/** The lists of a history, key by key. O(rows + elements). */
function listsOf(history: History): KeyList[] {
  const { n, f, fs, shape, x0, x1, x2, outcome } = history;
  const kindOf = fs.map((name) => (name === 'append' ? 0 : /^(read|get|r)$/.test(name) ? 1 : -1));
  let keyed = false;
  for (let row = 0; row < n; row++) if (kindOf[f[row]] === 0) keyed = shape[row] === Shape.Pair;
  const groups = new Map<number, number[]>();
  for (let row = 0; row < n; row++) {
    if (kindOf[f[row]] < 0) continue;
    const key = keyed ? x0[row] : 0;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [row]);
    else list.push(row);
  }
  // Lists of two elements have a shape of their own: they are put behind the others.
  const extra: number[] = [];
  const base = history.elements.length;
  const spans = new Map<number, number>();
  for (let row = 0; row < n; row++) {
    if (kindOf[f[row]] !== 1) continue;
    const two = keyed ? shape[row] === Shape.PairOfPair : shape[row] === Shape.Pair;
    if (!two) continue;
    spans.set(row, base + extra.length);
    if (keyed) extra.push(x1[row], x2[row]);
    else extra.push(x0[row], x1[row]);
  }
  const elements = new Int32Array(base + extra.length);
  elements.set(history.elements);
  elements.set(extra, base);
  return [...groups].map(([key, rows]) => {
    const from = (row: number) =>
      spans.get(row) ??
      (keyed ? (shape[row] === Shape.KeyedList ? x1[row] : 0) : shape[row] === Shape.List ? x0[row] : 0);
    const length = (row: number) =>
      spans.has(row)
        ? 2
        : keyed
          ? shape[row] === Shape.KeyedList
            ? x2[row]
            : 0
          : shape[row] === Shape.List
            ? x1[row]
            : 0;
    return {
      key: keyed ? key : undefined,
      rows,
      calls: {
        n: rows.length,
        kind: Uint8Array.from(rows, (row) => kindOf[f[row]]),
        a: Int32Array.from(rows, (row) => (kindOf[f[row]] === 1 ? NIL : keyed ? x1[row] : x0[row])),
        from: Int32Array.from(rows, (row) => (kindOf[f[row]] === 1 ? from(row) : 0)),
        length: Int32Array.from(rows, (row) => (kindOf[f[row]] === 1 ? length(row) : 0)),
        list: elements,
        inv: Int32Array.from(rows, (row) => history.inv[row]),
        ret: Int32Array.from(rows, (row) => (outcome[row] === INFO ? NEVER : history.ret[row])),
        outcome: Uint8Array.from(rows, (row) => outcome[row]),
      },
    };
  });
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
