import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ordeal } from '../support/cli.ts';

const out = mkdtempSync(join(tmpdir(), 'ordeal-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

interface Printed {
  readonly valid: unknown;
  readonly directory: string;
  readonly findings: readonly { readonly type: string }[];
  readonly faults: readonly { readonly took: readonly string[] }[];
}

describe('scripted plans, whose faults wait for events', () => {
  const expected = { 'lost-write': 'lost-write', 'split-brain': 'split-brain', 'stale-read': 'stale-read' };
  for (const world of ['sim', 'local']) {
    it.each(Object.entries(expected))(`${world}: %s`, async (name, type) => {
      const args = [
        'run',
        '--plan',
        `examples/${name}.json`,
        '--world',
        world,
        '--json',
        '--out',
        join(out, world),
      ];
      const { exitCode, stdout, stderr } = await ordeal(args);
      expect(exitCode, stderr).toBe(1);
      const { findings, faults } = JSON.parse(stdout) as Printed;
      const types = [...new Set(findings.map((f) => f.type))];
      // Real time decides which reads of the old leader also go back on what somebody saw before.
      expect(world === 'local' ? types.filter((t) => t !== 'new-old-inversion') : types).toEqual([type]);
      expect(faults.every((f) => f.took.length > 0)).toBe(true);
    });
  }
});

describe('real processes', () => {
  it('keep every claim of Raft under partitions, kills, pauses and clock faults', async () => {
    const args = ['run', '--time-limit', '8s', '--seed', '11', '--json', '--out', join(out, 'raft')];
    const { exitCode, stdout, stderr } = await ordeal(args);
    expect(exitCode, stdout + stderr).toBe(0);
    const { faults, directory } = JSON.parse(stdout) as Printed;
    expect(faults.length).toBeGreaterThan(3);
    const latest = new Map<string, number>();
    for (const line of readFileSync(join(directory, 'events.jsonl'), 'utf8').trim().split('\n')) {
      const { node, incarnation, time } = JSON.parse(line) as {
        node: string;
        incarnation: number;
        time: number;
      };
      // Set-up included: what a node tells first happened first.
      expect(time).toBeGreaterThanOrEqual(latest.get(`${node}/${incarnation}`) ?? Number.NEGATIVE_INFINITY);
      latest.set(`${node}/${incarnation}`, time);
    }
  });
});
