import { z } from 'zod';
import { nemeses } from '../nemeses/index.ts';
import type { Nemesis } from '../nemeses/nemesis.ts';
import { workloads } from '../workloads/index.ts';
import type { Workload } from '../workloads/workload.ts';
import type { NodeId } from './cluster/host.ts';
import { duration, MS, SECOND } from './duration.ts';
import type { Json } from './history/op.ts';
import { type FaultLine, faultLine, isFault, type OpLine, opLine } from './schedule.ts';
import { systems } from './systems/index.ts';
import type { System } from './systems/system.ts';
import { CAPABILITIES, type Capability } from './worlds/world.ts';

/** A thing chosen by name, with its options. `"raft"` is short for `{"name": "raft"}`. */
const choice = z
  .union([
    z.string(),
    z.strictObject({ name: z.string(), options: z.record(z.string(), z.json()).default({}) }),
  ])
  .transform((c) => (typeof c === 'string' ? { name: c, options: {} as Record<string, Json> } : c));

const WORLDS = ['local', 'sim'] as const;
export type WorldName = (typeof WORLDS)[number];

/** What each world can do. A nemesis that needs more is refused before anything starts. */
const CAPABLE: { readonly [world in WorldName]: readonly Capability[] } = {
  local: CAPABILITIES,
  sim: CAPABILITIES,
};

/**
 * A whole test as plain data: saved with each run, and enough to run it again. With `ops` and `faults` it is explicit,
 * without them both are generated from the seed.
 */
export const planSchema = z.strictObject({
  version: z.literal(1).default(1),
  /** Names the folder below which the run's directory is put; the system's name when absent. */
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
      'letters, digits, ".", "_" and "-", beginning with a letter or digit',
    )
    .optional(),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  system: choice,
  world: z.enum(WORLDS).default('local'),
  nodes: z.number().int().min(1).max(99).default(5),
  workloads: z.array(choice).min(1),
  nemeses: z.array(choice).default([]),
  /** Client threads: a number, or a multiple of the nodes as in "2n". */
  concurrency: z.union([z.number().int().min(1).max(10_000), z.string().regex(/^[1-9]\d*n?$/)]).default('2n'),
  /** Operations per second over all clients; 0 is as fast as they can. */
  rate: z.number().min(0).max(1_000_000).default(200),
  /** How long the load lasts. */
  timeLimit: duration.prefault('20s'),
  /** A fault begins about this often; a tenth of the time limit and at most 3 s by default. */
  nemesisInterval: duration.optional(),
  /** How long the healed cluster has to serve every client again. */
  recoveryLimit: duration.prefault('30s'),
  /** When a client gives up an attempt, and the operation. */
  attemptTimeout: duration.prefault('500ms'),
  timeout: duration.prefault('2s'),
  /** One-way latency of every link. */
  latency: z.tuple([duration, duration]).prefault(['1ms', '5ms']),
  /** In the simulator, send every message and record through the wire format. */
  codec: z.boolean().default(false),
  /** Models to judge against instead of the workloads' strongest. */
  models: z.array(z.string()).optional(),
  /** What ran it, for the record: versions of Node and Ordeal. */
  versions: z.record(z.string(), z.string()).optional(),
  /** Explicit operations and faults. */
  ops: z.array(opLine).optional(),
  faults: z.array(faultLine).optional(),
});
export type PlanInput = z.input<typeof planSchema>;
export type Plan = z.infer<typeof planSchema>;

/** A plan that cannot be run: which fields, and what they allow. */
export class PlanError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'PlanError';
    this.problems = problems;
  }
}

/** A workload or nemesis with its validated options. */
export interface Chosen<T> {
  readonly thing: T;
  readonly options: unknown;
}

/** A plan whose names have become things, and whose arithmetic has been checked. */
export interface ResolvedPlan {
  /** As it is saved: complete, every default filled in. */
  readonly plan: Plan;
  readonly system: Chosen<System>;
  readonly workloads: readonly Chosen<Workload>[];
  readonly nemeses: readonly Chosen<Nemesis>[];
  readonly nodes: readonly NodeId[];
  readonly concurrency: number;
  readonly nemesisInterval: number;
  /** Models to judge, by workload name. */
  readonly models: ReadonlyMap<string, readonly string[]>;
  readonly ops: readonly OpLine[] | undefined;
  readonly faults: readonly FaultLine[] | undefined;
}

