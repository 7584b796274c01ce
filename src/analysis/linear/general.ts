import { FAIL, INFO, NEVER } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import type { Decision } from './calls.ts';
import { depthFirst } from './depth.ts';
import { frontier, type TypedCalls, typedEvents } from './frontier.ts';
import { Machine } from './machine.ts';
import type { Meter } from './meter.ts';
import type { Model } from './model.ts';

/** An operation with its place in the history: what the general engines judge. */
export interface Operation {
  readonly f: string;
  readonly input: Json;
  /** Ignored where the outcome is not OK. */
  readonly output: Json;
  readonly inv: number;
  readonly ret: number;
  readonly outcome: number;
  readonly process: number;
}

/** Calls of a model's operations, in order of invocation, fails left out; `rows` leads back. */
export function typed<S>(
  operations: readonly Operation[],
  model: Model<S>,
  initial: Json,
): { calls: TypedCalls; machine: Machine; rows: Int32Array } {
  const machine = new Machine(model, initial);
  const rows = Int32Array.from(operations.map((_, i) => i).filter((i) => operations[i].outcome !== FAIL));
  rows.sort((x, y) => operations[x].inv - operations[y].inv || x - y);
  const n = rows.length;
  const columns = {
    n,
    type: new Int32Array(n),
    inv: new Int32Array(n),
    ret: new Int32Array(n),
    outcome: new Uint8Array(n),
  };
  rows.forEach((row, i) => {
    const { f, input, output, inv, ret, outcome } = operations[row];
    columns.type[i] = machine.type({ f, input, output: outcome === INFO ? undefined : output });
    columns.inv[i] = inv;
    columns.ret[i] = outcome === INFO ? NEVER : ret;
    columns.outcome[i] = outcome;
  });
  return { calls: { ...columns, events: typedEvents(columns) }, machine: machine as Machine, rows };
}

/** Of the budget, the frontier gets this share first; depth-first search gets what is left. */
const FRONTIER_SHARE = 0.5;
/** Steps that each engine may take at most before both get all there is: what one of them finds easy is not left to the other. */
const SHORT = 100_000;

/**
 * Decides linearizability for any model: the frontier first (it dies early on illegal histories), then depth-first
 * search (lucky on legal ones), both for a short while and then for as long as there are steps; `unknown` says how far
 * the better of the two got. The culprit is a row of `operations`.
 */
export function decide<S>(
  operations: readonly Operation[],
  model: Model<S>,
  initial: Json,
  meter: Meter,
): Decision {
  const { calls, machine, rows } = typed(operations, model, initial);
  const back = (decision: Decision): Decision => ({
    ...decision,
    ...((decision.culprit ?? -1) < 0 ? {} : { culprit: rows[decision.culprit!] }),
    steps: meter.steps,
  });
  if (meter.left > 8 * SHORT)
    for (const engine of [frontier, depthFirst]) {
      const part = meter.part(SHORT);
      const early = engine(calls, machine, part);
      meter.join(part);
      if (early.answer !== 'unknown') return back(early);
    }
  const part = meter.part(Math.max(10_000, Math.floor(meter.left * FRONTIER_SHARE)));
  const first = frontier(calls, machine, part);
  meter.join(part);
  if (first.answer !== 'unknown' || meter.stopped !== '') return back(first);
  const second = depthFirst(calls, machine, meter);
  if (second.answer !== 'unknown') return back(second);
  const best = (second.reached ?? -1) > (first.reached ?? -1) ? second : first;
  return back({ ...best, reason: `${first.reason}; then depth-first search: ${second.reason}` });
}
