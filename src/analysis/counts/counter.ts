import { type History, INFO, NEVER, OK } from '../../history/history.ts';
import { showValue } from '../evidence/show.ts';
import { decide, type Operation } from '../linear/general.ts';
import { Meter } from '../linear/meter.ts';
import { counter as model } from '../linear/models/counts.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Anomaly, Check, CheckOptions, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import { bounds, decreases } from './bounds.ts';
import { equalSteps, source } from './equal-steps.ts';
import { type Counts, counters, FUNCTIONS } from './observations.ts';

const BOUNDS = ['counter-too-low', 'counter-too-high', 'unexpected-value'];
const FORBIDS: Forbids = {
  linearizable: [...BOUNDS, 'counter-went-back', 'non-linearizable'],
  'counter-bounds': BOUNDS,
};
const MODELS = Object.keys(FORBIDS);

/** Additions that a witness shows of those that a read misses. */
const SHOWN = 3;

/**
 * Counters, keyed or not: `add n` (or `inc`, `dec`), and reads of the sum. The initial value is 0 unless given.
 *
 * `counter-bounds`, the weaker model: every read lies between what had been acknowledged when it was invoked and what had
 * been invoked when it returned (`counter-too-low`, `counter-too-high`). `linearizable` also forbids `counter-went-back`: a
 * read below an earlier one and what was acknowledged in between, where nothing subtracts; and whatever else has no order
 * (`non-linearizable`).
 *
 * Additions of one amount are decided exactly in O(n log n) (see `equalSteps`). With several amounts the question is one of
 * subset sums: the bounds are tested, then orders searched within the budget; `unknown` when it ends first. `unknown` as well
 * where numbers or their sums are beyond 2^53.
 */
export const counter: Check = {
  name: 'counter',
  summary: 'additions to counters and reads of their sums: too low, too high, going back',
  functions: FUNCTIONS,
  models: MODELS,
  initial: 'number',
  judge: (history, options = {}) => judge(history, options),
};

function judge(history: History, options: CheckOptions): Verdict {
  const tally = new Tally(options);
  const initial = typeof options.initial === 'number' ? options.initial : 0;
  const { counters: all, odd, foreign, inexact } = counters(history, initial);
  for (const row of odd)
    tally.found('unexpected-value', () => ({
      message: `R read ${showValue(history, row)}, which is no number.`,
      ops: [witnessOp(history, row, 'R')],
    }));
  const meter = new Meter(options.budget);
  const engines = new Set<string>();
  const undecided: string[] = [];
  let reads = 0;
  let adds = 0;
  if (foreign === null)
    for (const counts of all) {
      reads += counts.reads.n;
      adds += counts.adds.n;
      engines.add(judgeOne(new Words(history, counts, initial), tally, meter, undecided));
    }
  const nothing =
    foreign !== null
      ? `this is no counter's history: ${foreign}`
      : (inexact ?? (reads === 0 ? 'no read was ok: there is nothing to judge' : undefined));
  return tally.verdict({
    check: 'counter',
    engine: [...engines].sort().join('+') || 'none',
    forbids: FORBIDS,
    options,
    open: {
      ...(undecided.length === 0 ? {} : { linearizable: undecided.slice(0, 3).join('; ') }),
      ...openAll(MODELS, nothing),
    },
    stats: { counters: all.length, additions: adds, reads, steps: meter.steps },
  });
}

/** Judges one counter; gives the engine that decided. */
function judgeOne(words: Words, tally: Tally, meter: Meter, undecided: string[]): string {
  const { counts, initial } = words;
  const { amount } = counts.adds;
  const steps = new Set(amount);
  steps.delete(0);
  if (steps.size <= 1) {
    const [step = 1] = steps;
    const without = amount.includes(0) ? { ...counts, adds: nonZero(counts.adds) } : counts;
    const { low, high, between } = equalSteps(without, initial, step);
    // Where every addition subtracts, fewer steps is a greater value.
    const [under, over] = step > 0 ? (['low', 'high'] as const) : (['high', 'low'] as const);
    for (const one of low) {
      const at = initial + one.forced * step;
      tally.found(one.byAdditions ? `counter-too-${under}` : 'counter-went-back', () =>
        words.behind(one.read, at, source(without, initial, step, one)),
      );
    }
    for (const read of high) tally.found(`counter-too-${over}`, () => words.beyond(read));
    for (const read of between) tally.found('unexpected-value', () => words.between(read, step));
    return 'equal-steps';
  }
  const { low, high } = bounds(counts, initial);
  let wrong = 0;
  for (let r = 0; r < counts.reads.n; r++) {
    const value = counts.reads.value[r];
    if (value >= low[r] && value <= high[r]) continue;
    wrong++;
    if (value < low[r]) tally.found('counter-too-low', () => words.outside(r, 'at least', low[r]));
    else tally.found('counter-too-high', () => words.outside(r, 'at most', high[r]));
  }
  if (amount.every((a) => a >= 0))
    for (const [earlier, later] of decreases(counts)) {
      wrong++;
      tally.found('counter-went-back', () => words.behind(later, counts.reads.value[earlier], earlier));
    }
  if (wrong > 0) return 'bounds';
  const operations = operationsOf(words);
  const { answer, culprit = -1, reason } = decide(operations, model, initial, meter);
  if (answer === 'illegal') tally.found('non-linearizable', () => words.noOrder(operations[culprit].row));
  if (answer === 'unknown')
    undecided.push(`${words.name}: within bounds, but no order was found: ${reason ?? 'undecided'}`);
  return 'bounds+search';
}

