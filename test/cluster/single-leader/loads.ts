import type { Draw } from '../../../src/random.ts';
import type { Drill } from './drill.ts';

/** How many seeds a test tries: so many, or ten times that with ORDEAL_LONG. */
export function seeds(few: number): number[] {
  const n = process.env.ORDEAL_LONG === undefined ? few : few * 10;
  return Array.from({ length: n }, (_, i) => i + 1);
}

/** A rotation of a list, so that every seed meets its faults in another order. */
export function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

type Load = Pick<Drill<unknown>, 'operation' | 'finals'>;

/** One set, half adds and half reads. */
export const SET: Load = {
  operation: (id: number, draw: Draw) =>
    draw(5, id) < 0.5 ? { f: 'add', value: id } : { f: 'read', value: null },
  finals: [{ f: 'read', value: null }],
};

/** The same, but hardly any reads: where only the final one matters. */
export const ADDS: Load = {
  operation: (id: number, draw: Draw) =>
    draw(5, id) < 0.95 ? { f: 'add', value: id } : { f: 'read', value: null },
  finals: SET.finals,
};

const KEYS = [0, 1, 2, 3, 4];

/** Five registers, half writes of unique values and half reads. */
export const REGISTERS: Load = {
  operation: (id: number, draw: Draw) => {
    const key = Math.floor(draw(6, id) * KEYS.length);
    return draw(5, id) < 0.5 ? { f: 'write', value: [key, id] } : { f: 'read', value: [key, null] };
  },
  finals: KEYS.map((key) => ({ f: 'read', value: [key, null] })),
};
