/**
 * The public library: judge histories from anywhere. No I/O happens here.
 *
 *     import { check, parseHistory } from 'ordeal';
 *     const verdict = check(parseHistory(text), { models: ['snapshot-isolation'] });
 *     if (verdict.valid === false) console.log(verdict.anomalies[0].message);
 *
 * A history comes from text or bytes (`parseHistory`), from a stream of bytes (`readHistory`; for full control
 * `readerFor`), or from records (`historyOf`, `HistoryBuilder`). All readers throw HistoryError with line and column.
 */

export { CheckError, check, checkAll } from './analysis/check.ts';
export { checks } from './analysis/checks.ts';
export { detect } from './analysis/detect.ts';
export type * from './analysis/verdict.ts';
export { DEFAULT_BUDGET } from './analysis/verdict.ts';
export { HistoryBuilder, historyOf } from './history/builder.ts';
export { HistoryError } from './history/error.ts';
export { History } from './history/history.ts';
export { lint } from './history/lint.ts';
export type { Json, Op, OpType } from './history/op.ts';
export { formatOf, type HistoryFormat, parseHistory, readerFor, readHistory } from './history/read/read.ts';
export type { HistoryReader } from './history/read/window.ts';
