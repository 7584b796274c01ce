import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Validity } from '../../src/analysis/verdict.ts';
import { script } from './script.ts';
import type { Series } from './series.ts';
import { STYLE } from './style.ts';
import { escaped } from './text.ts';

const resolve = createRequire(import.meta.url).resolve;

export interface PageInput {
  /** What the page is about, as plain text. */
  readonly name: string;
  readonly valid: Validity;
  /** The sections, as HTML. */
  readonly body: string;
  readonly series: Series;
}

/** One HTML file that needs nothing else: no server, no network, no second file. */
export async function page({ name, valid, body, series }: PageInput): Promise<string> {
  const [uplot, uplotStyle] = await Promise.all(
    ['uplot/dist/uPlot.iife.min.js', 'uplot/dist/uPlot.min.css'].map((file) =>
      readFile(resolve(file), 'utf8'),
    ),
  );
  // Nothing inside a script element may look like its end.
  const data = JSON.stringify(series).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${escaped(`${name}: ${title(valid)}`)}</title><style>${uplotStyle}${STYLE}</style></head>
<body><main>${body}</main><div class="tip"></div><script>${uplot}</script><script>(${script.toString()})(${data}, uPlot)</script></body></html>
`;
}

function title(valid: Validity): string {
  return valid === true ? 'valid' : valid === false ? 'invalid' : 'unknown';
}
