import type { z } from 'zod';
import type { Json } from '../src/history/op.ts';
import type { Action, Capability } from '../src/worlds/world.ts';

/** Whom a fault hits. */
export type Target = 'one' | 'minority' | 'majority' | 'all' | 'leaders';

/** What a nemesis sees when one of its faults is due. */
export interface Scene {
  readonly nodes: readonly string[];
  /** Nodes that are up, not paused and not under another fault of the same kind. */
  readonly healthy: readonly string[];
  /** Who leads now, as the latest events say; empty when nobody knows. */
  readonly leaders: readonly string[];
  /**
   * Ends of client links: the clients at work and those that may take their place while the fault lasts. Where absent
   * or empty, faults stay between nodes.
   */
  readonly clients?: readonly string[];
  /** Nanoseconds this fault may last. */
  readonly duration: number;
  /** A number in [0, 1), a pure function of the seed, this fault's id and the arguments. */
  draw(what: string, ...at: readonly number[]): number;
}

/** One fault, made concrete: who exactly, and what undoes it. Plain data: an explicit plan holds it verbatim. */
export interface Fault {
  /** The function recorded in the history when it begins: `partition-halves`, `kill`, `pause`, `clock-bump`, … */
  readonly f: string;
  /** What people read in history and report: targets, sides, offsets. */
  readonly value: Json;
  readonly begin: readonly Action[];
  readonly heal: readonly Action[];
}

/**
 * Which faults, when, to whom. One file each and a line in the index; several are composed by a comma, and the schedule
 * gives each its turn.
 */
export interface Nemesis<O = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodType<O>;
  /** What the world must be able to do. */
  needs(options: O): readonly Capability[];
  /** Refuses what could never take effect (a minority of two nodes, …), in words. */
  validate(options: O, nodes: readonly string[]): string | undefined;
  /** The fault to begin now, or nothing when there is nobody to hit (it will be asked again at its next turn). */
  fault(options: O, scene: Scene): Fault | undefined;
}
