import type { RunVerdict } from '../../src/analysis/run-verdict.ts';
import type { Anomaly, Validity, Verdict } from '../../src/analysis/verdict.ts';
import type { ReportInput } from '../report.ts';
import { cycleSvg } from './cycle.ts';
import type { Series } from './series.ts';
import { escaped, milliseconds, seconds, shown, table } from './text.ts';

/** Anomalies shown in full. */
const MOST = 24;

/** The answer in one word, and what was judged. */
export function headline(valid: Validity, name: string, unknown = 'UNKNOWN'): string {
  const [word, kind] =
    valid === true ? ['VALID', 'ok'] : valid === false ? ['INVALID', 'bad'] : [unknown, 'open'];
  return `<h1><span class="badge ${kind}">${word}</span> ${escaped(name)}</h1>`;
}

/** The verdict, what was tested, and how to do it again. */
export function summary({ verdict, repeat, made }: ReportInput): string {
  const { valid, exitCode, reasons, system } = verdict;
  const options = Object.entries(system.options as object).map(([k, v]) => `${k}=${shown(v)}`);
  const total = Object.values(verdict.operations).reduce((n, c) => n + c.ok + c.fail + c.info, 0);
  const list =
    reasons.length === 1
      ? `<p>${escaped(reasons[0]!)}</p>`
      : `<ul>${reasons.map((r) => `<li>${escaped(r)}</li>`).join('')}</ul>`;
  return `${headline(valid, verdict.name, exitCode === 3 ? 'NOTHING TESTED' : 'UNKNOWN')}${list}
<p class="dim">${escaped(system.name)} on ${verdict.nodes} nodes (${escaped(verdict.world)}), ${verdict.concurrency} clients, ${total} operations of
${escaped(verdict.workloads.join(' + '))}, nemeses ${escaped(verdict.nemeses.join(', ') || 'none')}, seed ${verdict.seed}${
    made === undefined ? '' : `, ${escaped(made)}`
  }${verdict.interrupted ? ', <b class="open">interrupted</b>' : ''}</p>
<p class="dim mono">${escaped(options.join(' '))}</p>
<div class="repeat"><pre>${escaped(repeat)}</pre><button data-copy="${escaped(repeat)}">copy</button></div>`;
}

/** Findings in words, with their operations and their cycles; `all` says where those are that find no room here. */
export async function findings(title: string, anomalies: readonly Anomaly[], all: string): Promise<string> {
  if (anomalies.length === 0) return '';
  const cards: string[] = [];
  for (const anomaly of anomalies.slice(0, MOST)) cards.push(await card(anomaly));
  const more = anomalies.length - MOST;
  const rest = more > 0 ? `<p class="dim">${more} more are in ${escaped(all)}.</p>` : '';
  return `<h2>${title}</h2>${cards.join('')}${rest}`;
}

async function card(anomaly: Anomaly): Promise<string> {
  const svg = await cycleSvg(anomaly);
  const ops = anomaly.ops.map((op) => [
    `<b>${escaped(op.name)}</b>`,
    String(op.process),
    escaped(op.f),
    `<span class="mono">${escaped(shown(op.value, 400))}</span>`,
    op.type,
    escaped(op.node === undefined ? '' : `${op.node}${op.epoch === undefined ? '' : `, epoch ${op.epoch}`}`),
    `${op.invoked}–${op.returned ?? '…'}`,
  ]);
  const steps = (anomaly.steps ?? []).map((s) => [
    `${escaped(s.from)} → ${escaped(s.to)}`,
    s.type,
    `${escaped(s.why)}${s.proof === undefined ? '' : `<br><span class="dim">${escaped(s.proof.text)}</span>`}`,
  ]);
  return `<div class="card"><h3 class="bad">${escaped(anomaly.type)}</h3><p class="message">${escaped(anomaly.message)}</p>
${svg === undefined ? '' : `<div class="cycle">${svg}</div>`}
${ops.length === 0 ? '' : table(['', 'process', 'function', 'value', 'outcome', 'answered by', 'records'], ops)}
${steps.length === 0 ? '' : table(['order', 'edge', 'because'], steps)}
${anomaly.detail === undefined ? '' : `<details><summary>details</summary><pre>${escaped(JSON.stringify(anomaly.detail, null, 1).slice(0, 20_000))}</pre></details>`}</div>`;
}

/** Claimed, judged and observed side by side. */
export function claims({ verdict }: ReportInput): string {
  if (verdict.claims.length === 0) return '';
  const seen = (observed: RunVerdict['claims'][number]['observed']) =>
    observed === true
      ? '<b class="ok">held</b>'
      : observed === false
        ? '<b class="bad">broken</b>'
        : `<span class="open">${observed}</span>`;
  const rows = verdict.claims.map((c) => [
    escaped(c.workload),
    escaped(c.model),
    c.claimed
      ? 'claimed'
      : `<span class="dim">not claimed${c.note === undefined ? '' : `: ${escaped(c.note)}`}</span>`,
    c.judged ? 'judged' : '<span class="dim">not judged</span>',
    seen(c.observed),
  ]);
  return `<h2>Claimed, judged, observed</h2><div class="card">${table(['workload', 'model', 'claimed', 'judged', 'observed'], rows)}</div>`;
}

