import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { historySeries } from '../../reports/html/history-series.ts';
import { lanesOf } from '../../reports/html/lanes.ts';
import { witnessOp } from '../../src/analysis/witness.ts';
import { main } from '../../src/cli/program.ts';
import type { Op } from '../../src/history/op.ts';
import { parseHistory } from '../../src/history/read/read.ts';
import { openBrowser, withoutBrowser } from '../support/browser.ts';
import { openPage, painted } from './open-page.ts';

/** T0 reads x without T1's append and y with it: a G-single. A crash and a fault beside it. */
function readSkew(time: (index: number) => string): string {
  const records = [
    ':process 0, :type :invoke, :f :txn, :value [[:r :x nil] [:r :y nil]]',
    ':process :nemesis, :type :info, :f :start-partition, :value nil',
    ':process 1, :type :invoke, :f :txn, :value [[:append :x 1] [:append :y 1]]',
    ':process 2, :type :invoke, :f :txn, :value [[:append :x 2] [:r :z nil]]',
    ':process 1, :type :ok, :f :txn, :value [[:append :x 1] [:append :y 1]]',
    ':process 0, :type :ok, :f :txn, :value [[:r :x []] [:r :y [1]]]',
    ':process 2, :type :info, :f :txn, :value [[:append :x 2] [:r :z nil]], :error "<timed out>"',
    ':process :nemesis, :type :info, :f :stop-partition, :value nil',
    ':process 5, :type :invoke, :f :txn, :value [[:r :x nil]]',
    ':process 5, :type :ok, :f :txn, :value [[:r :x [1]]]',
  ];
  return records.map((record, i) => `{:index ${i}, ${time(i)}${record}}\n`).join('');
}

const timed = readSkew((i) => `:time ${1_700_000_000_000_000 + i * 1_000_000}, `);
const zero = readSkew(() => ':time 0, ');
const timeless = readSkew(() => '');
const completions =
  '{:type :ok, :f :txn, :value [[:append :x 1] [:append :y 1]]}\n{:type :ok, :f :txn, :value [[:r :x nil] [:r :y [1]]]}\n';

async function check(...args: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  let output = '';
  let errors = '';
  const told = (take: (text: string) => void) => (text: unknown) => {
    take(String(text));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(
    told((text) => {
      output += text;
    }),
  );
  vi.spyOn(process.stderr, 'write').mockImplementation(
    told((text) => {
      errors += text;
    }),
  );
  try {
    process.exitCode = 0;
    return { code: await main(['node', 'ordeal', 'check', ...args]), output, errors };
  } finally {
    vi.restoreAllMocks();
    process.exitCode = 0;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'ordeal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe.skipIf(withoutBrowser)(
  'the HTML report of a history in a browser (skipped without one: set ORDEAL_BROWSER)',
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
    });

    async function report(name: string, edn: string): Promise<{ page: Page; text: string }> {
      const out = join(folder, `${name}.html`);
      const { code } = await check(file(`${name}.edn`, edn), '--report', out);
      expect(code).toBe(1);
      const { page, troubles } = await openPage(browser, out);
      expect(await painted(page)).toBe(true);
      const canvas = page.locator('canvas.timeline');
      await canvas.scrollIntoViewIfNeeded();
      await page.mouse.wheel(0, -200);
      await canvas.dblclick({ position: { x: 300, y: 40 } });
      expect(troubles).toEqual([]);
      return { page, text: (await page.textContent('main')) ?? '' };
    }

    for (const [name, edn] of Object.entries({ timed, zero, timeless }))
      it(`shows the cycle of a read skew, its words and what it rules out: ${name}`, async () => {
        const { page, text } = await report(name, edn);
        expect(text).toContain('INVALID');
        expect(text).toContain('G-single-item');
        expect(text).toContain('must come before');
        expect(text).toContain('consistent-view');
        expect(text).toContain('4 operations of 4 processes, from 10 records');
        expect(await page.locator('.cycle svg').count()).toBeGreaterThan(0);
        const charts = await page.locator('#latency canvas').count();
        expect(charts).toBe(name === 'timed' ? 1 : 0);
        expect(text.includes('has no times')).toBe(name !== 'timed');
        await page.locator('canvas.timeline').hover({ position: { x: 120, y: 32 } });
        expect(await page.textContent('.tip')).toContain('process 0');
        expect(await page.textContent('.tip')).toContain(name === 'timed' ? 'took 5.0 ms' : 'records 0–5');
      });

    it('shows completions without invocations, processes or times', async () => {
      const { text } = await report('completions', completions);
      expect(text).toContain('G-single-item');
    });
  },
);

