import { describe, expect, it } from 'vitest';
import { availability } from '../../../src/analysis/run/availability.ts';
import type { FaultRecord } from '../../../src/analysis/run-verdict.ts';
import { History } from '../../../src/history/history.ts';
import type { Op, OpType } from '../../../src/history/op.ts';

/** Operations as [process, invoked at, type, ended at], put in order of time. */
function run(...all: readonly (readonly [number, number, OpType, number])[]): History {
  const records = all.flatMap(([process, from, type, to]) => [
    { process, time: from, type: 'invoke' as OpType },
    { process, time: to, type },
  ]);
  records.sort((a, b) => a.time - b.time);
  return History.of(records.map((r, index): Op => ({ index, f: 'write', value: 1, ...r })));
}

const fault = (f: string, from: number, to: number | null): FaultRecord => ({
  fault: 0,
  nemesis: f,
  f,
  value: null,
  from,
  to,
  took: ['n1'],
});

describe('availability', () => {
  it('gives the share of ok operations and latencies by the faults in force', () => {
    const h = run(
      [0, 0, 'ok', 10],
      [1, 5, 'ok', 25],
      [0, 40, 'fail', 45],
      [2, 60, 'info', 80],
      [0, 90, 'ok', 94],
    );
    const figures = availability(h, [fault('partition', 30, 70)], 100);
    expect(figures.okFraction).toBe(3 / 5);
    expect(figures.phases).toEqual([
      {
        phase: 'calm',
        duration: 60,
        ok: 3,
        fail: 0,
        info: 0,
        // Of 4, 10 and 20: between two of them, percentiles are interpolated.
        latency: { p50: 10, p95: 19, p99: 19.8, max: 20 },
      },
      { phase: 'partition', duration: 40, ok: 0, fail: 1, info: 1, latency: null },
    ]);
  });

  it('names faults in force together, each once, and those that never ended', () => {
    const h = run([0, 5, 'ok', 6], [0, 15, 'ok', 16], [0, 25, 'ok', 26]);
    const faults = [fault('pause', 10, null), fault('clock', 20, 30), fault('pause', 22, 28)];
    const phases = availability(h, faults, 40).phases.map(({ phase, duration, ok }) => [phase, duration, ok]);
    expect(phases).toEqual([
      ['calm', 10, 1],
      ['pause', 20, 1],
      ['clock+pause', 10, 1],
    ]);
  });

  it('finds the longest time without an answer while somebody waited', () => {
    const h = run([0, 0, 'ok', 10], [1, 30, 'ok', 75], [0, 80, 'ok', 90]);
    expect(availability(h, [], 100).longestOutage).toEqual({ from: 30, to: 75 });
  });

  it('does not call silence an outage when nobody asked', () => {
    const h = run([0, 0, 'ok', 1], [0, 90, 'ok', 91]);
    expect(availability(h, [], 100).longestOutage).toEqual({ from: 0, to: 1 });
  });

  it('lets an operation that never ends wait until the end of the load', () => {
    const h = run([0, 0, 'ok', 5], [1, 10, 'info', 20]);
    expect(availability(h, [], 100).longestOutage).toEqual({ from: 10, to: 100 });
  });

  it('leaves out what was invoked after the load', () => {
    const h = run([0, 10, 'ok', 20], [0, 150, 'fail', 160]);
    expect(availability(h, [], 100)).toMatchObject({ okFraction: 1, phases: [{ ok: 1, fail: 0 }] });
  });

  it('has figures for a run without operations', () => {
    expect(availability(History.of([]), [], 100)).toEqual({
      okFraction: 0,
      phases: [{ phase: 'calm', duration: 100, ok: 0, fail: 0, info: 0, latency: null }],
      longestOutage: null,
    });
  });
});
