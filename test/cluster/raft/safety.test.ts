import { describe, expect, it } from 'vitest';
import { MS } from '../../../src/duration.ts';
import { judge, seen, successes } from './judge.ts';
import { FAULTS, manyFaults, Trial } from './trial.ts';

const SEEDS = process.env.ORDEAL_LONG === '1' ? 5000 : 100;

describe('Raft under all faults', () => {
  it.each([
    ['index', 3, FAULTS],
    ['index', 5, FAULTS],
    ['log', 5, FAULTS],
    // A lease is promised only within the bound on drift.
    ['lease', 5, FAULTS.filter((fault) => fault !== 'drift')],
  ] as const)('reads=%s, %i nodes: safe and alive', { timeout: 3_600_000 }, (reads, nodes, faults) => {
    const counts = { duplicate: 0, truncate: 0, 'deposed-read': 0, 'deposed-ack': 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      // Few entries between two snapshots, so that every catching up after an outage goes through one.
      const options = { reads, snapshotEvery: seed % 2 === 0 ? 40 : 5000 };
      const trial = new Trial({ seed, nodes, options, faults: (t) => manyFaults(t, faults) }).run();
      expect(judge(trial), `seed ${seed}`).toEqual([]);
      expect(successes(trial), `seed ${seed}`).toBeGreaterThan(0);
      // Healed, every node answers, and with the same state.
      expect(
        trial.finals.map(({ outcome }) => outcome.type),
        `seed ${seed}`,
      ).toEqual(trial.nodes.map(() => 'ok'));
      for (const { outcome } of trial.finals) expect(outcome.value).toEqual(trial.finals[0]!.outcome.value);
      for (const type of Object.keys(counts) as (keyof typeof counts)[]) counts[type] += seen(trial, type);
    }
    // The faults have done what they are for.
    expect(counts.duplicate).toBeGreaterThan(0);
    expect(counts.truncate).toBeGreaterThan(0);
    expect(counts['deposed-ack']).toBeGreaterThan(0);
    if (reads === 'index') expect(counts['deposed-read']).toBeGreaterThan(0);
  });

  it('safe and alive where the disk is slower than the network', () => {
    const sim = { syncLatency: [5 * MS, 90 * MS], latency: [MS / 10, 2 * MS] } as const;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const options = { snapshotEvery: 10, electionTimeout: '400ms' };
      const trial = new Trial({ seed, sim, options, faults: manyFaults, attemptTimeout: 400 * MS }).run();
      expect(judge(trial), `seed ${seed}`).toEqual([]);
      for (const { outcome } of trial.finals) expect(outcome.value).toEqual(trial.finals[0]!.outcome.value);
    }
  });

  it('the same seed gives the same run', () => {
    const [a, b] = [1, 2].map(() => new Trial({ seed: 7, faults: manyFaults }).run());
    expect(a!.done).toEqual(b!.done);
    expect(a!.events).toEqual(b!.events);
  });

  it('messages and records are plain data', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const plain = new Trial({ seed, faults: manyFaults, options: { snapshotEvery: 40 } }).run();
      const coded = new Trial({
        seed,
        faults: manyFaults,
        options: { snapshotEvery: 40 },
        sim: { codec: true },
      }).run();
      expect(coded.done).toEqual(plain.done);
    }
  });

  it('a cluster of one serves', () => {
    for (const reads of ['log', 'index', 'lease', 'local']) {
      const trial = new Trial({ seed: 1, nodes: 1, options: { reads, snapshotEvery: 40 } }).run();
      expect(judge(trial)).toEqual([]);
      expect(successes(trial)).toBeGreaterThan(100);
    }
  });
});
