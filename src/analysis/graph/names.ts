import { ANTI, PROCESS, REALTIME, RWP, WR } from './labels.ts';

/**
 * The cycles of Adya (1999) and their variants, from the most severe. A plain one is made of data dependencies alone; `-process`
 * needs the order of a process as well, `-realtime` that of the clock.
 */
export type CycleClass = 'G0' | 'G1c' | 'G-single' | 'G-nonadjacent' | 'G2';

/** Most severe first: the order in which they are looked for. */
export const severity: readonly CycleClass[] = ['G0', 'G1c', 'G-single', 'G-nonadjacent', 'G2'];

export const suffixes = ['', '-process', '-realtime'] as const;
export type Suffix = (typeof suffixes)[number];

/** Where only items are involved, no predicates, the classes with anti-dependencies say so. */
export const cycleName = (kind: CycleClass, item: boolean, suffix: Suffix): string =>
  (kind === 'G0' || kind === 'G1c' || !item ? kind : `${kind}-item`) + suffix;

/** The class of a cycle with these labels, in cyclic order. */
export function cycleClass(labels: readonly number[]): CycleClass {
  const anti = labels.map((l) => (ANTI >>> l) & 1);
  const count = anti.reduce((n, a) => n + a, 0);
  if (count === 0) return labels.includes(WR) ? 'G1c' : 'G0';
  if (count === 1) return 'G-single';
  return anti.some((a, i) => a && anti[(i + 1) % anti.length]) ? 'G2' : 'G-nonadjacent';
}

/** The name of a cycle with these labels, in cyclic order. */
export function nameCycle(labels: readonly number[]): string {
  const suffix = labels.includes(REALTIME) ? '-realtime' : labels.includes(PROCESS) ? '-process' : '';
  return cycleName(cycleClass(labels), !labels.includes(RWP), suffix);
}
