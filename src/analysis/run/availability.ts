import { quantileSorted } from 'simple-statistics';
import { FAIL, type History, INFO, NEVER, OK } from '../../history/history.ts';
import type { Availability, FaultRecord, PhaseFigures } from '../run-verdict.ts';

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly phase: string;
}

/**
 * How well the system served its clients under load: share of ok operations, latencies by the faults in force, and the
 * longest outage. An operation belongs to the stretch in which it was invoked. Times are nanoseconds since the load
 * began; `end` is when it ended. O(n log n).
 */
export function availability(history: History, faults: readonly FaultRecord[], end: number): Availability {
  const stretches = split(faults, end);
  const figures = new Map<
    string,
    { duration: number; counts: [number, number, number]; latencies: number[] }
  >();
  for (const { from, to, phase } of stretches) {
    const known = figures.get(phase) ?? { duration: 0, counts: [0, 0, 0], latencies: [] };
    known.duration += to - from;
    figures.set(phase, known);
  }
  const returns: number[] = [];
  let all = 0;
  let ok = 0;
  let stretch = 0;
  for (let row = 0; row < history.n; row++) {
    const invoked = history.invTime[row]!;
    if (invoked >= end) continue;
    while (stretch + 1 < stretches.length && stretches[stretch + 1]!.from <= invoked) stretch++;
    const { counts, latencies } = figures.get(stretches[stretch]!.phase)!;
    const outcome = history.outcome[row]!;
    counts[outcome]!++;
    all++;
    if (outcome !== OK) continue;
    ok++;
    latencies.push(history.retTime[row]! - invoked);
    returns.push(history.retTime[row]!);
  }
  return {
    okFraction: all === 0 ? 0 : ok / all,
    phases: [...figures].map(([phase, { duration, counts, latencies }]): PhaseFigures => {
      latencies.sort((a, b) => a - b);
      return {
        phase,
        duration,
        ok: counts[OK]!,
        fail: counts[FAIL]!,
        info: counts[INFO]!,
        latency:
          latencies.length === 0
            ? null
            : {
                p50: quantileSorted(latencies, 0.5),
                p95: quantileSorted(latencies, 0.95),
                p99: quantileSorted(latencies, 0.99),
                max: latencies.at(-1)!,
              },
      };
    }),
    longestOutage: longestOutage(history, returns, end),
  };
}

/** Cuts the load into stretches between beginnings and ends of faults. */
function split(faults: readonly FaultRecord[], end: number): Stretch[] {
  const cuts = new Set([0, end]);
  for (const { from, to } of faults) {
    cuts.add(Math.min(from, end));
    cuts.add(Math.min(to ?? end, end));
  }
  const times = [...cuts].sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  for (let i = 0; i + 1 < times.length; i++) {
    const from = times[i]!;
    const to = times[i + 1]!;
    const names = faults.filter((f) => f.from <= from && (f.to ?? end) > from).map((f) => f.f);
    stretches.push({ from, to, phase: names.length === 0 ? 'calm' : [...new Set(names)].sort().join('+') });
  }
  return stretches.length > 0 ? stretches : [{ from: 0, to: end, phase: 'calm' }];
}

/** The longest gap between two ok completions (or an end of the load) during all of which somebody waited. */
function longestOutage(history: History, returns: number[], end: number): Availability['longestOutage'] {
  returns.sort((a, b) => a - b);
  const marks = [0, ...returns.filter((t) => t < end), end];
  const waits = waitingTimes(history, end);
  let longest: { from: number; to: number } | null = null;
  let wait = 0;
  for (let i = 0; i + 1 < marks.length; i++) {
    const to = marks[i + 1]!;
    while (wait < waits.length && waits[wait]!.to <= marks[i]!) wait++;
    // Nobody is owed an answer before asking: an outage begins with the first operation that waits in the gap.
    const from = Math.max(marks[i]!, waits[wait]?.from ?? to);
    if (to - from > (longest === null ? 0 : longest.to - longest.from)) longest = { from, to };
  }
  return longest;
}

/** Merged intervals during which at least one operation was outstanding. */
function waitingTimes(history: History, end: number): { from: number; to: number }[] {
  const merged: { from: number; to: number }[] = [];
  for (let row = 0; row < history.n; row++) {
    const from = history.invTime[row]!;
    if (from >= end) continue;
    const to = history.ret[row] === NEVER ? end : Math.min(history.retTime[row]!, end);
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}
