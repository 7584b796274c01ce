import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Json } from '../history/op.ts';
import { catalogue, PlanError, type PlanInput, splitSchedule } from '../plan.ts';
import { list, pair, whole } from './arguments.ts';

/** What the options of `run` come to, as commander hands them over. */
export interface RunFlags {
  readonly workload?: string;
  readonly nemesis?: string;
  readonly world?: string;
  readonly nodes?: number;
  readonly concurrency?: string;
  readonly rate?: number;
  readonly timeLimit?: string;
  readonly nemesisInterval?: string;
  readonly recoveryLimit?: string;
  readonly attemptTimeout?: string;
  readonly timeout?: string;
  readonly latency?: string;
  readonly seed?: number;
  readonly model?: readonly string[];
  readonly set?: readonly (readonly [string, Json])[];
  readonly codec?: boolean;
  readonly name?: string;
  readonly plan?: string;
}

/** Adds the options that say what is tested. Defaults are applied by `planInput`, so that a plan file keeps its own. */
export function planOptions(command: Command): Command {
  const names = (wing: readonly { readonly name: string }[]) => wing.map((t) => t.name).join(', ');
  return command
    .option(
      '-w, --workload <names>',
      `comma list of ${names(catalogue.workloads)} (default: register,list-append)`,
    )
    .option(
      '-n, --nemesis <names>',
      `comma list of ${names(catalogue.nemeses)}, or none (default: partition,kill,pause,clock)`,
    )
    .addOption(new Option('--world <world>', 'where it runs (default: local)').choices([...catalogue.worlds]))
    .option('--nodes <count>', 'nodes of the cluster (default: 5)', whole)
    .option('--concurrency <clients>', 'client threads, as a number or per node as in 2n (default: 2n)')
    .option(
      '--rate <ops/s>',
      'operations per second over all clients, 0 for as fast as they can (default: 200)',
      number,
    )
    .option('--time-limit <duration>', 'how long the load lasts (default: 20s)')
    .option(
      '--nemesis-interval <duration>',
      'time between faults (default: a tenth of the time limit, at most 3s)',
    )
    .option(
      '--recovery-limit <duration>',
      'how long the healed cluster may take to serve everybody (default: 30s)',
    )
    .option('--attempt-timeout <duration>', 'when a client gives up one attempt (default: 500ms)')
    .option('--timeout <duration>', 'when a client gives up an operation (default: 2s)')
    .option('--latency <min-max>', 'one-way latency of links (default: 1ms-5ms)')
    .option('--seed <number>', 'decides everything a simulated run does (default: drawn)', whole)
    .option(
      '--model <names>',
      'models to judge against instead of the strongest; repeatable or a comma list',
      list,
    )
    .option(
      '--set <key=value>',
      'a system option; workload.key=value or nemesis.key=value sets theirs; repeatable',
      pair,
    )
    .option('--codec', 'simulator: send every message through the wire format')
    .option('--name <name>', 'name of the folder of runs (default: the system)')
    .option('--plan <file>', 'run a saved plan; other options override it');
}

/** The plan that system, flags and plan file come to. Throws PlanError. */
export function planInput(system: string | undefined, flags: RunFlags, drawnSeed: () => number): unknown {
  const base: Record<string, unknown> = flags.plan === undefined ? {} : readPlan(flags.plan);
  delete base.versions;
  const set = flags.set ?? [];
  const chosen = (given: string | undefined, saved: unknown, fallback: string, none?: string) => {
    const before = given === undefined && saved !== undefined ? (saved as (string | Named)[]) : undefined;
    const names = (given ?? fallback).split(',').map((n) => n.trim());
    const picked = before ?? (names.length === 1 && names[0] === none ? [] : names);
    return picked.map((c) => withOptions(c, set));
  };
  const input: Record<string, unknown> = {
    ...base,
    seed: flags.seed ?? base.seed ?? drawnSeed(),
    workloads: chosen(flags.workload, base.workloads, 'register,list-append'),
    nemeses: chosen(
      flags.nemesis,
      base.nemeses,
      flags.plan === undefined ? 'partition,kill,pause,clock' : 'none',
      'none',
    ),
  };
  const own: Record<string, Json> = {};
  for (const [key, value] of set) if (!owned(key, input)) own[key] = value;
  const saved = base.system as string | Named | undefined;
  const before: Named =
    saved === undefined ? { name: 'raft' } : typeof saved === 'string' ? { name: saved } : saved;
  const same = system === undefined || system === before.name;
  input.system = {
    name: system ?? before.name,
    options: { ...(same ? before.options : {}), ...own },
  };
  for (const key of [
    'world',
    'nodes',
    'concurrency',
    'rate',
    'timeLimit',
    'nemesisInterval',
    'recoveryLimit',
    'attemptTimeout',
    'timeout',
    'codec',
    'name',
  ] as const)
    if (flags[key] !== undefined) input[key] = flags[key];
  if (flags.latency !== undefined) input.latency = latency(flags.latency);
  if (flags.model !== undefined) input.models = flags.model;
  return input satisfies Record<keyof PlanInput & string, unknown> | Record<string, unknown>;
}

interface Named {
  readonly name: string;
  readonly options?: Record<string, Json>;
}

/** `register.keys` sets an option of the workload or nemesis of that name, if the plan has one. */
function withOptions(choice: string | Named, set: readonly (readonly [string, Json])[]): Named {
  const { name, options } = typeof choice === 'string' ? { name: choice, options: {} } : choice;
  const own = set
    .filter(([key]) => key.startsWith(`${name}.`))
    .map(([key, value]) => [key.slice(name.length + 1), value]);
  return { name, options: { ...options, ...Object.fromEntries(own) } };
}

function owned(key: string, input: Record<string, unknown>): boolean {
  const all = [...(input.workloads as Named[]), ...(input.nemeses as Named[])];
  return all.some(({ name }) => key.startsWith(`${name}.`));
}

function readPlan(file: string): Record<string, unknown> {
  const plan = parse(file, read(file));
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan))
    throw new PlanError([`${file}: a plan is a JSON object`]);
  const { schedule, ...rest } = plan as Record<string, unknown>;
  if (schedule === undefined) return rest;
  if (typeof schedule !== 'string')
    throw new PlanError([`${file}: schedule: the name of a schedule file is expected`]);
  const path = join(dirname(file), schedule);
  const lines = read(path)
    .split('\n')
    .map((text, i) => ({ text, where: `${path}:${i + 1}` }))
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, where }) => parse(where, text));
  return { ...rest, ...splitSchedule(lines) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PlanError([`plan: cannot read ${file}: ${(error as Error).message}`]);
  }
}

function parse(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PlanError([`${where}: not JSON: ${(error as Error).message}`]);
  }
}

function latency(text: string): readonly string[] {
  const parts = text.split('-');
  return parts.length === 1 ? [text, text] : parts;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('A number is expected.');
  return value;
}
