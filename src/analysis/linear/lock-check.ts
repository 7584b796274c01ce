import { type History, INFO, NEVER, OK } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import type { Check, CheckOptions, Verdict } from '../verdict.ts';
import { Cast } from './explain.ts';
import { judgeByModel, operationsOf } from './general-check.ts';
import { ACQUIRE, type Hold, holds, type LockCalls, RELEASE, tokens } from './holds.ts';
import { Meter } from './meter.ts';
import { mutex as mutexModel, semaphore as semaphoreModel } from './models/counts.ts';
import { Findings } from './verdict-of.ts';

export interface LockOptions extends CheckOptions {
  /** How many may hold it at once. Default 1. */
  readonly permits?: number;
  /** A holder may acquire again, and releases as often. */
  readonly reentrant?: boolean;
  /** Anyone may release: then holders are not known, and the general engines decide. */
  readonly anyoneReleases?: boolean;
}

const ACQUIRES = /^(acquire|lock|read-(acquire|lock)|write-(acquire|lock)|(acquire|lock)-(read|write))$/;
const RELEASES =
  /^(release|unlock|read-(release|unlock)|write-(release|unlock)|(release|unlock)-(read|write))$/;

/** The calls of a history on its lock; a value that is a number counts permits only for a semaphore. */
function lockCalls(history: History, semaphore: boolean): { calls: LockCalls; rows: number[] } {
  const { n, f, fs, outcome, process } = history;
  const rows: number[] = [];
  for (let row = 0; row < n; row++)
    if (ACQUIRES.test(fs[f[row]]) || RELEASES.test(fs[f[row]])) rows.push(row);
  const column = (of: (row: number) => number) => rows.map(of);
  const permits = (row: number) => {
    const value = history.value(row);
    return semaphore && typeof value === 'number' && value > 0 ? value : 1;
  };
  return {
    rows,
    calls: {
      n: rows.length,
      kind: Uint8Array.from(column((row) => (ACQUIRES.test(fs[f[row]]) ? ACQUIRE : RELEASE))),
      amount: Int32Array.from(column(permits)),
      exclusive: Uint8Array.from(column((row) => (/read/.test(fs[f[row]]) ? 0 : 1))),
      process: Int32Array.from(column((row) => process[row])),
      inv: Int32Array.from(column((row) => history.inv[row])),
      ret: Int32Array.from(column((row) => (outcome[row] === INFO ? NEVER : history.ret[row]))),
      outcome: Uint8Array.from(column((row) => outcome[row])),
    },
  };
}

function judge(name: string, history: History, options: LockOptions): Verdict {
  const source = options.workload === undefined ? history : history.only(options.workload);
  const semaphore = name === 'semaphore';
  const permits = semaphore ? (options.permits ?? 1) : 1;
  const { calls, rows } = lockCalls(source, semaphore);
  const meter = new Meter(options.budget);
  const findings = new Findings(options);
  const considered = calls.outcome.filter((o) => o === OK).length;
  if (options.anyoneReleases) {
    const list = operationsOf(source, new Set(['acquire', 'release', 'lock', 'unlock']));
    if (semaphore) judgeByModel(source, list, semaphoreModel(permits), options, meter, findings);
    else judgeByModel(source, list, mutexModel, options, meter, findings);
    return findings.verdict(name, 'linearizable', considered, { steps: meter.steps }, options);
  }
  findings.engines.add('holds');
  // One at a time excludes everything; so many at a time, only what is exclusive, which a semaphore's holds are not.
  const shared = semaphore ? { ...calls, exclusive: new Uint8Array(calls.n) } : calls;
  const most = semaphore ? permits : Number.MAX_SAFE_INTEGER;
  const found = holds(shared, most, options.reentrant ?? false, options.witnesses);
  for (const { holds: held, at } of found.overlaps)
    findings.add(overlap(source, rows, held, at, semaphore ? permits : 1));
  for (const row of found.unheld)
    findings.add(
      new Cast(source, [rows[row]]).anomaly(
        'release-without-hold',
        'a lock was released by a process that did not hold it',
        [
          `Process ${source.process[rows[row]]} released it successfully without an acquire that was ok and not released before.`,
        ],
      ),
    );
  findings.more(
    found.overlaps.length > 0 ? 'overlapping-holds' : 'release-without-hold',
    found.count - found.overlaps.length - found.unheld.length,
  );
  if (!semaphore) judgeTokens(source, rows, calls, findings, options);
  return findings.verdict(name, 'linearizable', considered, { locks: 1 }, options);
}

