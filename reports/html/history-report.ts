import type { Anomaly, Verdict } from '../../src/analysis/verdict.ts';
import { worst } from '../../src/analysis/worst.ts';
import { FAIL, type History, OK } from '../../src/history/history.ts';
import { historySeries } from './history-series.ts';
import { page } from './page.ts';
import { checksTable, findings, headline, operationsTable, timeline } from './sections.ts';
import { escaped } from './text.ts';

/** A judged history from anywhere. */
export interface HistoryReportInput {
  /** What the history is called: its file, usually. */
  readonly name: string;
  /** One verdict, or one for each workload of a mixed history. */
  readonly verdicts: readonly Verdict[];
  readonly history: History;
}

/**
 * One HTML file about a judged history, complete in itself. Nothing is asked of the history but operations: nodes,
 * faults and times may all be missing.
 */
export async function historyReport({ name, verdicts, history }: HistoryReportInput): Promise<string> {
  const valid = worst(verdicts);
  const against = varied(verdicts.filter((v) => v.valid === false));
  const beside = varied(verdicts.filter((v) => v.valid !== false));
  const series = historySeries(history, [...against, ...beside]);
  const body = [
    headline(valid, name),
    about(history, verdicts),
    await findings('What was found', against, 'what ordeal check --json prints'),
    await findings('Found, but allowed by what was judged', beside, 'what ordeal check --json prints'),
    checksTable(verdicts),
    warnings(verdicts),
    history.n === 0 ? '' : timeline(series, 'history'),
    operationsTable(operationsOf(history)),
  ];
  return page({ name, valid, body: body.join('\n'), series });
}

/** One of each type before a second of any. */
function varied(verdicts: readonly Verdict[]): readonly Anomaly[] {
  const all = verdicts.flatMap((v) => v.anomalies);
  const types = new Set<string>();
  const first = new Set(all.filter(({ type }) => !types.has(type) && types.add(type)));
  return [...first, ...all.filter((a) => !first.has(a))];
}

function about(history: History, verdicts: readonly Verdict[]): string {
  const processes = new Set(history.process.subarray(0, history.n)).size;
  const lines = verdicts.map(({ workload, check, valid, judged, anomalyTypes, reason }) => {
    const outcome =
      valid === true
        ? `upholds ${judged.join(', ')}`
        : valid === false
          ? `breaks ${judged.join(', ')}: ${anomalyTypes.join(', ')}`
          : `undecided: ${reason ?? 'no reason was given'}`;
    return `<p>${escaped(`${workload ?? check} ${outcome}`)}</p>`;
  });
  return `${lines.join('')}<p class="dim">${history.n} operations of ${processes} processes, from ${history.records} records.</p>`;
}

function warnings(verdicts: readonly Verdict[]): string {
  const all = [...new Set(verdicts.flatMap((v) => v.warnings ?? []))];
  if (all.length === 0) return '';
  return `<h2>Warnings</h2><div class="card"><ul>${all.map((w) => `<li>${escaped(w)}</li>`).join('')}</ul></div>`;
}

function operationsOf({ n, f, fs, outcome }: History) {
  const counts = fs.map(() => ({ ok: 0, fail: 0, info: 0 }));
  for (let row = 0; row < n; row++)
    counts[f[row]!]![outcome[row] === OK ? 'ok' : outcome[row] === FAIL ? 'fail' : 'info']++;
  // Names come from anywhere: as entries none of them is taken for a part of the object itself.
  return Object.fromEntries(
    fs.map((name, i) => [name, counts[i]!] as const).filter(([, c]) => c.ok + c.fail + c.info > 0),
  );
}
