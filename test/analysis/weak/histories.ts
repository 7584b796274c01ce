import { historyOf } from '../../../src/history/builder.ts';
import type { History } from '../../../src/history/history.ts';
import type { Json, Op, OpType } from '../../../src/history/op.ts';

/** One operation of a test history. It starts after the one before it has ended, unless it is `overlapping`. */
export interface Step {
  readonly p: number;
  readonly f?: string;
  readonly value: Json;
  readonly type?: OpType;
  readonly node?: string;
}

/** A history in which the operations follow each other. */
export function sequence(steps: readonly Step[]): History {
  const ops: Op[] = [];
  for (const step of steps) {
    const f = step.f ?? 'txn';
    ops.push({
      index: ops.length,
      time: ops.length,
      process: step.p,
      type: 'invoke',
      f,
      value: blank(step.value),
    });
    ops.push(completion(step, f, ops.length));
  }
  return historyOf(ops);
}

/** A history in which all operations of different processes overlap as far as the order within a process allows. */
export function concurrent(steps: readonly Step[]): History {
  const ops: Op[] = [];
  const open = new Map<number, Step>();
  const finish = (p: number): void => {
    const step = open.get(p);
    if (step === undefined) return;
    open.delete(p);
    ops.push(completion(step, step.f ?? 'txn', ops.length));
  };
  for (const step of steps) {
    finish(step.p);
    ops.push({
      index: ops.length,
      time: ops.length,
      process: step.p,
      type: 'invoke',
      f: step.f ?? 'txn',
      value: blank(step.value),
    });
    open.set(step.p, step);
  }
  for (const p of [...open.keys()]) finish(p);
  return historyOf(ops);
}

function completion(step: Step, f: string, index: number): Op {
  return {
    index,
    time: index,
    process: step.p,
    type: step.type ?? 'ok',
    f,
    value: step.value,
    ...(step.node === undefined ? {} : { node: step.node }),
  };
}

function blank(value: Json): Json {
  if (!Array.isArray(value) || !Array.isArray(value[0])) return value;
  return value.map((mop) => (mop[0] === 'r' ? ['r', mop[1], null] : mop)) as Json;
}

/** Transactions written as `r x 1  w y 2`; `_` is nil. */
export function txn(p: number, text: string, type: OpType = 'ok'): Step {
  return { p, value: mops(text), type };
}

function mops(text: string): Json {
  const words = text.trim().split(/\s+/);
  const found: Json[] = [];
  for (let i = 0; i + 2 < words.length; i += 3)
    found.push([words[i]!, words[i + 1]!, words[i + 2] === '_' ? null : Number(words[i + 2])]);
  return found;
}

/** A plain keyed operation: `write(4, 'x', 1)`, `read(4, 'x', null, 'n2')`. */
export function write(p: number, key: Json, value: Json, node?: string): Step {
  return { p, f: 'write', value: [key, value], ...(node === undefined ? {} : { node }) };
}

export function read(p: number, key: Json, value: Json, node?: string): Step {
  return { p, f: 'read', value: [key, value], ...(node === undefined ? {} : { node }) };
}
