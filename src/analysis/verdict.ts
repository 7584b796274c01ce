import type { History } from '../history/history.ts';
import type { Json } from '../history/op.ts';
import type { Initial, OwnOptionOf, OwnOptions } from './own-options.ts';

/** `unknown` is an answer: the check says in `reason` what it could not decide and how far it got. */
export type Validity = true | false | 'unknown';

/**
 * One operation as a witness shows it. `index` is the row of the invocation in the history's records; `op` is the
 * operation verbatim (its completion, or the invocation where there is none).
 */
export interface WitnessOp {
  /** A short name used in the words: `T1`, `T2`, … */
  readonly name: string;
  /** Record index of the invocation, and of the completion (null when unfinished or unknown). */
  readonly invoked: number;
  readonly returned: number | null;
  readonly process: number;
  readonly type: 'ok' | 'fail' | 'info';
  readonly f: string;
  readonly value: Json;
  readonly node?: string;
  readonly epoch?: number;
}

/** Why one operation must come before another. Names as in Elle where Elle has one; `co` is a derived commit order. */
export type EdgeType = 'ww' | 'wr' | 'rw' | 'process' | 'realtime' | 'co' | 'so';

/** One step of a cycle: `from` must come before `to`. Both are names of witness operations. */
export interface Step {
  readonly from: string;
  readonly to: string;
  readonly type: EdgeType;
  readonly key?: Json;
  /** The version written or read by `from`, and the one of `to`. */
  readonly value?: Json;
  readonly valueAfter?: Json;
  /** Micro-operation indices inside the two transactions. */
  readonly aMop?: number;
  readonly bMop?: number;
  /** Why, in words, without the "because": "T2 read key 255 as [5] and did not see T1's append of 8". */
  readonly why: string;
  /** The operation whose read proves the version order, when it is neither end of the step. */
  readonly proof?: { readonly invoked: number; readonly text: string };
}

/** Something that the history proves and that at least one consistency model forbids. */
export interface Anomaly {
  /** The field's name: `G-single-item`, `lost-update`, `stale-read`, `lost-write`, `split-brain`, … */
  readonly type: string;
  /** For a person: what happened, with the operations named as in `ops`. Several lines are fine. */
  readonly message: string;
  /** The fewest operations that conflict. */
  readonly ops: readonly WitnessOp[];
  readonly steps?: readonly Step[];
  readonly key?: Json;
  /** Anything else a machine may want (elements lost, the node that acknowledged, …). */
  readonly detail?: { readonly [name: string]: Json };
}

/** What a check says of a history. */
export interface Verdict {
  /** Which check spoke: `list-append`, `register`, `set`, `split-brain`, … */
  readonly check: string;
  /** The workload of a mixed run that was judged, if one was picked out. */
  readonly workload?: string;
  readonly valid: Validity;
  /** Each type found, sorted, even where only some occurrences carry a witness. */
  readonly anomalyTypes: readonly string[];
  /** Occurrences of each type: at least this many. */
  readonly counts: { readonly [type: string]: number };
  /** The first witnesses of each type, most telling first. */
  readonly anomalies: readonly Anomaly[];
  /** Weakest models ruled out, and the models that fall with them. Friendly names (`snapshot-isolation`). */
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
  /** The models the history was judged against. `valid` speaks of these. */
  readonly judged: readonly string[];
  /** The strongest models the history is consistent with, as far as it was checked. */
  readonly consistentWith: readonly string[];
  /** Which algorithm decided, e.g. `zones`, `deadlines`, `frontier`, `depth-first`, `cycles`, `saturation`. */
  readonly engine: string;
  /** Why `unknown` or how a budget cut the search; absent when nothing was left out. */
  readonly reason?: string;
  /** Assumptions the inference used, e.g. `linearizable-keys`. */
  readonly assumptions?: readonly string[];
  /** Suspicious but not forbidden: a `fail` that was observed, values not unique, … */
  readonly warnings?: readonly string[];
  /** Figures for the report: operations considered, frontier size, keys, … No wall times here. */
  readonly stats?: { readonly [name: string]: Json };
}

/** What a verdict that names no anomaly says of them. */
export const NOTHING_FOUND = {
  anomalyTypes: [],
  counts: {},
  anomalies: [],
  not: [],
  alsoNot: [],
} as const satisfies Partial<Verdict>;

/**
 * What a check may spend. Steps and table bytes make a verdict reproducible; `expired` is the outer limit on wall
 * time, injected by the caller because nothing in this room may read a clock.
 */
export interface Budget {
  /** Elementary search steps; each engine documents what one is. */
  readonly steps: number;
  /** Bytes of tables a search may hold at once. */
  readonly tableBytes: number;
  /** Polled now and then, by most with the steps spent so far. True means: stop, and say so. Once true, it stays so. */
  readonly expired?: (spent?: number) => boolean;
}

export const DEFAULT_BUDGET: Budget = { steps: 200_000_000, tableBytes: 1 << 30 };

/** Options common to every check. A check adds its own. */
export interface CheckOptions {
  /** Consistency models to judge against (friendly or canonical names); the check's strongest when absent. */
  readonly models?: readonly string[];
  readonly budget?: Budget;
  /** Full witnesses per anomaly type, at least 1. Default 8. (`check` takes 0 for none.) */
  readonly witnesses?: number;
  /** What the object is at first, of a check that takes it (`Check.initial`). Null, the default, leaves it to the check. */
  readonly initial?: Json;
  /**
   * Told now and then what is going on, for a progress line. Of a search, `done` are the steps that it has spent and `total`
   * those of the budget. `total` is 0 where that is not known or has no limit.
   */
  readonly progress?: (done: number, total: number, phase: string) => void;
}

/** The description of each option that a check adds, for one whose options are `T`: none forgotten, none of another kind. */
export type OwnOptionsOf<T extends CheckOptions> = {
  readonly [name in Exclude<keyof T, keyof CheckOptions>]-?: OwnOptionOf<Exclude<T[name], undefined>>;
};

/** What `check` is asked: the options common to every check, and those of the check itself as people set them. */
export interface CheckRequest extends CheckOptions {
  /** Which check judges, or which operations of a mixed history are judged: see `check`, `checkAll` and `checkBy`. */
  readonly workload?: string;
  /**
   * Options of the check's own by name, such as `{ permits: 3 }` of a semaphore. `Check.options` says which a check has;
   * durations may be texts, as in `{ skew: '5ms' }`.
   */
  readonly set?: { readonly [option: string]: Json };
}

/**
 * A check: reads a history, gives a verdict. A pure function without I/O. One file each, one line in `checks.ts`.
 */
export interface Check {
  /** The name users type: `list-append`, `register`, `set`, … */
  readonly name: string;
  /** One line for `ordeal list` and help texts. */
  readonly summary: string;
  /** Friendly names of the models it can judge, strongest first; the first is the default claim. */
  readonly models: readonly string[];
  /**
   * Names of the functions that it judges. Operations of others are left out, which the verdict warns of. Absent: whatever
   * there is concerns it.
   */
  readonly functions?: readonly string[];
  /** Transactions of `r`, `append` and `w` are judged as well, whatever their function is called. */
  readonly transactions?: boolean;
  /** The options that it adds to those common to every check, by name. None when absent. */
  readonly options?: OwnOptions;
  /** What the option `initial` may be. Absent: the check takes none. */
  readonly initial?: Initial;
  readonly judge: (history: History, options?: CheckOptions) => Verdict;
}
