import { History } from '../../../src/history/history.ts';
import type { Json, Op, OpType } from '../../../src/history/op.ts';

/** One record: process, type, function, value. */
export type Line = readonly [process: number, type: OpType, f: string, value: Json];

/** A history from records in order, one a line. */
export function history(...lines: readonly Line[]): History {
  return History.of(
    lines.map(
      ([process, type, f, value], index): Op => ({ index, time: index * 1000, process, type, f, value }),
    ),
  );
}

/** An operation that nothing overlaps. */
export function alone(process: number, f: string, value: Json, seen: Json = value): Line[] {
  return [
    [process, 'invoke', f, value],
    [process, 'ok', f, seen],
  ];
}
