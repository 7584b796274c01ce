import { FAIL, type History, INFO, NEVER, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';
import { showRow } from '../evidence/show.ts';
import { type Exact, exactly, numberOf } from '../integers.ts';
import type { Check, CheckOptions, OwnOptionsOf, Verdict } from '../verdict.ts';
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

const MUTEX: OwnOptionsOf<Omit<LockOptions, 'permits'>> = {
  reentrant: {
    kind: 'boolean',
    default: false,
    description: 'a holder may acquire again, and releases as often',
  },
  anyoneReleases: { kind: 'boolean', default: false, description: 'who releases need not be who acquired' },
};
const SEMAPHORE: OwnOptionsOf<LockOptions> = {
  permits: { kind: 'integer', minimum: 1, default: 1, description: 'how many may be held at once' },
  ...MUTEX,
};

/** A function's name for any holder, and those for readers and writers. */
const named = (f: string) => [f, `read-${f}`, `write-${f}`, `${f}-read`, `${f}-write`];
const ACQUIRES: ReadonlySet<string> = new Set(['acquire', 'lock'].flatMap(named));
const RELEASES: ReadonlySet<string> = new Set(['release', 'unlock'].flatMap(named));
const FUNCTIONS = [...ACQUIRES, ...RELEASES];

/** The calls on one lock, and which rows of the history they are. */
interface Lock {
  /** Undefined where operations name no lock. */
  readonly name: Json | undefined;
  /** Why these calls cannot be judged. */
  readonly reason?: string;
  readonly calls: LockCalls;
  readonly rows: readonly number[];
}

/**
 * The locks of a history: a string names one, and so does what an array begins with (`["a", 7]`). So do plain numbers that
 * mostly repeat, if releases have them too; else they are tokens, and for a semaphore always permits. A release
 * without a name is of the lock that its process acquired last.
 */
function locksOf(history: History, semaphore: boolean, reentrant: boolean): Lock[] {
  const { n, f, fs, process } = history;
  const numbered = !semaphore && numbersAreNames(history);
  const last = new Map<number, Json | undefined>();
  const locks = new Map<number | undefined, { name: Json | undefined; rows: number[] }>();
  for (let row = 0; row < n; row++) {
    const acquires = ACQUIRES.has(fs[f[row]]);
    if (!acquires && !RELEASES.has(fs[f[row]])) continue;
    let name = nameOf(history, row, numbered);
    if (acquires) last.set(process[row], name);
    else name ??= last.get(process[row]);
    const id = name === undefined ? undefined : history.values.id(name);
    const lock = locks.get(id);
    if (lock === undefined) locks.set(id, { name, rows: [row] });
    else lock.rows.push(row);
  }
  return [...locks.values()].map(({ name, rows }) => {
    const calls = lockCalls(history, rows, semaphore);
    const reason = semaphore
      ? unfit(history, rows, calls, reentrant)
      : reentrant
        ? changed(history, rows, calls)
        : undefined;
    return { name, rows, calls, ...(reason === undefined ? {} : { reason }) };
  });
}

/** Why what calls take and give back cannot be told. */
function unfit(
  history: History,
  rows: readonly number[],
  { kind, amount }: LockCalls,
  reentrant: boolean,
): string | undefined {
  const first = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (history.outcome[row] === FAIL) continue;
    if (!(amount[i] >= 1)) return `${called(history, row)} is of no positive whole number of permits`;
    const process = history.process[row];
    const other = first.get(process) ?? i;
    if (kind[i] === ACQUIRE) first.set(process, other);
    if (reentrant && amount[i] !== amount[other])
      return `a holder that acquires again holds no more, but ${called(history, row)} is of another amount than ${called(history, rows[other])}`;
  }
  return undefined;
}

/** Why what readers and writers that re-enter hold cannot be told. */
function changed(
  history: History,
  rows: readonly number[],
  { kind, exclusive }: LockCalls,
): string | undefined {
  const held = new Map<number, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const process = history.process[row];
    const stack = held.get(process) ?? [];
    if (kind[i] === RELEASE) {
      if (history.outcome[row] !== FAIL) stack.pop();
    } else if (history.outcome[row] === OK) {
      if (stack.length > 0 && exclusive[stack[0]] !== exclusive[i])
        return `${called(history, row)} makes another holder of its process than ${called(history, rows[stack[0]])}, which it has not released`;
      stack.push(i);
    }
    held.set(process, stack);
  }
  return undefined;
}

/** Why a lock that anyone releases cannot be judged. */
function shared(history: History, { rows, reason }: Lock, reentrant: boolean): string | undefined {
  const row = rows.find((r) => /read|write/.test(history.fs[history.f[r]]));
  if (row !== undefined)
    return `of a lock that anyone releases, ${called(history, row)} does not tell whose hold it is`;
  return reentrant ? 'who holds a lock that anyone releases is not known, so nobody re-enters it' : reason;
}

function nameOf(history: History, row: number, numbered: boolean): Json | undefined {
  const value = history.value(row);
  if (numberAt(history, row) !== undefined) return numbered ? value : undefined;
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.length === 2 ? (value[0] as Json) : undefined;
}

