import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { main } from '../../src/cli/program.ts';
import { stack } from '../support/long-searches.ts';

let directory = '';
let output = '';
let errors = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ordeal-check-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  output = '';
  errors = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    errors += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

async function check(...args: readonly string[]): Promise<number> {
  process.exitCode = 0;
  const code = await main(['node', 'ordeal', 'check', ...args]);
  process.exitCode = 0;
  return code;
}

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const txn = (index: number, value: string): string =>
  `{"index":${index},"time":${index},"process":${index},"type":"ok","f":"txn","value":${value}}\n`;
const GOOD = txn(0, '[["append","x",1]]') + txn(1, '[["r","x",[1]]]');
const BAD = txn(0, '[["append","x",1]]') + txn(1, '[["r","x",[7]]]');

test('valid, invalid and unknown have their codes, and of several files the worst counts', async () => {
  const good = file('good.jsonl', GOOD);
  const bad = file('bad.jsonl', BAD);
  const empty = file('empty.jsonl', '');
  expect(await check(good)).toBe(0);
  expect(output).toMatch(/^VALID .*good.jsonl/);
  expect(await check(bad)).toBe(1);
  expect(output).toMatch(/INVALID .*bad.jsonl[\s\S]*garbage-read/);
  expect(await check(empty)).toBe(2);
  expect(await check(good, empty)).toBe(2);
  expect(await check(good, bad, empty)).toBe(1);
  expect(await check(good, join(directory, 'none.jsonl'), bad)).toBe(254);
  expect(errors).toMatch(/none.jsonl: no such file/);
});

test('--json prints one object a file, a line each', async () => {
  const paths = [
    file('a.jsonl', GOOD),
    file('b.jsonl', BAD),
    file('c.jsonl', `${GOOD}{"x"`),
    file('d.jsonl', `{"x"}\n${GOOD}`),
  ];
  expect(await check('--json', ...paths)).toBe(254);
  const objects = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects.map((o) => [o.file, o.workload, o.valid])).toEqual([
    [paths[0], 'list-append', true],
    [paths[1], 'list-append', false],
    [paths[2], 'list-append', true],
    [paths[3], undefined, 'unknown'],
  ]);
  expect(objects[1].anomalyTypes).toContain('garbage-read');
  expect(objects[1].anomalies.map((a: { type: string }) => a.type)).toContain('garbage-read');
  for (const field of ['not', 'alsoNot', 'judged', 'engine']) expect(objects[1]).toHaveProperty(field);
  expect(objects[2].warnings[0]).toMatch(/line 3 is cut off/);
  expect(objects[3]).toMatchObject({ line: 1, column: 5 });
});

test('gzip, whole or cut off; EDN; run directories', async () => {
  const many = Array.from({ length: 2000 }, (_, i) => txn(i, `[["append",${i % 7},${i * 977}]]`)).join('');
  const zipped = gzipSync(many);
  expect(await check('--json', file('z.jsonl.gz', zipped))).toBe(0);
  expect(await check('--json', file('cut.jsonl.gz', zipped.subarray(0, zipped.length / 2)))).toBe(0);
  expect(
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).warnings?.[0] ?? '')[1],
  ).toMatch(/could be read for \d+ bytes only/);
  expect(await check(file('not.jsonl.gz', Buffer.from([0x1f, 0x8b, 1, 2, 3])))).toBe(254);
  expect(await check(file('h.edn', '{:type :ok, :f :txn, :value [[:append :x 1]], :process 0}'))).toBe(0);
  const run = join(directory, 'run');
  mkdirSync(run);
  expect(await check(run)).toBe(254);
  writeFileSync(join(run, 'history.jsonl'), GOOD);
  expect(await check(run)).toBe(0);
});

