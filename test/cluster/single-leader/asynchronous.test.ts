import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../src/duration.ts';
import { singleLeader } from '../../../src/systems/single-leader.ts';
import { drill, type Fault } from './drill.ts';
import { counted, finalStates, lost, setViolations, splitBrain, staleSessions } from './invariants.ts';
import { rotated, SET, seeds } from './loads.ts';

const run = (options: object, seed: number, faults: readonly Fault[]) =>
  drill({ system: singleLeader, options, seed, faults, load: 8 * SECOND, ...SET });

describe('sync=none', () => {
  it('loses acknowledged writes when the leader is killed, and says which were discarded where', () => {
    for (const seed of seeds(3)) {
      const report = run({ sync: 'none' }, seed, ['kill-leader']);
      const missing = lost(report);
      expect(missing.length, `seed ${seed}`).toBeGreaterThan(0);
      expect(finalStates(report), `seed ${seed}`).toHaveLength(1);
      const discards = report.events.filter(({ event }) => event.type === 'discard');
      const told = new Set(discards.flatMap(({ event }) => event.writes as readonly number[]));
      const acknowledged = new Map(
        report.done.map(({ request, outcome }) => [request.value, { request, outcome }]),
      );
      for (const element of missing) {
        const { request, outcome } = acknowledged.get(element as number)!;
        expect(told.has(request.id), `seed ${seed}, ${element}`).toBe(true);
        expect(discards.some(({ node }) => node === outcome.node)).toBe(true);
      }
    }
  });

  it('loses nothing and is linearizable while nobody else is ever promoted', () => {
    const faults: Fault[] = [
      'kill',
      'pause',
      'partition',
      'one-way',
      'power-failure',
      'loss',
      'drift',
      'clock',
    ];
    for (const seed of seeds(4)) {
      const report = run({ sync: 'none', failover: 'manual' }, seed, rotated(faults, seed));
      expect(report.crashes).toEqual([]);
      expect(setViolations(report.done), `seed ${seed}`).toEqual([]);
      expect(lost(report), `seed ${seed}`).toEqual([]);
      expect(finalStates(report), `seed ${seed}`).toHaveLength(1);
      expect(counted(report).ok).toBeGreaterThan(200);
    }
  });
});

describe('fencing=none', () => {
  it('has two leaders acknowledge side by side when the first is only cut off', () => {
    for (const seed of seeds(4)) {
      const report = run({ sync: 'none', fencing: 'none' }, seed, ['isolate-leader']);
      expect(splitBrain(report.done), `seed ${seed}`).toBe(true);
      expect(lost(report).length, `seed ${seed}`).toBeGreaterThan(0);
      expect(finalStates(report), `seed ${seed}`).toHaveLength(1);
    }
  });

  it('converges after the heal under every fault, whoever led', () => {
    const faults: Fault[] = [
      'kill',
      'partition',
      'one-way',
      'pause',
      'isolate-leader',
      'loss',
      'drift',
      'kill-leader',
    ];
    for (const sync of ['none', 'all'])
      for (const seed of seeds(4)) {
        const report = run({ sync, fencing: 'none' }, seed, rotated(faults, seed));
        expect(report.crashes).toEqual([]);
        expect(finalStates(report), `sync=${sync}, seed ${seed}`).toHaveLength(1);
      }
  });
});

describe('reads', () => {
  it('of any follower miss the reader’s own writes, and go back', () => {
    for (const sync of ['none', 'all'])
      for (const seed of seeds(2)) {
        const { ownWrites, reads } = staleSessions(
          run({ sync, reads: 'any-follower' }, seed, ['partition']).done,
        );
        expect(ownWrites, `sync=${sync}, seed ${seed}`).toBeGreaterThan(0);
        expect(reads, `sync=${sync}, seed ${seed}`).toBeGreaterThan(0);
      }
  });

  it('of one’s own replica miss own writes, but do not go back while it answers', () => {
    let missed = 0;
    for (const seed of seeds(3)) {
      const { ownWrites, reads } = staleSessions(run({ reads: 'sticky' }, seed, ['partition']).done);
      missed += ownWrites;
      expect(reads, `seed ${seed}`).toBe(0);
    }
    expect(missed).toBeGreaterThan(0);
  });

  it('of the leader do neither', () => {
    expect(staleSessions(run({}, 1, ['partition']).done)).toEqual({ ownWrites: 0, reads: 0 });
  });
});