function overlap(
  history: History,
  rows: readonly number[],
  held: readonly Hold[],
  at: number,
  permits: number,
) {
  const involved = held.flatMap((h) => (h.release < 0 ? [h.acquire] : [h.acquire, h.release]));
  const cast = new Cast(
    history,
    involved.map((i) => rows[i]),
  );
  const lines = held.map((h) => {
    const until =
      h.release < 0
        ? 'and never released it'
        : `and did not release it before record ${h.to} (${cast.name(rows[h.release])})`;
    return `Process ${history.process[rows[h.acquire]]} held it from record ${h.from} (${cast.name(rows[h.acquire])}) ${until}.`;
  });
  const limit = permits === 1 ? 'by two at once' : `by more than its ${permits} permits allow`;
  return cast.anomaly('overlapping-holds', `a lock was held ${limit}, at record ${at}`, lines, {
    detail: { at, holders: held.map((h) => history.process[rows[h.acquire]]) },
  });
}

/** Numbers that acquires returned, where they did: `7`, or `{token: 7}`, or `[name, 7]`. */
function judgeTokens(
  history: History,
  rows: readonly number[],
  calls: LockCalls,
  findings: Findings,
  options: LockOptions,
): void {
  const acquires: number[] = [];
  const numbers: number[] = [];
  for (let i = 0; i < calls.n; i++) {
    if (calls.kind[i] !== ACQUIRE || calls.outcome[i] !== OK) continue;
    const token = tokenOf(history.value(rows[i]));
    if (token === undefined) continue;
    acquires.push(i);
    numbers.push(token);
  }
  // Plain numbers that mostly repeat name the lock; they are no tokens.
  const plain = acquires.every((i) => typeof history.value(rows[i]) === 'number');
  if (acquires.length < 2 || (plain && new Set(numbers).size * 2 <= numbers.length)) return;
  const { conflicts, count } = tokens(
    Int32Array.from(acquires),
    Float64Array.from(numbers),
    calls.inv,
    calls.ret,
    options.witnesses,
  );
  for (const { earlier, later } of conflicts) {
    const cast = new Cast(history, [rows[earlier], rows[later]]);
    findings.add(
      cast.anomaly('fencing-token-regression', 'a later holder got a token that is not greater', [
        `${cast.called(rows[later])} got no greater token than ${cast.called(rows[earlier])}: whoever checks tokens cannot tell the new holder from the old.`,
      ]),
    );
  }
  findings.more('fencing-token-regression', count - conflicts.length);
}

function tokenOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return tokenOf((value as Json[])[value.length - 1] ?? null);
  if (value !== null && typeof value === 'object') return tokenOf((value as { token?: Json }).token ?? null);
  return undefined;
}

/**
 * A lock with one holder at a time: `acquire`, `release` (also `lock`, `unlock`), or readers and writers
 * (`read-acquire`, `write-acquire`, …). Numbers that acquires return are fencing tokens. O(n log n).
 */
export const mutex: Check = {
  name: 'mutex',
  summary: 'a lock: two holders at once, fencing tokens that go back; readers and writers too',
  models: ['linearizable'],
  judge: (history, options: LockOptions = {}) => judge('mutex', history, options),
};

/** A semaphore of `permits` (an option, default 1); a number as value is how many an operation takes or gives. */
export const semaphore: Check = {
  name: 'semaphore',
  summary: 'a semaphore: more permits held at once than there are',
  models: ['linearizable'],
  judge: (history, options: LockOptions = {}) => judge('semaphore', history, options),
};
