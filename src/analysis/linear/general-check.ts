import { type History, INFO, NEVER, OK } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import type { Initial } from '../own-options.ts';
import type { Anomaly, Check, CheckOptions, Verdict } from '../verdict.ts';
import type { Decision } from './calls.ts';
import { Cast } from './explain.ts';
import { decide, type Operation } from './general.ts';
import { shrink, upTo } from './general-witness.ts';
import { Meter } from './meter.ts';
import type { Model } from './model.ts';
import { sequentiallyConsistent } from './sequential.ts';
import { Findings } from './verdict-of.ts';

/** The operations of a history on an object, and their rows. Functions that the object does not have are left out. */
export function operationsOf(
  history: History,
  fs?: ReadonlySet<string>,
): { operations: Operation[]; rows: number[] } {
  const operations: Operation[] = [];
  const rows: number[] = [];
  for (let row = 0; row < history.n; row++) {
    const f = history.fs[history.f[row]];
    if (fs !== undefined && !fs.has(f)) continue;
    const value = history.value(row);
    const outcome = history.outcome[row];
    operations.push({
      f,
      input: value,
      output: value,
      inv: history.inv[row],
      ret: outcome === INFO ? NEVER : history.ret[row],
      outcome,
      process: history.process[row],
    });
    rows.push(row);
  }
  return { operations, rows };
}

/** The operations of each part of an object, in order of first appearance. */
export function parted<S>(operations: readonly Operation[], model: Model<S>): Map<string, number[]> {
  const parts = new Map<string, number[]>();
  operations.forEach(({ f, input }, i) => {
    const name = model.partition === undefined ? '' : canonical(model.partition(f, input) ?? null);
    const list = parts.get(name);
    if (list === undefined) parts.set(name, [i]);
    else list.push(i);
  });
  return parts;
}

/** Judges operations by the general engines, part by part, into `findings`. */
export function judgeByModel<S>(
  history: History,
  { operations, rows }: { operations: readonly Operation[]; rows: readonly number[] },
  model: Model<S>,
  options: CheckOptions,
  meter: Meter,
  findings: Findings,
): void {
  const initial = options.initial ?? null;
  const parts = [...parted(operations, model)];
  parts.forEach(([part, list], i) => {
    options.progress?.(i, parts.length, model.name);
    const share = meter.part(Math.floor(meter.left / Math.min(8, parts.length - i)));
    const decision = decide(
      list.map((o) => operations[o]),
      model,
      initial,
      share,
    );
    meter.join(share);
    findings.engines.add(decision.engine);
    const partRows = list.map((o) => rows[o]);
    if (decision.answer === 'illegal') {
      const small = list.map((o) => operations[o]);
      const fewest = findings.wanting ? fewer(small, model, initial, decision, meter) : undefined;
      findings.add(
        fewest === undefined
          ? explained(history, partRows, decision, part)
          : conflict(
              history,
              fewest.rows.map((i) => partRows[i]),
              partRows[fewest.culprit],
              fewest.states,
              part,
            ),
      );
    } else if (decision.answer === 'unknown')
      findings.unknowns.push(
        `${part === '' ? '' : `${part}: `}${decision.reason}; everything that returned before record ${Math.max(0, decision.reached ?? 0)} was put in order`,
      );
  });
}

/** Steps to find an order that keeps real time and with it that of each process: much easier, where there is one. */
const REAL_TIME = 1_000_000;

function inRealTime<S>(
  operations: readonly Operation[],
  model: Model<S>,
  initial: Json,
  meter: Meter,
): Decision | undefined {
  const share = meter.part(REAL_TIME);
  let decision: Decision | undefined;
  for (const rows of parted(operations, model).values()) {
    decision = decide(
      rows.map((i) => operations[i]),
      model,
      initial,
      share,
    );
    if (decision.answer !== 'legal') break;
  }
  meter.join(share);
  return decision?.answer === 'legal' ? decision : undefined;
}

/** Steps that each question of a shrinking may cost, and all of them. */
const QUESTION = 50_000;
const SHRINKING = 10_000_000;
/** More operations than this explain nothing. */
const MOST_SHOWN = 24;

/** Few operations that have no order either; undefined where they are not few. */
function fewer<S>(
  operations: readonly Operation[],
  model: Model<S>,
  initial: Json,
  decision: Decision,
  meter: Meter,
): { rows: number[]; culprit: number; states: readonly string[] } | undefined {
  const culprit = operations[decision.culprit ?? 0];
  const { subset, rows } = upTo(operations, culprit.ret);
  const budget = meter.part(SHRINKING);
  const ask = (list: readonly Operation[]) => {
    const part = budget.part(QUESTION);
    const answer = decide(list, model, initial, part);
    budget.join(part);
    return answer;
  };
  const kept = shrink(subset, model, (list) => ask(list).answer === 'illegal');
  const left = kept.map((i) => subset[i]);
  const last = ask(left);
  meter.join(budget);
  if (last.answer !== 'illegal' || left.length > MOST_SHOWN) return undefined;
  return {
    rows: kept.map((i) => rows[i]),
    culprit: rows[kept[last.culprit ?? 0]],
    states: last.survivors ?? [],
  };
}