const OUTCOMES = {
  true: '<b class="ok">valid</b>',
  false: '<b class="bad">invalid</b>',
  unknown: '<b class="open">unknown</b>',
};

/** What each check said. */
export function checksTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((v) => [
    escaped(v.workload ?? ''),
    escaped(v.check),
    OUTCOMES[`${v.valid}`],
    escaped(v.judged.join(', ')),
    escaped(v.anomalyTypes.map((t) => `${t} × ${v.counts[t] ?? 1}`).join(', ')),
    escaped(`${v.not.join(', ')}${v.alsoNot.length > 0 ? ` (and with it ${v.alsoNot.join(', ')})` : ''}`),
    escaped(v.consistentWith.join(', ')),
    escaped([v.engine, v.reason ?? ''].filter((t) => t !== '').join(': ')),
  ]);
  const head = ['workload', 'check', 'verdict', 'judged against', 'anomalies'];
  return `<h2>Checks</h2><div class="card">${table([...head, 'models ruled out', 'models upheld', 'engine'], rows)}</div>`;
}

const LEGEND = {
  run: [
    ['background:var(--ok)', 'ok'],
    ['background:var(--bad)', 'failed, or node down'],
    ['background:var(--info)', 'unknown, or node paused'],
    ['background:var(--accent)', 'node leads'],
    ['background:var(--band);border:1px solid var(--line)', 'fault in force'],
  ],
  history: [
    ['background:var(--ok)', 'ok'],
    ['background:var(--bad)', 'failed'],
    ['background:var(--info)', 'unknown'],
    ['background:var(--band);border:1px solid var(--line)', 'at work: the nemesis, if any'],
  ],
};

/** Where the page's script draws: operations by client, and charts where there are latencies to chart. */
export function timeline({ shown: some, total, unit, timed }: Series, of: 'run' | 'history'): string {
  const cut =
    some < total
      ? `<p class="dim">${some} of ${total} operations: the first ones, and those of findings.</p>`
      : '';
  const legend = LEGEND[of].map(
    ([style, word]) => `<span><i class="swatch" style="${style}"></i>${word}</span>`,
  );
  const order =
    unit === 'record'
      ? ' The history has no times: operations are drawn by the positions of their records.'
      : '';
  const charts = timed
    ? '<h2>Latency and throughput</h2><div class="card"><div id="latency" class="chart"></div><div id="rate" class="chart"></div></div>'
    : '';
  return `<h2>Timeline</h2><div class="card"><p class="legend">${legend.join('')}<span class="dim">framed: operations of a finding</span></p>
<canvas class="timeline"></canvas><p class="dim">Wheel to zoom, drag to move, double click for the whole ${of}.${order}</p>${cut}</div>
${charts}`;
}

/** Availability by faults in force, the faults themselves, operations, crashes. */
export function figures({ verdict }: ReportInput): string {
  const { availability, faults, operations, crashes, recovery } = verdict;
  const outage = availability.longestOutage;
  const phases = availability.phases.map((p) => [
    escaped(p.phase),
    seconds(p.duration),
    String(p.ok),
    String(p.fail),
    String(p.info),
    ...(p.latency === null
      ? ['', '', '', '']
      : [p.latency.p50, p.latency.p95, p.latency.p99, p.latency.max].map(milliseconds)),
  ]);
  const struck = faults.map((f) => [
    String(f.fault),
    escaped(f.f),
    seconds(f.from, 3),
    f.to === null ? 'never' : seconds(f.to, 3),
    `<span class="mono">${escaped(f.error ?? shown(f.took, 120))}</span>`,
    `<span class="mono">${escaped(shown(f.value, 120))}</span>`,
  ]);
  return `<h2>Availability</h2><div class="card"><p>${(availability.okFraction * 100).toFixed(2)} % of the operations under load were ok.
${outage === null ? '' : `The longest outage lasted ${seconds(outage.to - outage.from)}, from ${seconds(outage.from)} on.`}
${recovery.recovered ? `Every client was served again ${seconds(recovery.after ?? 0)} after the heal.` : '<b class="bad">Not every client was served again after the heal.</b>'}</p>
${table(['faults in force', 'time', 'ok', 'failed', 'unknown', 'median', '95 %', '99 %', 'longest'], phases)}</div>
<h2>Faults</h2><div class="card">${struck.length === 0 ? '<p>None.</p>' : table(['', 'fault', 'from', 'to', 'took effect on', 'what'], struck)}</div>
${operationsTable(operations)}
${crashes.length === 0 ? '' : `<h2>Crashes</h2><div class="card">${crashes.map((c) => `<h3>${escaped(c.node)} at ${seconds(c.time, 3)}</h3><pre>${escaped(c.reason)}</pre>`).join('')}</div>`}`;
}

/** Operations by function and outcome. */
export function operationsTable(operations: RunVerdict['operations']): string {
  const rows = Object.entries(operations).map(([f, c]) => [
    escaped(f),
    ...[c.ok, c.fail, c.info].map(String),
  ]);
  return `<h2>Operations</h2><div class="card">${table(['function', 'ok', 'failed', 'unknown'], rows)}</div>`;
}
