import {
  A,
  B,
  C,
  CODE,
  END,
  EPOCH,
  FUNCTION,
  INDEX,
  KEY,
  LINE,
  LINE_START,
  NIL,
  NOTHING,
  OUT,
  PROCESS,
  PUT_OFF,
  REST,
  SHAPE,
  START,
  TIME,
  TYPE,
  VALUE,
} from './layout';

/** The record is one of which nothing is known but where it begins. Sixteen bytes at a time, in the order of assembly/layout.ts. */
export function begin(start: u32, line: i32, lineStart: u32): void {
  v128.store(OUT, i32x4(-1, -1, NOTHING, -1), TYPE);
  store<i32>(OUT, -1, INDEX);
  store<i32>(OUT, line, LINE);
  store<f64>(OUT, NaN, TIME);
  store<u32>(OUT, start, START);
  store<u32>(OUT, lineStart, LINE_START);
  store<i32>(OUT, NIL, A);
  store<i32>(OUT, 0, B);
  v128.store(OUT, i32x4(0, 0, 0, -1), C);
  store<i32>(OUT, -1, EPOCH);
}

/** Whether it has all that a client's record needs, or the reader may still find it in the rest. */
export function complete(): bool {
  if (load<u32>(OUT, REST) !== 0) return true;
  return load<i32>(OUT, TYPE) >= 0 && load<i32>(OUT, FUNCTION) >= 0 && load<i32>(OUT, PROCESS) >= 0;
}

export function value(shape: i32, a: i32, b: i32, c: i32): void {
  store<i32>(OUT, shape, SHAPE);
  store<i32>(OUT, a, A);
  store<i32>(OUT, b, B);
  store<i32>(OUT, c, C);
}

/** The shortest micro-operation, with what separates it from the next. */
const SHORTEST: u32 = 7;

/** The transaction from `from` to `to` is left for later. It seems to have so many micro-operations, unless that is out of the question. */
export function putOff(from: u32, to: u32, mops: i32): void {
  value(PUT_OFF, from, to, <u32>mops * SHORTEST <= to - from ? mops : 0);
}

/** Adds a micro-operation at `at`. */
export function mop(at: u32, code: i32, key: i32, operand: i32, end: u32): void {
  store<i32>(at, code, CODE);
  store<i32>(at, key, KEY);
  store<i32>(at, operand, VALUE);
  store<u32>(at, end, END);
}
