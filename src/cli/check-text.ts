import { Chalk, type ChalkInstance } from 'chalk';
import { showName } from '../analysis/evidence/printable.ts';
import { tellAnomaly } from '../analysis/evidence/tell.ts';
import type { Anomaly, Verdict } from '../analysis/verdict.ts';

/** Anomalies told in full; `--json` has all that carry a witness. */
const MOST = 3;
const WARNINGS = 5;

/**
 * A verdict for a person: the answer, what was found in words with the operations in question, what it rules out. Names in it,
 * the file's too, show characters of control as JSON writes them.
 */
export function verdictText(file: string, verdict: Verdict, colour: boolean): string {
  const c = new Chalk({ level: colour ? 1 : 0 });
  return [
    `${headline(verdict, c)}  ${showName(file)}${verdict.workload === undefined ? '' : ` (${showName(verdict.workload)})`}`,
    ...(verdict.judged.length === 0
      ? []
      : [
          c.dim(
            `  ${verdict.check}, judged against ${verdict.judged.join(', ')}; decided by ${verdict.engine}`,
          ),
        ]),
    ...(verdict.reason === undefined ? [] : [`  ${showName(verdict.reason)}`]),
    ...found(verdict, c),
    ...boundary(verdict),
    ...warnings(verdict, c),
    '',
  ].join('\n');
}

function headline({ valid }: Verdict, c: ChalkInstance): string {
  if (valid === true) return c.green.bold('VALID');
  return valid === false ? c.red.bold('INVALID') : c.yellow.bold('UNKNOWN');
}

function found({ anomalies, anomalyTypes, counts }: Verdict, c: ChalkInstance): string[] {
  const lines =
    anomalyTypes.length === 0
      ? []
      : ['', `  Found: ${anomalyTypes.map((t) => counted(t, counts[t])).join(', ')}`];
  const told = varied(anomalies);
  for (const anomaly of told) {
    lines.push('', `  ${c.red(anomaly.type)}`);
    for (const line of tellAnomaly(anomaly)) lines.push(`    ${line}`);
  }
  if (anomalies.length > told.length)
    lines.push(c.dim(`  and ${anomalies.length - told.length} more: see --json`));
  return lines;
}

function counted(type: string, count: number | undefined): string {
  return count === undefined || count < 2 ? type : `${type} × ${count}`;
}

/** One of each type before a second of any. */
function varied(anomalies: readonly Anomaly[]): readonly Anomaly[] {
  const types = new Set<string>();
  const first = anomalies.filter((a) => !types.has(a.type) && types.add(a.type));
  return [...first, ...anomalies.filter((a) => !first.includes(a))].slice(0, MOST);
}

function boundary({ not, alsoNot, consistentWith }: Verdict): string[] {
  const lines: string[] = [];
  if (not.length > 0)
    lines.push(`  Not ${not.join(', not ')}${alsoNot.length > 0 ? `; hence not ${alsoNot.join(', ')}` : ''}`);
  if (consistentWith.length > 0)
    lines.push(`  Consistent with ${consistentWith.join(', ')}, as far as was checked`);
  return lines.length === 0 ? [] : ['', ...lines];
}

function warnings({ warnings: all = [] }: Verdict, c: ChalkInstance): string[] {
  const lines = all.slice(0, WARNINGS).map((w) => c.yellow(`  warning: ${showName(w)}`));
  if (all.length > WARNINGS) lines.push(c.yellow(`  and ${all.length - WARNINGS} more warnings`));
  return lines;
}
