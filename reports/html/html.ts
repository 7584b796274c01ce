import type { ReportFormat } from '../report.ts';
import { page } from './page.ts';
import { checksTable, claims, figures, findings, summary, timeline } from './sections.ts';
import { seriesOf } from './series.ts';
import { escaped } from './text.ts';

/** The page of a run: what was found, what held, and when. */
export const html: ReportFormat = {
  name: 'html',
  file: 'report.html',
  async render(input) {
    const { verdict } = input;
    const series = seriesOf(input);
    const found = await findings('What was found', verdict.findings, 'verdict.json');
    const body = `${summary(input)}${found}${claims(input)}${checksTable(verdict.verdicts)}${timeline(series, 'run')}${figures(input)}
<p class="dim">Ordeal ${escaped(verdict.ordeal)}. The history is in history.jsonl, the verdict in verdict.json, the schedule in schedule.jsonl, beside this file.</p>
`;
    return page({ name: verdict.name, valid: verdict.valid, body, series });
  },
};
