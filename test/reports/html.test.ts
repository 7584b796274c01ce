import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../reports/html/html.ts';
import { junit } from '../../reports/junit.ts';
import type { ReportInput } from '../../reports/report.ts';
import type { PlanInput } from '../../src/plan.ts';
import { openBrowser, withoutBrowser } from '../support/browser.ts';
import { simulate } from '../support/simulate.ts';
import { openPage, painted } from './open-page.ts';

const losing: PlanInput = {
  seed: 7,
  system: { name: 'single-leader', options: { sync: 'none' } },
  workloads: ['set'],
  nemeses: [{ name: 'kill', options: { target: 'leaders' } }],
  timeLimit: '6s',
  nemesisInterval: '2s',
};
const cyclic: PlanInput = {
  seed: 2,
  system: { name: 'raft', options: { reads: 'local' } },
  workloads: ['list-append'],
  timeLimit: '4s',
};

async function reportInput(plan: PlanInput): Promise<ReportInput> {
  const { verdict, recording } = await simulate(plan);
  return {
    verdict,
    history: recording.history,
    events: recording.events,
    repeat: 'ordeal run <again> & "more"',
  };
}

describe.skipIf(withoutBrowser)(
  'the HTML report in a browser (skipped without one: set ORDEAL_BROWSER)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'ordeal-'));
    let browser: Browser;

    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(name: string, input: ReportInput): Promise<{ page: Page; troubles: string[] }> {
      const file = join(folder, `${name}.html`);
      return openPage(browser, file, await html.render(input));
    }

    it('tells a lost write in words, draws timeline and charts, and asks nobody for anything', async () => {
      const input = await reportInput(losing);
      expect(input.verdict.findings[0]?.type).toBe('lost-write');
      const { page, troubles } = await open('losing', input);
      const text = await page.textContent('main');
      expect(text).toContain('INVALID');
      expect(text).toContain('acknowledged and then lost');
      expect(text).toContain('ordeal run <again> & "more"');
      expect(await page.locator('#latency canvas').count()).toBe(1);
      expect(await page.locator('#rate canvas').count()).toBe(1);
      expect(await painted(page)).toBe(true);
      const canvas = page.locator('canvas.timeline');
      await canvas.scrollIntoViewIfNeeded();
      await canvas.hover({ position: { x: 300, y: 120 } });
      await page.mouse.wheel(0, -400);
      await canvas.dblclick({ position: { x: 300, y: 120 } });
      expect(troubles).toEqual([]);
    });

    it('draws the cycle of a transactional anomaly', async () => {
      const input = await reportInput(cyclic);
      const anomaly = input.verdict.findings.find((a) => a.steps !== undefined);
      expect(anomaly).toBeDefined();
      const { page, troubles } = await open('cyclic', input);
      expect(await page.locator('.cycle svg').count()).toBeGreaterThan(0);
      expect(await page.textContent('main')).toContain(anomaly!.type);
      expect(troubles).toEqual([]);
    });
  },
);

describe('JUnit XML', () => {
  it('has a failing case for what was broken and a passing one for what held', async () => {
    const xml = await junit.render(await reportInput(losing));
    expect(xml).toContain('<?xml');
    expect(xml).toMatch(/<testcase name="set: no-lost-writes"[^>]*>\s*<failure type="lost-write"/);
    expect(xml).toContain('failures="1" errors="0" skipped="0"');
    expect(xml).toContain('name="recovery after heal"');
    expect(xml).toContain('&lt;again&gt;');
  });
});