test('bad usage is 254 and says what is allowed', async () => {
  const good = file('u.jsonl', GOOD);
  expect(await check(good, '--workload', 'nope')).toBe(254);
  expect(errors).toMatch(/--workload: there is no "nope"; known: list-append/);
  expect(await check(good, '--model', 'linearizable')).toBe(254);
  expect(errors).toMatch(/list-append cannot be judged against "linearizable"; allowed: strict-serializable/);
  expect(await check(good, '--budget', 'soon')).toBe(254);
  expect(await check(good, '--memory', 'much')).toBe(254);
  expect(await check()).toBe(254);
});

test('models, budget and memory are taken', async () => {
  const skew =
    txn(0, '[["append","x",1],["r","y",[]]]') +
    txn(1, '[["append","y",1],["r","x",[]]]') +
    txn(2, '[["r","x",[1]],["r","y",[1]]]');
  const path = file('skew.jsonl', skew);
  expect(await check(path, '--model', 'snapshot-isolation', '--budget', '60s', '--memory', '64m')).toBe(0);
  expect(await check(path, '--model', 'serializable,read-committed')).toBe(1);
});

test('the core of a history is exported as GEXF and DOT', async () => {
  const path = file(
    'core.jsonl',
    txn(0, '[["append","x",1],["r","y",[]]]') + txn(1, '[["append","y",1],["r","x",[]]]'),
  );
  const [gexf, dot] = [join(directory, 'c.gexf'), join(directory, 'c.dot')];
  expect(await check(path, '--gexf', gexf, '--dot', dot)).toBe(1);
  const read = (name: string): string => readFileSync(name, 'utf8');
  expect(read(gexf)).toMatch(/<gexf/);
  expect(read(dot)).toMatch(/^digraph core \{[\s\S]*0 -> 1[\s\S]*\}\n$/);
});

test('of registers, too; of single operations there is none', async () => {
  const path = file(
    'registers.jsonl',
    txn(0, '[["w","x",1],["w","y",1]]') +
      txn(1, '[["r","x",1],["w","x",2],["r","y",1]]') +
      txn(2, '[["r","x",2],["r","y",1],["w","y",2]]') +
      txn(3, '[["r","x",1],["r","y",2]]'),
  );
  const dot = join(directory, 'r.dot');
  const gexf = join(directory, 'r.gexf');
  expect(await check(path, '--dot', dot, '--gexf', gexf)).toBe(1);
  const graph = readFileSync(dot, 'utf8');
  expect(graph).toContain('3 -> 1 [label="rw \\"x\\""');
  expect(graph).toContain('1 -> 2 [label="wr \\"x\\""');
  expect(graph).toContain('2 -> 3 [label="wr \\"y\\""');
  expect(readFileSync(gexf, 'utf8')).toContain('<gexf');
  const stale = txn(0, '[["w","x",1]]') + txn(1, '[["w","x",2]]') + txn(2, '[["r","x",1]]');
  const ordered = file('stale.jsonl', stale);
  expect(await check(ordered, '--dot', dot)).toBe(1);
  expect(readFileSync(dot, 'utf8')).not.toContain('->');
  expect(await check(ordered, '--dot', dot, '--set', 'transactionOrder=true')).toBe(1);
  expect(readFileSync(dot, 'utf8')).toContain('2 -> 1 [label="rw \\"x\\""');
  const single = file('single.jsonl', '{"process":0,"type":"ok","f":"write","value":1}\n');
  expect(await check(single, '--dot', dot)).toBe(254);
  expect(errors).toContain('only transactions (list-append, rw-register) have a graph');
});