function nonZero(adds: Counts['adds']): Counts['adds'] {
  const kept = Array.from(adds.row, (_, i) => i).filter((i) => adds.amount[i] !== 0);
  const pick = (column: Int32Array): Int32Array => Int32Array.from(kept, (i) => column[i]);
  return {
    n: kept.length,
    row: pick(adds.row),
    inv: pick(adds.inv),
    ret: pick(adds.ret),
    amount: Float64Array.from(kept, (i) => adds.amount[i]),
  };
}

function operationsOf({ counts, history }: Words): (Operation & { readonly row: number })[] {
  const { adds, reads } = counts;
  const base = (row: number) => ({ row, process: history.process[row], inv: history.inv[row] });
  return [
    ...Array.from(adds.row, (row, i) => ({
      ...base(row),
      f: 'add',
      input: adds.amount[i],
      output: adds.amount[i],
      ret: adds.ret[i],
      outcome: adds.ret[i] === NEVER ? INFO : OK,
    })),
    ...Array.from(reads.row, (row, i) => ({
      ...base(row),
      f: 'read',
      input: null,
      output: reads.value[i],
      ret: reads.ret[i],
      outcome: OK,
    })),
  ];
}

type Witness = Omit<Anomaly, 'type'>;

/** Words about one counter. */
class Words {
  readonly history: History;
  readonly counts: Counts;
  readonly initial: number;

  constructor(history: History, counts: Counts, initial: number) {
    this.history = history;
    this.counts = counts;
    this.initial = initial;
  }

  get name(): string {
    const { key } = this.counts;
    return key === undefined ? 'the counter' : `counter ${this.history.values.show(key)}`;
  }

  /** A read that is behind what additions, and an earlier read, add up to. */
  behind(read: number, forced: number, from: number): Witness {
    const { adds, reads } = this.counts;
    const since = from < 0 ? -1 : reads.ret[from];
    const before = reads.inv[read];
    const missed: number[] = [];
    for (let a = 0; a < adds.n; a++)
      if (adds.inv[a] > since && adds.ret[a] < before) missed.push(adds.row[a]);
    const shown = missed.slice(-SHOWN);
    const value = reads.value[read];
    const later = from < 0 ? 'R' : 'R2';
    const acknowledged = `${missed.length} additions had been acknowledged`;
    const message =
      from < 0
        ? `R read ${value} from ${this.name}, but ${acknowledged} before it was invoked, so that it had reached ${forced}.`
        : `R1 had read ${reads.value[from]} from ${this.name} before R2 was invoked, which read ${value}; ` +
          (missed.length > 0
            ? `${acknowledged} in between, so that it had reached ${forced}.`
            : 'nothing took it back.');
    return this.witness(message, [
      ...(from < 0 ? [] : [witnessOp(this.history, reads.row[from], 'R1')]),
      ...shown.map((row, i) => witnessOp(this.history, row, `A${i + 1}`)),
      witnessOp(this.history, reads.row[read], later),
    ]);
  }

  beyond(read: number): Witness {
    const { adds, reads } = this.counts;
    let all = this.initial;
    for (let a = 0; a < adds.n && adds.inv[a] < reads.ret[read]; a++) all += adds.amount[a];
    return this.about(
      read,
      `but everything that had been invoked when it returned comes to ${all} at most, whether it happened or not`,
    );
  }

  between(read: number, step: number): Witness {
    return this.about(read, `but it starts at ${this.initial} and only ever changes by ${step}`);
  }

  outside(read: number, which: string, bound: number): Witness {
    return this.about(read, `but whatever the order of additions it had to be ${which} ${bound}`);
  }

  noOrder(row: number): Witness {
    return this.witness(
      `Every read of ${this.name} is within its bounds, but no order of additions explains all of them: T, at the latest, fits nowhere.`,
      [witnessOp(this.history, row, 'T')],
    );
  }

  private about(read: number, what: string): Witness {
    const { reads } = this.counts;
    return this.witness(`R read ${reads.value[read]} from ${this.name}, ${what}.`, [
      witnessOp(this.history, reads.row[read], 'R'),
    ]);
  }

  private witness(message: string, ops: Witness['ops']): Witness {
    const { key } = this.counts;
    return { message, ops, ...(key === undefined ? {} : { key: this.history.values.value(key) }) };
  }
}