/** Operations of which no order is legal, whatever else was going on. */
function conflict(
  history: History,
  rows: readonly number[],
  culprit: number,
  states: readonly string[],
  part: string,
): Anomaly {
  const cast = new Cast(history, rows);
  return cast.anomaly(
    'non-linearizable',
    rows.length === 1
      ? 'an operation that nothing explains'
      : `${rows.length} operations that no order explains`,
    [
      'Whatever else went on, these operations have no order that respects real time.',
      `The one that fits nowhere is ${cast.called(culprit)}${states.length > 0 ? `: what the object could be before it, of these alone: ${states.join('; ')}` : ''}.`,
    ],
    {
      ...(part === '' ? {} : { key: JSON.parse(part) as Json }),
      detail: { culprit: history.inv[culprit], ...(states.length > 0 ? { possible: [...states] } : {}) },
    },
  );
}

/** The culprit, what was under way when it returned, and why it cannot follow from what could have been. */
function explained(history: History, rows: readonly number[], decision: Decision, part: string): Anomaly {
  const culprit = rows[decision.culprit ?? 0];
  const end = history.ret[culprit];
  const pending = rows.filter(
    (row) =>
      row !== culprit &&
      history.outcome[row] === OK &&
      history.inv[row] < end &&
      history.ret[row] > history.inv[culprit],
  );
  const cast = new Cast(history, [...pending.slice(-7), culprit]);
  const states = decision.survivors ?? [];
  return cast.anomaly(
    'non-linearizable',
    'an operation that no order explains',
    [
      `Everything that returned before record ${end} has an order, but in none of them can ${cast.called(culprit)} take effect by then${pending.length > 0 ? ', whichever of those under way took effect' : ''}.`,
      ...(states.length > 0 ? [`What the object could be before it: ${states.join('; ')}.`] : []),
    ],
    {
      ...(part === '' ? {} : { key: JSON.parse(part) as Json }),
      detail: { culprit: history.inv[culprit], ...(states.length > 0 ? { possible: [...states] } : {}) },
    },
  );
}

/**
 * A check of any model by the general engines, for linearizability or sequential consistency. `fs` names the functions of
 * the object: operations of other names are left out. Absent, all count. `initial` is what the model's `init` takes.
 *
 * A row's value is handed to the model as input and, where the operation is ok, as output: the value of the completion
 * where there is one, else of the invocation. Exponential at worst in the operations that overlap, within the budget.
 */
export function checkOf<S>(
  model: Model<S>,
  name: string,
  summary: string,
  fs?: ReadonlySet<string>,
  initial: Initial = 'any value',
): Check {
  return {
    name,
    summary,
    ...(fs === undefined ? {} : { functions: [...fs] }),
    models: ['linearizable', 'sequential'],
    initial,
    judge: (history, options = {}) => judge(history, name, model, fs, options),
  };
}

function judge<S>(
  source: History,
  name: string,
  model: Model<S>,
  fs: ReadonlySet<string> | undefined,
  options: CheckOptions,
): Verdict {
  const list = operationsOf(source, fs);
  const meter = new Meter(options.budget);
  const findings = new Findings(options);
  const considered = list.operations.filter((o) => o.outcome === OK).length;
  const sequential = options.models?.[0] === 'sequential';
  if (sequential) {
    const initial = options.initial ?? null;
    const decision =
      inRealTime(list.operations, model, initial, meter) ??
      sequentiallyConsistent(list.operations, model, initial, meter);
    findings.engines.add(decision.engine);
    if (decision.answer === 'unknown') findings.unknowns.push(decision.reason ?? 'undecided');
    if (decision.answer === 'illegal') {
      const few = shrink(
        list.operations,
        model,
        (subset) =>
          sequentiallyConsistent(subset, model, options.initial ?? null, meter.part(QUESTION)).answer ===
          'illegal',
      );
      const reached = decision.reached ?? 0;
      const shown =
        few.length <= MOST_SHOWN ? few : few.filter((o) => list.operations[o].inv >= reached).slice(0, 4);
      findings.add(
        new Cast(
          source,
          shown.map((o) => list.rows[o]),
        ).anomaly('non-sequential', 'no order of all operations respects the order of every process', [
          few.length <= MOST_SHOWN
            ? 'These alone have none.'
            : 'Every order was tried. The furthest any of them came is just before these operations.',
        ]),
      );
    }
  } else judgeByModel(source, list, model, options, meter, findings);
  const model1 = sequential ? 'sequential' : 'linearizable';
  return findings.verdict(name, model1, considered, { steps: meter.steps }, options);
}
