/**
 * The public library: judge histories from anywhere. No I/O happens here.
 *
 *     import { check, parseHistory } from 'ordeal';
 *     const verdict = check(parseHistory(text), { models: ['snapshot-isolation'] });
 *     if (verdict.valid === false) console.log(verdict.anomalies[0].message);
 *
 * A history comes from text or bytes (`parseHistory`), from a stream of bytes (`readHistory`; for full control
 * `readerFor`), or from records (`historyOf`, `HistoryBuilder`). All readers throw HistoryError with line and column.
 *
 * `check` detects what kind of workload it is, or takes its name, and with it options of that check alone, as in
 * `{ workload: 'semaphore', set: { permits: 3 } }`; `checkAll` judges each workload of a mixed history, and
 * `worst` says what several verdicts come to. The checks are in `checks`, those of linearizable objects among them in
 * `linearChecks`. An object of your own needs a `Model` only:
 *
 *     const highest: Model<number> = {
 *       name: 'highest',
 *       init: (initial) => (typeof initial === 'number' ? initial : 0),
 *       step: (state, f, input, output) =>
 *         f === 'raise' ? Math.max(state, Number(input)) : output === undefined || output === state ? state : null,
 *     };
 *     checkBy(history, checkOf(highest, 'highest', 'a number that only grows'));
 */

export { CheckError, check, checkAll, checkBy } from './analysis/check.ts';
export { checks, findCheck } from './analysis/checks.ts';
export { detect } from './analysis/detect.ts';
export { linearChecks } from './analysis/linear/checks.ts';
export { checkOf } from './analysis/linear/general-check.ts';
export type { Model } from './analysis/linear/model.ts';
export { allModels, canonicalModel, friendly, implies, isModel } from './analysis/models.ts';
export type * from './analysis/own-options.ts';
export type * from './analysis/verdict.ts';
export { DEFAULT_BUDGET } from './analysis/verdict.ts';
export { worst } from './analysis/worst.ts';
export { HistoryBuilder, historyOf } from './history/builder.ts';
export { HistoryError } from './history/error.ts';
export { History } from './history/history.ts';
export { lint } from './history/lint.ts';
export type { Json, Op, OpType } from './history/op.ts';
export { formatOf, type HistoryFormat, parseHistory, readerFor, readHistory } from './history/read/read.ts';
export type { HistoryReader } from './history/read/window.ts';
