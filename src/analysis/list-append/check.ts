import type { History } from '../../history/history.ts';
import type { Core } from '../evidence/core.ts';
import { cycleAnomaly } from '../evidence/cycle.ts';
import { buildCsr } from '../graph/csr.ts';
import { type CycleReport, findCyclesAmong } from '../graph/cycles.ts';
import { type Steps, stepsOf } from '../graph/steps.ts';
import { strong } from '../graph/strong.ts';
import { boundary, friendlyAll, implies, strongestConsistent, violates } from '../models.ts';
import {
  type Anomaly,
  type Check,
  type CheckOptions,
  DEFAULT_BUDGET,
  NOTHING_FOUND,
  type Validity,
  type Verdict,
} from '../verdict.ts';
import { Dependencies } from './dependencies.ts';
import { Elements } from './elements.ts';
import { reasons } from './reasons.ts';
import { scan } from './scan.ts';
import { serialOrder } from './serial.ts';
import { Transactions } from './transactions.ts';
import { clashAnomaly, ordersOfUnread } from './unread.ts';
import { Versions } from './versions.ts';
import { findingAnomaly } from './words.ts';

/**
 * Models that appends and list reads decide exactly: all that they forbid would show, or, of appends that no read shows, in every order
 * that they may have (see `unread.ts`). Strongest first.
 */
const decided: readonly string[] = [
  'strict-serializable',
  'strong-session-serializable',
  'strong-snapshot-isolation',
  'strong-session-snapshot-isolation',
  'serializable',
  'snapshot-isolation',
  'repeatable-read',
  'consistent-view',
  'strong-read-committed',
  'strong-session-read-committed',
  'read-committed',
  'strong-read-uncommitted',
  'strong-session-read-uncommitted',
  'read-uncommitted',
];

const WITNESSES = 8;

/**
 * Transactions that append to lists and read them (Elle's list-append).
 *
 * Preconditions: no two invocations append the same element to the same key (else `unknown`); operations of a process do not overlap. A
 * read of nil is a read of the empty list. Reads of transactions whose outcome is unknown are ignored; so are these
 * transactions, unless somebody saw what they wrote: then they follow what came before them in real time and in their process.
 * The version order of a key is its longest read; what that does not show comes after it in an order that nobody knows, and a model is violated only if it is in each.
 *
 * Complexity: O(micro-operations + versions + positions) for a history without anomalies. Anomalies cost linear work on the strongly connected
 * parts of the dependency graph, plus searches within the budget; a budget step is one edge looked at. Where it ends, what it leaves
 * open is `unknown`.
 *
 * Sources: Kingsbury & Alvaro, "Elle" (VLDB 2020); Adya, "Weak Consistency" (1999); Cerone & Gotsman, "Analysing Snapshot
 * Isolation" (PODC 2016); Papadimitriou, "The Serializability of Concurrent Database Updates" (1979) for orders that are not known.
 */
export const listAppend: Check = {
  name: 'list-append',
  summary:
    'transactions that append to lists and read them: every isolation level up to strict serializability',
  functions: [],
  transactions: true,
  models: decided,
  judge,
};

function judge(history: History, options?: CheckOptions): Verdict {
  return analyzeListAppend(history, options).verdict;
}

