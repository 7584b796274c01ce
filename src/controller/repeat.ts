import { formatDuration } from '../duration.ts';
import type { Json } from '../history/op.ts';
import { type Plan, planSchema, type ResolvedPlan } from '../plan.ts';

/** The command line that runs a plan again, as short as the defaults allow. Explicit plans are repeated from their file. */
export function repeatCommand(resolved: ResolvedPlan, file?: string): string {
  const { plan } = resolved;
  if (plan.ops !== undefined || plan.faults !== undefined)
    return `ordeal run --plan ${file ?? 'plan.json'} --seed ${plan.seed}`;
  const defaults = planSchema.parse({ seed: 0, system: 'x', workloads: ['x'] });
  const words = ['ordeal run', plan.system.name];
  const flag = (name: string, value: string | number) => words.push(`--${name}`, quote(String(value)));
  flag('world', plan.world);
  flag('workload', plan.workloads.map((w) => w.name).join(','));
  flag('nemesis', plan.nemeses.length === 0 ? 'none' : plan.nemeses.map((n) => n.name).join(','));
  const differs = (key: keyof Plan) => JSON.stringify(plan[key]) !== JSON.stringify(defaults[key]);
  if (differs('nodes')) flag('nodes', plan.nodes);
  if (differs('concurrency')) flag('concurrency', plan.concurrency);
  if (differs('rate')) flag('rate', plan.rate);
  flag('time-limit', formatDuration(plan.timeLimit));
  if (plan.nemesisInterval !== undefined) flag('nemesis-interval', formatDuration(plan.nemesisInterval));
  if (differs('latency')) flag('latency', plan.latency.map(formatDuration).join('-'));
  for (const [key, name] of [
    ['recoveryLimit', 'recovery-limit'],
    ['attemptTimeout', 'attempt-timeout'],
    ['timeout', 'timeout'],
  ] as const)
    if (differs(key)) flag(name, formatDuration(plan[key]));
  if (plan.codec) words.push('--codec');
  for (const model of plan.models ?? []) flag('model', model);
  const set = (prefix: string, options: { readonly [key: string]: Json }) => {
    for (const [key, value] of Object.entries(options))
      flag('set', `${prefix}${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  };
  set('', plan.system.options);
  for (const { name, options } of [...plan.workloads, ...plan.nemeses]) set(`${name}.`, options);
  flag('seed', plan.seed);
  return words.join(' ');
}

function quote(word: string): string {
  return /^[\w.,:=/@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
