import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readHistoryFile } from '../../src/cli/history-file.ts';
import { HistoryError } from '../../src/history/error.ts';
import { parseHistory } from '../../src/history/read/read.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-long-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Operations enough for a file to be read in several pieces, the next while one is looked at. */
const MANY = 60_000;

const json = (i: number): string =>
  `{"index":${2 * i},"time":${i},"process":${i % 7},"type":"invoke","f":"txn","value":[["append",${i >> 3},${i}],["r",1,null]]}\n{"index":${2 * i + 1},"time":${i},"process":${i % 7},"type":"ok","f":"txn","value":[["append",${i >> 3},${i}],["r",1,[8,9]]]}\n`;
const edn = (i: number): string =>
  `{:index ${2 * i}, :time ${i}, :process ${i % 7}, :type :invoke, :f :txn, :value [[:append ${i >> 3} ${i}] [:r 1 nil]]}\n{:index ${2 * i + 1}, :time ${i}, :process ${i % 7}, :type :ok, :f :txn, :value [[:append ${i >> 3} ${i}] [:r 1 [8 9]]]}\n`;

const text = (record: (i: number) => string, from = 0, to = MANY): string =>
  Array.from({ length: to - from }, (_, i) => record(from + i)).join('');

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const quiet = (): void => {};

test('a long file is what its text is', async () => {
  for (const [name, record] of [
    ['a.jsonl', json],
    ['a.edn', edn],
  ] as const) {
    const whole = text(record);
    const told: number[] = [];
    const history = await readHistoryFile(file(name, whole), (done) => told.push(done));
    const wanted = parseHistory(whole);
    expect(told.length, name).toBeGreaterThan(2);
    expect(told.at(-1)).toBe(whole.length);
    expect(history.warnings).toEqual([]);
    expect(history.n).toBe(MANY);
    for (const column of ['inv', 'ret', 'process', 'x0', 'x1', 'mopF', 'mopKey', 'mopVal'] as const)
      expect(
        Buffer.from(history[column].slice().buffer).equals(Buffer.from(wanted[column].slice().buffer)),
        column,
      ).toBe(true);
    expect(history.value(MANY - 1)).toEqual(wanted.value(MANY - 1));
  }
});

test('what is wrong far down is told by line and column, and the next file is read', async () => {
  const half = text(json, 0, MANY / 2);
  const path = file('bad.jsonl', `${half}{"index":1,]\n${text(json, MANY / 2)}`);
  const error = await readHistoryFile(path, quiet).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(HistoryError);
  expect(error).toMatchObject({ line: MANY + 1, column: 12 });
  expect((await readHistoryFile(file('good.jsonl', half), quiet)).n).toBe(MANY / 2);
});

test('a file that grows is read to its end, and one that shrinks as far as it is there', async () => {
  const path = file('grows.jsonl', text(json));
  let more = 0;
  const longer = await readHistoryFile(path, () => {
    if (more < 3) appendFileSync(path, json(MANY + more++));
  });
  expect(longer.n).toBe(MANY + 3);
  let left = true;
  const shorter = await readHistoryFile(path, (done) => {
    if (left) truncateSync(path, done + 10);
    left = false;
  });
  expect(shorter.n).toBeLessThan(MANY);
  expect(shorter.warnings.join()).toMatch(/is cut off after \d+ bytes/);
});
