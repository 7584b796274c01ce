import type { History } from '../history/history.ts';
import { lint } from '../history/lint.ts';
import type { Json } from '../history/op.ts';
import { checks, findCheck } from './checks.ts';
import { detect } from './detect.ts';
import { leftOut } from './left-out.ts';
import { canonicalModel, friendly, isModel } from './models.ts';
import { readInitial, readOwnOptions } from './own-options.ts';
import { watched } from './spending.ts';
import { type Check, type CheckOptions, type CheckRequest, NOTHING_FOUND, type Verdict } from './verdict.ts';

/** The question cannot be asked: no such check, model or option, or no telling what kind of workload this is. */
export class CheckError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckError';
  }
}

/**
 * Judges a history. Pure and synchronous.
 *
 * `workload` names the check (see `checks`); without it the kind of workload is detected from the operations. The rows
 * of a history that mixes workloads are judged together here; `checkAll` judges each by its own check.
 *
 * `set` gives options that only this check has, by their names (`Check.options` describes them):
 *
 *     check(history, { workload: 'semaphore', set: { permits: 3 } });
 *
 * @throws CheckError when there is no such check, a model or an option is unknown or not the check's, an option or the
 * initial value is none that the check takes, or detection finds nothing
 */
export function check(history: History, options: CheckRequest = {}): Verdict {
  const { workload, ...rest } = options;
  return judge(history, workload === undefined ? detected(history) : named(workload), rest);
}

/**
 * Judges each workload of a mixed history by its own check: the one of the workload's name, else the one detected from
 * its operations. One of several that neither tells of gets a verdict `unknown` that says so. A history whose operations
 * name no workload gets one verdict, as from `check`. With `workload`, only the operations that name it are judged if there
 * are any, else the whole history by the check of that name. Each check that is to judge must have the options of `set` and take the initial value.
 *
 * @throws CheckError as `check`
 */
export function checkAll(history: History, options: CheckRequest = {}): Verdict[] {
  const { workload, ...rest } = options;
  const used = usedWorkloads(history);
  if (used.length === 0 || (workload !== undefined && !used.includes(workload)))
    return [check(history, options)];
  const parts = workload === undefined ? used : [workload];
  // What is wrong with the question is said before the first part has taken its time.
  for (const by of parts.map(findCheck)) if (by !== undefined) ownOptions(by, options);
  return parts.map((name) => {
    const rows = history.only(name);
    const by = findCheck(name) ?? recognised(rows);
    // Of several, one that nobody knows says nothing of the others; alone, or asked for, it is the question.
    if (by instanceof CheckError && parts.length === 1) throw by;
    const verdict = by instanceof CheckError ? unrecognised(name, rows, by) : judge(rows, by, rest);
    return name === '' ? verdict : { ...verdict, workload: name };
  });
}

/** Of a workload that no check is known for, beside others. */
function unrecognised(name: string, history: History, { message }: CheckError): Verdict {
  const what = name === '' ? 'operations that name no workload' : `workload ${JSON.stringify(name)}`;
  return { ...nothing(history, null, undefined), reason: `${what}: ${message}` };
}

/**
 * Judges a history by the given check, one of your own for instance (`checkOf` makes one from a model). Models are
 * looked up by any of their names, and the warnings of reader and lint join those of the check, as in `check`.
 * `workload` takes only the operations that name it.
 *
 * @throws CheckError when a model or an option is unknown or not the check's, or an option or the initial value is wrong
 */
export function checkBy(history: History, by: Check, options: CheckRequest = {}): Verdict {
  const { workload, ...rest } = options;
  if (workload === undefined) return judge(history, by, rest);
  return { ...judge(history.only(workload), by, rest), workload };
}

/**
 * The options that a check itself is given for what people set.
 *
 * @throws CheckError when an option is not the check's, or it or the initial value has a value that the check does not take
 */
