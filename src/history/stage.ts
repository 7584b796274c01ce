import { APPEND, FAIL, INFO, OK, R, Shape, UNREAD, W } from './columns.ts';
import type { Json, Op } from './op.ts';
import { INVOKE, listValue, type Recorder } from './recorder.ts';
import { NIL } from './values.ts';

const TYPES: { readonly [type: string]: number } = { invoke: INVOKE, ok: OK, fail: FAIL, info: INFO };
const MOPS: { readonly [f: string]: number } = { r: R, append: APPEND, w: W };

/** Takes a record in, a nemesis' or a client's. */
export function addOp(r: Recorder, op: Op): void {
  r.place++;
  if (typeof op.process !== 'number') r.addNemesis(op);
  else record(r, op, op.process);
}

/** Stages and commits one client's record. Readers use it for what their fast paths do not know. */
export function record(r: Recorder, op: Partial<Op>, process: number): void {
  const type = TYPES[op.type!]!;
  const f = r.fId(op.f ?? '');
  r.begin();
  stage(r, op.value ?? null, type, f);
  if (op.workload !== undefined) r.stagedWorkload = r.workloadId(op.workload);
  if (op.node !== undefined && op.node !== null) r.stagedNode = r.nodeId(op.node);
  if (op.epoch !== undefined && op.epoch !== null) r.stagedEpoch = op.epoch;
  if (op.final === true) r.stagedFinal = true;
  if (op.error !== undefined) r.stagedError = op.error;
  r.commit(type, process, f, op.index ?? -1, op.time ?? Number.NaN);
}

/** Stages a value in the shape it has. */
export function stage(r: Recorder, value: Json, type: number, f: number): void {
  if (value === null) return;
  r.hasValue = true;
  if (!Array.isArray(value)) {
    if (typeof value === 'object') r.shape = Shape.Other;
    r.x0 = r.values.id(value);
  } else if (isTxn(r, value, f)) stageTxn(r, value as readonly (readonly Json[])[], type);
  else if (!stageList(r, value, f)) {
    r.shape = Shape.Other;
    r.x0 = r.values.id(value);
  }
}

function isTxn(r: Recorder, value: readonly Json[], f: number): boolean {
  if (value.length === 0) return r.fName(f) === 'txn';
  return value.every(
    (mop) =>
      Array.isArray(mop) &&
      (mop.length === 3 || (mop.length === 2 && mop[0] === 'r')) &&
      typeof mop[0] === 'string' &&
      Object.hasOwn(MOPS, mop[0]),
  );
}

function stageTxn(r: Recorder, mops: readonly (readonly Json[])[], type: number): void {
  r.shape = Shape.Txn;
  for (const [name, k, v = null] of mops) {
    const f = MOPS[name as string]!;
    const key = r.values.id(k);
    if (f !== R) r.stageMop(f, key, r.values.id(v));
    else if (type !== OK) r.stageMop(f, key, UNREAD);
    else if (!Array.isArray(v)) r.stageMop(f, key, r.values.id(v));
    else r.stageMop(f, key, listValue(r.reads.put(r.familyOf(key), idsOf(r, v), v.length)));
  }
}

function stageList(r: Recorder, value: readonly Json[], f: number): boolean {
  const scalars = value.every(isScalar);
  if (value.length === 2) {
    const [k, v] = value as [Json, Json];
    if (scalars) {
      r.shape = Shape.Pair;
      r.x1 = r.values.id(v);
    } else if (isScalar(k) && Array.isArray(v) && v.every(isScalar)) {
      if (v.length === 2) {
        r.shape = Shape.PairOfPair;
        r.x1 = r.values.id(v[0]);
        r.x2 = r.values.id(v[1]);
      } else {
        r.shape = Shape.KeyedList;
        r.x1 = r.plain.put(r.plainFamilyOf(f, r.values.id(k)), idsOf(r, v), v.length);
      }
    } else return false;
    r.x0 = r.values.id(k);
    return true;
  }
  if (!scalars) return false;
  r.shape = Shape.List;
  r.x0 = r.plain.put(r.plainFamilyOf(f, NIL), idsOf(r, value), value.length);
  return true;
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function idsOf(r: Recorder, list: readonly Json[]): Int32Array {
  const ids = new Int32Array(list.length);
  for (let i = 0; i < list.length; i++) ids[i] = r.values.id(list[i]);
  return ids;
}
