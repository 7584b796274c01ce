import { type History, INFO } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import type { Anomaly, Check, CheckOptions, OwnOptionsOf, Verdict } from '../verdict.ts';
import { CAS, type Calls, type Decision, MISS } from './calls.ts';
import { decideRegister } from './deadlines/search.ts';
import { Cast } from './explain.ts';
import { Meter } from './meter.ts';
import { obvious, SMALL, type Stale } from './obvious.ts';
import { Overlaps } from './overlaps.ts';
import { registerAnomaly, registerAnomalyType } from './register-anomalies.ts';
import { type KeyCalls, KINDS, type RegisterOptions, registersOf } from './register-history.ts';
import { sequentialRegisters } from './register-sequential.ts';
import { Findings, most } from './verdict-of.ts';
import { shrunk } from './witness.ts';
import { type Conflict, type Zones, zones } from './zones.ts';

/** Steps of a first search, some ten milliseconds. */
const QUICK = 1_000_000;

export type RegisterCheckOptions = CheckOptions & RegisterOptions;

function judge(name: string, source: History, options: RegisterCheckOptions = {}): Verdict {
  const model = options.models?.[0] ?? 'linearizable';
  const { keys, succeeded, reason } = registersOf(source, options);
  const initial = source.values.id(options.initial ?? null);
  const meter = new Meter(options.budget);
  const findings = new Findings(options);
  if (reason !== undefined) {
    findings.unknowns.push(reason);
    return findings.verdict(name, model, source.n, {}, options);
  }
  if (model === 'sequential') {
    sequentialRegisters(source, keys, options, meter, findings);
    return findings.verdict(name, model, succeeded, { keys: keys.length, steps: meter.steps }, options);
  }
  const hard: KeyCalls[] = [];
  const overlaps = new Overlaps();
  keys.forEach((key, i) => {
    if ((i & 1023) === 0) options.progress?.(i, keys.length, 'registers');
    if (key.size <= SMALL && overlaps.legal(key.all, initial, key.from, key.from + key.size)) {
      findings.engines.add('overlaps');
      return;
    }
    const found = zones(key.calls, initial, most(options));
    if (found === null) {
      hard.push(key);
      return;
    }
    findings.engines.add('zones');
    if (found.count > 0) nameConflicts(source, key, found, initial, findings, options);
  });
  let width = 0;
  hard.forEach((key, i) => {
    options.progress?.(i, hard.length, 'registers with reused values');
    findings.engines.add('deadlines');
    const { calls } = key;
    const named = () => {
      const plain = obvious(calls, initial, most(options));
      nameAll(source, key, plain, findings);
      return plain.count > 0;
    };
    const share = Math.floor(meter.left / Math.min(8, hard.length - i));
    const search = (steps: number): Decision => {
      const part = meter.part(steps);
      const found = decideRegister(calls, initial, part);
      meter.join(part);
      return found;
    };
    // Where thousands of keys are small, a look for the obvious would cost more than the search.
    let decision = calls.n <= SMALL ? search(Math.min(share, QUICK)) : undefined;
    if (decision?.answer !== 'legal' && named()) return;
    if (decision === undefined || decision.answer === 'unknown') decision = search(share);
    width = Math.max(width, decision.width ?? 0);
    if (decision.answer === 'illegal') findings.add(explained(source, key, decision, initial, meter));
    else if (decision.answer === 'unknown') findings.unknowns.push(unknown(source, key, decision));
  });
  return findings.verdict(
    name,
    'linearizable',
    succeeded,
    { keys: keys.length, steps: meter.steps, ...(width > 0 ? { width } : {}) },
    options,
  );
}

/**
 * A pair of zones in conflict is often one stale read seen from the side, and one such read conflicts with many zones:
 * what is obvious names it better. What is not obvious, and what zones call by its name, is added from there.
 */
function nameConflicts(
  history: History,
  key: KeyCalls,
  found: Zones,
  initial: number,
  findings: Findings,
  options: RegisterCheckOptions,
): void {
  const { calls } = key;
  const paired = found.conflicts[0].kind === 'crossing' || found.conflicts[0].kind === 'chain';
  const plain = paired ? obvious(calls, initial, most(options)) : { conflicts: [], count: 0 };
  if (plain.count === 0) {
    nameAll(history, key, found, findings);
    return;
  }
  nameAll(history, key, plain, findings);
  const conflicts = found.conflicts.filter((c) => registerAnomalyType(calls, c) === 'new-old-inversion');
  nameAll(history, key, { conflicts, count: conflicts.length }, findings);
}