function numbersAreNames(history: History): boolean {
  const { n, f, fs, outcome } = history;
  const met = new Set<Exact>();
  let acquired = 0;
  for (let row = 0; row < n; row++) {
    if (outcome[row] !== OK) continue;
    const acquires = ACQUIRES.has(fs[f[row]]);
    if (!acquires && !RELEASES.has(fs[f[row]])) continue;
    const number = numberAt(history, row);
    if (number === undefined) return false;
    if (!acquires) continue;
    acquired++;
    met.add(number);
  }
  return 2 * met.size <= acquired;
}

/** The calls of these rows; a number as value counts permits only for a semaphore. */
function lockCalls(history: History, rows: readonly number[], semaphore: boolean): LockCalls {
  const { f, fs, outcome, process } = history;
  return {
    n: rows.length,
    kind: Uint8Array.from(rows, (row) => (ACQUIRES.has(fs[f[row]]) ? ACQUIRE : RELEASE)),
    amount: Float64Array.from(rows, (row) => (semaphore ? permitsOf(history, row) : 1)),
    exclusive: Uint8Array.from(rows, (row) => (/read/.test(fs[f[row]]) ? 0 : 1)),
    process: Int32Array.from(rows, (row) => process[row]),
    inv: Int32Array.from(rows, (row) => history.inv[row]),
    ret: Int32Array.from(rows, (row) => (outcome[row] === INFO ? NEVER : history.ret[row])),
    outcome: Uint8Array.from(rows, (row) => outcome[row]),
  };
}

function called(history: History, row: number): string {
  return `${showRow(history, row)} (record ${history.inv[row]})`;
}

/**
 * How many permits a call is about: 1 unless it says so; NaN where that is no positive whole number. What is beyond 2^53 may
 * be the nearest double: it is more than any semaphore has.
 */
function permitsOf(history: History, row: number): number {
  const { shape, x0, x1 } = history;
  const pair = shape[row] === Shape.Pair;
  if (!pair && shape[row] !== Shape.Scalar) return Number.NaN;
  const id = pair ? x1[row] : x0[row];
  // Alone, a text is the name of the semaphore.
  if (id === NIL || (!pair && numberOf(history, id) === undefined && isText(history, id))) return 1;
  const amount = Number(numberOf(history, id) ?? Number.NaN);
  return Number.isInteger(amount) && amount > 0 ? amount : Number.NaN;
}

const isText = ({ values }: History, id: number): boolean => typeof values.value(id) === 'string';

function judge(name: string, source: History, options: LockOptions): Verdict {
  const semaphore = name === 'semaphore';
  const permits = semaphore ? (options.permits ?? 1) : 1;
  const meter = new Meter(options.budget);
  const findings = new Findings(options);
  const locks = locksOf(source, semaphore, options.reentrant === true && !options.anyoneReleases);
  let considered = 0;
  for (const { calls } of locks) for (const outcome of calls.outcome) if (outcome === OK) considered++;
  const stats = { locks: locks.length };
  if (options.anyoneReleases) {
    const { operations, rows } = operationsOf(source, new Set(['acquire', 'release', 'lock', 'unlock']));
    const place = new Map(rows.map((row, i) => [row, i]));
    for (const lock of locks) {
      const reason = shared(source, lock, options.reentrant === true);
      if (reason !== undefined) {
        findings.unknowns.push(reason);
        continue;
      }
      const amounts = new Map(lock.rows.map((row, i) => [row, lock.calls.amount[i]]));
      const own = lock.rows.filter((row) => place.has(row));
      const called = own.map((row) => {
        const amount = amounts.get(row)!;
        return { ...operations[place.get(row)!], input: amount, output: amount };
      });
      const list = { operations: called, rows: own };
      if (semaphore) judgeByModel(source, list, semaphoreModel(permits), options, meter, findings);
      else judgeByModel(source, list, mutexModel, options, meter, findings);
    }
    return findings.verdict(name, 'linearizable', considered, { ...stats, steps: meter.steps }, options);
  }
  findings.engines.add('holds');
  for (const lock of locks) {
    if (lock.reason !== undefined) {
      findings.unknowns.push(lock.reason);
      continue;
    }
    judgeHolds(source, lock, semaphore ? permits : undefined, findings, options);
    if (!semaphore) judgeTokens(source, lock, findings, options);
  }
  return findings.verdict(name, 'linearizable', considered, stats, options);
}

