import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';

/** Opens a page from a file, and notes every error and everything that it asks of anybody. */
export async function openPage(
  browser: Browser,
  file: string,
  content?: string,
): Promise<{ page: Page; troubles: string[] }> {
  if (content !== undefined) writeFileSync(file, content);
  const page = await browser.newPage({ viewport: { width: 1240, height: 900 } });
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('data:'))
      troubles.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, troubles };
}

/** Whether anything was drawn on the timeline. */
export async function painted(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.timeline')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return data.some((byte) => byte !== 0);
  });
}
