import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What a user writes: a model of an object that nobody here has heard of, judged through the package's entry. */
const USER = `
import { type Model, check, checkBy, checkOf, checks, historyOf, linearChecks, type Op, parseHistory, worst } from 'ordeal';

const highest: Model<number> = {
  name: 'highest',
  init: (initial) => (typeof initial === 'number' ? initial : 0),
  step: (state, f, input, output) =>
    f === 'raise' ? Math.max(state, Number(input)) : output === undefined || output === state ? state : null,
  pure: (f) => f !== 'raise',
};
const byHighest = checkOf(highest, 'highest', 'a number that only grows', new Set(['raise', 'look']));

function run(...seen: readonly number[]) {
  const ops: Op[] = [];
  const add = (process: number, f: string, input: number | null, output: number) =>
    ops.push(
      { index: ops.length, time: 0, process, type: 'invoke', f, value: input },
      { index: ops.length + 1, time: 0, process, type: 'ok', f, value: output },
    );
  add(0, 'raise', 5, 5);
  for (const s of seen) add(1, 'look', null, s);
  add(0, 'raise', 3, 3);
  for (const s of seen) add(1, 'look', null, s);
  return historyOf(ops);
}

const good = checkBy(run(5), byHighest);
const bad = checkBy(run(3), byHighest);
const late = checkBy(run(0), byHighest);
const lateInOrder = checkBy(run(0), byHighest, { models: ['sequential-consistency'] });
const sequential = checkBy(run(3), byHighest, { models: ['sequential'] });
let refused = '';
try {
  checkBy(run(5), byHighest, { models: ['serializable'] });
} catch (error) {
  refused = (error as Error).name;
}
const edn = '{:process 0, :type :ok, :f :txn, :value [[:append :x 1]]} {:process 0, :type :ok, :f :txn, :value [[:r :x [2]]]}';
const foreign = check(parseHistory(edn, 'edn'));
export const told = {
  good: good.valid,
  bad: [bad.valid, bad.check, bad.anomalyTypes, bad.not, bad.anomalies[0]!.ops.map((op) => op.f)],
  late: [late.valid, lateInOrder.valid, lateInOrder.consistentWith],
  sequential: [sequential.valid, sequential.judged, sequential.not],
  refused,
  foreign: [foreign.check, foreign.valid],
  worst: worst([good, bad]),
  names: checks.map((c) => c.name),
  linear: linearChecks.map((c) => c.name),
};
console.log(JSON.stringify(told));
`;

const folder = mkdtempSync(join(tmpdir(), 'ordeal-user-'));
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'ordeal'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'user.ts'), USER);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a user judges histories by a model of their own, with types, through the built package', async () => {
  const strict = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--types', ''];
  const compiled = await execa(process.execPath, [TSC, ...strict, 'user.ts'], { cwd: folder, reject: false });
  expect(compiled.stdout).toBe('');
  const { stdout } = await execa(process.execPath, ['user.js'], { cwd: folder });
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({
    good: true,
    bad: [false, 'highest', ['non-linearizable'], ['linearizable'], expect.arrayContaining(['look'])],
    late: [false, true, ['sequential']],
    sequential: [false, ['sequential'], ['sequential']],
    refused: 'CheckError',
    foreign: ['list-append', false],
    worst: false,
  });
  expect(told.linear).toEqual(expect.arrayContaining(['register', 'stack', 'linearizable-set']));
  expect(told.names).toEqual(expect.arrayContaining(told.linear));
  expect(new Set(told.names).size).toBe(told.names.length);
});
