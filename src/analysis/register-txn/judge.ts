import { FAIL, type History, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import type { Core } from '../evidence/core.ts';
import { type CycleReport, findCycles } from '../graph/cycles.ts';
import type { Intervals } from '../graph/kahn.ts';
import { stepsOf } from '../graph/steps.ts';
import {
  boundary,
  canonicalModel,
  friendly,
  friendlyAll,
  implies,
  strongestConsistent,
  violates,
} from '../models.ts';
import { findCausal } from '../session/causality.ts';
import { findGuarantees, findPram } from '../session/findings.ts';
import { GUARANTEES, type Guarantee } from '../session/guarantees.ts';
import { SESSION_MODELS } from '../session/judge.ts';
import { cutBy } from '../spending.ts';
import { type CheckOptions, DEFAULT_BUDGET, NOTHING_FOUND, type Verdict } from '../verdict.ts';
import { accessesOf, accessValue } from '../weak/accesses.ts';
import { Found } from '../weak/found.ts';
import { WeakLevels } from '../weak/levels.ts';
import { localAnomaly } from '../weak/local-witness.ts';
import { type Registers, registersOf } from '../weak/registers.ts';
import { Cast } from '../weak/words.ts';
import type { Case } from './case.ts';
import { coreOf, emptyCore } from './core.ts';
import { cyclicVersionsAnomaly } from './cyclic-versions.ts';
import { dependencies } from './dependencies.ts';
import { PATIENCE } from './limits.ts';
import { usesProcess, usesRealtime } from './models.ts';
import { prove } from './prove.ts';
import { deadlines } from './schedule.ts';
import { type OrderOptions, versionOrder } from './sources.ts';
import { Narrator } from './steps.ts';
import { type Stuck, timedOrder } from './timed-schedule.ts';
import { sourceNames } from './version-order.ts';
import { versionsOf } from './versions.ts';
import { findWeak } from './weak-levels.ts';
import { zonesOf } from './zones.ts';

/** Options of `rw-register`, beside those common to all checks. */
export interface RegisterTxnOptions extends CheckOptions, OrderOptions {}

/** The verdict, and the cyclic core of the history to draw and to export. The core is null where nothing was judged. */
export function analyzeRegisterTxn(
  history: History,
  options: RegisterTxnOptions,
): { readonly verdict: Verdict; readonly core: Core | null } {
  const judged = friendlyAll(options.models ?? ['strict-serializable']);
  const initial: Json = options.initial ?? null;
  const registers = registersOf(accessesOf(history), accessValue(history, initial));
  const head = { check: 'rw-register', judged };
  const impossible = unusable(registers) ?? appending(registers);
  if (impossible !== undefined)
    return {
      core: null,
      verdict: {
        ...head,
        engine: 'none',
        valid: 'unknown',
        ...NOTHING_FOUND,
        consistentWith: [],
        reason: impossible,
      },
    };

  /** Of a history that a look at the whole has proved right. */
  const outright = (engine: string, upheld: readonly string[]) => ({
    core: emptyCore(registers),
    verdict: {
      ...head,
      engine,
      valid: true,
      ...NOTHING_FOUND,
      consistentWith: upheld,
      assumptions: [],
      stats: size(registers),
    },
  });
  const found = new Found();
  const witnesses = options.witnesses ?? 8;
  const budget = options.budget ?? DEFAULT_BUDGET;
  const weak = judged.every((m) => implies('read-atomic', m) || implies('causal', m));
  const visibility = weak ? new WeakLevels(registers) : undefined;
  if (
    visibility !== undefined &&
    registers.counts.size === 0 &&
    assumptions(options).every((a) => a === sourceNames[0])
  ) {
    // Who claims no more is told no more: orders of versions, and so their cycles, are not looked for.
    const upheld = upheldByVisibility(judged, visibility);
    if (upheld !== undefined) return outright('visibility', upheld);
  }
  const versions = versionsOf(registers);
  const intervals = intervalsOf(registers);
  let stuck: Stuck | undefined;
  if (!weak && registers.counts.size === 0 && options.transactionOrder !== true) {
    // A serial order in real time upholds every model there is: nothing else needs to be looked for.
    const soonest = deadlines(versions, intervals);
    const order = timedOrder(versions, undefined, soonest, intervals, PATIENCE, undefined, budget.expired);
    if (order === 'found') return outright('serial-order', ['strict-serializable']);
    stuck = order;
  }
  const order = versionOrder(versions, options, () => zonesOf(versions, intervals.inv, intervals.ret));
  const { pairs } = order;
  const it: Case = {
    registers,
    versions,
    pairs,
    intervals,
    initial,
    witnesses,
    budget,
    judged,
    found,
    stuck,
  };
  for (const [type, count] of registers.counts) {
    const shown = registers.found.filter((f) => f.type === type).slice(0, witnesses);
    found.add(
      type,
      count,
      shown.map((f) => localAnomaly(registers, f, initial)),
    );
  }
  for (const type of ['cyclic-versions', 'G1c'] as const) {
    const circles = order.cyclic.filter((c) => c.type === type);
    const shown = circles.slice(0, witnesses);
    found.add(
      type,
      circles.length,
      shown.map((c) => cyclicVersionsAnomaly(c, versions, new Cast(registers, initial))),
    );
  }
  const report = cycles(it);
  const upheld = new Set<string>();
  const levels = visibility ?? new WeakLevels(registers);
  for (const model of findWeak(it, levels)) upheld.add(model);
  const session = judged.some((m) => SESSION_MODELS.some((s) => canonicalModel(s) === canonicalModel(m)));
  let reason = report.cut ? `the search for cycles ended ${cutBy(budget)}` : undefined;
  const contradictions: (readonly Guarantee[])[] = [];
  if (session && sessions(it, levels, contradictions))
    reason ??= `the search for writes-follow-reads ended ${cutBy(budget)}`;
  if (session) for (const model of SESSION_MODELS) upheld.add(canonicalModel(model));

  const ruledOut = (model: string): boolean => violates([model], found.types);
  const engines = ['cycles', 'visibility'];
  const open = judged.filter((m) => !upheld.has(canonicalModel(m)) && !ruledOut(m));
  const invalid = violates(judged, found.types) || contradictions.length > 0;
  for (const proof of prove(it, open, invalid)) {
    if (proof.model !== undefined) upheld.add(proof.model);
    if (proof.engine !== undefined && !engines.includes(proof.engine)) engines.push(proof.engine);
    reason ??= proof.reason;
  }
  const types = found.types;
  const stillOpen = judged.filter(
    (m) => !violates([m], types) && ![...upheld].some((u) => !violates([u], types) && implies(u, m)),
  );
  const { not, alsoNot } = boundary(types);
  const verdict: Verdict = {
    ...head,
    engine: engines.join(', '),
    valid:
      contradictions.length > 0 || violates(judged, types) ? false : stillOpen.length > 0 ? 'unknown' : true,
    anomalyTypes: types,
    counts: found.counts,
    anomalies: found.anomalies,
    not,
    alsoNot,
    consistentWith: strongestConsistent(upheld, types),
    ...(stillOpen.length === 0 || reason === undefined
      ? stillOpen.length === 0
        ? {}
        : { reason: `not decided: ${stillOpen.map(friendly).join(', ')}` }
      : { reason }),
    assumptions: assumptions(options),
    stats: { ...size(registers), orderedPairs: pairs.count, cyclicParts: report.parts.length },
  };
  return { verdict, core: coreOf(versions, pairs, report) };
}

/**
 * The strongest of read atomic and causal, as far as they are asked about, if they hold; undefined where one does not. For histories in
 * which no read is wrong by itself. Read committed, in both readings, demands less than read atomic does.
 */
function upheldByVisibility(judged: readonly string[], levels: WeakLevels): string[] | undefined {
  // Causality sees all that read atomic does, and more.
  const causal = judged.some((m) => !implies('read-atomic', m));
  if (!(causal ? levels.causal() : levels.readAtomic()).holds) return undefined;
  return strongestConsistent(causal ? ['causal', 'read-atomic'] : ['read-atomic'], []);
}

function size({ n, sessions, keys, writeStart }: Registers): { readonly [name: string]: number } {
  return { transactions: n, sessions, keys, versions: writeStart[n]! };
}

function unusable(registers: Registers): string | undefined {
  const { accesses } = registers;
  if (registers.okUnits === 0) return 'no transaction succeeded';
  if (registers.ambiguous === 0) return undefined;
  const { values } = accesses.history;
  const at = registers.ambiguousAccess;
  return `${registers.ambiguous} writes repeat a value of their key or write its initial value (first: ${values.show(accesses.value[at]!)} to key ${values.show(accesses.keyId[accesses.key[at]!]!)}): whose write a read saw is not certain`;
}

/** Of a history with transactions that append: what they did to registers is nothing known. */
function appending({ accesses }: Registers): string | undefined {
  const { history, row, units, ignored } = accesses;
  if (ignored === 0) return undefined;
  for (let i = 0, u = 0; i < history.n; i++) {
    if (u < units && row[u] === i) u++;
    else if (history.shape[i] === Shape.Txn && history.outcome[i] !== FAIL)
      return `the transaction of index ${history.inv[i]} appends to a list: these are no registers`;
  }
  return undefined;
}

function intervalsOf(registers: Registers): Intervals {
  const { unit, accesses } = registers;
  const { history, row } = accesses;
  const inv = new Int32Array(unit.length);
  const ret = new Int32Array(unit.length);
  for (let t = 0; t < unit.length; t++) {
    const at = row[unit[t]!]!;
    inv[t] = history.inv[at]!;
    ret[t] = history.ret[at]!;
  }
  return { inv, ret };
}

function cycles(it: Case): CycleReport {
  const { registers, versions, pairs, intervals, initial, found, witnesses, budget, judged } = it;
  const realtime = judged.some(usesRealtime);
  const process = realtime || judged.some(usesProcess);
  const report = findCycles({
    edges: dependencies(versions, pairs),
    ...(realtime ? { intervals } : {}),
    ...(process ? { process: registers.session } : {}),
    witnesses,
    steps: stepsOf(budget),
  });
  const narrator = new Narrator(versions, pairs);
  for (const [type, count] of report.counts)
    found.add(
      type,
      count,
      report.cycles
        .filter((c) => c.type === type)
        .map((c) => narrator.anomaly(type, c.steps, new Cast(registers, initial))),
    );
  return report;
}

/**
 * The session guarantees and causality of transactions. Gives whether the search was cut; `contradictions` receives what is
 * claimed together and cannot be.
 */
function sessions(it: Case, levels: WeakLevels, contradictions: (readonly Guarantee[])[]): boolean {
  const { registers, initial, witnesses, found, budget } = it;
  if (levels.causal().holds) return false;
  const context = { levels, registers, initial, witnesses, budget, found, contradictions };
  const wanted = (model: string): boolean => it.judged.some((j) => implies(j, model));
  const cut = findGuarantees(context, 'transaction', 'global', GUARANTEES.filter(wanted));
  findPram(context);
  findCausal(context, true);
  return cut;
}

function assumptions(options: OrderOptions): string[] {
  const used: string[] = [];
  if (options.wfrKeys !== false) used.push(sourceNames[0]);
  if (options.transactionOrder === true) used.push(sourceNames[1]);
  if (options.sequentialKeys === true) used.push(sourceNames[2]);
  if (options.linearizableKeys === true) used.push(sourceNames[3]);
  return used;
}
