import { FAIL, type History } from '../../history/history.ts';
import { showRow } from '../evidence/show.ts';
import { exactly } from '../integers.ts';
import type { Check, Verdict } from '../verdict.ts';
import { checkOf } from './general-check.ts';
import { counter } from './models/counts.ts';
import { Findings } from './verdict-of.ts';

const NAME = 'linearizable-counter';
const CHANGES: ReadonlySet<string> = new Set(['add', 'inc', 'increment', 'dec', 'decrement']);

const general = checkOf(
  counter,
  NAME,
  'a counter with add, inc, dec and read, exact where intervals of possible sums are not',
  new Set([...CHANGES, 'read', 'r']),
  'number',
);

/**
 * A counter by the general engines, with exact sums of integers of any size. `unknown` where an amount is no number, and where
 * fractions stand beside integers beyond 2^53, of which there are no exact sums. Exponential at worst in the operations that
 * overlap, within the budget.
 */
export const linearizableCounter: Check = {
  ...general,
  judge(history, options = {}): Verdict {
    const reason = unfit(history);
    if (reason === undefined) return general.judge(history, options);
    const findings = new Findings(options);
    findings.unknowns.push(reason);
    return findings.verdict(NAME, options.models?.[0] ?? 'linearizable', history.n, {}, options);
  },
};

/** Why the amounts of a history cannot be summed up. O(rows). */
function unfit(history: History): string | undefined {
  const { n, f, fs, outcome } = history;
  let fraction = -1;
  let large = -1;
  for (let row = 0; row < n; row++) {
    if (outcome[row] === FAIL || !CHANGES.has(fs[f[row]])) continue;
    const value = history.value(row);
    const amount = value === null ? 1 : exactly(value);
    if (amount === undefined) return `${called(history, row)} adds no number`;
    if (typeof amount === 'bigint') large = row;
    else if (!Number.isInteger(amount)) fraction = row;
  }
  if (fraction < 0 || large < 0) return undefined;
  return `${called(history, large)} is too large for exact sums with fractions, as of ${called(history, fraction)}`;
}

function called(history: History, row: number): string {
  return `${showRow(history, row)} (record ${history.inv[row]})`;
}
