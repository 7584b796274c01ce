import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CheckError, check, checkAll } from '../../src/analysis/check.ts';
import { checks } from '../../src/analysis/checks.ts';
import type { CheckRequest, Verdict } from '../../src/analysis/verdict.ts';
import { worst } from '../../src/analysis/worst.ts';
import { verdictJson } from '../../src/cli/check-json.ts';
import { verdictText } from '../../src/cli/check-text.ts';
import { historyOf } from '../../src/history/builder.ts';
import { HistoryError } from '../../src/history/error.ts';
import type { Op } from '../../src/history/op.ts';
import { parseHistory } from '../../src/history/read/read.ts';
import { ednRecords, jsonLines } from '../history/print.ts';
import { Draw } from '../history/random-ops.ts';
import { ordeal } from '../support/cli.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 50_000 : 1500;

const page = readFileSync(fileURLToPath(new URL('../../docs/checks.md', import.meta.url)), 'utf8');
/** A small history of every kind there is. */
const examples: readonly string[] = [...page.matchAll(/^```jsonl .*\n([\s\S]*?)^```$/gm)].map((m) => m[1]!);
const PIECES =
  '[ ] { } " : , null - 9 e9 \\u0000 \n true [] {} [[]] 1.5 -1 "x" [1,2] 99999999999999999999 "txn"'
    .split(' ')
    .concat('[["r","x",null]]', '[["w","x",1]]', '"read"', '"info"');

/** Several wounds at once: bytes cut out, changed or put in, lines dropped or repeated, tokens replaced. */
function wounded(draw: Draw, text: string): Uint8Array {
  let bytes = Buffer.from(text);
  for (let n = 1 + draw.below(3); n > 0; n--) {
    const at = draw.below(bytes.length + 1);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const lines = bytes.toString('latin1').split('\n');
    const line = draw.below(lines.length);
    const kind = draw.below(7);
    if (kind === 0) bytes = before;
    else if (kind === 1) bytes = Buffer.concat([before, after.subarray(1 + draw.below(9))]);
    else if (kind === 2) bytes = Buffer.concat([before, Buffer.from([draw.below(256)]), after.subarray(1)]);
    else if (kind === 3) bytes = Buffer.concat([before, Buffer.from(draw.one(PIECES)), after]);
    else {
      if (kind === 4) lines.splice(line, 1);
      else if (kind === 5) lines.splice(draw.below(lines.length), 0, lines[line]!);
      else
        lines[line] = lines[line]!.replace(/\d+|"\w+"|null/g, (token) =>
          draw.chance(15) ? draw.one(PIECES) : token,
        );
      bytes = Buffer.from(lines.join('\n'), 'latin1');
    }
  }
  return bytes;
}

function asked(draw: Draw): CheckRequest {
  return {
    ...(draw.chance(50) ? {} : { workload: draw.one(checks).name }),
    ...(draw.chance(70) ? {} : { witnesses: draw.below(2) }),
    ...(draw.chance(70) ? {} : { budget: { steps: draw.below(1000), tableBytes: draw.below(100_000) } }),
  };
}

/** What every verdict keeps, and its printed forms. */
function isSound(verdicts: readonly Verdict[]): void {
  for (const v of verdicts) {
    if (v.valid === 'unknown') expect(v.reason).toBeTruthy();
    if (v.valid === false) expect(v.anomalyTypes.length).toBeGreaterThan(0);
    if (v.valid === true) for (const model of v.judged) expect([...v.not, ...v.alsoNot]).not.toContain(model);
    for (const model of v.consistentWith) expect([...v.not, ...v.alsoNot]).not.toContain(model);
    for (const { type } of v.anomalies) expect(v.anomalyTypes).toContain(type);
    expect(Object.keys(v.counts).sort()).toEqual(v.anomalyTypes);
    expect(verdictText('file', v, false)).toContain('file');
  }
  const line = JSON.stringify(verdictJson('file', verdicts));
  expect(line).not.toContain('\n');
  expect(JSON.parse(line).valid).toBe(worst(verdicts));
}

