import { Chalk, type ChalkInstance } from 'chalk';
import { tellAnomaly } from '../src/analysis/evidence/tell.ts';
import type { FaultRecord, RunVerdict } from '../src/analysis/run-verdict.ts';
import type { Anomaly } from '../src/analysis/verdict.ts';

/** Anomalies told in full on a terminal; the report has the rest. */
const MOST = 3;

export interface TerminalOptions {
  readonly colour: boolean;
  readonly repeat: string;
  /** Where the HTML report is, as the user can open it. */
  readonly report?: string;
}

/** What a person reads at the end of a run: what was tested, what was found, where the report is, how to repeat it. */
export function terminal(verdict: RunVerdict, { colour, repeat, report }: TerminalOptions): string {
  const c = new Chalk({ level: colour ? 1 : 0 });
  const lines = [
    '',
    headline(verdict, c),
    '',
    ...tested(verdict, c),
    ...claims(verdict, c),
    ...found(verdict, c),
    '',
  ];
  if (report !== undefined) lines.push(`${c.bold('Report')}  ${report}`);
  lines.push(`${c.bold('Repeat')}  ${repeat}`, '');
  return lines.join('\n');
}

function headline({ valid, exitCode, reasons, interrupted }: RunVerdict, c: ChalkInstance): string {
  const cut = interrupted ? ' (interrupted)' : '';
  if (valid === true) return c.green.bold(`VALID${cut}`) + c.green(`  ${reasons[0]}`);
  if (valid === false) return c.red.bold(`INVALID${cut}`) + c.red(`  ${reasons.join('; ')}`);
  const word = exitCode === 3 ? 'NOTHING TESTED' : 'UNKNOWN';
  return c.yellow.bold(`${word}${cut}`) + c.yellow(`  ${reasons.join('; ')}`);
}

function tested(verdict: RunVerdict, c: ChalkInstance): string[] {
  const options = Object.entries(verdict.system.options as object)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
  const total = { ok: 0, fail: 0, info: 0 };
  for (const count of Object.values(verdict.operations)) {
    total.ok += count.ok;
    total.fail += count.fail;
    total.info += count.info;
  }
  const { availability, recovery } = verdict;
  const outage = availability.longestOutage;
  return [
    `${c.bold('Tested')}  ${verdict.system.name} on ${verdict.nodes} nodes (${verdict.world}), ${verdict.concurrency} clients, seed ${verdict.seed}`,
    `        ${c.dim(options)}`,
    `        ${verdict.workloads.join(' + ')}: ${total.ok} ok, ${total.fail} failed, ${total.info} unknown operations`,
    `        faults: ${faults(verdict.faults)}`,
    `        available ${(availability.okFraction * 100).toFixed(1)} %` +
      (outage === null ? '' : `, longest outage ${seconds(outage.to - outage.from)}`) +
      (recovery.after === null ? '' : `, recovered ${seconds(recovery.after)} after the heal`),
  ];
}

function faults(records: readonly FaultRecord[]): string {
  const counts = new Map<string, number>();
  for (const { f, took } of records) if (took.length > 0) counts.set(f, (counts.get(f) ?? 0) + 1);
  if (counts.size === 0) return 'none';
  return [...counts].map(([f, n]) => (n === 1 ? f : `${n} × ${f}`)).join(', ');
}

function claims(verdict: RunVerdict, c: ChalkInstance): string[] {
  if (verdict.claims.length === 0) return [];
  const width = Math.max(...verdict.claims.map((l) => l.workload.length + l.model.length + 2));
  return [
    '',
    c.bold('Claims'),
    ...verdict.claims.map((line) => {
      const seen =
        line.observed === true
          ? c.green('held')
          : line.observed === false
            ? c.red('broken')
            : c.yellow(line.observed);
      const name = `${line.workload}: ${line.model}`.padEnd(width);
      const said = line.claimed ? 'claimed' : 'not claimed';
      const judged = line.judged ? 'judged' : 'not judged';
      return `        ${name}  ${said}, ${judged}, ${seen}${line.note === undefined ? '' : c.dim(`  ${line.note}`)}`;
    }),
  ];
}

function found(verdict: RunVerdict, c: ChalkInstance): string[] {
  const { findings } = verdict;
  if (findings.length === 0) return [];
  const lines = ['', c.bold('Found')];
  for (const anomaly of varied(findings)) {
    lines.push(`        ${c.red(anomaly.type)}`);
    for (const line of tellAnomaly(anomaly)) lines.push(`          ${line}`);
  }
  if (findings.length > MOST) lines.push(c.dim(`        and ${findings.length - MOST} more, in the report`));
  return lines;
}

/** One of each type before a second of any. */
function varied(findings: readonly Anomaly[]): readonly Anomaly[] {
  const types = new Set<string>();
  const first = findings.filter((a) => !types.has(a.type) && types.add(a.type));
  return [...first, ...findings.filter((a) => !first.includes(a))].slice(0, MOST);
}

function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}