describe('ordeal check --report', () => {
  it('writes what is not trusted as text', async () => {
    const out = join(folder, 'hostile.html');
    const hostile = file(
      'hostile.edn',
      '{:process 0, :type :ok, :f :txn, :value [[:append "</script><script>alert(1)</script>" 1]]}\n{:process 0, :type :ok, :f :txn, :value [[:r "</script><script>alert(1)</script>" [7]]]}\n',
    );
    expect((await check(hostile, '--report', out)).code).toBe(1);
    expect(readFileSync(out, 'utf8')).not.toContain('<script>alert');
  });

  it('counts operations whose names an object has already', async () => {
    const out = join(folder, 'names.html');
    const named = ['__proto__', 'constructor', 'write'].map(
      (f, i) => `{"process":${i},"type":"ok","f":"${f}","value":1}\n`,
    );
    expect((await check(file('names.jsonl', named.join('')), '-w', 'register', '--report', out)).code).toBe(
      0,
    );
    for (const f of ['__proto__', 'constructor', 'write'])
      expect(readFileSync(out, 'utf8')).toContain(`<td>${f}</td><td>1</td><td>0</td><td>0</td>`);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('takes one history, and a place that can be written', async () => {
    const path = file('one.edn', zero);
    const several = await check(path, path, '--report', join(folder, 'several.html'));
    expect(several).toMatchObject({ code: 254, output: '' });
    expect(several.errors).toContain('one history at a time');
    const nowhere = await check(path, '--report', join(folder, 'none', 'x.html'));
    expect(nowhere.code).toBe(254);
    expect(nowhere.errors).toContain('--report: ENOENT');
  });
});

describe('where operations of a history from anywhere are drawn', () => {
  it('gives the lane of a process that is over to the next one', () => {
    const { of, names } = lanesOf(parseHistory(zero));
    expect([0, 1, 2, 3].map(of)).toEqual([0, 1, 2, 0]);
    expect(names).toEqual(['client 0', 'process 1', 'process 2']);
  });

  it('counts from the first record, in seconds or in positions', () => {
    const seconds = historySeries(parseHistory(timed), []);
    expect(seconds).toMatchObject({ unit: 's', timed: true, end: 0.009 });
    expect(seconds.start).toEqual([0, 0.002, 0.003, 0.008]);
    expect(seconds.length).toEqual([0.005, 0.002, -1, 0.001]);
    expect(seconds.bands).toEqual([{ from: 0.001, to: 0.007, label: 'partition' }]);
    const positions = historySeries(parseHistory(timeless), []);
    expect(positions).toMatchObject({ unit: 'record', timed: false, end: 10 });
    expect(positions.start).toEqual([0, 2, 3, 8]);
    expect(positions.bands).toEqual([{ from: 1, to: 7, label: 'partition' }]);
  });

  it('frames the operations of findings', () => {
    const history = parseHistory(zero);
    const op: Op = history.op(1).invocation!;
    const witness = {
      name: 'T1',
      invoked: op.index,
      returned: 4,
      process: 1,
      type: 'ok',
      f: 'txn',
      value: null,
    } as const;
    const series = historySeries(history, [{ type: 'G0', message: '', ops: [witness] }]);
    expect(series.marked).toEqual([1]);
  });

  it('shows those of findings even where there are more operations than it shows', () => {
    const line = (index: number, type: string) =>
      `{"index":${index},"time":${index * 1_000_000},"process":0,"type":"${type}","f":"read","value":null}`;
    const lines = Array.from({ length: 220_000 }, (_, i) => line(i, i % 2 === 0 ? 'invoke' : 'ok'));
    const history = parseHistory(lines.join('\n'));
    const of = (row: number) => ({ ...witnessOp(history, row, `T${row}`) });
    const series = historySeries(history, [{ type: 'G0', message: '', ops: [of(5), of(109_999)] }]);
    expect([series.shown, series.total]).toEqual([100_001, 110_000]);
    expect(series.marked).toEqual([5, 100_000]);
    expect(series.start[100_000]).toBeCloseTo(219.998, 3);
  });
});
