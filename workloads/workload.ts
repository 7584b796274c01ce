import type { z } from 'zod';
import type { Budget, Verdict } from '../src/analysis/verdict.ts';
import type { Generator } from '../src/generator/generator.ts';
import type { History } from '../src/history/history.ts';
import type { ObservedEvent } from '../src/worlds/world.ts';

/** What a workload knows of the run when it makes its generators. */
export interface WorkloadSetup {
  /** Client threads this workload has to itself or shares with the others of a mixed run. */
  readonly threads: number;
  readonly nodes: readonly string[];
}

/** What a workload judges by. */
export interface Judging {
  /** Friendly names, each one of the workload's `models`. */
  readonly models: readonly string[];
  readonly budget: Budget;
  /** What the nodes said of themselves: for attribution in words, never for the verdict. */
  readonly events: readonly ObservedEvent[];
}

/**
 * What clients do, and which checks judge it. A workload stands alone in its file; adding one is that file and a line
 * in the index. `O` are its options after validation.
 */
export interface Workload<O = unknown> {
  readonly name: string;
  readonly summary: string;
  /** Schema of the options, each with a description and a default. */
  readonly options: z.ZodType<O>;
  /** Functions the system must serve. */
  functions(options: O): readonly string[];
  /** Every model it can be judged against, strongest first. */
  readonly models: readonly string[];
  /** The models judged when the user names none. */
  readonly defaultModels: readonly string[];
  /** Refuses options that would silently test nothing (too few threads for a key group, …), in words. */
  validate(options: O, setup: WorkloadSetup): string | undefined;
  /** Operations under load: endless, the controller limits time and rate. */
  clients(options: O, setup: WorkloadSetup): Generator;
  /**
   * The reads after heal and recovery; it may repeat them until replicas agree, but must end by itself. `operations` is
   * how many operations this workload has had at the most.
   */
  finals?(options: O, setup: WorkloadSetup, operations: number): Generator;
  /** The least evidence for a verdict: operations of each function that must have succeeded. */
  readonly minimum: { readonly ok: { readonly [f: string]: number }; readonly finals?: number };
  /** `history` holds this workload's rows only. */
  judge(history: History, judging: Judging, options: O): readonly Verdict[];
}
