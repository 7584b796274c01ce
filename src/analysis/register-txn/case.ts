import type { Json } from '../../history/op.ts';
import type { Intervals } from '../graph/kahn.ts';
import type { Budget } from '../verdict.ts';
import type { Found } from '../weak/found.ts';
import type { Registers } from '../weak/registers.ts';
import type { Stuck } from './timed-schedule.ts';
import type { VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';

/** Everything known about one history while it is judged. */
export interface Case {
  readonly registers: Registers;
  readonly versions: Versions;
  readonly pairs: VersionPairs;
  readonly intervals: Intervals;
  readonly initial: Json;
  readonly witnesses: number;
  readonly budget: Budget;
  readonly judged: readonly string[];
  readonly found: Found;
  /** Where the look for a serial order in real time got stuck, if there was one. */
  readonly stuck: Stuck | undefined;
}
