import { FAIL, type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';
import type { Anomaly, Check, CheckOptions, Verdict } from '../verdict.ts';
import { type Calls, type Decision, READ, WRITE } from './calls.ts';
import { decideRegister } from './deadlines/search.ts';
import { Dense } from './dense.ts';
import { Cast } from './explain.ts';
import { checkOf, judgeByModel, operationsOf } from './general-check.ts';
import { Meter } from './meter.ts';
import { set as model } from './models/collections.ts';
import { Overlaps } from './overlaps.ts';
import { Findings } from './verdict-of.ts';
import { shrunk } from './witness.ts';

const NAME = 'linearizable-set';
const SUMMARY = 'a set with add, remove, contains [element, bool] and reads of the whole';
const FUNCTIONS: ReadonlySet<string> = new Set(['add', 'remove', 'contains', 'read', 'r']);
/** Elements in reads of the whole, at most: beyond, the parts of a set cost more than the whole. */
const MOST_SHOWN = 10_000_000;

const general = checkOf(model, NAME, SUMMARY, FUNCTIONS);

/**
 * A set, element by element: each is a register that an add sets and a remove clears, `contains` and reads of the whole
 * look at. A set without reads of the whole is nothing but these registers, and linearizable if and only if all of them
 * are (Herlihy & Wing, "Linearizability", TOPLAS 1990: linearizability is local). Reads of the whole tie elements
 * together: an element that has no order is still a proof, and otherwise the general engines decide.
 *
 * O(operations + elements shown by reads · log) where few calls on one element overlap.
 */
export const setCheck: Check = {
  name: NAME,
  summary: SUMMARY,
  functions: [...FUNCTIONS],
  models: general.models,
  initial: 'list',
  judge: (history, options = {}) =>
    options.models?.[0] === 'sequential' ? general.judge(history, options) : judge(history, options),
};

function judge(source: History, options: CheckOptions): Verdict {
  const meter = new Meter(options.budget);
  const findings = new Findings(options);
  const parts = partsOf(source, options.initial ?? null);
  if (parts !== null) {
    const overlaps = new Overlaps();
    parts.elements.forEach((element, i) => {
      options.progress?.(i, parts.elements.length, 'elements');
      if (overlaps.legal(element.calls, element.initial)) return;
      const part = meter.part(Math.floor(meter.left / 8));
      const decision = decideRegister(element.calls, element.initial, part);
      meter.join(part);
      if (decision.answer === 'illegal') findings.add(explained(source, element, decision, meter));
      else if (decision.answer === 'unknown' && !parts.tied)
        findings.unknowns.push(
          `element ${source.values.show(element.id)}: ${decision.reason ?? 'undecided'}`,
        );
    });
    findings.engines.add('elements');
  }
  if (parts === null || (parts.tied && findings.anomalies.length === 0))
    judgeByModel(source, operationsOf(source, FUNCTIONS), model, options, meter, findings);
  const { fs, f, outcome } = source;
  let considered = 0;
  for (let row = 0; row < source.n; row++) if (outcome[row] === OK && FUNCTIONS.has(fs[f[row]])) considered++;
  return findings.verdict(NAME, 'linearizable', considered, { steps: meter.steps }, options);
}

/** What one element was, as a register of 0 and 1. */
interface Element {
  readonly id: number;
  readonly initial: number;
  readonly calls: Calls;
  readonly rows: Int32Array;
}

interface Parts {
  readonly elements: readonly Element[];
  /** Some read shows the whole. */
  readonly tied: boolean;
}

/** The calls on each element; null where reads are too large, or something is not as it should be. */
function partsOf(history: History, initial: Json): Parts | null {
  const { n, fs, f, outcome, inv, ret, values } = history;
  const names = new Dense(n);
  // Touches of one element (row, element, value), and reads of the whole (row, the elements shown).
  const touches: number[] = [];
  const reads: { row: number; shown: Set<number> }[] = [];
  const first = new Set<number>();
  if (Array.isArray(initial)) for (const v of initial) first.add(names.of(values.id(v)));
  for (let row = 0; row < n; row++) {
    const name = fs[f[row]];
    if (!FUNCTIONS.has(name) || outcome[row] === FAIL) continue;
    if (name === 'add' || name === 'remove') {
      const id = history.shape[row] === Shape.Scalar ? history.x0[row] : values.id(history.value(row));
      touches.push(row, names.of(id), name === 'add' ? 1 : 0);
      continue;
    }
    if (outcome[row] === INFO) continue;
    const value = history.value(row);
    if (name === 'contains') {
      if (!Array.isArray(value) || value.length !== 2 || typeof value[1] !== 'boolean') return null;
      touches.push(row, names.of(values.id(value[0])), value[1] ? 3 : 2);
      continue;
    }
    if (value !== null && !Array.isArray(value)) return null;
    const shown = new Set((value ?? []).map((v) => names.of(values.id(v))));
    if (shown.size !== (value ?? []).length) return null;
    reads.push({ row, shown });
  }
  const E = names.size;
  if (reads.length * E > MOST_SHOWN) return null;
  const start = new Int32Array(E + 1);
  for (let t = 1; t < touches.length; t += 3) start[touches[t] + 1]++;
  for (let e = 0; e < E; e++) start[e + 1] += start[e] + reads.length;
  const fill = start.slice(0, E);
  const size = start[E];
  const rows = new Int32Array(size);
  const kind = new Uint8Array(size);
  const a = new Int32Array(size);
  const put = (e: number, row: number, what: number) => {
    const at = fill[e]++;
    rows[at] = row;
    kind[at] = what < 2 ? WRITE : READ;
    a[at] = what & 1;
  };
  let r = 0;
  const upTo = (row: number) => {
    for (; r < reads.length && reads[r].row < row; r++)
      for (let e = 0; e < E; e++) put(e, reads[r].row, reads[r].shown.has(e) ? 3 : 2);
  };
  for (let t = 0; t < touches.length; t += 3) {
    upTo(touches[t]);
    put(touches[t + 1], touches[t], touches[t + 2]);
  }
  upTo(n);
  const elements = Array.from({ length: E }, (_, e): Element => {
    const own = rows.subarray(start[e], start[e + 1]);
    return {
      id: names.id(e),
      initial: first.has(e) ? 1 : 0,
      rows: own,
      calls: {
        n: own.length,
        kind: kind.subarray(start[e], start[e + 1]),
        a: a.subarray(start[e], start[e + 1]),
        b: new Int32Array(0),
        inv: Int32Array.from(own, (row) => inv[row]),
        ret: Int32Array.from(own, (row) => (outcome[row] === INFO ? NEVER : ret[row])),
        outcome: Uint8Array.from(own, (row) => outcome[row]),
      },
    };
  });
  return { elements, tied: reads.length > 0 };
}

function explained(history: History, element: Element, decision: Decision, meter: Meter): Anomaly {
  const { calls, rows, initial } = element;
  const witness = shrunk(calls, initial, decision, meter);
  const culprit = rows[witness.culprit];
  const cast = new Cast(
    history,
    [...witness.rows, witness.culprit].map((row) => rows[row]),
  );
  const what = element.id === NIL ? 'nil' : history.values.show(element.id);
  const there = calls.a[witness.culprit] === 1;
  const shows = calls.kind[witness.culprit] === READ ? `, which ${there ? 'shows' : 'lacks'} ${what}` : '';
  return cast.anomaly(
    'non-linearizable',
    `operations on ${what} that no order explains`,
    [
      witness.anyStart
        ? `Whether ${what} was in the set before them or not, what these do with it has no order that respects real time.`
        : `From the beginning on, what these do with ${what} has no order that respects real time.`,
      `The one that fits nowhere is ${cast.called(culprit)}${shows}.`,
    ],
    {
      key: history.values.value(element.id),
      detail: { culprit: history.inv[culprit] },
    },
  );
}
