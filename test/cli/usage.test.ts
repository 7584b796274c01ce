import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checks } from '../../src/analysis/checks.ts';
import { MAIN, ordeal } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const HELD = [0, 1]
  .map((process) => `${JSON.stringify({ process, type: 'ok', f: 'acquire', value: null })}\n`)
  .join('');
const good = { seed: 1, system: 'raft', world: 'sim', workloads: ['set'], timeLimit: '1s' };
const wrong: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['an unknown system', ['run', 'paxos'], ['system', 'raft', 'single-leader', 'leaderless']],
  ['an unknown workload', ['run', '-w', 'register,bank2'], ['workloads[1]', 'bank2', 'list-append']],
  ['an unknown nemesis', ['run', '-n', 'meteor'], ['nemeses[0]', 'meteor', 'partition']],
  ['a workload named twice', ['run', '-w', 'set,set'], ['workloads', 'once']],
  ['an unknown world', ['run', '--world', 'mars'], ['--world', 'local', 'sim']],
  ['an unknown option of a system', ['run', '--set', 'colour=red'], ['system', 'colour']],
  ['a bad value of an option', ['run', '--set', 'reads=never'], ['reads', 'index', 'lease']],
  [
    'a bad option of a nemesis',
    ['run', '-n', 'kill', '--set', 'kill.target=everyone'],
    ['nemeses[0]', 'target', 'minority'],
  ],
  ['a pair without a value', ['run', '--set', 'reads'], ['--set', 'key=value']],
  ['a count that is no number', ['run', '--nodes', 'many'], ['--nodes', 'whole number']],
  ['no nodes', ['run', '--nodes', '0'], ['nodes']],
  ['a bad concurrency', ['run', '--concurrency', '2m'], ['concurrency']],
  ['a bad duration', ['run', '--time-limit', '20'], ['timeLimit', '20', 'ms']],
  ['a time limit of nothing', ['run', '--time-limit', '1ms', '-n', 'none'], ['timeLimit', '100ms']],
  [
    'nemeses without a turn',
    ['run', '--time-limit', '3s', '--nemesis-interval', '2s'],
    ['nemesisInterval', 'turn'],
  ],
  [
    'an unknown model',
    ['run', '-w', 'register', '--model', 'serializable'],
    ['models', 'serializable', 'linearizable'],
  ],
  [
    'a function that is not served',
    ['run', 'leaderless', '-w', 'list-append'],
    ['workloads[0]', 'txn', 'leaderless'],
  ],
  ['quorums above n', ['run', 'leaderless', '-w', 'set', '--set', 'w=9'], ['w is 9', '1 to 5']],
  ['an unknown flag', ['run', '--frobnicate'], ['--frobnicate']],
  ['an unknown command', ['walk'], ['walk']],
  ['a plan that is not there', ['run', '--plan', join(folder, 'none.json')], ['none.json', 'cannot read']],
  ['a plan that is no JSON', ['run', '--plan', file('no.json', '{"seed": 1,')], ['no.json', 'JSON']],
  ['a plan that is no object', ['run', '--plan', file('list.json', '[1]')], ['list.json', 'object']],
  [
    'a field that a plan does not have',
    ['run', '--plan', file('field.json', { ...good, colour: 'red' })],
    ['colour'],
  ],
  [
    'a fault on a node that is not there',
    [
      'run',
      '--plan',
      file('node.json', {
        ...good,
        faults: [
          {
            fault: 0,
            nemesis: 'kill',
            f: 'kill',
            time: '1s',
            begin: [{ do: 'kill', nodes: ['n9'] }],
            heal: { actions: [] },
          },
        ],
      }),
    ],
    ['n9', 'n1'],
  ],
  [
    'a fault with neither time nor event',
    [
      'run',
      '--plan',
      file('when.json', {
        ...good,
        faults: [
          {
            fault: 0,
            nemesis: 'kill',
            f: 'kill',
            begin: [{ do: 'kill', nodes: ['n1'] }],
            heal: { actions: [] },
          },
        ],
      }),
    ],
    ['faults[0]', 'time', 'when'],
  ],
  ['a folder that is a file', ['run', '--world', 'sim', '--out', file('plain', '')], ['--out', 'plain']],
  [
    'a folder that cannot be made',
    ['run', '--world', 'sim', '--out', '/proc/ordeal'],
    ['--out', '/proc/ordeal'],
  ],
  ['a history that is not there', ['check', join(folder, 'none.jsonl')], ['none.jsonl']],
  [
    'an option that the check does not have, before the history is looked for',
    ['check', join(folder, 'none.jsonl'), '-w', 'semaphore', '--set', 'permit=3'],
    ['--set', 'semaphore', '"permit"', 'permits (integer ≥ 1)'],
  ],
  [
    'an option of a check that has none',
    ['check', join(folder, 'none.jsonl'), '-w', 'set', '--set', 'permits=3'],
    ['--set', 'set has no option "permits"', 'none'],
  ],
  [
    'a bad value of an option of a check',
    ['check', join(folder, 'none.jsonl'), '-w', 'convergence', '--set', 'crdt=map'],
    ['--set', 'convergence', 'crdt is "map"', 'g-set | or-set'],
  ],
  [
    'an initial value that the check does not take, before the history is looked for',
    ['check', join(folder, 'none.jsonl'), '-w', 'queue', '--initial', '[1, 2'],
    ['--initial', 'queue: initial is "[1, 2"', 'allowed: list'],
  ],
  [
    'an initial value of a detected check that takes none',
    ['check', file('held3.jsonl', HELD), '--initial', '5'],
    ['held3.jsonl', 'mutex: initial is 5; it takes none'],
  ],
  [
    'an initial value that no double holds',
    ['check', join(folder, 'none.jsonl'), '-w', 'register', '--initial', '9007199254740993'],
    ['--initial', '2^53'],
  ],
  [
    'an option that the detected check does not have',
    ['check', file('held.jsonl', HELD), '--set', 'permits=3'],
    ['held.jsonl', 'mutex has no option "permits"', 'reentrant (boolean)'],
  ],
  [
    'a pair for a check without a value',
    ['check', file('held.jsonl', HELD), '--set', 'permits'],
    ['--set', 'key=value'],
  ],
];

