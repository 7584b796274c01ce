import { z } from 'zod';
import type { Scene } from './nemesis.ts';

/** Draws from the scene that differ by name: `draw('target')` decides one thing, `draw('side', 3)` another. */
export type Drawer = Pick<Scene, 'draw'>;

/** One of a list that is not empty. */
export function pick<T>(scene: Drawer, what: string, list: readonly T[]): T {
  return list[Math.floor(scene.draw(what) * list.length)]!;
}

/** The list in a drawn order (Fisher and Yates). */
export function shuffled<T>(scene: Drawer, what: string, list: readonly T[]): T[] {
  const out = list.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(scene.draw(what, i) * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** A whole number from `least` to `most`. */
export function between(scene: Drawer, what: string, least: number, most: number): number {
  return least + Math.floor(scene.draw(what) * (most - least + 1));
}

/**
 * A whole number from `least` > 0 to `most` in which every doubling is equally likely, and numbers between two
 * doublings are too. Doubling is exact, which a logarithm is not.
 */
export function logarithmic(scene: Drawer, what: string, least: number, most: number): number {
  let doublings = 0;
  for (let top = least; top * 2 <= most; top *= 2) doublings++;
  let octave = least;
  for (let k = between(scene, what, 0, doublings); k > 0; k--) octave *= 2;
  return between(scene, `${what}-within`, octave, Math.min(octave * 2 - 1, most));
}

/** Schema of an option that is one name or several to draw from; absent means any that can take effect. */
export function namesOption<const T extends readonly [string, ...string[]]>(names: T, description: string) {
  const name = z.enum(names);
  return z
    .union([name, z.array(name).min(1)])
    .optional()
    .describe(`${description}; one, or a list to draw from, by default any`);
}

/** The names an option of `namesOption` allows. */
export function named<T extends string>(
  option: T | readonly T[] | undefined,
  all: readonly T[],
): readonly T[] {
  if (option === undefined) return all;
  return typeof option === 'string' ? [option] : option;
}