test('a wounded history gives a verdict or says what is wrong, by line and column where it cannot be read', () => {
  const ends = { verdict: 0, refusal: 0 };
  for (let seed = 0; seed < ROUNDS; seed++) {
    const draw = new Draw(seed);
    const bytes = wounded(draw, draw.one(examples));
    try {
      isSound(checkAll(parseHistory(bytes, 'jsonl'), asked(draw)));
      ends.verdict++;
    } catch (error) {
      if (error instanceof HistoryError) {
        expect(Math.min(error.line, error.column), `seed ${seed}`).toBeGreaterThan(0);
        ends.refusal++;
      } else if (!(error instanceof CheckError))
        throw new Error(`seed ${seed}: ${error}\n${Buffer.from(bytes)}`, { cause: error });
    }
  }
  expect(Math.min(...Object.values(ends))).toBeGreaterThan(ROUNDS / 10);
});

test('a verdict is of the history, not of its spelling: formats, numbers of processes, clocks, gaps', () => {
  for (const [i, text] of examples.entries()) {
    const draw = new Draw(i);
    const ops = text
      .trim()
      .split('\n')
      .map(
        (line, index): Op => ({ index, time: index, ...(JSON.parse(line) as Omit<Op, 'index' | 'time'>) }),
      );
    const wanted = check(historyOf(ops));
    const same = (other: Verdict): void => {
      expect({ ...other, warnings: [] }, text).toEqual({ ...wanted, warnings: [] });
    };
    same(check(parseHistory(jsonLines(draw, ops, 'wild'), 'jsonl')));
    for (const style of ['records', 'vector'] as const)
      same(check(parseHistory(ednRecords(draw, ops, style), 'edn')));
    for (const change of [
      (op: Op): Op => ({ ...op, process: 1000 - 7 * Number(op.process) }),
      (op: Op): Op => ({ ...op, time: op.time + 1e12 }),
      (op: Op): Op => ({ ...op, index: 3 * op.index + 5 }),
    ]) {
      const { valid, anomalyTypes, counts, not } = check(historyOf(ops.map(change)));
      expect({ valid, anomalyTypes, counts, not }, text).toEqual({
        valid: wanted.valid,
        anomalyTypes: wanted.anomalyTypes,
        counts: wanted.counts,
        not: wanted.not,
      });
    }
  }
});

test('the program itself gives a line of JSON for each wounded file, and an exit code for them all', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-wounded-'));
  try {
    for (let batch = 0; batch < (process.env.ORDEAL_LONG === '1' ? 100 : 4); batch++) {
      const draw = new Draw(1_000_000 + batch);
      const files = Array.from({ length: 50 }, (_, i) => join(directory, `${batch}-${i}.jsonl`));
      const whole = batch === 0;
      for (const file of files)
        writeFileSync(file, whole ? draw.one(examples) : wounded(draw, draw.one(examples)));
      const { stdout, stderr, exitCode } = await ordeal(['check', '--json', ...files]);
      const objects = stdout.split('\n').map((line) => JSON.parse(line) as { [field: string]: unknown });
      expect(objects.map(({ file }) => file)).toEqual(files);
      for (const { valid } of objects) expect([true, false, 'unknown']).toContain(valid);
      const refused = objects.filter(({ error }) => error !== undefined);
      expect(exitCode).toBe(refused.length > 0 ? 254 : 1);
      expect(refused.length > 0).toBe(!whole);
      const said = stderr.split('\n').filter((line) => line !== '');
      expect(said).toHaveLength(refused.length);
      refused.forEach(({ file, error }, i) => {
        expect(said[i]!.startsWith(`ordeal: ${file}:`)).toBe(true);
        expect(said[i]!.endsWith(error as string)).toBe(true);
      });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
