import { type History, INFO, OK } from '../../history/history.ts';
import { showPlace } from '../evidence/show.ts';
import { type Forbids, openAll, type Tally } from '../tally.ts';
import type { Check, CheckOptions, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import { disorder } from './chain.ts';
import { duplicates, shortRead, strangers } from './findings.ts';
import { KeyedTally, OpenKeys, setsOf } from './keyed.ts';
import { ADDS, observeSet, type SetObservations } from './observations.ts';
import { type Presence, presence } from './presence.ts';

const KEPT = ['lost-write', 'unexpected-element', 'aborted-read', 'duplicate-element'];
const FORBIDS: Forbids = {
  linearizable: [...KEPT, 'stale-read', 'future-read', 'incomparable-reads', 'non-linearizable'],
  'no-lost-writes': KEPT,
};

/** What became of an element that was added. */
export const NEVER_READ = 0;
export const STABLE = 1;
export const STALE = 2;
export const LOST = 3;

/** Fates by element; only those of elements whose add was ok or of unknown outcome mean anything. */
export interface Fates {
  readonly fate: Uint8Array;
  /** The row whose return made the element known: its add or the first read that showed it; −1 if nothing did. */
  readonly known: Int32Array;
  readonly presence: Presence;
}

/**
 * The fate of every element of a set that only grows, is read as a whole again and again, and in which each element is
 * added once.
 *
 * An element is known once its add, or a read that shows it, has returned. It is `stable` if the last read that shows it
 * was invoked after the last that lacks it, and then `stale` if a read lacked it that was invoked after it was known. It
 * is `lost` if the last read that lacks it was invoked after it was known and after all reads that show it. Otherwise
 * it was never read: what is absent only while it is being added, or in no read at all, proves nothing.
 *
 * `no-lost-writes` (default) forbids lost elements and those nobody could have added or that stand twice in a read;
 * `linearizable` stale ones too, and is decided exactly (see `disorder`). Where no element is stable or lost, `no-lost-writes` is
 * `unknown`.
 *
 * Values may be `[k, v]` and `[k, [v…]]`: each key is a set of its own.
 *
 * O(elements read, those of shared prefixes once, + runs · elements / 32 + n log n). Source for the fates: Jepsen's
 * set-full checker (Kingsbury), which misses duplicates.
 */
export const setFull: Check = {
  name: 'set-full',
  summary: 'elements added once each and read over and over: which are stable, stale, lost, duplicated',
  functions: [...ADDS, 'read'],
  models: Object.keys(FORBIDS),
  judge: (history, options = {}) => judge(history, options),
};

/** The fate of every element. */
export function fates(history: History, seen: SetObservations): Fates {
  const { inv, ret, outcome } = history;
  const { count, add } = seen.elements;
  const when = presence(history, seen);
  const fate = new Uint8Array(count);
  const known = new Int32Array(count).fill(-1);
  for (let e = 0; e < count; e++) {
    const row = add[e];
    const seenFirst = when.firstSeen[e];
    known[e] = row >= 0 && outcome[row] === OK ? row : -1;
    if (seenFirst >= 0 && (known[e] < 0 || ret[seenFirst] < ret[known[e]])) known[e] = seenFirst;
    const present = when.lastPresent[e] < 0 ? -1 : inv[when.lastPresent[e]];
    const absent = when.lastAbsent[e] < 0 ? -1 : inv[when.lastAbsent[e]];
    const missed = known[e] >= 0 && absent > ret[known[e]];
    if (present > absent) fate[e] = missed ? STALE : STABLE;
    else fate[e] = missed ? LOST : NEVER_READ;
  }
  return { fate, known, presence: when };
}

function judge(history: History, options: CheckOptions): Verdict {
  const tally = new KeyedTally(options);
  const open = new OpenKeys();
  const { sets, reason: unkeyed } = setsOf(history);
  open.add(undefined, unkeyed);
  const stats = sets.map((one) => {
    tally.within = one.key;
    const { figures, reason } = judgeOne(one.history, tally);
    open.add(one.key, reason);
    return figures;
  });
  const figures = summed(stats);
  return tally.verdict({
    check: 'set-full',
    engine: 'elements',
    forbids: FORBIDS,
    options,
    judged: ['no-lost-writes'],
    open: {
      ...openAll(['no-lost-writes'], settled(figures) ? undefined : UNSETTLED),
      ...openAll(Object.keys(FORBIDS), open.reason),
    },
    stats: { ...(sets[0]?.key === undefined ? {} : { keys: sets.length }), ...figures },
  });
}

const UNSETTLED =
  'of no element that was added anything is settled: none was read, or missing from a read invoked after its add was acknowledged';

/** Whether an element was there to be lost, and is or is not. */
function settled({ stable = 0, lost = 0 }: { [name: string]: number }): boolean {
  return stable + lost > 0;
}

/** Figures of all keys: sums, of distances the greatest. */
function summed(all: readonly Figures[]): { [name: string]: number } {
  const total: { [name: string]: number } = {};
  for (const figures of all)
    for (const [name, value] of Object.entries(figures)) {
      const before = total[name] ?? 0;
      total[name] =
        name === 'staleRecords' || name === 'staleTime' ? Math.max(before, value) : before + value;
    }
  return total;
}

function judgeOne(history: History, tally: Tally): { figures: Figures; reason: string | undefined } {
  const seen = observeSet(history);
  const before = new Map(tally.counts);
  const all = fates(history, seen);
  strangers(history, seen, tally);
  duplicates(history, seen, tally);
  const figures = tell(history, seen, all, tally);
  const sound = [...tally.counts].every(
    ([type, count]) => type === 'duplicate-element' || before.get(type) === count,
  );
  const conflict = sound && seen.repeated === 0 ? disorder(history, seen) : null;
  if (conflict?.kind === 'incomparable') {
    const [a, b] = conflict.reads;
    tally.found('incomparable-reads', () => ({
      message:
        'R1 shows an element that R2 lacks, and R2 one that R1 lacks, although nothing is ever removed: neither can be the earlier.',
      ops: [shortRead(history, a, 'R1'), shortRead(history, b, 'R2')],
    }));
  } else if (conflict?.kind === 'backwards') {
    const { earlier, later, proof } = conflict;
    const shows = proof < 0 ? 'what was read' : 'R, which shows T2 and lacks T1';
    tally.found('non-linearizable', () => ({
      message:
        `By ${shows}, T1 must have taken effect after T2; but T1 had returned (record ${history.ret[later]}) ` +
        `before T2 was invoked (record ${history.inv[earlier]}).`,
      ops: [
        shortRead(history, later, 'T1'),
        shortRead(history, earlier, 'T2'),
        ...(proof < 0 ? [] : [shortRead(history, proof)]),
      ],
    }));
  }
  const reason =
    seen.reads.length === 0
      ? 'no read of the whole set succeeded: what is there is not known'
      : seen.repeated > 0
        ? `${seen.repeated} elements were added more than once: nothing tells which add a read shows`
        : undefined;
  return { figures, reason };
}

type Figures = ReturnType<typeof tell>;

/** Reports lost, stale and foreseen elements; gives the figures. Distances are in records, times in nanoseconds. */
function tell(history: History, seen: SetObservations, all: Fates, tally: Tally) {
  const { inv, ret, outcome, invTime, retTime } = history;
  const { elements } = seen;
  const { lastAbsent, lastPresent, firstSeen } = all.presence;
  const fateCounts = [0, 0, 0, 0];
  let recovered = 0;
  let staleRecords = 0;
  let staleTime = 0;
  for (let e = 0; e < elements.count; e++) {
    const add = elements.add[e];
    if (add < 0 || (outcome[add] !== OK && outcome[add] !== INFO)) continue;
    const fate = all.fate[e];
    fateCounts[fate]++;
    if (outcome[add] === INFO && firstSeen[e] >= 0) recovered++;
    const what = history.values.show(elements.id[e]);
    const key = history.values.value(elements.id[e]);
    if (firstSeen[e] >= 0 && ret[firstSeen[e]] < inv[add])
      tally.found('future-read', () => ({
        message: `R showed ${what} and had returned before W, which added it, was invoked.`,
        ops: [shortRead(history, firstSeen[e]), witnessOp(history, add, 'W')],
        key,
      }));
    if (fate !== STALE && fate !== LOST) continue;
    const known = all.known[e];
    const missed = lastAbsent[e];
    const ops = [witnessOp(history, add, 'W')];
    const why =
      known === add
        ? `W added ${what} and was acknowledged (${showPlace(history, add)})`
        : `W added ${what}, which R1 showed (${showPlace(history, known)})`;
    if (known !== add) ops.push(shortRead(history, known, 'R1'));
    ops.push(shortRead(history, missed, 'R2'));
    if (fate === LOST) {
      tally.found('lost-write', () => ({
        message: `${why}. R2, invoked after that, lacks it, and so does every read invoked later.`,
        ops,
        key,
        detail: { elements: [key] },
      }));
      continue;
    }
    staleRecords = Math.max(staleRecords, inv[missed] - ret[known]);
    staleTime = Math.max(staleTime, invTime[missed] - retTime[known]);
    tally.found('stale-read', () => ({
      message: `${why}. R2, invoked after that, lacks it; R3, invoked later still, shows it again.`,
      ops: [...ops, shortRead(history, lastPresent[e], 'R3')],
      key,
    }));
  }
  return {
    acknowledged: seen.acknowledged,
    unknown: seen.unknown,
    failed: seen.failed,
    reads: seen.reads.length,
    stable: fateCounts[STABLE] + fateCounts[STALE],
    stale: fateCounts[STALE],
    lost: fateCounts[LOST],
    neverRead: fateCounts[NEVER_READ],
    recovered,
    staleRecords,
    staleTime,
  };
}
