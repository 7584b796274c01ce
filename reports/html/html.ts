import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ReportFormat } from '../report.ts';
import { script } from './script.ts';
import { claims, figures, findings, summary, timeline } from './sections.ts';
import { seriesOf } from './series.ts';
import { STYLE } from './style.ts';
import { escaped } from './text.ts';

const resolve = createRequire(import.meta.url).resolve;

/** One HTML file that needs nothing else: no server, no network, no second file. */
export const html: ReportFormat = {
  name: 'html',
  file: 'report.html',
  async render(input) {
    const [uplot, uplotStyle] = await Promise.all(
      ['uplot/dist/uPlot.iife.min.js', 'uplot/dist/uPlot.min.css'].map((file) =>
        readFile(resolve(file), 'utf8'),
      ),
    );
    const series = seriesOf(input);
    // Nothing inside a script element may look like its end.
    const data = JSON.stringify(series).replaceAll('<', '\\u003c');
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${escaped(`${input.verdict.name}: ${title(input.verdict.valid)}`)}</title><style>${uplotStyle}${STYLE}</style></head>
<body><main>${summary(input)}${await findings(input)}${claims(input)}${timeline(series.shown, series.total)}${figures(input)}
<p class="dim">Ordeal ${escaped(input.verdict.ordeal)}. The history is in history.jsonl, the verdict in verdict.json, the schedule in schedule.jsonl, beside this file.</p>
</main><div class="tip"></div><script>${uplot}</script><script>(${script.toString()})(${data}, uPlot)</script></body></html>
`;
  },
};

function title(valid: boolean | 'unknown'): string {
  return valid === true ? 'valid' : valid === false ? 'invalid' : 'unknown';
}