/** The verdict, and the cyclic core of the history to draw and to export. The core is null where nothing was judged. */
export function analyzeListAppend(
  history: History,
  options: CheckOptions = {},
): { readonly verdict: Verdict; readonly core: Core | null } {
  const judged = friendlyAll(options.models ?? ['strict-serializable']);
  const keep = options.witnesses ?? WITNESSES;
  const say = (phase: string, done: number): void => options.progress?.(done, 5, phase);

  say('reading transactions', 0);
  const txns = new Transactions(history);
  const base = {
    judged,
    stats: { transactions: txns.count, ok: txns.succeeded },
  };
  if (txns.foreign !== null) return unjudged(base, `this is no list-append history: ${txns.foreign}`);
  if (txns.succeeded === 0) return unjudged(base, 'no transaction succeeded: there is nothing to judge');
  say('looking for a serial order', 1);
  const elements = new Elements(txns);
  const serial = serialOrder(txns, elements);
  if (serial.found) {
    const stats = { ...base.stats, ...figures(txns, serial.unobserved) };
    const verdict = conclude(
      { ...base, stats },
      { engine: 'serial-order', counts: new Map(), anomalies: [] },
    );
    return { verdict, core: coreOf(txns, NO_CYCLES) };
  }

  say('ordering versions', 2);
  const versions = new Versions(txns, elements);
  if (versions.repeated.length > 0) {
    const m = versions.repeated[0];
    const before = versions.append(txns.keyOf[m], history.mopVal[m]);
    return unjudged(
      base,
      `the workload appended ${history.values.show(history.mopVal[m])} to ${txns.key(m)} more than once (records ${txns.inv[txns.txnOf[before]]} and ${txns.inv[txns.txnOf[m]]}): elements must be unique, or nothing tells who wrote what was read`,
    );
  }
  const { findings, pass } = scan(txns, versions, serial.placed, keep);
  say('looking for cycles', 3);
  const dependencies = new Dependencies(txns, versions, serial.placed, pass);
  const steps = stepsOf(options.budget ?? DEFAULT_BUDGET);
  const report = cyclesOf(txns, dependencies, steps, keep);
  const types = [...report.counts.keys(), ...findings.counts.keys()];
  const { clashes, undecided } = ordersOfUnread(txns, dependencies.unordered, report, types, steps);
  say('explaining', 4);
  const walks = clashes.flatMap(({ walk }) => walk ?? []);
  const explain = reasons(txns, versions, [...report.cycles, ...walks]);
  const anomalies: Anomaly[] = [
    ...clashes.map((clash) => clashAnomaly(txns, clash, explain)),
    ...report.cycles.map((cycle) => cycleAnomaly(cycle, history, (t) => txns.row[t], explain)),
    ...findings.kept.map((finding) => findingAnomaly(txns, finding)),
  ];
  const stats = { ...base.stats, ...figures(txns, pass.hidden, report) };
  const counts = new Map([...report.counts, ...findings.counts]);
  for (const { type } of clashes) counts.set(type, (counts.get(type) ?? 0) + 1);
  const found = { engine: 'cycles', counts, anomalies, cut: report.cut, undecided };
  return { verdict: conclude({ ...base, stats }, found), core: coreOf(txns, report) };
}

const NO_CYCLES: CycleReport = { cycles: [], counts: new Map(), parts: [], cut: false };

function coreOf(txns: Transactions, { parts, cycles }: CycleReport): Core {
  return { history: txns.history, parts, cycles, rowOf: (t) => txns.row[t], keyOf: (m) => txns.key(m) };
}

function cyclesOf(
  txns: Transactions,
  dependencies: Dependencies,
  steps: Steps,
  witnesses: number,
): CycleReport {
  const core = strong(dependencies.lean(), dependencies.vertices(), txns);
  if (core.length === 0) return NO_CYCLES;
  const edges = dependencies.among(core);
  const query = {
    edges,
    intervals: txns,
    process: txns.processes(),
    witnesses,
    steps,
  };
  return findCyclesAmong(query, buildCsr(edges), core);
}

function figures(
  txns: Transactions,
  unobserved: number,
  { parts }: CycleReport = NO_CYCLES,
): { readonly [name: string]: number } {
  return {
    keys: txns.named,
    appends: txns.appends,
    reads: txns.reads,
    unobservedAppends: unobserved,
    cyclicParts: parts.length,
    cyclicTransactions: parts.reduce((sum, part) => sum + part.txns, 0),
  };
}

interface Base {
  readonly judged: readonly string[];
  readonly stats: { readonly [name: string]: number };
}

function unjudged({ judged, stats }: Base, reason: string): { verdict: Verdict; core: null } {
  const verdict: Verdict = {
    check: 'list-append',
    valid: 'unknown',
    ...NOTHING_FOUND,
    judged,
    consistentWith: [],
    engine: 'cycles',
    reason,
    stats,
  };
  return { verdict, core: null };
}

interface Found {
  readonly engine: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly anomalies: readonly Anomaly[];
  readonly cut?: boolean;
  /** Models that may yet be violated by what was not found. */
  readonly undecided?: readonly string[];
}

function conclude(
  { judged, stats }: Base,
  { engine, counts, anomalies, cut = false, undecided = [] }: Found,
): Verdict {
  const types = [...counts.keys()].sort();
  const settled = decided.filter((m) => !undecided.some((u) => implies(m, u)));
  const standing = cut ? [] : strongestConsistent(settled, types);
  const open = judged.filter((m) => !standing.some((s) => implies(s, m)));
  const valid: Validity = violates(judged, types) ? false : open.length > 0 ? 'unknown' : true;
  const reason = cut
    ? 'the budget ended before every kind of cycle was settled; what was found is certain'
    : undecided.length > 0
      ? `the budget ended before it was settled whether some order of the appends that no read shows satisfies ${friendlyAll(undecided).join(', ')}`
      : valid === 'unknown'
        ? `nothing found rules out ${open.join(', ')}, but list-append histories do not decide it once ${boundary(types).not.join(', ')} is violated`
        : undefined;
  return {
    check: 'list-append',
    valid,
    anomalyTypes: types,
    counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    anomalies,
    ...boundary(types),
    judged,
    consistentWith: standing,
    engine,
    ...(reason === undefined ? {} : { reason }),
    stats,
  };
}
