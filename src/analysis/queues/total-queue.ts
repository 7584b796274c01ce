import { FAIL, type History, INFO, OK, Shape } from '../../history/history.ts';
import { NIL } from '../../history/values.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Check, CheckOptions, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';

const NEVER_SENT = ['unexpected-element', 'aborted-read'];
const FORBIDS: Forbids = {
  'exactly-once': ['lost-write', 'duplicate-element', ...NEVER_SENT],
  'no-lost-writes': ['lost-write', ...NEVER_SENT],
  'no-duplicates': ['duplicate-element', ...NEVER_SENT],
};

/** Elements that a message names; the detail has all. */
const NAMED = 6;

/**
 * What goes into a queue comes out, in whatever order: `enqueue v`, `dequeue` of one element, `drain` of a list of them.
 * Elements need not be unique; they are counted.
 *
 * `lost-write`: acknowledged, and not taken out although the queue was drained, by more elements than dequeues of unknown
 * outcome may have taken. The queue counts as drained if a drain was ok, or a dequeue found nothing (ok with nil, or fail),
 * that was invoked after every enqueue had ended. `duplicate-element`: taken out more often than it may have
 * been put in. `unexpected-element`: taken out though nobody had asked to put it in by then. `aborted-read`: taken out
 * although its enqueue failed. Elements of an unknown enqueue may come out once or not: those that do are `recovered`.
 *
 * `exactly-once` forbids all of it; `no-lost-writes` (at least once) allows duplicates, `no-duplicates` (at most once)
 * losses. O(n log n). Source: Jepsen's total-queue (Kingsbury).
 */
export const totalQueue: Check = {
  name: 'total-queue',
  summary: 'every element enqueued comes out once, in any order: lost, duplicated, unexpected elements',
  functions: ['enqueue', 'dequeue', 'drain'],
  models: Object.keys(FORBIDS),
  judge: (history, options = {}) => judge(history, options),
};

interface Element {
  /** Rows, in order of invocation. */
  readonly put: number[];
  readonly failed: number[];
  /** Rows, in order of return; a row that drained the element twice stands twice. */
  readonly taken: number[];
}

function judge(history: History, options: CheckOptions): Verdict {
  const { outcome, inv, ret } = history;
  const elements = new Map<number, Element>();
  const of = (id: number): Element => {
    let found = elements.get(id);
    if (found === undefined) elements.set(id, (found = { put: [], failed: [], taken: [] }));
    return found;
  };
  const empty: number[] = [];
  let lastPut = -1;
  let mayHaveTaken = 0;
  let taken = 0;
  const takers: number[] = [];
  for (let row = 0; row < history.n; row++) {
    const f = history.fs[history.f[row]];
    if (f === 'enqueue') {
      const id =
        history.shape[row] === Shape.Scalar ? history.x0[row] : history.values.id(history.value(row));
      (outcome[row] === FAIL ? of(id).failed : of(id).put).push(row);
      // What is unknown may be put in at any time: no later emptiness would prove it never was, nor need it.
      if (outcome[row] !== INFO) lastPut = Math.max(lastPut, ret[row]);
    } else if (f === 'drain' || f === 'dequeue') {
      if (outcome[row] === INFO) mayHaveTaken = f === 'drain' ? Number.POSITIVE_INFINITY : mayHaveTaken + 1;
      else if (f === 'drain' ? outcome[row] === OK : outcome[row] === FAIL || history.x0[row] === NIL)
        empty.push(row);
      if (outcome[row] === OK) takers.push(row);
    }
  }
  takers.sort((a, b) => ret[a] - ret[b]);
  for (const row of takers)
    for (const id of takenBy(history, row)) {
      taken++;
      of(id).taken.push(row);
    }
  const drained = empty.find((row) => inv[row] > lastPut) ?? -1;

  const tally = new Tally(options);
  const lost: number[] = [];
  let recovered = 0;
  for (const [id, element] of elements) {
    const acknowledged = element.put.filter((row) => outcome[row] === OK).length;
    recovered += Math.max(0, Math.min(element.taken.length, element.put.length) - acknowledged);
    if (element.taken.length < acknowledged)
      lost.push(...element.put.filter((row) => outcome[row] === OK).slice(element.taken.length));
    if (element.taken.length > 0) judgeTaken(history, id, element, tally);
  }
  const certain = Math.max(0, lost.length - mayHaveTaken);
  if (certain > 0 && drained >= 0) tellLost(history, lost, certain, drained, tally);
  const reason =
    taken + lost.length === 0
      ? 'nothing was enqueued and nothing taken out: there is nothing to judge'
      : drained < 0 && lost.length > 0
        ? 'the queue was never drained: what was not taken out may still be in it'
        : lost.length > 0 && certain === 0
          ? `dequeues of unknown outcome may have taken the ${lost.length} elements that are missing`
          : undefined;
  return tally.verdict({
    check: 'total-queue',
    engine: 'multisets',
    forbids: FORBIDS,
    options,
    open:
      taken + lost.length === 0
        ? openAll(Object.keys(FORBIDS), reason)
        : openAll(['exactly-once', 'no-lost-writes'], reason),
    stats: { elements: elements.size, taken, missing: lost.length, recovered, drained: drained >= 0 },
  });
}

