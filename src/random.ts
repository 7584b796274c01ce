import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * Randomness as a pure function of the seed and of what is decided, never of how many draws came before: leaving an
 * operation or a fault out of a run leaves every other decision as it was.
 */
export type Draw = (...at: readonly number[]) => number;

/** Murmur3's 32-bit finaliser: every input bit reaches every output bit. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function absorb(h: number, word: number): number {
  return mix(Math.imul(h ^ word, 0x9e3779b1) + 0x7f4a7c15);
}

/** 32 bits from text (FNV-1a, then mixed). */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

/** 32 bits from a seed and integer coordinates. Coordinates beyond 32 bits count in full (times are 53 bits). */
export function hash(seed: number, at: readonly number[]): number {
  let h = absorb(seed | 0, Math.floor(seed / 0x100000000));
  for (let i = 0; i < at.length; i++) {
    const n = at[i]!;
    h = absorb(absorb(h, n | 0), Math.floor(n / 0x100000000) | 0);
  }
  return h >>> 0;
}

/** Draws in [0, 1) for one named kind of decision; 32 bits of it are random. */
export function draws(seed: number, what: string): Draw {
  const base = hash(seed, [hashText(what)]);
  return (...at) => hash(base, at) / 0x100000000;
}

/** A stream for one decision that needs many draws (a shuffle): seeded by the decision, used up by it. */
export function stream(seed: number, what: string, ...at: readonly number[]): RandomGenerator {
  return xoroshiro128plus(hash(hash(seed, [hashText(what)]), at));
}
