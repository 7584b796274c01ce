import type { Csr } from '../graph/csr.ts';
import type { Intervals } from '../graph/intervals.ts';
import type { Stuck } from './timed-schedule.ts';
import type { VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';

/** Which order the transactions must respect beside their data. */
export type Order = 'none' | 'process' | 'realtime';
export type Isolation = 'serializable' | 'snapshot';

export interface Question {
  readonly versions: Versions;
  /** What is known of the order of versions, soundly for the model asked about. */
  readonly pairs: VersionPairs;
  readonly intervals: Intervals;
  /** By transaction. */
  readonly process: Int32Array;
  readonly isolation: Isolation;
  readonly order: Order;
  /** Where the look for a serial order in real time got stuck, if there was one. */
  readonly stuck?: Stuck | undefined;
}

/** Why there is no order. */
export interface Contradiction {
  /** Pairs of versions, flat, as few as were found, of which no order fits; none when the known graph is cyclic by itself. */
  readonly choices: Int32Array;
  /** The transactions of the part of the graph on which they meet. */
  readonly members: Int32Array;
  /** The known graph, orders included, and the version order that it was made from. */
  readonly graph: Csr;
  readonly pairs: VersionPairs;
  /** Cycles with adjacent anti-dependencies are none. */
  readonly snapshot: boolean;
}

export type Answer =
  | { readonly verdict: 'yes'; readonly engine: string }
  | { readonly verdict: 'no'; readonly engine: string; readonly contradiction: Contradiction }
  | { readonly verdict: 'unknown'; readonly reason: string };
