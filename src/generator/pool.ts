import { whole } from './next.ts';

/**
 * A few live keys, each replaced by a fresh one once it has been written so many times (after Elle's
 * `list-append/gen`): keys stay contended, and histories of single keys short. Keys are 0, 1, 2, … in order of birth.
 */
export interface Pool {
  readonly keys: readonly number[];
  readonly writes: readonly number[];
  /** The next fresh key. */
  readonly fresh: number;
}

export function pool(live: number): Pool {
  const keys = Array.from({ length: whole('live keys', live, 1) }, (_, i) => i);
  return { keys, writes: keys.map(() => 0), fresh: live };
}

/** The pool after a write to the key in `slot`. */
export function written(before: Pool, slot: number, mostWrites: number): Pool {
  const writes = before.writes.slice();
  const count = writes[slot]! + 1;
  if (count < mostWrites) {
    writes[slot] = count;
    return { keys: before.keys, writes, fresh: before.fresh };
  }
  const keys = before.keys.slice();
  keys[slot] = before.fresh;
  writes[slot] = 0;
  return { keys, writes, fresh: before.fresh + 1 };
}

/** No more than so many keys are ever born in the course of `writes` writes. */
export function mostKeys(live: number, writes: number, mostWrites: number): number {
  return live + Math.floor(writes / mostWrites);
}

/** Beyond this many slots the coldest would be drawn less than once in 2^31 times. */
export const MOST_EXPONENTIAL = 31;

/**
 * A slot out of `n` ≤ 31, each twice as likely as the one before; `u` in [0, 1). The place of the highest bit of a
 * uniform integer is exactly that, in every engine, as a logarithm would not be.
 */
export function exponentialSlot(u: number, n: number): number {
  const below = n >= MOST_EXPONENTIAL ? 0x7fffffff : (1 << n) - 1;
  return 31 - Math.clz32(1 + Math.floor(u * below));
}