/** @param permits undefined where one holds it, or readers together do */
function judgeHolds(
  source: History,
  lock: Lock,
  permits: number | undefined,
  findings: Findings,
  options: LockOptions,
): void {
  const { calls, rows } = lock;
  // One at a time excludes everything; so many at a time, only what is exclusive, which a semaphore's holds are not.
  const meant = permits === undefined ? calls : { ...calls, exclusive: new Uint8Array(calls.n) };
  const most = permits ?? Number.MAX_SAFE_INTEGER;
  const found = holds(meant, most, options.reentrant ?? false, options.witnesses);
  for (const { holds: held, at } of found.overlaps)
    findings.add(overlap(source, lock, held, at, permits ?? 1));
  for (const row of found.unheld)
    findings.add(
      new Cast(source, [rows[row]]).anomaly(
        'release-without-hold',
        'a lock was released by a process that did not hold it',
        [
          calls.amount[row] === 1
            ? `Process ${source.process[rows[row]]} released it successfully without an acquire that was ok and not released before.`
            : `Process ${source.process[rows[row]]} released ${calls.amount[row]} permits, more than it had acquired for certain and not released before.`,
        ],
        keyOf(lock),
      ),
    );
  findings.more(
    found.overlaps.length > 0 ? 'overlapping-holds' : 'release-without-hold',
    found.count - found.overlaps.length - found.unheld.length,
  );
}

function keyOf({ name }: Lock): { key?: Json } {
  return name === undefined ? {} : { key: name };
}

function overlap(history: History, lock: Lock, held: readonly Hold[], at: number, permits: number) {
  const { rows } = lock;
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
    const what = h.amount === 1 ? 'it' : `${h.amount} permits`;
    return `Process ${history.process[rows[h.acquire]]} held ${what} from record ${h.from} (${cast.name(rows[h.acquire])}) ${until}.`;
  });
  const limit = permits === 1 ? 'by two at once' : `by more than its ${permits} permits allow`;
  return cast.anomaly('overlapping-holds', `a lock was held ${limit}, at record ${at}`, lines, {
    ...keyOf(lock),
    detail: { at, holders: held.map((h) => history.process[rows[h.acquire]]) },
  });
}

/** Numbers that acquires returned, where they did: `7`, or `{token: 7}`, or `[name, 7]`. */
function judgeTokens(history: History, lock: Lock, findings: Findings, options: LockOptions): void {
  const { calls, rows } = lock;
  const acquires: number[] = [];
  const numbers: Exact[] = [];
  for (let i = 0; i < calls.n; i++) {
    if (calls.kind[i] !== ACQUIRE || calls.outcome[i] !== OK) continue;
    const token = tokenOf(history, rows[i]);
    if (token === undefined) continue;
    acquires.push(i);
    numbers.push(token);
  }
  // Plain numbers that mostly repeat name the lock; they are no tokens.
  const plain = acquires.every((i) => numberAt(history, rows[i]) !== undefined);
  if (acquires.length < 2 || (plain && new Set(numbers).size * 2 <= numbers.length)) return;
  const { conflicts, count } = tokens(
    Int32Array.from(acquires),
    numbers,
    calls.inv,
    calls.ret,
    options.witnesses,
  );
  for (const { earlier, later } of conflicts) {
    const cast = new Cast(history, [rows[earlier], rows[later]]);
    findings.add(
      cast.anomaly(
        'fencing-token-regression',
        'a later holder got a token that is not greater',
        [
          `${cast.called(rows[later])} got no greater token than ${cast.called(rows[earlier])}: whoever checks tokens cannot tell the new holder from the old.`,
        ],
        keyOf(lock),
      ),
    );
  }
  findings.more('fencing-token-regression', count - conflicts.length);
}

function tokenOf(history: History, row: number): Exact | undefined {
  const { shape, x1 } = history;
  if (shape[row] === Shape.Scalar) return numberAt(history, row);
  return shape[row] === Shape.Pair ? numberOf(history, x1[row]) : tokenIn(history.value(row));
}

function tokenIn(value: Json): Exact | undefined {
  if (Array.isArray(value)) return tokenIn((value as Json[])[value.length - 1] ?? null);
  if (value !== null && typeof value === 'object') return tokenIn((value as { token?: Json }).token ?? null);
  return exactly(value);
}

/** The number that the whole value of a row is. */
function numberAt(history: History, row: number): Exact | undefined {
  return history.shape[row] === Shape.Scalar ? numberOf(history, history.x0[row]) : undefined;
}

/**
 * Locks with one holder at a time, each by its name if operations name one: `acquire`, `release` (also `lock`, `unlock`), or readers and writers
 * (`read-acquire`, `write-acquire`, …). Numbers that acquires return are fencing tokens. O(n log n).
 */
export const mutex: Check = {
  name: 'mutex',
  summary: 'a lock: two holders at once, fencing tokens that go back; readers and writers too',
  functions: FUNCTIONS,
  models: ['linearizable'],
  options: MUTEX,
  judge: (history, options: LockOptions = {}) => judge('mutex', history, options),
};

/**
 * A semaphore of `permits` (an option, default 1); a number as value is how many an operation takes or gives, in whatever
 * amounts. A process gives back no more than it holds, unless `anyoneReleases`. Amounts that are no positive whole numbers are
 * `unknown`. O(n log n); with `anyoneReleases` exponential at worst in the operations that overlap, within the budget.
 */
export const semaphore: Check = {
  name: 'semaphore',
  summary: 'a semaphore: more permits held at once than there are',
  functions: FUNCTIONS,
  models: ['linearizable'],
  options: SEMAPHORE,
  judge: (history, options: LockOptions = {}) => judge('semaphore', history, options),
};
