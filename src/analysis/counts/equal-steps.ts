import { NEVER } from '../../history/history.ts';
import { Heap } from '../register-txn/heap.ts';
import type { Counts } from './observations.ts';

/** A read that is too low: it was invoked when the count had to be beyond its value already. Indices into the reads. */
export interface TooLow {
  readonly read: number;
  /** What the count had to be, in steps, when the read was invoked. */
  readonly forced: number;
  /** Whether it is below what the additions that had returned come to; else it follows from an earlier read, see `source`. */
  readonly byAdditions: boolean;
}

/** What is wrong with a counter all of whose additions are of one amount. */
export interface StepConflicts {
  readonly low: readonly TooLow[];
  /** Reads beyond all that had been invoked when they returned. */
  readonly high: readonly number[];
  /** Reads that are no whole number of steps from the initial value. */
  readonly between: readonly number[];
}

/**
 * Decides whether a counter is linearizable whose additions are all of the amount `step`. Exact: no conflict, no violation.
 *
 * All additions being alike, only the count of those that took effect matters. It is kept as low as can be, event by event:
 * an addition takes effect when it returns, unless it has before; a read that returns more than the count raises it, by
 * the additions under way with the earliest returns, so that the fewest are left that must raise it again. By exchange, no
 * order keeps the count lower at any moment. It passes all values one by one, so a read finds its own if and only
 * if the count was not beyond it when the read was invoked, and enough had been invoked when it returned.
 *
 * O(n log n). In closed form: before any moment the count is at least that of the additions that had returned, and at
 * least an earlier read's value plus the additions invoked after that read's return that had returned.
 */
export function equalSteps({ adds, reads }: Counts, initial: number, step: number): StepConflicts {
  const wanted = stepsTo(reads.value, initial, step);
  const events = new Float64Array(2 * (adds.n + reads.n));
  // Position, then invocations before returns, then which.
  const kinds = 4 * (adds.n + reads.n + 1);
  let length = 0;
  for (let a = 0; a < adds.n; a++) {
    events[length++] = adds.inv[a] * kinds + 4 * a;
    if (adds.ret[a] !== NEVER) events[length++] = adds.ret[a] * kinds + 4 * a + 2;
  }
  for (let r = 0; r < reads.n; r++) {
    events[length++] = reads.inv[r] * kinds + 4 * r + 1;
    events[length++] = reads.ret[r] * kinds + 4 * r + 3;
  }
  const sorted = events.subarray(0, length).sort();
  const pending = new Heap(Float64Array.from(adds.ret));
  const counted = new Uint8Array(adds.n);
  let count = 0;
  let invoked = 0;
  let returned = 0;
  const low: TooLow[] = [];
  const high: number[] = [];
  const between: number[] = [];
  const excused = new Uint8Array(reads.n);
  for (const event of sorted) {
    const code = event % kinds;
    const i = code >> 2;
    switch (code & 3) {
      case 0:
        pending.push(i);
        invoked++;
        break;
      case 1:
        if (!Number.isInteger(wanted[i])) between.push(i);
        else if (wanted[i] < returned) low.push({ read: i, forced: returned, byAdditions: true });
        else if (wanted[i] < count) low.push({ read: i, forced: count, byAdditions: false });
        else break;
        excused[i] = 1;
        break;
      case 2:
        returned++;
        if (counted[i] === 0) count++;
        counted[i] = 1;
        break;
      default:
        if (excused[i] === 1) break;
        if (wanted[i] > invoked) {
          high.push(i);
          break;
        }
        while (count < wanted[i]) {
          const next = pending.pop()!;
          if (counted[next] === 1) continue;
          counted[next] = 1;
          count++;
        }
    }
  }
  return { low, high, between };
}

/**
 * How many steps lead from the initial value to each. Fractions are rounded by whoever adds them up, in one order or another: what is
 * a whole number of steps but for that counts as one.
 */
function stepsTo(values: Float64Array, initial: number, step: number): Float64Array {
  const steps = values.map((value) => (value - initial) / step);
  if (Number.isInteger(initial) && Number.isInteger(step)) return steps;
  return steps.map((n) =>
    Math.abs(n - Math.round(n)) <= 1e-9 * Math.max(1, Math.abs(n)) ? Math.round(n) : n,
  );
}

/** The earlier read from which it follows that a read is too low; −1 where additions alone do. O(n log n). */
export function source(
  { adds, reads }: Counts,
  initial: number,
  step: number,
  { read, forced, byAdditions }: TooLow,
): number {
  if (byAdditions) return -1;
  const wanted = stepsTo(reads.value, initial, step);
  const before = reads.inv[read];
  const acknowledged: number[] = [];
  for (let a = 0; a < adds.n; a++) if (adds.ret[a] < before) acknowledged.push(adds.inv[a]);
  acknowledged.sort((a, b) => a - b);
  let best = -1;
  for (let r = 0; r < reads.n; r++) {
    if (reads.ret[r] >= before || !Number.isInteger(wanted[r])) continue;
    let from = 0;
    let to = acknowledged.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (acknowledged[middle] > reads.ret[r]) to = middle;
      else from = middle + 1;
    }
    if (wanted[r] + acknowledged.length - from !== forced) continue;
    if (best < 0 || reads.ret[r] > reads.ret[best]) best = r;
  }
  return best;
}