it('the program can be run by its name, also when it was built again after it was installed', () => {
  expect(() => accessSync(MAIN, constants.X_OK)).not.toThrow();
});

describe('bad input gets one clear message, exit 254, and starts nothing', () => {
  it.each(wrong)('%s', async (_what, args, words) => {
    const { exitCode, stderr, stdout } = await ordeal(args);
    expect(stderr).not.toMatch(/^\s+at /m);
    for (const word of words) expect(stderr).toContain(word);
    expect(stdout).toBe('');
    expect(exitCode).toBe(254);
  });

  it.skipIf(process.getuid?.() === 0)(
    'a folder that may not be written (skipped for root, who may)',
    async () => {
      const closed = join(folder, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      const { exitCode, stderr } = await ordeal(['run', '--world', 'sim', '--out', closed]);
      expect(stderr).toContain('--out');
      expect(exitCode).toBe(254);
    },
  );
});

describe('good input', () => {
  it('prints one JSON document on stdout with --json, and leaves a whole directory', async () => {
    const out = join(folder, 'json');
    const { exitCode, stdout } = await ordeal([
      'run',
      '--plan',
      file('good.json', good),
      '--json',
      '--out',
      out,
    ]);
    expect(exitCode).toBe(0);
    const verdict = JSON.parse(stdout) as { valid: unknown; directory: string; repeat: string };
    expect(verdict.valid).toBe(true);
    expect(verdict.repeat).toContain('--seed 1');
    expect(readdirSync(verdict.directory).sort()).toEqual([
      'events.jsonl',
      'history.jsonl',
      'junit.xml',
      'plan.json',
      'report.html',
      'schedule.jsonl',
      'timings.json',
      'verdict.json',
    ]);
  });

  it('repeats a run by the line it prints, to the same verdict', async () => {
    const first = await ordeal([
      'run',
      'raft',
      '--world',
      'sim',
      '-w',
      'set',
      '-n',
      'kill',
      '--time-limit',
      '2s',
      '--set',
      'snapshotEvery=50',
      '--set',
      'kill.target=one',
      '--json',
      '--out',
      join(folder, 'a'),
    ]);
    const { repeat, directory, ...verdict } = JSON.parse(first.stdout) as {
      repeat: string;
      directory: string;
    };
    const words = repeat.split(' ').slice(1);
    const second = await ordeal([...words, '--json', '--out', join(folder, 'b')]);
    const again = JSON.parse(second.stdout) as { repeat: string; directory: string };
    expect({ ...again, repeat, directory }).toEqual({ ...verdict, repeat, directory });
  });

  it('ends the demo with exit 1, its finding in words, and a report', async () => {
    const { exitCode, stdout } = await ordeal(['demo', '--out', join(folder, 'demo')]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('lost-write');
    expect(stdout).toContain('acknowledged and then lost');
    expect(stdout).toContain('report.html');
    expect(stdout).not.toContain('\u001b[');
  });

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const flag of ['--version', '-V']) {
      const { exitCode, stdout } = await ordeal([flag]);
      expect([exitCode, stdout]).toEqual([0, version]);
    }
  });

  it('lists what there is', async () => {
    const { exitCode, stdout } = await ordeal(['list']);
    expect(exitCode).toBe(0);
    for (const name of ['raft', 'leaderless', 'list-append', 'partition', 'linearizable'])
      expect(stdout).toContain(name);
    expect(stdout).toMatch(
      /\n {2}semaphore {2}.*\n {6}models {2}linearizable\n {6}permits {2}integer ≥ 1 \(default 1\) {2}how/,
    );
    expect(stdout).toMatch(/\n {2}queue {2}.*\n {6}models {2}linearizable\n {6}initial {2}list\n/);
    const json = await ordeal(['list', '--json']);
    const listed = JSON.parse(json.stdout);
    expect(listed).toMatchObject({ systems: expect.any(Array), nemeses: expect.any(Array) });
    expect(listed.checks.map((c: { name: string }) => c.name)).toEqual(checks.map((c) => c.name));
    expect(listed.checks.find((c: { name: string }) => c.name === 'lease')).toEqual({
      name: 'lease',
      summary: expect.stringContaining('clock skew'),
      models: ['exclusive-leases'],
      options: [{ name: 'skew', allowed: 'duration', default: '0ns', description: expect.any(String) }],
    });
  });

  it('judges with the options of one check', async () => {
    const held = file('held2.jsonl', HELD);
    const codes = [];
    for (const permits of ['permits=1', 'permits=2']) {
      const { exitCode } = await ordeal(['check', held, '-w', 'semaphore', '--set', permits]);
      codes.push(exitCode);
    }
    expect(codes).toEqual([1, 0]);
    const { stdout } = await ordeal(['check', '--help']);
    expect(stdout).toContain('--set <key=value>');
  });
});