function nameAll(
  history: History,
  key: KeyCalls,
  found: { readonly conflicts: readonly (Conflict | Stale)[]; readonly count: number },
  findings: Findings,
): void {
  const { calls } = key;
  findings.addAll(
    found,
    (conflict) => registerAnomalyType(calls, conflict),
    (conflict) => registerAnomaly(history, key, conflict),
  );
}

/** The witness of a search: the culprit, what could not be put in order with it, and what the register could have been. */
function explained(
  history: History,
  key: KeyCalls,
  decision: Decision,
  initial: number,
  meter: Meter,
): Anomaly {
  const { calls, rows } = key;
  const witness = shrunk(calls, initial, decision, meter);
  const culprit = witness.culprit;
  const cast = new Cast(
    history,
    [...witness.rows, culprit].map((row) => rows[row]),
  );
  const could = (decision.survivors ?? []).map((id) =>
    id === 'other' ? 'something else' : history.values.show(Number(id)),
  );
  const kind = calls.kind[culprit];
  const sees = kind === CAS ? 'expects' : kind === MISS ? 'did not find' : 'saw';
  const lines = [
    witness.anyStart
      ? 'Whatever the value was before them, and whatever else was pending, these operations have no order that respects real time.'
      : 'From the initial value on, these operations have no order that respects real time.',
    `The one that fits nowhere is ${cast.called(rows[culprit])}${could.length > 0 ? `: when ${cast.name(rows[culprit])} returned, the value could only be ${could.join(' or ')}${sees === 'saw' ? `, and nothing left to happen leads to what it ${sees}` : ''}` : ''}.`,
  ];
  return cast.anomaly('non-linearizable', `${witness.rows.length} operations that no order explains`, lines, {
    ...(key.key === undefined ? {} : { key: history.values.value(key.key) }),
    detail: {
      culprit: history.inv[rows[culprit]],
      ...(decision.window ? { window: [...decision.window] } : {}),
      ...(could.length > 0 ? { possible: could as Json[] } : {}),
    },
  });
}

function unknown(history: History, key: KeyCalls, decision: Decision): string {
  const name = key.key === undefined ? 'the register' : `key ${history.values.show(key.key)}`;
  return `${name}: ${decision.reason ?? 'undecided'}; everything that returned before record ${decision.reached ?? 0} was put in order (${pendingAt(key.calls, decision.reached ?? 0)} operations under way there)`;
}

function pendingAt(calls: Calls, position: number): number {
  let pending = 0;
  for (let i = 0; i < calls.n && calls.inv[i] <= position; i++)
    if (calls.ret[i] >= position && calls.outcome[i] <= INFO && calls.outcome[i] !== 1) pending++;
  return pending;
}

const summary =
  'reads, writes and compare-and-set on registers, each key alone: stale reads, inversions, lost updates';

const MODELS = ['linearizable', 'sequential'];

const FUNCTIONS = Object.keys(KINDS);

const OPTIONS: OwnOptionsOf<RegisterCheckOptions> = {
  definiteCasFailures: {
    kind: 'boolean',
    default: false,
    description: 'a failed compare-and-set proves that the value was another one',
  },
};

/**
 * Registers, one or many, and each key alone: linearizability is local (Herlihy & Wing, "Linearizability", TOPLAS 1990).
 * `read`, `write`, `cas` and their short names, values `v` or `[k, v]`, of a cas `[a, b]` or `[k, [a, b]]`; others are left
 * out. The register holds `initial` at first.
 *
 * Small registers with few calls at a time are decided by what overlaps, values that are each written once by zones
 * (Gibbons & Korach, "Testing shared memories", SIAM J. Comput. 1997), all in O(n). Where values repeat the problem is
 * NP-complete (the same authors): a pass for what no order can mend, O(n), then deadlines, which take O(n) where one
 * configuration is enough to follow. The budget is shared, and no key may spend more than a fair part of it; `unknown` says
 * where the search ended. Sequential consistency is judged over all keys together.
 */
export const register: Check = {
  name: 'register',
  summary,
  functions: FUNCTIONS,
  models: MODELS,
  options: OPTIONS,
  initial: 'any value',
  judge: (history, options) => judge('register', history, options),
};

/** The same check under the name that says that there is a compare-and-set. */
export const casRegisterCheck: Check = {
  name: 'cas-register',
  summary,
  functions: FUNCTIONS,
  models: MODELS,
  options: OPTIONS,
  initial: 'any value',
  judge: (history, options) => judge('cas-register', history, options),
};

/** The same check for a map: `get` and `put` of keys. */
export const keyValueCheck: Check = {
  name: 'key-value',
  summary: 'a map of registers, values [key, value]; sequential consistency is judged over all keys together',
  functions: FUNCTIONS,
  models: MODELS,
  options: OPTIONS,
  initial: 'any value',
  judge: (history, options) => judge('key-value', history, options),
};
