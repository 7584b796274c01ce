import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, marked, ordeal, until } from '../support/cli.ts';

const out = mkdtempSync(join(tmpdir(), 'ordeal-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Phases by what can be seen from outside, in the run's directory. */
const phases: { readonly [phase: string]: (run: string) => boolean } = {
  'set-up': (run) => existsSync(join(run, 'plan.json')),
  load: (run) => lines(run) > 20,
  'a paused node': (run) => text(run, 'history.jsonl').includes('"type":"info","f":"pause'),
  recovery: (run) => text(run, 'history.jsonl').includes('"type":"info","f":"heal-pause'),
};

function text(run: string, file: string): string {
  const path = join(run, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function lines(run: string): number {
  return text(run, 'history.jsonl').split('\n').length - 1;
}

/** A run of a few seconds in which all nodes are paused most of the time. */
function start(name: string, mark: string) {
  const args = ['run', '--out', join(out, name), '--quiet', '--seed', '3', '--time-limit', '3s'];
  args.push(
    '--workload',
    'set',
    '--nemesis',
    'pause',
    '--nemesis-interval',
    '1s',
    '--set',
    'pause.target=all',
  );
  // The mark stands in the environment of every process of the run.
  const child = execa(process.execPath, [MAIN, ...args], {
    reject: false,
    env: { ORDEAL_TEST_MARK: mark },
    cleanup: true,
  });
  const folder = join(out, name, 'raft');
  const run = () => (existsSync(folder) ? join(folder, readdirSync(folder)[0] ?? '') : folder);
  return { child, run };
}

describe('whatever ends the controller, nothing of the run is left and its history is whole', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    it.each(Object.keys(phases))(`${signal} during %s`, async (phase) => {
      const mark = randomUUID();
      const { child, run } = start(`${signal}-${phase.replaceAll(' ', '-')}`, mark);
      await until(() => phases[phase]!(run()), phase);
      child.kill(signal);
      const { exitCode } = await child;
      // Told to stop it ends by itself and judges what it has; killed it cannot, and the supervisor cleans up.
      if (signal !== 'SIGKILL' && phase !== 'set-up') expect(exitCode).toBe(2);
      await until(() => marked(mark).length === 0, `no process of ${phase} left`, 20_000);
      const history = text(run(), 'history.jsonl');
      expect(history === '' || history.endsWith('\n')).toBe(true);
      for (const line of history.split('\n').filter((l) => l !== '')) JSON.parse(line);
      if (phase === 'set-up' || signal !== 'SIGKILL') return;
      const checked = await ordeal(['check', '--json', run()]);
      expect([0, 1, 2]).toContain(checked.exitCode);
      expect(JSON.parse(checked.stdout)).toMatchObject({ judged: expect.any(Array) });
    });
  }
});
