import { type History, NEVER } from '../../history/history.ts';
import { showValue } from '../evidence/show.ts';
import { replicaName, replicaOf } from '../replica.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Check, CheckOptions, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import { bounds } from './bounds.ts';
import { type Counts, counters, FUNCTIONS } from './observations.ts';
import { holds, type Ranges, subsetSums } from './subset-sums.ts';

const FORBIDS: Forbids = {
  'no-lost-writes': ['lost-write', 'unexpected-value', 'counter-too-high', 'counter-too-low'],
  convergence: ['divergence'],
};
const MODELS = Object.keys(FORBIDS);

/** Final-read bit of the history's `flags`. */
const FINAL = 1;

/**
 * Counters of replicas that agree in the end: `add n` and reads of the sum, keyed or not. What counts are the deciding reads:
 * each node's last final read (where none is named, each process'), or, where none is marked, the last read of all if it was
 * invoked after every acknowledged addition had returned.
 *
 * A deciding read must be the sum of all acknowledged additions and some of those whose outcome is unknown. Below all such
 * sums it has lost something: `lost-write` (a `lost-write` may also be hidden among sums that it can reach; only a set
 * tells). No such sum: `unexpected-value`. Reads before that may be stale, but not of what was never invoked:
 * `counter-too-high`, `counter-too-low` (only with negative amounts). Nodes whose deciding reads differ: `divergence`, of
 * the model `convergence`, of which the reads of one replica decide nothing.
 *
 * Numbers whose sums are beyond 2^53 are not judged: `unknown`. O(n log n + unknown additions · ranges of their sums).
 */
function finalCounter(name: string, summary: string, negative: boolean): Check {
  return {
    name,
    summary,
    functions: FUNCTIONS,
    models: MODELS,
    initial: 'number',
    judge: (history, options = {}) => judge(name, negative, history, options),
  };
}

export const pnCounter: Check = finalCounter(
  'pn-counter',
  'replicated counters that go up and down: final reads are sums of what was acknowledged and some of the unknown',
  true,
);

export const gCounter: Check = finalCounter(
  'g-counter',
  'replicated counters that only go up: final reads are sums of what was acknowledged and some of the unknown',
  false,
);

function judge(name: string, negative: boolean, history: History, options: CheckOptions): Verdict {
  const initial = typeof options.initial === 'number' ? options.initial : 0;
  const { counters: all, odd, foreign, inexact } = counters(history, initial);
  const tally = new Tally(options);
  for (const row of odd)
    tally.found('unexpected-value', () => ({
      message: `R read ${showValue(history, row)}, which is no number.`,
      ops: [witnessOp(history, row, 'R')],
    }));
  const down = all.some(({ adds }) => adds.amount.some((a) => a < 0));
  const wrongKind =
    foreign !== null
      ? `this is no counter's history: ${foreign}`
      : down && !negative
        ? 'something is subtracted from a counter that only goes up'
        : undefined;
  let finals = 0;
  let unknown = 0;
  let undecided: string | undefined;
  let alone: string | undefined;
  if (wrongKind === undefined)
    for (const counts of all) {
      for (const ret of counts.adds.ret) if (ret === NEVER) unknown++;
      impossible(history, counts, initial, tally);
      const deciding = decidingReads(history, counts);
      finals += deciding.length;
      if (deciding.length === 1) alone = 'only one replica was read at the end: there is nothing to compare';
      if (deciding.length === 0) continue;
      if (!judgeFinals(history, counts, deciding, initial, tally))
        undecided =
          'too many different sums of unknown additions: what is between the least and the most was not told apart';
    }
  const nothing =
    wrongKind ??
    inexact ??
    (finals === 0 ? 'no read succeeded at the end: what was counted is not known' : undefined);
  return tally.verdict({
    check: name,
    engine: 'sums',
    forbids: FORBIDS,
    options,
    open: {
      ...(undecided === undefined ? {} : { 'no-lost-writes': undecided }),
      ...openAll(['convergence'], alone),
      ...openAll(MODELS, nothing),
    },
    stats: { counters: all.length, finalReads: finals, unknownAdditions: unknown },
  });
}

