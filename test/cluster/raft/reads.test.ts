import { describe, expect, it } from 'vitest';
import { MS, SECOND } from '../../../src/duration.ts';
import { judge } from './judge.ts';
import { Stage } from './puppets.ts';
import { between, KEYS, listAppend, Trial, type TrialSetup } from './trial.ts';

const SEEDS = process.env.ORDEAL_LONG === '1' ? 500 : 25;

/** Processes with an even number only read, so that they stay with a leader that can no longer write. */
const request: TrialSetup['request'] = (id, draw, process) =>
  process % 2 === 0
    ? { f: 'txn', value: [['r', Math.floor(draw(0) * KEYS), null]] }
    : { f: 'txn', value: [['append', Math.floor(draw(0) * KEYS), id]] };

type Worse = (trial: Trial, leader: string, others: readonly string[]) => void;

/** The leader is treated badly, and a little later cut off from its peers, though not from the clients. */
function isolated(worse: Worse): TrialSetup['faults'] {
  return (trial) =>
    trial.world.at(SECOND, () => {
      const leader = trial.leaders()[0]!;
      const others = trial.nodes.filter((node) => node !== leader);
      worse(trial, leader, others);
      trial.act(SECOND + 300 * MS, { do: 'cut', links: between([leader], others) });
    });
}

/** In how many of the seeds something was wrong. */
function wrong(setup: Omit<TrialSetup, 'seed'>, seeds = SEEDS): number {
  let count = 0;
  for (let seed = 1; seed <= seeds; seed++)
    if (judge(new Trial({ request, clients: 8, ...setup, seed }).run()).length > 0) count++;
  return count;
}

describe('reads', () => {
  it('local reads are stale', () => {
    expect(wrong({ options: { reads: 'local' }, request: listAppend, clients: 4 }, 10)).toBe(10);
  });

  const bump: Worse = (trial, leader, others) => {
    trial.act(SECOND, { do: 'strobe', nodes: [leader], by: 90 * SECOND, period: 7 * MS });
    for (const [n, node] of others.entries())
      trial.act(SECOND + n, { do: 'bump', nodes: [node], by: (n - 2) * 300 * SECOND });
  };
  const pause: Worse = (trial, leader) => {
    const start = SECOND + 250 * MS + trial.random(8) * 400 * MS;
    trial.act(start, { do: 'pause', nodes: [leader] });
    trial.act(start + 900 * MS, { do: 'resume', nodes: [leader] });
  };
  const slow: Worse = (trial, leader) => trial.act(SECOND, { do: 'drift', nodes: [leader], rate: 0.25 });
  const fast: Worse = (trial, _leader, others) => trial.act(SECOND, { do: 'drift', nodes: others, rate: 4 });
  const restart: Worse = (trial, _leader, others) => {
    // Those who answered the leader's heartbeats die and come back within the lease.
    trial.act(SECOND + 301 * MS, { do: 'kill', nodes: others });
    trial.act(SECOND + 302 * MS, { do: 'start', nodes: others });
  };

  it.each(['index', 'lease'])('reads=%s survive bumps, strobes, pauses and restarts', (reads) => {
    for (const worse of [bump, pause, restart])
      expect(wrong({ options: { reads }, faults: isolated(worse) })).toBe(0);
  });

  it('index reads survive drift', () => {
    for (const worse of [slow, fast])
      expect(wrong({ options: { reads: 'index' }, faults: isolated(worse) })).toBe(0);
  });

  it('leases survive drift within the declared bound and break beyond it', () => {
    for (const worse of [slow, fast]) {
      const options = { reads: 'lease', heartbeat: '20ms' };
      expect(wrong({ options: { ...options, driftBound: 4 }, faults: isolated(worse) })).toBe(0);
      expect(wrong({ options, faults: isolated(worse) })).toBeGreaterThan(0);
    }
  });

  it('a restarted node gives no vote while a lease may rest on what it has forgotten', () => {
    for (const reads of ['lease', 'index']) {
      const stage = new Stage(['s1', 's2', 's3'], { reads });
      stage.elect('s1', ['s2', 's3'], () => true);
      stage.elapse('s1', 80);
      // s2 answers and then restarts; s3 hears nothing and stands.
      stage.deliver((m) => m.src !== 's3' && m.dest !== 's3');
      stage.elapse('s1', 80);
      stage.deliver((m) => m.src !== 's3' && m.dest !== 's3');
      stage.restart('s2');
      stage.elapse('s3', 290);
      stage.deliver((m) => m.src !== 's1' && m.dest !== 's1');
      expect(stage.role('s3')?.role).toBe(reads === 'lease' ? 'follower' : 'leader');
    }
  });
});
