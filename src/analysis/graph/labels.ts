import type { EdgeType } from '../verdict.ts';

/**
 * Kinds of edge. The code is the rank of the explanation: of several reasons why one transaction precedes another, the
 * one with the smallest code is the most telling, and the only one that counts when a cycle is named (a step that is both
 * ww and rw would else turn a G0 into a G-single).
 */
export const WW = 0;
export const WR = 1;
/** An anti-dependency on an item. */
export const RW = 2;
/** An anti-dependency on a predicate. */
export const RWP = 3;
/** Order within a process (a session). */
export const PROCESS = 4;
/** The first had returned before the second was invoked. */
export const REALTIME = 5;
/** A commit order that an axiom of a weak model derives. */
export const CO = 6;

export const labelNames: readonly EdgeType[] = ['ww', 'wr', 'rw', 'rw', 'process', 'realtime', 'co'];

/** Sets of labels are bit masks, bit l for label l. */
export const only = (...labels: number[]): number => labels.reduce((mask, l) => mask | (1 << l), 0);

export const ANTI = only(RW, RWP);
export const DATA = only(WW, WR, RW, RWP);
export const EVERY = 0xff;