/**
 * Turns a plan into things that can run. Nothing has been started when it throws.
 * @throws PlanError naming every field that is wrong and what it allows.
 */
export function resolvePlan(input: unknown): ResolvedPlan {
  const parsed = planSchema.safeParse(input);
  if (!parsed.success) throw new PlanError(describe(parsed.error));
  const plan = parsed.data;
  const problems: string[] = [];

  const nodes = Array.from({ length: plan.nodes }, (_, i) => `n${i + 1}`);
  const concurrency = threads(plan.concurrency, plan.nodes);
  const system = choose('system', systems, plan.system, problems);
  const work = plan.workloads.map((c, i) => choose(`workloads[${i}]`, workloads, c, problems));
  const faults = plan.nemeses.map((c, i) => choose(`nemeses[${i}]`, nemeses, c, problems));
  if (new Set(plan.workloads.map((w) => w.name)).size < plan.workloads.length)
    problems.push('workloads: name each workload once');
  if (new Set(plan.nemeses.map((n) => n.name)).size < plan.nemeses.length)
    problems.push('nemeses: name each nemesis once');

  if (system !== undefined) {
    const wrong = system.thing.validate?.(system.options, nodes);
    if (wrong !== undefined) problems.push(`system: ${wrong}`);
    const served = system.thing.functions(system.options);
    work.forEach((w, i) => {
      const missing = w?.thing.functions(w.options).filter((f) => !served.includes(f)) ?? [];
      if (w !== undefined && missing.length > 0)
        problems.push(
          `workloads[${i}]: ${w.thing.name} needs ${missing.join(', ')}, which ${system.thing.name} does not serve as it is configured; it serves ${served.join(', ')}`,
        );
    });
  }
  work.forEach((w, i) => {
    const wrong = w?.thing.validate(w.options, { threads: concurrency, nodes });
    if (wrong !== undefined) problems.push(`workloads[${i}] (${w!.thing.name}): ${wrong}`);
  });
  faults.forEach((n, i) => {
    if (n === undefined) return;
    const missing = n.thing.needs(n.options).filter((c) => !CAPABLE[plan.world].includes(c));
    if (missing.length > 0)
      problems.push(
        `nemeses[${i}]: ${n.thing.name} needs ${missing.join(', ')}, which the world ${plan.world} cannot do`,
      );
    const wrong = n.thing.validate(n.options, nodes);
    if (wrong !== undefined) problems.push(`nemeses[${i}] (${n.thing.name}): ${wrong}`);
  });
  if (plan.timeLimit < 100 * MS) problems.push('timeLimit: at least 100ms');
  if (plan.timeLimit > 24 * 3600 * SECOND) problems.push('timeLimit: at most 24h');
  if (plan.timeout < plan.attemptTimeout) problems.push('timeout: at least attemptTimeout');
  if (plan.latency[0] > plan.latency[1])
    problems.push('latency: the first of the two must not exceed the second');
  const interval = plan.nemesisInterval ?? Math.min(Math.floor(plan.timeLimit / 10), 3 * SECOND);
  if (interval < 10 * MS) problems.push('nemesisInterval: at least 10ms');
  if (faults.length > 0 && interval * faults.length > plan.timeLimit && plan.faults === undefined)
    problems.push(
      `nemesisInterval: ${faults.length} nemeses at this interval do not each get a turn within the time limit`,
    );
  const models = judgedModels(plan, work, problems);
  checkSchedule(plan, nodes, work, problems);

  if (problems.length > 0 || system === undefined) throw new PlanError(problems);
  return {
    plan,
    system,
    workloads: work.filter((w) => w !== undefined),
    nemeses: faults.filter((n) => n !== undefined),
    nodes,
    concurrency,
    nemesisInterval: interval,
    models,
    ops: plan.ops,
    faults: plan.faults,
  };
}

/** What there is, by wing: for `ordeal list`, help texts and the process that runs one node. */
export const catalogue = { systems, workloads, nemeses, worlds: WORLDS } as const;