function takenBy(history: History, row: number): readonly number[] {
  const value = history.value(row);
  if (value === null) return [];
  const drain = history.fs[history.f[row]] === 'drain';
  return (drain && Array.isArray(value) ? value : [value]).map((v) => history.values.id(v));
}

/** The i-th time that an element is taken out needs i enqueues invoked before the taking returned; with fewer it came twice. */
function judgeTaken(history: History, id: number, { put, failed, taken }: Element, tally: Tally): void {
  const what = history.values.show(id);
  const key = history.values.value(id);
  let asked = 0;
  taken.forEach((row, i) => {
    while (asked < put.length && history.inv[put[asked]] < history.ret[row]) asked++;
    if (asked > i) return;
    if (asked > 0) {
      tally.found('duplicate-element', () => ({
        message: `D1 took ${what} out, and D2 took it again: by then it had been put in ${asked === 1 ? 'once' : `${asked} times`} at most.`,
        ops: [
          witnessOp(history, put[0], 'E'),
          witnessOp(history, taken[i - 1], 'D1'),
          witnessOp(history, row, 'D2'),
        ],
        key,
      }));
      return;
    }
    const source = put[0];
    const aborted = failed.find((f) => history.inv[f] < history.ret[row]);
    if (source === undefined && aborted !== undefined)
      tally.found('aborted-read', () => ({
        message: `D took ${what} out although E, which was to put it in, certainly failed.`,
        ops: [witnessOp(history, aborted, 'E'), witnessOp(history, row, 'D')],
        key,
      }));
    else
      tally.found('unexpected-element', () => ({
        message:
          source === undefined
            ? `D took ${what} out, which nobody put in.`
            : `D took ${what} out and had returned before E, which put it in, was invoked.`,
        ops: [
          ...(source === undefined ? [] : [witnessOp(history, source, 'E')]),
          witnessOp(history, row, 'D'),
        ],
        key,
      }));
  });
}

function tellLost(
  history: History,
  lost: readonly number[],
  certain: number,
  drained: number,
  tally: Tally,
): void {
  const rows = [...lost].sort((a, b) => history.ret[a] - history.ret[b]);
  const shown = rows.slice(0, NAMED);
  const named = shown.map((row, i) => `E${i + 1} put ${JSON.stringify(history.value(row))} in`).join(', ');
  const more = rows.length > NAMED ? `, and ${rows.length - NAMED} more` : '';
  const but =
    certain < rows.length
      ? ` Dequeues of unknown outcome may have taken ${rows.length - certain} of them, but not all.`
      : '';
  tally.found(
    'lost-write',
    () => ({
      message: `${certain === 1 ? 'An element was' : `${certain} elements were`} acknowledged and then lost: ${named}${more}; nobody took ${rows.length === 1 ? 'it' : 'them'} out, and D found the queue empty afterwards.${but}`,
      ops: [...shown.map((row, i) => witnessOp(history, row, `E${i + 1}`)), witnessOp(history, drained, 'D')],
      detail: { elements: rows.map((row) => history.value(row)), count: certain },
    }),
    certain,
  );
}
