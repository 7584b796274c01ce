/** The public library: judge histories from anywhere. No I/O happens here. */
export type * from './analysis/verdict.ts';
export { History } from './history/history.ts';
export type { Json, Op, OpType } from './history/op.ts';