test('a name that ends in the other format changes nothing', async () => {
  const edn =
    '{:type :ok, :f :txn, :value [[:append :x 1]], :process 0}\n{:type :ok, :f :txn, :value [[:r :x [7]]], :process 1}';
  for (const [name, content] of [
    ['lines.edn', BAD],
    ['lines.edn.gz', gzipSync(`\n${BAD}`)],
    ['records.jsonl', `; a comment\n${edn}`],
    ['list.jsonl', `[ #jepsen.history.Op{:index 0, :type :ok, :f :txn, :value [[:r :x [7]]], :process 1} ]`],
  ] as const)
    expect(await check(file(name, content)), name).toBe(1);
  // Keys that are texts are those of either: then the name tells.
  const texts = '{"type" :ok, "f" :txn, "value" [[:r :x [7]]], "process" 1}';
  expect(await check(file('texts.edn', texts))).toBe(1);
  expect(await check(file('texts.jsonl', texts))).toBe(254);
  expect(await check(file('broken.jsonl', '{'))).toBe(2);
});

test('of several workloads, one that nobody knows leaves the others judged', async () => {
  const line = (workload: string, f: string, value: string): string =>
    `{"workload":"${workload}","process":0,"type":"ok","f":"${f}","value":${value}}\n`;
  const odd = line('odd', 'frobnicate', '1');
  const good = line('lists', 'txn', '[["append","x",1]]') + line('lists', 'txn', '[["r","x",[1]]]');
  const bad = line('lists', 'txn', '[["r","x",[7]]]');
  const mixed = file('odd-bad.jsonl', odd + bad);
  expect(await check(mixed)).toBe(1);
  expect(output).toContain(`INVALID  ${mixed} (lists)`);
  expect(output).toMatch(/UNKNOWN .* \(odd\)\n {2}workload "odd": operations named "frobnicate" do not tell/);
  output = '';
  expect(await check(file('odd-good.jsonl', odd + good), '--json')).toBe(2);
  expect(JSON.parse(output)).toMatchObject({
    valid: 'unknown',
    reason: expect.stringContaining('workload "odd"'),
    verdicts: [
      { workload: 'odd', valid: 'unknown', judged: [] },
      { workload: 'lists', valid: true },
    ],
  });
  expect(await check(file('odd-only.jsonl', odd))).toBe(254);
  expect(await check(mixed, '--workload', 'frob')).toBe(254);
});

test('a long search is seen to go on, on a terminal, and only there', async () => {
  const path = file(
    'stack.jsonl',
    stack()
      .map((op) => JSON.stringify(op))
      .join('\n'),
  );
  const { isTTY } = process.stderr;
  try {
    for (const [terminal, wanted] of [
      [false, /^$/],
      [true, /stack\.jsonl: searching, \d+\.\d million steps, \d s/],
    ] as const) {
      errors = '';
      Object.assign(process.stderr, { isTTY: terminal });
      await check(path, '--workload', 'stack', '--budget', '2s');
      expect(errors).toMatch(wanted);
      if (terminal) expect(errors.endsWith('\r\u001b[2K')).toBe(true);
    }
  } finally {
    Object.assign(process.stderr, { isTTY });
  }
});

test('names that hold characters of control come to the terminal as JSON writes them, and GEXF is XML', async () => {
  const evil = '"node":"n\\u0001\\u001b[2J\\ufffe",';
  const lines = (
    txn(0, '[["append","x",1],["r","y",[]]]') + txn(1, '[["append","y",1],["r","x",[]]]')
  ).replaceAll('{', `{${evil}`);
  const path = file('e\u001b[31mvil.jsonl', lines);
  const gexf = join(directory, 'evil.gexf');
  expect(await check(path, '--gexf', gexf)).toBe(1);
  expect(output).not.toContain('\u001b');
  expect(output).toContain('e\\u001b[31mvil.jsonl');
  const xml = readFileSync(gexf, 'utf8');
  expect(xml).toContain('node n\\u0001\\u001b[2J\ufffd');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  expect(await check(join(directory, 'no\u001b[31mne'))).toBe(254);
  expect(await check(file('odd.jsonl', '{"process":0,"type":"ok","f":"\\u001b\\n","value":1}'))).toBe(254);
  expect(errors).not.toContain('\u001b');
  expect(errors.split('\n')).toHaveLength(3);
});
