import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { MAIN, ordeal } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const record = (process: number, value: string): string =>
  `{"process":${process},"type":"ok","f":"txn","value":${value}}\n`;
const BAD = record(0, '[["append","x",1]]') + record(1, '[["r","x",[7]]]');

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A command line of a shell, with the program as `ordeal`. */
function shell(line: string) {
  const script = `ordeal() { "${process.execPath}" "${MAIN}" "$@"; }\n${line}`;
  return execa('bash', ['-c', script], { cwd: folder, reject: false, env: { NO_COLOR: '1' } });
}

test('pipes of any kind are read, once', async () => {
  file('bad.jsonl', BAD);
  file('bad.gz', gzipSync(BAD));
  for (const line of [
    'cat bad.jsonl | ordeal check -',
    'cat bad.gz | ordeal check /dev/stdin',
    'ordeal check <(cat bad.jsonl)',
    'mkfifo pipe; cat bad.gz > pipe & ordeal check pipe',
  ]) {
    const { stdout, stderr, exitCode } = await shell(line);
    expect([exitCode, stderr], line).toEqual([1, '']);
    expect(stdout, line).toMatch(/INVALID[\s\S]*garbage-read/);
  }
  const { stderr, exitCode } = await shell('ordeal check - - < bad.jsonl');
  expect([exitCode, stderr]).toEqual([254, 'ordeal: -: standard input can be read only once']);
});

test('what cannot be opened or read is no fault of the program', async () => {
  const path = file('plain.jsonl', BAD);
  symlinkSync('loop', join(folder, 'loop'));
  mkdirSync(join(folder, 'odd', 'history.jsonl'), { recursive: true });
  const wrong = [`${path}/x`, 'a'.repeat(300), join(folder, 'loop'), join(folder, 'odd')];
  const { stderr, exitCode } = await ordeal(['check', ...wrong]);
  expect(exitCode).toBe(254);
  expect(stderr).not.toMatch(/internal error/);
  for (const code of ['ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EISDIR']) expect(stderr).toContain(code);
});

test('nobody who reads on is no failure, and files that are left over are unknown', async () => {
  file('bad.jsonl', BAD);
  file('good.jsonl', record(0, '[["append","x",1]]'));
  const many = (name: string): string => `$(for i in {1..400}; do echo ${name}; done)`;
  for (const [line, codes] of [
    [`ordeal check ${many('bad.jsonl')} --json | head -1`, '1 0'],
    [`ordeal check ${many('good.jsonl')} --json | head -1`, '2 0'],
    ['ordeal check --help | true', '0 0'],
  ] as const) {
    const { stdout, stderr } = await shell(`${line}; echo " \${PIPESTATUS[*]}"`);
    expect([stdout.split('\n').at(-1)!.trim(), stderr], line).toEqual([codes, '']);
  }
});

test('output that is lost is told', async () => {
  file('good.jsonl', record(0, '[["append","x",1]]'));
  const { stderr, exitCode } = await shell('ordeal check good.jsonl > /dev/full');
  expect([exitCode, stderr]).toEqual([254, expect.stringMatching(/^ordeal: standard output: ENOSPC/)]);
});

test('a report that cannot be written spoils no verdict', async () => {
  const { stdout, stderr, exitCode } = await shell(
    'ordeal check bad.jsonl --json --report /dev/full; code=$?; ordeal check bad.jsonl --dot none/x; exit $code',
  );
  expect(exitCode).toBe(254);
  expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({ valid: false });
  expect(stdout).toContain('INVALID  bad.jsonl');
  expect(stderr).toMatch(/--report: ENOSPC[\s\S]*--dot: ENOENT/);
});
