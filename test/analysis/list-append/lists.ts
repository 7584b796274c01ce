import { listAppend } from '../../../src/analysis/list-append/check.ts';
import type { CheckOptions, Verdict } from '../../../src/analysis/verdict.ts';
import { historyOf } from '../../../src/history/builder.ts';
import type { History } from '../../../src/history/history.ts';
import type { Json, Op, OpType } from '../../../src/history/op.ts';

export type Mop = readonly ['append', Json, Json] | readonly ['r', Json, Json];

/** A transaction of a test history. */
export interface Txn {
  readonly type: Exclude<OpType, 'invoke'>;
  readonly mops: readonly Mop[];
  readonly process?: number;
}

export const a = (key: Json, element: Json): Mop => ['append', key, element];
export const r = (key: Json, list: Json = null): Mop => ['r', key, list];

export const ok = (...mops: Mop[]): Txn => ({ type: 'ok', mops });
export const fail = (...mops: Mop[]): Txn => ({ type: 'fail', mops });
export const info = (...mops: Mop[]): Txn => ({ type: 'info', mops });
export const by = (process: number, txn: Txn): Txn => ({ ...txn, process });

/** A transaction at given moments: an order of events, not times. `ret` is ignored for infos. */
export interface Timed extends Txn {
  readonly inv: number;
  readonly ret: number;
}

export const during = (inv: number, ret: number, txn: Txn): Timed => ({ ...txn, inv, ret });

export const timed = (...txns: Timed[]): History => historyOf(recorded(txns));

/** As records. Transactions without a process get one each. */
export function recorded(txns: readonly Timed[]): Op[] {
  const events: { moment: number; op: Omit<Op, 'index' | 'time'> }[] = [];
  txns.forEach((txn, i) => {
    const process = txn.process ?? 100 + i;
    const asked = txn.mops.map(([f, k, v]): Json => (f === 'r' ? [f, k, null] : [f, k, v]));
    const answer = txn.type === 'ok' ? (txn.mops as Json) : asked;
    events.push({ moment: txn.inv, op: { process, type: 'invoke', f: 'txn', value: asked } });
    events.push({ moment: txn.ret, op: { process, type: txn.type, f: 'txn', value: answer } });
  });
  events.sort((x, y) => x.moment - y.moment);
  return events.map(({ op }, index) => ({ ...op, index, time: index * 1_000_000 }));
}

/** All at once: each is invoked before any returns. */
export const together = (...txns: Txn[]): History =>
  timed(...txns.map((txn, i) => during(i, txns.length + i, txn)));

/** One after the other. */
export const inTurn = (...txns: Txn[]): History =>
  timed(...txns.map((txn, i) => during(2 * i, 2 * i + 1, txn)));

/** The verdict, against strict serializability unless models are named. */
export const judge = (history: History, models?: readonly string[], options?: CheckOptions): Verdict =>
  listAppend.judge(history, { ...options, ...(models ? { models } : {}) });

/** Whether the history is valid under one model. */
export const holds = (history: History, model: string): boolean | 'unknown' => judge(history, [model]).valid;
