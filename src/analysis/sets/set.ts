import { type History, INFO, OK } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { replicaName } from '../replica.ts';
import { type Forbids, openAll, type Tally } from '../tally.ts';
import type { Check, CheckOptions, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import { duplicates, shortRead, strangers } from './findings.ts';
import { KeyedTally, OpenKeys, setsOf } from './keyed.ts';
import { ADDS, observeSet, type SetObservations, type SetRead } from './observations.ts';

/** What each model forbids, strongest claim first. */
const FORBIDS: Forbids = {
  'no-lost-writes': ['lost-write', 'unexpected-element', 'aborted-read', 'duplicate-element'],
  convergence: ['divergence'],
};
const MODELS = Object.keys(FORBIDS);

/** Elements that a message names; the detail has all. */
const NAMED = 6;

/**
 * A set that elements are added to, each once, and that is read as a whole at the end.
 *
 * `lost-write`: an acknowledged element that is in none of the deciding reads. Those are each node's last final read,
 * all invoked after heal and recovery; in a history that marks no final reads, the last read of all, which is owed only
 * what had been acknowledged when it was invoked. Where reads name no node, each process stands for a replica, but the last
 * of their final reads is owed everything, as if there were one. An element that only some of them show is `divergence`;
 * the reads of one replica decide nothing of `convergence`. `unexpected-element`: read, never added. `aborted-read`: read
 * although its add failed. `duplicate-element`: more than once in one read. Elements whose add is unknown may be there or not.
 *
 * Values may be `[k, v]` and `[k, [v…]]`: each key is a set of its own.
 *
 * O(elements read, those of shared prefixes once). Without any deciding read the verdict is `unknown`.
 */
export const set: Check = {
  name: 'set',
  summary: 'elements added once each and read at the end: lost writes, divergence, duplicates',
  functions: [...ADDS, 'read'],
  models: MODELS,
  judge: (history, options = {}) => judgeSet(history, options),
};

function judgeSet(source: History, options: CheckOptions): Verdict {
  const tally = new KeyedTally(options);
  const open = new OpenKeys();
  const alone = new OpenKeys();
  const stats = { acknowledged: 0, failed: 0, unknown: 0, recovered: 0, finalReads: 0 };
  const { sets, reason } = setsOf(source);
  open.add(undefined, reason);
  for (const { key, history } of sets) {
    const seen = observeSet(history);
    tally.within = key;
    stats.recovered += lostAndDiverged(history, seen, tally);
    strangers(history, seen, tally);
    duplicates(history, seen, tally);
    stats.acknowledged += seen.acknowledged;
    stats.failed += seen.failed;
    stats.unknown += seen.unknown;
    stats.finalReads += seen.finals.length;
    if (seen.finals.length === 0)
      open.add(key, 'no read of the whole set succeeded at the end: what is there is not known');
    else if (seen.finals.length === 1)
      alone.add(key, 'only one replica was read at the end: there is nothing to compare');
  }
  return tally.verdict({
    check: 'set',
    engine: 'elements',
    forbids: FORBIDS,
    options,
    open: { ...openAll(['convergence'], alone.reason), ...openAll(MODELS, open.reason) },
    stats: { ...(sets[0]?.key === undefined ? {} : { keys: sets.length }), ...stats },
  });
}

/** Judges what the final reads lack; gives the number of elements of unknown adds that are there. */
function lostAndDiverged(history: History, seen: SetObservations, tally: Tally): number {
  const { elements, finals } = seen;
  if (finals.length === 0) return 0;
  const holders = new Int32Array(elements.count);
  const countedBy = new Int32Array(elements.count).fill(-1);
  finals.forEach((read, i) => {
    for (const e of contents(seen, read)) {
      if (countedBy[e] === i) continue;
      countedBy[e] = i;
      holders[e]++;
    }
  });
  const lost: number[] = [];
  const partial: number[] = [];
  let recovered = 0;
  const last = finals[finals.length - 1];
  const owesAll = history.node[last.row] < 0 || (history.flags[last.row] & 1) === 0;
  const inLast = owesAll ? shownLast(history, seen, last) : null;
  for (let e = 0; e < elements.count; e++) {
    const add = elements.add[e];
    if (add >= 0 && history.outcome[add] === INFO && holders[e] > 0) recovered++;
    if (holders[e] === finals.length) continue;
    if (holders[e] > 0) partial.push(e);
    if (add < 0 || history.outcome[add] !== OK) continue;
    const owed =
      inLast === null
        ? holders[e] === 0 && finals.some(({ row }) => history.ret[add] < history.inv[row])
        : !inLast.has(e) && history.ret[add] < history.inv[last.row];
    if (owed) lost.push(e);
  }
  if (lost.length > 0) lostWrites(history, seen, lost, tally);
  if (partial.length > 0) divergence(history, seen, partial, tally);
  return recovered;
}

/** What the last read to return shows, and those invoked while it was under way: one of them may have come after it. */
function shownLast(history: History, seen: SetObservations, last: SetRead): Set<number> {
  const marked = history.flags[last.row] & 1;
  const shown = new Set<number>();
  for (const read of seen.reads)
    if (
      read === last ||
      (history.inv[read.row] > history.inv[last.row] && (history.flags[read.row] & 1) === marked)
    )
      for (const e of contents(seen, read)) shown.add(e);
  return shown;
}

function contents({ runs }: SetObservations, { run, length }: SetRead): Int32Array {
  return runs[run].elements.subarray(0, length);
}

/** One anomaly for all lost elements: they share the final read that lacks them, and mostly their cause. */
function lostWrites(
  history: History,
  { elements, finals }: SetObservations,
  lost: readonly number[],
  tally: Tally,
): void {
  const byReturn = [...lost].sort((a, b) => history.ret[elements.add[a]] - history.ret[elements.add[b]]);
  const rows = byReturn.map((e) => elements.add[e]);
  const final = finals.findLast(({ row }) => history.ret[rows[0]] < history.inv[row])!.row;
  const shown = rows.slice(0, NAMED);
  const writers = shown.map((_, i) => `W${i + 1} added ${history.values.show(elements.id[byReturn[i]])}`);
  const more = rows.length > NAMED ? `, and ${rows.length - NAMED} more` : '';
  const one = rows.length === 1;
  const marked = (history.flags[final] & 1) !== 0;
  const which = !marked
    ? 'not in R, the last read, which was invoked after that'
    : history.node[final] < 0
      ? 'not in R, the last final read, which was invoked after the heal'
      : 'in no final read; R, for one, was invoked after the heal';
  tally.found(
    'lost-write',
    () => ({
      message:
        `${one ? 'A write was' : `${rows.length} writes were`} acknowledged and then lost: ${writers.join(', ')}${more}. ` +
        `${one ? 'It is' : 'They are'} ${which} and does not see ${one ? 'it' : 'them'}.`,
      ops: [...shown.map((row, i) => witnessOp(history, row, `W${i + 1}`)), shortRead(history, final)],
      detail: { elements: byReturn.map((e) => history.values.value(elements.id[e])), count: rows.length },
    }),
    rows.length,
  );
}

function divergence(history: History, seen: SetObservations, partial: readonly number[], tally: Tally): void {
  const lacking = seen.finals
    .map((read) => {
      const has = new Set(contents(seen, read));
      return { node: replicaName(history, read.row), lacks: partial.filter((e) => !has.has(e)) };
    })
    .filter(({ lacks }) => lacks.length > 0);
  const words = lacking.map(
    ({ node, lacks }) =>
      `${node} lacks ${lacks
        .slice(0, NAMED)
        .map((e) => history.values.show(seen.elements.id[e]))
        .join(', ')}${lacks.length > NAMED ? `, … (${lacks.length})` : ''}`,
  );
  tally.found(
    'divergence',
    () => ({
      message: `The replicas do not agree although nothing was written any more: ${words.join('; ')}.`,
      ops: seen.finals.map(({ row }, i) => shortRead(history, row, `R${i + 1}`)),
      detail: {
        count: partial.length,
        lacking: Object.fromEntries(
          lacking.map(({ node, lacks }): [string, Json] => [
            node,
            lacks.map((e) => history.values.value(seen.elements.id[e])),
          ]),
        ),
      },
    }),
    partial.length,
  );
}
