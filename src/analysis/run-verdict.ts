import type { Json } from '../history/op.ts';
import type { Anomaly, Validity, Verdict } from './verdict.ts';

/** How long answers took in one stretch of the run, and how many there were. Latencies in nanoseconds. */
export interface PhaseFigures {
  /** `calm`, or the faults in force joined by `+`: `partition-leader+clock-bump`. */
  readonly phase: string;
  /** Nanoseconds the phase lasted, all its stretches together. */
  readonly duration: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Of the ok operations: median, 95th, 99th percentile, maximum; null when there were none. */
  readonly latency: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  } | null;
}

export interface Availability {
  /** Share of the load's operations that were ok, over all phases. */
  readonly okFraction: number;
  readonly phases: readonly PhaseFigures[];
  /** The longest time without a single ok completion while operations were waiting; null when there was none. */
  readonly longestOutage: { readonly from: number; readonly to: number } | null;
}

/** One fault as it happened. Times are nanoseconds since the world began. */
export interface FaultRecord {
  readonly fault: number;
  readonly nemesis: string;
  readonly f: string;
  readonly value: Json;
  readonly from: number;
  /** When it was undone; null when it never was. */
  readonly to: number | null;
  /** What the world confirmed: nodes or links on which it took effect. */
  readonly took: readonly string[];
  readonly error?: string;
}

/** One guarantee, seen from three sides. */
export interface ClaimLine {
  readonly model: string;
  readonly workload: string;
  readonly claimed: boolean;
  /** Why it is not claimed here although the system can, in words. */
  readonly note?: string;
  readonly judged: boolean;
  readonly observed: Validity | 'not checked';
}

/**
 * The verdict on a whole run: `verdict.json`. It holds no wall times and no paths, so that two runs of one simulated
 * plan agree to the byte.
 */
export interface RunVerdict {
  readonly ordeal: string;
  readonly name: string;
  readonly seed: number;
  readonly system: { readonly name: string; readonly options: Json };
  readonly world: string;
  readonly nodes: number;
  readonly concurrency: number;
  readonly workloads: readonly string[];
  readonly nemeses: readonly string[];
  readonly valid: Validity;
  readonly exitCode: 0 | 1 | 2 | 3;
  /** Why this verdict, one sentence each, the decisive one first. */
  readonly reasons: readonly string[];
  readonly verdicts: readonly Verdict[];
  /** All anomalies against a judged model, most telling first: what a summary shows. */
  readonly findings: readonly Anomaly[];
  readonly claims: readonly ClaimLine[];
  readonly availability: Availability;
  readonly faults: readonly FaultRecord[];
  readonly crashes: readonly { readonly time: number; readonly node: string; readonly reason: string }[];
  /** Whether every client was served again after the heal, and how long that took. */
  readonly recovery: { readonly recovered: boolean; readonly after: number | null };
  /** Operations by function and outcome. */
  readonly operations: {
    readonly [f: string]: { readonly ok: number; readonly fail: number; readonly info: number };
  };
  readonly cluster: { readonly [counter: string]: number };
  /** When the phases ended, nanoseconds since the world began. */
  readonly phases: {
    readonly load: number;
    readonly heal: number;
    readonly recovery: number;
    readonly finals: number;
  };
  /** True when the run was cut short (Ctrl-C, a lost world): the verdict is on what was recorded. */
  readonly interrupted: boolean;
}
