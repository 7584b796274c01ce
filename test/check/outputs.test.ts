import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { sameFile, writeWhole } from '../../src/cli/output-file.ts';
import { MAIN } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-outputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const record = (process: number, value: string): string =>
  `{"process":${process},"type":"ok","f":"txn","value":${value}}\n`;
const BAD =
  record(0, '[["append","x",1],["r","y",[]]]') +
  record(1, '[["append","y",1],["r","x",[]]]') +
  record(2, '[["r","x",[1]],["r","y",[1]]]');

const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');
writeFileSync(at('bad.jsonl'), BAD);

/** A command line of a shell, with the program as `ordeal`. */
function shell(line: string) {
  const script = `ordeal() { "${process.execPath}" "${MAIN}" "$@"; }\n${line}`;
  return execa('bash', ['-c', script], { cwd: folder, reject: false, env: { NO_COLOR: '1' } });
}

test('what cannot be written to its end leaves what was there, and nothing else', async () => {
  for (const name of ['old.dot', 'old.gexf', 'old.html']) writeFileSync(at(name), 'old');
  // A file may grow to 512 bytes here; the signal that says so would end the program.
  const { exitCode, stderr } = await shell(`trap '' XFSZ; ulimit -f 1
    ordeal check bad.jsonl --report old.html > /dev/null; first=$?
    ordeal check bad.jsonl --gexf old.gexf > /dev/null; second=$?
    echo $first $second >&2; exit $second`);
  expect(exitCode).toBe(254);
  expect(stderr).toMatch(/--report: EFBIG[\s\S]*--gexf, --dot: EFBIG[\s\S]*254 254/);
  expect(stderr).not.toContain('.tmp');
  for (const name of ['old.html', 'old.gexf']) expect(read(name)).toBe('old');
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect((await shell('ordeal check bad.jsonl --dot old.dot')).exitCode).toBe(1);
  expect(read('old.dot')).toMatch(/^digraph core \{[\s\S]*\}\n$/);
});

test('text that fails half-way leaves no half', () => {
  writeFileSync(at('half'), 'old');
  const pieces = function* () {
    yield 'x'.repeat(100_000);
    throw new Error('no more');
  };
  for (const name of ['half', 'new']) expect(() => writeWhole(at(name), pieces())).toThrow('no more');
  expect(read('half')).toBe('old');
  expect(existsSync(at('new'))).toBe(false);
});

test('links stay links, modes stay, and a directory is none to write', () => {
  writeFileSync(at('target'), 'old', { mode: 0o600 });
  symlinkSync('target', at('link'));
  writeWhole(at('link'), ['new', ' and whole']);
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  expect(read('target')).toBe('new and whole');
  expect(statSync(at('target')).mode & 0o777).toBe(0o600);
  mkdirSync(at('directory'));
  expect(() => writeWhole(at('directory'), ['x'])).toThrow('EISDIR');
});

test('devices and pipes are written to as they are', async () => {
  const { stdout, stderr, exitCode } = await shell(`
    ordeal check bad.jsonl --dot /dev/stdout | grep -c digraph
    ordeal check bad.jsonl --dot /dev/stdout > both; grep -c -e digraph -e INVALID both
    mkfifo pipe; grep -c digraph < pipe & ordeal check bad.jsonl --dot pipe > /dev/null; wait
    ordeal check bad.jsonl --gexf /dev/null --dot /dev/full > /dev/null`);
  expect(stdout.split('\n')).toEqual(['1', '2', '1']);
  expect([exitCode, stderr]).toEqual([254, expect.stringMatching(/--dot: ENOSPC/)]);
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('no output takes the place of the history or of another', async () => {
  mkdirSync(at('run'));
  writeFileSync(at('run/history.jsonl'), BAD);
  symlinkSync('bad.jsonl', at('alias'));
  for (const [line, words] of [
    ['ordeal check bad.jsonl --dot bad.jsonl', '--dot: bad.jsonl is the history to judge'],
    ['ordeal check bad.jsonl --report alias', '--report: alias is the history to judge'],
    ['ordeal check run --gexf run/history.jsonl', '--gexf: run/history.jsonl is the history to judge'],
    ['ordeal check - --dot bad.jsonl < bad.jsonl', '--dot: bad.jsonl is the history to judge'],
    ['ordeal check bad.jsonl --dot out --gexf ./out', '--gexf, --dot: both would write out'],
    ['ordeal check none.jsonl --dot same --report same', '--report, --dot: both would write same'],
  ] as const) {
    const { stdout, stderr, exitCode } = await shell(line);
    expect([exitCode, stdout, stderr], line).toEqual([254, '', `ordeal: ${words}`]);
  }
  expect(read('bad.jsonl')).toBe(BAD);
  expect(read('run/history.jsonl')).toBe(BAD);
  expect(sameFile(at('a'), at('b'))).toBe(false);
});
