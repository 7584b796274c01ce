import { type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import type { Anomaly, Check, CheckOptions } from '../verdict.ts';
import { blankCalls, type Calls } from './calls.ts';
import { Cast } from './explain.ts';
import { DEQUEUE, EMPTY, ENQUEUE, fifo, type QueueConflict } from './fifo.ts';
import { judgeByModel, operationsOf } from './general-check.ts';
import { Meter } from './meter.ts';
import { fifoQueue } from './models/collections.ts';
import { Findings, most } from './verdict-of.ts';

/**
 * A first-in-first-out queue, empty at first: `enqueue v`, `dequeue` with the element taken, nil where the queue was
 * empty. A failed dequeue says nothing.
 *
 * Elements that are enqueued once each are decided by `fifo`, in O(n). Where elements repeat, the queue is not empty at
 * first, or unknown dequeues meet empty ones, the general engines decide, exponential in the calls under way at the worst;
 * `unknown` when their budget is spent.
 */
export const queue: Check = {
  name: 'queue',
  summary: 'a first-in-first-out queue: lost, duplicated, reordered elements, and emptiness that was not',
  functions: ['enqueue', 'dequeue'],
  models: ['linearizable'],
  initial: 'list',
  judge(source, options: CheckOptions = {}) {
    const { calls, rows } = queueCalls(source);
    const meter = new Meter(options.budget);
    const findings = new Findings(options);
    let considered = 0;
    for (let i = 0; i < calls.n; i++) if (calls.outcome[i] === OK) considered++;
    // The rules are those of a queue that is empty at first.
    const found = (options.initial ?? null) === null ? fifo(calls, most(options)) : null;
    if (found !== null) {
      findings.engines.add('fifo-rules');
      findings.addAll(
        found,
        ({ kind }) => (kind === 'early' ? 'never-enqueued' : kind),
        (conflict) => queueAnomaly(source, calls, rows, conflict),
      );
    } else {
      const list = operationsOf(source, new Set(['enqueue', 'dequeue']));
      judgeByModel(source, list, fifoQueue, options, meter, findings);
    }
    return findings.verdict('queue', 'linearizable', considered, { steps: meter.steps }, options);
  },
};

/** The calls of a history on its queue, and their rows. O(rows). */
function queueCalls(history: History): { calls: Calls; rows: Int32Array } {
  const { n, f, fs, shape, x0, values, outcome } = history;
  const kindOf = fs.map((name) => (name === 'enqueue' ? ENQUEUE : name === 'dequeue' ? DEQUEUE : -1));
  const found = new Int32Array(n);
  let size = 0;
  for (let row = 0; row < n; row++) if (kindOf[f[row]] >= 0) found[size++] = row;
  const rows = found.subarray(0, size);
  const calls = blankCalls(size);
  for (let i = 0; i < size; i++) {
    const row = rows[i];
    const value =
      shape[row] === Shape.Scalar || shape[row] === Shape.Other ? x0[row] : values.id(history.value(row));
    const kind = kindOf[f[row]];
    calls.kind[i] = kind === DEQUEUE && value === NIL && outcome[row] === OK ? EMPTY : kind;
    calls.a[i] = value;
    calls.inv[i] = history.inv[row];
    calls.ret[i] = outcome[row] === INFO ? NEVER : history.ret[row];
    calls.outcome[i] = outcome[row];
  }
  return { calls, rows };
}

function queueAnomaly(history: History, calls: Calls, rows: Int32Array, conflict: QueueConflict): Anomaly {
  const at = (row: number) => (row < 0 ? -1 : rows[row]);
  const element = (row: number) => history.values.show(calls.a[row]);
  switch (conflict.kind) {
    case 'never-enqueued': {
      const cast = new Cast(history, [at(conflict.row), at(conflict.failed)]);
      const how =
        conflict.failed < 0
          ? 'nobody put it there'
          : `its enqueue ${cast.name(at(conflict.failed))} certainly failed`;
      return cast.anomaly('never-enqueued', 'an element came out that was not put in', [
        `${cast.name(at(conflict.row))} took ${element(conflict.row)}, but ${how}.`,
      ]);
    }
    case 'early': {
      const cast = new Cast(history, [at(conflict.row), at(conflict.enqueue)]);
      return cast.anomaly('never-enqueued', 'an element came out before it was put in', [
        `${cast.ended(at(conflict.row))} with ${element(conflict.row)} before ${cast.began(at(conflict.enqueue))}, which put it there.`,
      ]);
    }
    case 'duplicate-dequeue': {
      const cast = new Cast(history, conflict.rows.map(at));
      return cast.anomaly('duplicate-dequeue', 'one element came out twice', [
        `${cast.name(at(conflict.rows[0]))} and ${cast.name(at(conflict.rows[1]))} both took ${element(conflict.rows[1])}, which was put in once.`,
      ]);
    }
    case 'lost':
    case 'fifo-order': {
      const { first, second, taken, late } = conflict;
      const cast = new Cast(history, [first, second, taken, late].map(at));
      const put = `${cast.ended(at(first))} before ${cast.began(at(second))}, so ${element(first)} was ahead of ${element(second)}.`;
      if (conflict.kind === 'lost')
        return cast.anomaly('lost', 'an element is gone: those behind it came out, it never did', [
          put,
          `${cast.name(at(taken))} took ${element(second)}, and nobody can have taken ${element(first)} before.`,
        ]);
      return cast.anomaly('fifo-order', 'an element overtook another', [
        put,
        `But ${cast.ended(at(taken))} with ${element(second)} before ${cast.began(at(late))}, which took ${element(first)}.`,
      ]);
    }
    case 'wrong-empty': {
      const cast = new Cast(history, [conflict.row, ...conflict.inside.slice(0, 8)].map(at));
      const inside = conflict.inside.slice(0, 8).map((row) => `${element(row)} (${cast.name(at(row))})`);
      return cast.anomaly('wrong-empty', 'the queue was found empty while something was in it', [
        `All the time from the invocation of ${cast.name(at(conflict.row))} to its return, one of these was certainly inside: ${inside.join(', ')}.`,
      ]);
    }
  }
}
