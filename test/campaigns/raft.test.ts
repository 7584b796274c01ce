import { describe, expect, it } from 'vitest';
import type { RunVerdict } from '../../src/analysis/run-verdict.ts';
import type { PlanInput } from '../../src/plan.ts';
import { simulate } from '../support/simulate.ts';

const SEEDS = Number(process.env.ORDEAL_SEEDS ?? 2000);
/** Successful operations that each run must have for its verdict to count; where the cluster was hardly ever up it runs on. */
const LEAST = 200;
const TIME_LIMITS = ['4s', '8s', '16s'] as const;

/** Elections are quick, so that the faults, which come thick and fast, leave the cluster some time to work. */
const plan: Omit<PlanInput, 'seed'> = {
  system: { name: 'raft', options: { electionTimeout: '150ms', heartbeat: '40ms' } },
  workloads: ['register', 'list-append'],
  nemeses: ['partition', 'kill', 'pause', 'clock', 'packet'],
  nemesisInterval: '600ms',
  attemptTimeout: '200ms',
  rate: 300,
};

function succeeded({ operations }: RunVerdict): number {
  return Object.values(operations).reduce((sum, { ok }) => sum + ok, 0);
}

describe(`Raft under all faults, ${SEEDS} seeds`, () => {
  it('never raises a false alarm, and sees what makes the faults worth their while', async () => {
    const alarms: string[] = [];
    const seen: Record<string, number> = {};
    const count = (what: string) => {
      seen[what] = (seen[what] ?? 0) + 1;
    };
    for (let seed = 1; seed <= SEEDS; seed++) {
      let ran = await simulate({ ...plan, seed, timeLimit: TIME_LIMITS[0], codec: seed % 20 === 0 });
      for (const timeLimit of TIME_LIMITS.slice(1))
        if (succeeded(ran.verdict) < LEAST) ran = await simulate({ ...plan, seed, timeLimit });
      const { verdict, recording } = ran;
      const ok = succeeded(verdict);
      if (verdict.exitCode !== 0) alarms.push(`seed ${seed}: ${verdict.reasons.join('; ')}`);
      else if (ok < LEAST) alarms.push(`seed ${seed}: only ${ok} operations succeeded`);
      for (const { time, event } of recording.events) {
        if (event.type === 'role' && event.role === 'leader') {
          const force = recording.faults.filter((f) => f.from <= time && (f.to ?? time) >= time);
          for (const nemesis of new Set(force.map((f) => f.nemesis))) count(`election under ${nemesis}`);
        } else count(event.type);
      }
    }
    const wanted = [
      ...['partition', 'kill', 'pause', 'clock', 'packet'].map((n) => `election under ${n}`),
      'truncate',
      'duplicate',
      'deposed-read',
      'deposed-ack',
    ];
    const told = wanted.map((what) => `${what}: ${seen[what] ?? 0}`);
    process.stdout.write(`Raft, ${SEEDS} seeds: ${told.join(', ')}\n`);
    expect(alarms).toEqual([]);
    for (const what of wanted) expect(seen[what] ?? 0, what).toBeGreaterThan(0);
  });
});
