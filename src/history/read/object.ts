import type { Json, Op } from '../op.ts';
import { NEMESIS } from '../op.ts';
import type { Recorder } from '../recorder.ts';
import { record } from '../stage.ts';

/** Jepsen's name for `final`. */
export const FINAL_IN_JEPSEN = 'final?';

const TYPES = ['invoke', 'ok', 'fail', 'info'];
/** An integer that a double does not hold exactly comes as its digits; a time is as good as the nearest double. */
const DIGITS = /^-?\d+$/;
/** Records without a process get one each: nothing is known of who else acted. */
const FIRST_UNNAMED = 1_000_000_000;

/** Takes in a record that was read as an object, checking what types cannot. Says what is wrong with it, or null. */
export function takeObject(
  r: Recorder,
  op: { readonly [field in keyof Op | typeof FINAL_IN_JEPSEN]?: Json | undefined },
): string | null {
  const { type, process, f, index, workload, node, epoch } = op;
  const time = typeof op.time === 'string' && DIGITS.test(op.time) ? Number(op.time) : op.time;
  if (typeof type !== 'string' || !TYPES.includes(type))
    return type === undefined
      ? 'a record without "type"'
      : `type ${show(type)} is none of invoke, ok, fail, info`;
  if (index !== undefined && index !== null && !isCount(index, 0x7ffffffe))
    return `index ${show(index)} is no position`;
  if (time !== undefined && time !== null && typeof time !== 'number')
    return `time ${show(time)} is no number`;
  if (f !== undefined && f !== null && typeof f !== 'string') return `f ${show(f)} is no name`;
  if (typeof process === 'string' && process !== NEMESIS && !DIGITS.test(process))
    return `process ${show(process)} is neither a number nor "${NEMESIS}"`;
  if (workload !== undefined && workload !== null && typeof workload !== 'string')
    return `workload ${show(workload)} is no name`;
  if (node !== undefined && node !== null && typeof node !== 'string') return `node ${show(node)} is no name`;
  if (epoch !== undefined && epoch !== null && !isCount(epoch, 0x7fffffff))
    return `epoch ${show(epoch)} is no whole number`;
  const clean = {
    index: index ?? undefined,
    time: time ?? undefined,
    type,
    f: f ?? (isTransaction(op.value) ? 'txn' : ''),
    value: op.value ?? null,
    ...(workload == null ? {} : { workload }),
    ...(op.error === undefined ? {} : { error: op.error }),
    ...(node == null ? {} : { node }),
    ...(epoch == null ? {} : { epoch }),
    ...(op.final === true || op[FINAL_IN_JEPSEN] === true ? { final: true } : {}),
  };
  if (process === NEMESIS) {
    r.addNemesis({
      ...clean,
      process: NEMESIS,
      index: clean.index ?? r.nextIndex(),
      time: clean.time ?? 0,
    } as Op);
    return null;
  }
  if (process === undefined || process === null) {
    if (type === 'invoke') return 'an invocation without "process"';
    record(r, clean as Partial<Op>, FIRST_UNNAMED + r.nextIndex());
    return null;
  }
  if (!isProcess(process)) return `process ${show(process)} is no whole number between −2^30 and 2^30`;
  record(r, clean as Partial<Op>, process);
  return null;
}

function isTransaction(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((mop) => Array.isArray(mop));
}

function isProcess(process: Json): process is number {
  return typeof process === 'number' && Number.isInteger(process) && Math.abs(process) < 1 << 30;
}

function isCount(value: Json, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
