import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a browser is; undefined on a machine without one. */
export const browserPath = process.env.ORDEAL_BROWSER ?? PLACES.find((p) => existsSync(p));

/** Without a browser these tests are skipped, except where everything must run. */
export const withoutBrowser = browserPath === undefined && process.env.CI !== 'true';

export async function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error(`no browser at ${PLACES.join(', ')}; set ORDEAL_BROWSER`);
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
}
