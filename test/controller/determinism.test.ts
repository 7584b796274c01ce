import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlanInput } from '../../src/plan.ts';
import type { FaultLine } from '../../src/schedule.ts';
import { explicit, simulate } from '../support/simulate.ts';

const plan: PlanInput = {
  seed: 11,
  system: 'raft',
  workloads: ['register', 'list-append'],
  nemeses: ['partition', 'kill', 'pause', 'clock'],
  timeLimit: '8s',
  nemesisInterval: '800ms',
};

const files = ['schedule', 'history', 'events'] as const;

describe('one seed decides everything a simulated run does', () => {
  it('gives the same bytes twice in one process', async () => {
    const [a, b] = [await simulate(plan), await simulate(plan)];
    for (const file of files) expect(a[file] === b[file], file).toBe(true);
    expect(JSON.stringify(a.verdict)).toBe(JSON.stringify(b.verdict));
    expect(a.recording.faults.length).toBeGreaterThan(5);
  });

  it('gives the same bytes in two processes, and those that this one gets', async () => {
    const out = mkdtempSync(join(tmpdir(), 'ordeal-'));
    try {
      const here = await simulate(plan);
      const file = join(out, 'given.json');
      writeFileSync(file, JSON.stringify({ ...plan, world: 'sim' }));
      const texts = ['a', 'b'].map((name) => {
        const run = ['dist/main.js', 'run', '--plan', file, '--quiet', '--out', join(out, name)];
        try {
          execFileSync(process.execPath, run, { stdio: 'pipe' });
        } catch (error) {
          // The verdict is not what is tested here.
          if (![1, 2].includes((error as { status: number }).status)) throw error;
        }
        const read = (f: string) => readFileSync(join(out, name, 'latest', f), 'utf8');
        return {
          ...Object.fromEntries(files.map((f) => [f, read(`${f}.jsonl`)])),
          verdict: read('verdict.json'),
        };
      });
      expect(texts[0]).toEqual(texts[1]);
      for (const f of files) expect((texts[0] as Record<string, string>)[f] === here[f], f).toBe(true);
      expect(JSON.parse(texts[0]!.verdict)).toEqual(JSON.parse(JSON.stringify(here.verdict)));
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });

  it('gives another history to another seed', async () => {
    const [a, b] = [await simulate(plan), await simulate({ ...plan, seed: 12 })];
    expect(a.history === b.history).toBe(false);
  });

  it('runs the explicit form to the same history', async () => {
    const generated = await simulate(plan);
    const again = await simulate(explicit(plan, generated.schedule));
    expect(again.history === generated.history).toBe(true);
    expect(again.events === generated.events).toBe(true);
  });

  it('leaves everything before a left-out fault as it was, and every other fault as it was planned', async () => {
    const generated = await simulate(plan);
    const given = explicit(plan, generated.schedule);
    const faults = given.faults as FaultLine[];
    for (const out of [0, 3, faults.length - 1]) {
      const without = await simulate({ ...given, faults: faults.filter((_, i) => i !== out) });
      const from = generated.recording.faults[out]!.from;
      const earlier = (text: string) => text.split('\n').filter((l) => l !== '' && JSON.parse(l).time < from);
      expect(earlier(without.history)).toEqual(earlier(generated.history));
      expect(earlier(without.events)).toEqual(earlier(generated.events));
      const others = generated.recording.faults.filter((_, i) => i !== out);
      const seen = without.recording.faults.map(({ fault, f, value, from: at }) => ({ fault, f, value, at }));
      expect(seen).toEqual(others.map(({ fault, f, value, from: at }) => ({ fault, f, value, at })));
    }
  });
});