/** Reads of what nothing invoked by then can make up, however stale. */
function impossible(history: History, counts: Counts, initial: number, tally: Tally): void {
  const { adds, reads } = counts;
  // What the least would be if nothing had been acknowledged yet.
  const unforced = { ...counts, adds: { ...adds, ret: new Int32Array(adds.n).fill(NEVER) } };
  const { low, high } = bounds(unforced, initial);
  for (let r = 0; r < reads.n; r++) {
    const value = reads.value[r];
    if (value >= low[r] && value <= high[r]) continue;
    const most = value > high[r];
    tally.found(most ? 'counter-too-high' : 'counter-too-low', () => ({
      message: `R read ${value}, but all that had been invoked when it returned comes to ${most ? high[r] : low[r]} at the ${most ? 'most' : 'least'}.`,
      ops: [witnessOp(history, reads.row[r], 'R')],
      ...keyOf(history, counts),
    }));
  }
}

function keyOf(history: History, { key }: Counts) {
  return key === undefined ? {} : { key: history.values.value(key) };
}

/** Indices of the reads that decide. */
function decidingReads(history: History, { adds, reads }: Counts): number[] {
  const last = new Map<number, number>();
  let latest = -1;
  for (let r = 0; r < reads.n; r++) {
    if (latest < 0 || reads.ret[r] > reads.ret[latest]) latest = r;
    const row = reads.row[r];
    if ((history.flags[row] & FINAL) === 0) continue;
    const replica = replicaOf(history, row);
    const known = last.get(replica);
    if (known === undefined || reads.ret[r] > reads.ret[known]) last.set(replica, r);
  }
  if (last.size > 0) return [...last.values()];
  if (latest < 0) return [];
  const settled = adds.ret.every((ret) => ret === NEVER || ret < reads.inv[latest]);
  return settled ? [latest] : [];
}

/** False when the sums were too many to tell apart. */
function judgeFinals(
  history: History,
  counts: Counts,
  deciding: readonly number[],
  initial: number,
  tally: Tally,
): boolean {
  const { adds, reads } = counts;
  const all: number[] = [];
  let sum = initial;
  for (let a = 0; a < adds.n; a++)
    if (adds.ret[a] === NEVER) all.push(a);
    else sum += adds.amount[a];
  // By how many of the unknown additions had been invoked: mostly all of them, by every read that decides.
  const reachable = new Map<number, Ranges | null>();
  let told = true;
  for (const r of deciding) {
    const value = reads.value[r];
    const unknown = all.filter((a) => adds.inv[a] < reads.ret[r]).map((a) => adds.amount[a]);
    let least = sum;
    for (const amount of unknown) least += Math.min(0, amount);
    if (!reachable.has(unknown.length)) reachable.set(unknown.length, subsetSums(sum, unknown));
    const sums = reachable.get(unknown.length)!;
    if (sums === null) told = false;
    const possible = sums === null ? value >= least : holds(sums, value);
    if (possible) continue;
    const ops = [witnessOp(history, reads.row[r], 'R')];
    const expected =
      unknown.length === 0 ? `${sum}` : `${sum} and some of ${unknown.length} unknown additions`;
    tally.found(value < least ? 'lost-write' : 'unexpected-value', () => ({
      message:
        value < least
          ? `R read ${value} in the end, but the acknowledged additions alone come to ${sum}: ${least - value} or more of them are lost.`
          : `R read ${value} in the end, which is not the sum of what was acknowledged (${expected}).`,
      ops,
      ...keyOf(history, counts),
      detail: { acknowledged: sum, read: value },
    }));
  }
  const values = new Set(deciding.map((r) => reads.value[r]));
  if (values.size > 1)
    tally.found('divergence', () => ({
      message: `The replicas do not agree although nothing was added any more: ${deciding
        .map((r) => `${replicaName(history, reads.row[r])} reads ${reads.value[r]}`)
        .join('; ')}.`,
      ops: deciding.map((r, i) => witnessOp(history, reads.row[r], `R${i + 1}`)),
      ...keyOf(history, counts),
    }));
  return told;
}