/** @throws PlanError when no system is called so. */
export function systemNamed(name: string, options: unknown): Chosen<System> {
  const problems: string[] = [];
  const chosen = choose('system', systems, { name, options: options as Record<string, Json> }, problems);
  if (chosen === undefined) throw new PlanError(problems);
  return chosen;
}

interface Named {
  readonly name: string;
  readonly options: z.ZodType;
}

function choose<T extends Named>(
  field: string,
  wing: readonly T[],
  { name, options }: { readonly name: string; readonly options: Record<string, Json> },
  problems: string[],
): Chosen<T> | undefined {
  const thing = wing.find((t) => t.name === name);
  if (thing === undefined) {
    problems.push(`${field}: nothing is called "${name}"; there is ${wing.map((t) => t.name).join(', ')}`);
    return undefined;
  }
  const parsed = thing.options.safeParse(options);
  if (!parsed.success) {
    for (const problem of describe(parsed.error)) problems.push(`${field} (${name}) ${problem}`);
    return undefined;
  }
  return { thing, options: parsed.data };
}

function threads(concurrency: number | string, nodes: number): number {
  if (typeof concurrency === 'number') return concurrency;
  return concurrency.endsWith('n') ? Number(concurrency.slice(0, -1)) * nodes : Number(concurrency);
}

/** Which models each workload is judged by; a model that no workload of the plan knows is an error. */
function judgedModels(
  plan: Plan,
  work: readonly (Chosen<Workload> | undefined)[],
  problems: string[],
): ReadonlyMap<string, readonly string[]> {
  const judged = new Map<string, readonly string[]>();
  for (const w of work) {
    if (w === undefined) continue;
    const named = plan.models?.filter((m) => w.thing.models.includes(m)) ?? [];
    judged.set(w.thing.name, named.length > 0 ? named : w.thing.defaultModels);
  }
  for (const model of plan.models ?? []) {
    if (work.some((w) => w === undefined || w.thing.models.includes(model))) continue;
    const known = [...new Set(work.flatMap((w) => w?.thing.models ?? []))];
    problems.push(
      `models: no workload of this plan can be judged by "${model}"; there is ${known.join(', ')}`,
    );
  }
  return judged;
}

function checkSchedule(
  plan: Plan,
  nodes: readonly string[],
  work: readonly (Chosen<Workload> | undefined)[],
  problems: string[],
): void {
  const names = new Set(work.map((w) => w?.thing.name));
  for (const op of plan.ops ?? []) {
    if (!names.has(op.workload)) {
      problems.push(`ops: operation ${op.op} is of workload "${op.workload}", which the plan does not name`);
      break;
    }
  }
  const known = new Set([...nodes, '$node', '$others', '*']);
  const ids = new Set<number>();
  for (const fault of plan.faults ?? []) {
    if (ids.has(fault.fault)) problems.push(`faults: id ${fault.fault} stands twice`);
    ids.add(fault.fault);
    for (const act of [...fault.begin, ...fault.heal.actions]) {
      const named = 'nodes' in act ? act.nodes : act.links.flat();
      const wrong = named.find((n) => !known.has(n) && !/^c\d+$/.test(n));
      if (wrong !== undefined)
        problems.push(
          `faults: fault ${fault.fault} names "${wrong}"; there is ${nodes.join(', ')}, $node, $others, *`,
        );
    }
  }
}

/** Problems of a validation, one line a field. */
function describe(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const path = issue.path.map((p) => (typeof p === 'number' ? `[${p}]` : `.${String(p)}`)).join('');
    return `${path.replace(/^\./, '') || 'plan'}: ${inWords(issue)}`;
  });
}

/** What a field allows; of alternatives, all of them. */
function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue.message;
  return [...new Set(issue.errors.flatMap((branch) => branch.map(inWords)))].join('; or ');
}

/** Splits the lines of a schedule file, already parsed, into what a plan holds. */
export function splitSchedule(lines: readonly unknown[]): { ops: unknown[]; faults: unknown[] } {
  const ops: unknown[] = [];
  const faults: unknown[] = [];
  for (const line of lines) {
    if (typeof line === 'object' && line !== null && isFault(line as OpLine | FaultLine)) faults.push(line);
    else ops.push(line);
  }
  return { ops, faults };
}