export function ownOptions(
  check: Check,
  { set = {}, initial }: Pick<CheckRequest, 'set' | 'initial'>,
): { readonly [option: string]: Json } {
  try {
    readInitial(check.name, check.initial, initial);
    return readOwnOptions(check.name, check.options ?? {}, set);
  } catch (error) {
    throw error instanceof RangeError ? new CheckError(error.message) : error;
  }
}

function usedWorkloads({ n, workload, workloads }: History): string[] {
  if (workloads.length === 1) return [];
  const used = new Set<number>();
  for (let row = 0; row < n; row++) used.add(workload[row]!);
  return [...used].sort((a, b) => a - b).map((id) => workloads[id]!);
}

function named(workload: string): Check {
  const check = findCheck(workload);
  if (check === undefined)
    throw new CheckError(`there is no check for the workload "${workload}"; known: ${names()}`);
  return check;
}

/** The check of the kind of workload that this is; null where nothing happened. */
function detected(history: History): Check | null {
  const by = recognised(history);
  if (by instanceof CheckError) throw by;
  return by;
}

/** The same, or why no check is known. */
function recognised(history: History): Check | null | CheckError {
  if (history.n === 0) return null;
  const kinds = detect(history);
  for (const kind of kinds) {
    const check = findCheck(kind);
    if (check !== undefined) return check;
  }
  const used = [
    ...new Set(Array.from(history.f.subarray(0, 1000), (f) => JSON.stringify(history.fs[f]))),
  ].slice(0, 8);
  const guess = kinds.length === 0 ? '' : ` (it looks like ${kinds[0]}, for which there is no check)`;
  return new CheckError(
    `operations named ${used.join(', ')} do not tell what kind of workload this is${guess}; name one of: ${names()}`,
  );
}

function names(): string {
  return checks.map((c) => c.name).join(', ');
}

function judge(
  history: History,
  check: Check | null,
  { set, ...options }: Omit<CheckRequest, 'workload'>,
): Verdict {
  const own = check === null ? {} : ownOptions(check, { set, initial: options.initial });
  const models =
    check === null || options.models === undefined ? options.models : allowed(check, options.models);
  if (check === null || history.n === 0) return nothing(history, check, models);
  const asked = watched({ ...own, ...options, ...(models === undefined ? {} : { models }) });
  const verdict = judgeTelling(check, history, asked);
  const found = [...(verdict.warnings ?? []), ...leftOut(check, history)];
  const warnings = [...new Set([...history.warnings, ...found, ...lint(history)])];
  return warnings.length === 0 ? verdict : { ...verdict, warnings };
}

/** Many checks know of an anomaly by its first witness: where none is wanted, one is looked for and left out. */
function judgeTelling(check: Check, history: History, asked: CheckOptions): Verdict {
  const { witnesses = 8 } = asked;
  if (!Number.isSafeInteger(witnesses) || witnesses < 0)
    throw new CheckError(`witnesses is ${witnesses}; allowed: integer ≥ 0`);
  if (witnesses > 0) return check.judge(history, asked);
  return { ...check.judge(history, { ...asked, witnesses: 1 }), anomalies: [] };
}

/** The models under their friendly names, if the check can judge them. */
function allowed(check: Check, models: readonly string[]): readonly string[] {
  const known = check.models.map((m) => (isModel(m) ? canonicalModel(m) : m));
  return models.map((model) => {
    const canonical = isModel(model) ? canonicalModel(model) : model;
    if (!known.includes(canonical))
      throw new CheckError(
        `${check.name} cannot be judged against "${model}"; allowed: ${check.models.join(', ')}`,
      );
    return friendly(canonical);
  });
}

/** Of an empty history: it upholds nothing and breaks nothing. */
function nothing(history: History, check: Check | null, models: readonly string[] | undefined): Verdict {
  return {
    check: check?.name ?? 'none',
    valid: 'unknown',
    ...NOTHING_FOUND,
    judged: models ?? check?.models.slice(0, 1) ?? [],
    consistentWith: [],
    engine: 'none',
    reason: 'the history holds no operations of clients',
    ...(history.warnings.length === 0 ? {} : { warnings: history.warnings }),
  };
}
