import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../src/duration.ts';
import { leaderless } from '../../../src/systems/leaderless.ts';
import { drill, type Fault } from '../single-leader/drill.ts';
import { counted, finalStates, lost } from '../single-leader/invariants.ts';
import { ADDS, rotated, seeds } from '../single-leader/loads.ts';

const run = (options: object, seed: number, faults: readonly Fault[]) =>
  drill({ system: leaderless, options, seed, faults, load: 7 * SECOND, interval: SECOND, ...ADDS });

const FAULTS: Fault[] = ['kill', 'pause', 'partition', 'one-way', 'power-failure', 'loss'];

describe('a set under last-write-wins', () => {
  const kept: object[] = [
    {},
    { coordinator: 'client' },
    { readRepair: false },
    { n: 3 },
    { w: 2, r: 4 },
    { w: 5, r: 1 },
  ];
  it.each(kept)('loses no acknowledged element while clocks are in step: %j', (options) => {
    for (const seed of seeds(3)) {
      const report = run(options, seed, rotated(FAULTS, seed));
      expect(report.crashes).toEqual([]);
      expect(lost(report), `seed ${seed}`).toEqual([]);
      expect(counted(report).ok, `seed ${seed}`).toBeGreaterThan(100);
    }
  });

  it('loses acknowledged elements when the clocks of coordinators differ, and tells of it', () => {
    for (const seed of seeds(2)) {
      const report = run({}, seed, ['clock']);
      expect(lost(report).length, `seed ${seed}`).toBeGreaterThan(0);
      expect(report.events.some(({ event }) => event.type === 'discard')).toBe(true);
    }
  });

  it('keeps them when the clients stamp, whose clocks nobody moved', () => {
    for (const coordinator of ['client', 'node'])
      for (const seed of seeds(2))
        expect(lost(run({ coordinator, clock: 'client' }, seed, ['clock', 'kill'])), `seed ${seed}`).toEqual(
          [],
        );
  });

  it('loses them when read and write quorums need not meet', () => {
    for (const seed of seeds(3))
      expect(lost(run({ w: 1, r: 1 }, seed, ['partition'])).length, `seed ${seed}`).toBeGreaterThan(0);
  });

  it('is the same on all replicas once it has been read, with read repair only', () => {
    let diverged = 0;
    for (const seed of seeds(3)) {
      expect(finalStates(run({}, seed, FAULTS)), `seed ${seed}`).toHaveLength(1);
      if (finalStates(run({ readRepair: false }, seed, FAULTS)).length > 1) diverged++;
    }
    expect(diverged).toBeGreaterThan(0);
  });
});
