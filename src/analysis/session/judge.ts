import type { History } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { boundary, canonicalModel, friendlyAll, implies, strongestConsistent, violates } from '../models.ts';
import { cutBy } from '../spending.ts';
import { type CheckOptions, DEFAULT_BUDGET, NOTHING_FOUND, type Verdict } from '../verdict.ts';
import { accessesOf, accessValue, mixedReason } from '../weak/accesses.ts';
import { Found } from '../weak/found.ts';
import { WeakLevels } from '../weak/levels.ts';
import { listOrder } from '../weak/list-order.ts';
import { localAnomaly } from '../weak/local-witness.ts';
import { type Registers, registersOf } from '../weak/registers.ts';
import type { Memory } from '../weak/seen-rules.ts';
import { findCausalMemory } from './causal-memory.ts';
import { findCausal } from './causality.ts';
import { type Arbitration, type Context, findGuarantees, findPram } from './findings.ts';
import { GUARANTEES, type Guarantee } from './guarantees.ts';

/** Options of the checks of sessions and causality. */
export interface SessionOptions extends CheckOptions {
  /** `global` (default): all readers must agree on one order of writes. `per-session`: each session may have its own. */
  readonly arbitration?: Arbitration;
  /**
   * How long a reader's view lasts. `transaction` (default): what one transaction reads is one view, and between
   * operations the reader may have moved to a replica further behind. `session`: readers are known never to go back
   * (monotonic reads is granted), so that what a session saw before counts against the writers.
   */
  readonly memory?: Memory;
}

/** The models that causal convergence implies, strongest first; the checks here can also speak of causal memory. */
export const SESSION_MODELS = [
  'causal',
  'PRAM',
  'writes-follow-reads',
  ...[...GUARANTEES.slice(0, 3)].reverse(),
  'weak-causal',
];

/** Judges sessions of reads and writes; `claim` is what is judged when the options name no models. */
export function judgeSessions(
  check: string,
  history: History,
  options: SessionOptions,
  claim: readonly string[],
): Verdict {
  const judged = friendlyAll(options.models ?? claim);
  const initial: Json = options.initial ?? null;
  const accesses = accessesOf(history, true);
  const registers = registersOf(accesses, accessValue(history, initial));
  const head = { check, judged, engine: 'visibility' };
  if (registers.okUnits === 0 || registers.ambiguous > 0 || accesses.mixed !== undefined)
    return {
      ...head,
      valid: 'unknown',
      ...NOTHING_FOUND,
      consistentWith: [],
      reason:
        registers.okUnits === 0
          ? 'no read or write succeeded'
          : accesses.mixed !== undefined
            ? mixedReason(accesses)
            : `${registers.ambiguous} writes repeat a value of their key or write its initial value (first: ${history.values.show(accesses.value[registers.ambiguousAccess]!)}): whose write a read saw is not certain`,
    };

  const found = new Found();
  const witnesses = options.witnesses ?? 8;
  const global = options.arbitration !== 'per-session';
  const budget = options.budget ?? DEFAULT_BUDGET;
  addLocal(found, registers, initial, witnesses);
  const levels = new WeakLevels(registers, listOrder(registers));
  const causal = levels.causal();
  let cut = false;
  const contradictions: (readonly Guarantee[])[] = [];
  const context = { levels, registers, initial, witnesses, budget, found, contradictions };
  const about = (model: string): boolean => judged.some((j) => canonicalModel(j) === model);
  if (!causal.holds) {
    const wanted = (model: string): boolean => judged.some((j) => implies(j, model));
    cut = findGuarantees(
      context,
      options.memory ?? 'transaction',
      options.arbitration ?? 'global',
      GUARANTEES.filter(wanted),
    );
    if (global) findPram(context);
    if (CAUSAL.some(about) || check === 'causal') findCausal(context, global);
  }
  const memory = about('causal-memory') || (check === 'causal' && !causal.holds);
  const open = memory ? judgeMemory(context, about('causal-memory')) : undefined;

  const types = found.types;
  const { not, alsoNot } = boundary(types);
  const invalid = violates(judged, types) || contradictions.length > 0;
  const complete = !cut;
  const checked = [
    ...(causal.holds ? SESSION_MODELS : complete ? checkedWithout(check) : []),
    ...(memory && open === undefined ? ['causal-memory'] : []),
  ];
  const reason = complete
    ? about('causal-memory')
      ? open
      : undefined
    : `the search for writes-follow-reads ended ${cutBy(budget)}`;
  return {
    ...head,
    valid: invalid ? false : reason === undefined ? true : 'unknown',
    anomalyTypes: types,
    counts: found.counts,
    anomalies: found.anomalies,
    not,
    alsoNot,
    consistentWith: strongestConsistent(checked, types),
    ...(reason === undefined ? {} : { reason }),
    assumptions: [
      global ? 'one arbitration of writes for all sessions' : 'an arbitration of writes per session',
    ],
    stats: {
      operations: registers.n,
      sessions: registers.sessions,
      keys: registers.keys,
      demands: causal.demands.count,
      ignored: accesses.ignored,
    },
  };
}

const CAUSAL = ['causal', 'causal-memory', 'weak-causal'];

/**
 * Causal memory, unless weak causality is broken and it with that. Unasked it may cost no more than convergence did.
 * Gives why it remains open, if it does.
 */
function judgeMemory(context: Context, asked: boolean): string | undefined {
  const { levels, found, budget } = context;
  const steps = asked ? budget.steps : Math.min(budget.steps, 100_000 + 4 * levels.t.n);
  if (violates(['weak-causal'], found.types)) return undefined;
  if (levels.known !== undefined)
    return 'causal memory is judged of registers: a read of a list shows an order of writes beside the last';
  return findCausalMemory({ ...context, budget: { ...budget, steps } })
    ? `the search for an order of writes for each session ended ${cutBy(budget, steps)}`
    : undefined;
}

/** Models looked for to the end when causality fails. */
function checkedWithout(check: string): readonly string[] {
  return check === 'causal' ? ['PRAM', ...GUARANTEES, 'weak-causal'] : ['PRAM', ...GUARANTEES];
}

function addLocal(found: Found, registers: Registers, initial: Json, witnesses: number): void {
  for (const [type, count] of registers.counts) {
    const name = type === 'G1a' ? 'aborted-read' : type;
    const shown = registers.found.filter((f) => f.type === type).slice(0, witnesses);
    found.add(
      name,
      count,
      shown.map((f) => localAnomaly(registers, f, initial, name)),
    );
  }
}
