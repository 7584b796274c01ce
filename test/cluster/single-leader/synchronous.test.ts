import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../src/duration.ts';
import { singleLeader } from '../../../src/systems/single-leader.ts';
import { drill, type Fault } from './drill.ts';
import { counted, finalStates, lost, setViolations, sharedEpochs, splitBrain } from './invariants.ts';
import { rotated, SET, seeds } from './loads.ts';

const FAULTS: Fault[] = [
  ...(['kill', 'pause', 'partition', 'kill-leader', 'isolate-leader', 'one-way'] as const),
  ...(['pause-leader', 'power-failure', 'drift', 'loss', 'clock'] as const),
];

describe('synchronous replication with fenced epochs', () => {
  it.each(['all', 'one'])(
    'sync=%s is linearizable, loses nothing and converges under every fault',
    (sync) => {
      let leaders = 0;
      for (const seed of seeds(6)) {
        const report = drill({
          system: singleLeader,
          options: { sync },
          seed,
          faults: rotated(FAULTS, seed),
          load: 10 * SECOND,
          interval: 1.6 * SECOND,
          ...SET,
        });
        const where = `seed ${seed}`;
        expect(report.crashes, where).toEqual([]);
        expect(setViolations(report.done), where).toEqual([]);
        expect(lost(report), where).toEqual([]);
        expect(sharedEpochs(report), where).toEqual([]);
        expect(splitBrain(report.done), where).toBe(false);
        expect(finalStates(report), where).toHaveLength(1);
        expect(counted(report).ok, where).toBeGreaterThan(200);
        leaders += report.events.filter(
          ({ event }) => event.type === 'role' && event.role === 'leader',
        ).length;
      }
      // It was not for want of failovers.
      expect(leaders).toBeGreaterThan(2 * seeds(6).length);
    },
  );

  it.each(['n2', 'n3', 'n4', 'n5'])('sync=one goes on writing while follower %s is down', (node) => {
    // Whichever of them is the synchronous one: another is made that.
    const report = drill({
      system: singleLeader,
      options: { sync: 'one', failover: 'manual' },
      seed: 1,
      faults: [],
      load: 4 * SECOND,
      script: [
        {
          at: SECOND,
          for: 2 * SECOND,
          begin: [{ do: 'kill', nodes: [node] }],
          heal: [{ do: 'start', nodes: [node] }],
        },
      ],
      ...SET,
    });
    const during = report.done.filter(({ at }) => at > 1.6 * SECOND && at < 2.9 * SECOND);
    expect(during.filter((d) => d.request.f === 'add' && d.outcome.type === 'ok').length).toBeGreaterThan(50);
    expect(lost(report)).toEqual([]);
  });

  it('sync=all blocks writes while a follower is down, and goes on reading', () => {
    const report = drill({
      system: singleLeader,
      options: { failover: 'manual' },
      seed: 5,
      faults: [],
      load: 4 * SECOND,
      script: [
        {
          at: SECOND,
          begin: [{ do: 'kill', nodes: ['n5'] }],
          heal: [{ do: 'start', nodes: ['n5'] }],
          for: 2 * SECOND,
        },
      ],
      operation: (id, _draw, process) =>
        process % 2 === 0 ? { f: 'add', value: id } : { f: 'read', value: null },
      finals: SET.finals,
    });
    const during = report.done.filter(({ at }) => at > 1.1 * SECOND && at < 2.9 * SECOND);
    const ok = (f: string) => during.filter((d) => d.request.f === f && d.outcome.type === 'ok').length;
    expect(ok('add')).toBe(0);
    expect(ok('read')).toBeGreaterThan(100);
    expect(
      report.done.some((d) => d.at > 3.2 * SECOND && d.request.f === 'add' && d.outcome.type === 'ok'),
    ).toBe(true);
    expect(lost(report)).toEqual([]);
  });
});
