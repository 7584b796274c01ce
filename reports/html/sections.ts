import type { RunVerdict } from '../../src/analysis/run-verdict.ts';
import type { Anomaly } from '../../src/analysis/verdict.ts';
import type { ReportInput } from '../report.ts';
import { cycleSvg } from './cycle.ts';
import { escaped, milliseconds, seconds, shown, table } from './text.ts';

/** Anomalies shown in full. */
const MOST = 24;

/** The verdict, what was tested, and how to do it again. */
export function summary({ verdict, repeat, made }: ReportInput): string {
  const { valid, exitCode, reasons, system } = verdict;
  const [word, kind] =
    valid === true
      ? ['VALID', 'ok']
      : valid === false
        ? ['INVALID', 'bad']
        : [exitCode === 3 ? 'NOTHING TESTED' : 'UNKNOWN', 'open'];
  const options = Object.entries(system.options as object).map(([k, v]) => `${k}=${shown(v)}`);
  const total = Object.values(verdict.operations).reduce((n, c) => n + c.ok + c.fail + c.info, 0);
  const list =
    reasons.length === 1
      ? `<p>${escaped(reasons[0]!)}</p>`
      : `<ul>${reasons.map((r) => `<li>${escaped(r)}</li>`).join('')}</ul>`;
  return `<h1><span class="badge ${kind}">${word}</span> ${escaped(verdict.name)}</h1>${list}
<p class="dim">${escaped(system.name)} on ${verdict.nodes} nodes (${escaped(verdict.world)}), ${verdict.concurrency} clients, ${total} operations of
${escaped(verdict.workloads.join(' + '))}, nemeses ${escaped(verdict.nemeses.join(', ') || 'none')}, seed ${verdict.seed}${
    made === undefined ? '' : `, ${escaped(made)}`
  }${verdict.interrupted ? ', <b class="open">interrupted</b>' : ''}</p>
<p class="dim mono">${escaped(options.join(' '))}</p>
<div class="repeat"><pre>${escaped(repeat)}</pre><button data-copy="${escaped(repeat)}">copy</button></div>`;
}

/** Every finding in words, with its operations and its cycle. */
export async function findings({ verdict }: ReportInput): Promise<string> {
  const all = verdict.findings;
  if (all.length === 0) return '';
  const cards: string[] = [];
  for (const anomaly of all.slice(0, MOST)) cards.push(await card(anomaly));
  const rest = all.length > MOST ? `<p class="dim">${all.length - MOST} more are in verdict.json.</p>` : '';
  return `<h2>What was found</h2>${cards.join('')}${rest}`;
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
  const judged = verdict.verdicts.map((v) => {
    const outcome =
      v.valid === true
        ? '<b class="ok">valid</b>'
        : v.valid === false
          ? '<b class="bad">invalid</b>'
          : '<b class="open">unknown</b>';
    const ruled = [...v.not, ...v.alsoNot];
    return [
      escaped(v.workload ?? ''),
      escaped(v.check),
      outcome,
      escaped(v.judged.join(', ')),
      escaped(v.anomalyTypes.map((t) => `${t} × ${v.counts[t] ?? 1}`).join(', ')),
      escaped(
        ruled.length === 0
          ? ''
          : `${v.not.join(', ')}${v.alsoNot.length > 0 ? ` (and with it ${v.alsoNot.join(', ')})` : ''}`,
      ),
      escaped([v.engine, v.reason ?? ''].filter((t) => t !== '').join(': ')),
    ];
  });
  return `<h2>Claimed, judged, observed</h2><div class="card">${table(['workload', 'model', 'claimed', 'judged', 'observed'], rows)}</div>
<h2>Checks</h2><div class="card">${table(['workload', 'check', 'verdict', 'judged against', 'anomalies', 'models ruled out', 'engine'], judged)}</div>`;
}

/** Where the page's script draws. */
export function timeline(shownOps: number, total: number): string {
  const cut = shownOps < total ? `<p class="dim">The first ${shownOps} of ${total} operations.</p>` : '';
  return `<h2>Timeline</h2><div class="card"><p class="legend"><span><i class="swatch" style="background:var(--ok)"></i>ok</span><span><i class="swatch" style="background:var(--bad)"></i>failed, or node down</span><span><i class="swatch" style="background:var(--info)"></i>unknown, or node paused</span><span><i class="swatch" style="background:var(--accent)"></i>node leads</span><span><i class="swatch" style="background:var(--band);border:1px solid var(--line)"></i>fault in force</span><span class="dim">framed: operations of a finding</span></p>
<canvas class="timeline"></canvas><p class="dim">Wheel to zoom, drag to move, double click for the whole run.</p>${cut}</div>
<h2>Latency and throughput</h2><div class="card"><div id="latency" class="chart"></div><div id="rate" class="chart"></div></div>`;
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
    escaped(f.error ?? shown(f.took, 120)),
    `<span class="mono">${escaped(shown(f.value, 120))}</span>`,
  ]);
  const ops = Object.entries(operations).map(([f, c]) => [
    escaped(f),
    String(c.ok),
    String(c.fail),
    String(c.info),
  ]);
  return `<h2>Availability</h2><div class="card"><p>${(availability.okFraction * 100).toFixed(2)} % of the operations under load were ok.
${outage === null ? '' : `The longest outage lasted ${seconds(outage.to - outage.from)}, from ${seconds(outage.from)} on.`}
${recovery.recovered ? `Every client was served again ${seconds(recovery.after ?? 0)} after the heal.` : '<b class="bad">Not every client was served again after the heal.</b>'}</p>
${table(['faults in force', 'time', 'ok', 'failed', 'unknown', 'median', '95 %', '99 %', 'longest'], phases)}</div>
<h2>Faults</h2><div class="card">${struck.length === 0 ? '<p>None.</p>' : table(['', 'fault', 'from', 'to', 'took effect on', 'what'], struck)}</div>
<h2>Operations</h2><div class="card">${table(['function', 'ok', 'failed', 'unknown'], ops)}</div>
${crashes.length === 0 ? '' : `<h2>Crashes</h2><div class="card">${crashes.map((c) => `<h3>${escaped(c.node)} at ${seconds(c.time, 3)}</h3><pre>${escaped(c.reason)}</pre>`).join('')}</div>`}`;
}
