import type { History } from '../../history/history.ts';
import type { Cycle } from '../graph/cycles.ts';
import { labelNames, PROCESS, REALTIME } from '../graph/labels.ts';
import type { CycleStep } from '../graph/search.ts';
import type { Anomaly, Step, WitnessOp } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import { showPlace, showRow, showSpan } from './show.ts';

/** Lines of each kind that a message shows of a cycle. */
const LINES = 12;

/** What a check knows of a step: everything but the two names and the type. */
export type StepReason = Omit<Step, 'from' | 'to' | 'type'>;

/** Explains a data dependency. `from` and `to` are the names to use for the two transactions. */
export type Explain = (step: CycleStep, from: string, to: string) => StepReason;

/**
 * A cycle as an anomaly: its operations, its steps, and the argument in words. `rowOf` gives a transaction's row. Orders of process and of
 * real time are explained here, data dependencies by `explain`.
 */
export function cycleAnomaly(
  cycle: Cycle,
  history: History,
  rowOf: (txn: number) => number,
  explain: Explain,
): Anomaly {
  const names = new Map<number, string>();
  for (const { from } of cycle.steps) if (!names.has(from)) names.set(from, `T${names.size + 1}`);
  const ops = [...names].map(([txn, name]): WitnessOp => witnessOp(history, rowOf(txn), name));
  const steps = cycle.steps.map((s): Step => {
    const from = names.get(s.from)!;
    const to = names.get(s.to)!;
    const reason = explainOrder(history, s, rowOf, from, to) ?? explain(s, from, to);
    return { from, to, type: labelNames[s.label], ...reason };
  });
  const shown = [...names].map(([txn, name]) => {
    const row = rowOf(txn);
    return `  ${name}: ${showRow(history, row)}   (${showPlace(history, row)})`;
  });
  return {
    type: cycle.type,
    message: [`${heading(cycle)}:`, ...abridged(shown), ...argument(steps)].join('\n'),
    ops,
    steps,
  };
}

function explainOrder(
  history: History,
  { from, to, label }: CycleStep,
  rowOf: (txn: number) => number,
  fromName: string,
  toName: string,
): StepReason | null {
  const a = rowOf(from);
  const b = rowOf(to);
  if (label === PROCESS)
    return {
      why: `process ${history.process[a]} ran ${fromName} (record ${history.inv[a]}) before ${toName} (record ${history.inv[b]})`,
    };
  if (label !== REALTIME) return null;
  const span = history.invTime[b] - history.retTime[a];
  const earlier = span > 0 ? `, ${showSpan(span)} earlier` : '';
  return {
    why: `${fromName} had returned (record ${history.ret[a]}) before ${toName} was invoked (record ${history.inv[b]})${earlier}`,
  };
}

function heading({ type, steps }: Cycle): string {
  return steps.length === 2
    ? `${type}: two transactions, each of which would have to come before the other`
    : `${type}: ${steps.length} transactions, each of which would have to come before the next, and the last before the first`;
}

function argument(steps: readonly Step[]): string[] {
  const lines = steps.map(({ from, to, why }, i) => {
    const last = i === steps.length - 1;
    return last
      ? `  But ${from} must come before ${to}, because ${why}. So no order of them is possible.`
      : `  ${from} must come before ${to}, because ${why}.`;
  });
  const proofs = new Set(steps.flatMap((s) => (s.proof ? [`  Proof of the order: ${s.proof.text}.`] : [])));
  return [...abridged(lines), ...abridged([...proofs])];
}

/** A long cycle in a message is a wall of text: its beginning and its end will do. All of it is in the steps. */
function abridged(lines: readonly string[]): readonly string[] {
  if (lines.length <= LINES) return lines;
  const half = LINES / 2;
  return [...lines.slice(0, half), `  … ${lines.length - LINES} more …`, ...lines.slice(-half)];
}
