import type { Workload } from '../../workloads/workload.ts';
import { implies, isModel } from '../analysis/models.ts';
import { attribute } from '../analysis/run/attribution.ts';
import { availability } from '../analysis/run/availability.ts';
import { splitBrain } from '../analysis/run/split-brain.ts';
import type { ClaimLine, RunVerdict } from '../analysis/run-verdict.ts';
import { type Budget, DEFAULT_BUDGET, type Validity, type Verdict } from '../analysis/verdict.ts';
import { FAIL, type History, INFO, OK } from '../history/history.ts';
import type { Json } from '../history/op.ts';
import { readableOptions } from '../options.ts';
import type { Chosen, ResolvedPlan } from '../plan.ts';
import { VERSION } from '../version.ts';
import type { Recording } from './run.ts';

/** Final-read flag in the history's `flags`. */
const FINAL = 1;

/** Judges a recording by its plan: every workload's checks, split brain, recovery, and whether anything was tested. */
export function judge(plan: ResolvedPlan, recording: Recording, budget: Budget = DEFAULT_BUDGET): RunVerdict {
  const { history } = recording;
  const verdicts = plan.workloads.flatMap((w) => judgeWorkload(plan, recording, w, budget));
  const brain = splitBrain(history, recording.events);
  if (brain.valid !== 'unknown') verdicts.push(brain);
  const findings = verdicts.filter((v) => v.valid === false).flatMap((v) => v.anomalies);
  const { valid, exitCode, reasons } = conclude(plan, recording, verdicts);
  return {
    ordeal: VERSION,
    name: plan.plan.name ?? plan.system.thing.name,
    seed: plan.plan.seed,
    system: {
      name: plan.system.thing.name,
      options: readableOptions(plan.system.thing.options, plan.system.options) as Json,
    },
    world: plan.plan.world,
    nodes: plan.nodes.length,
    concurrency: plan.concurrency,
    workloads: plan.workloads.map((w) => w.thing.name),
    nemeses: plan.nemeses.map((n) => n.thing.name),
    valid,
    exitCode,
    reasons,
    verdicts,
    findings,
    claims: claimLines(plan, verdicts),
    availability: availability(history, recording.faults, recording.phases.load),
    faults: recording.faults,
    crashes: recording.crashes,
    recovery: recording.recovery,
    operations: countOperations(history),
    cluster: recording.counters,
    phases: recording.phases,
    interrupted: recording.interrupted,
  };
}

function judgeWorkload(
  plan: ResolvedPlan,
  recording: Recording,
  { thing, options }: Chosen<Workload>,
  budget: Budget,
): readonly Verdict[] {
  const history = recording.history.only(thing.name);
  const models = plan.models.get(thing.name) ?? thing.defaultModels;
  const verdicts = thing.judge(history, { models, budget, events: recording.events }, options);
  const missing = missingEvidence(history, thing);
  return verdicts.map((verdict) => {
    const anomalies = verdict.anomalies.map((a) => attribute(a, recording.events));
    const named = { ...verdict, workload: thing.name, anomalies };
    return missing === undefined || verdict.valid !== true
      ? named
      : { ...named, valid: 'unknown' as const, reason: missing };
  });
}

/** Says which part of a workload's minimum of evidence the history lacks. */
function missingEvidence(history: History, { name, minimum }: Workload): string | undefined {
  const ok = new Map<string, number>();
  let finals = 0;
  for (let row = 0; row < history.n; row++) {
    if (history.outcome[row] !== OK) continue;
    const f = history.fs[history.f[row]!]!;
    ok.set(f, (ok.get(f) ?? 0) + 1);
    if ((history.flags[row]! & FINAL) !== 0) finals++;
  }
  for (const [f, least] of Object.entries(minimum.ok)) {
    const had = ok.get(f) ?? 0;
    if (had < least)
      return `too little evidence: ${had} successful ${f} operations of ${name}, at least ${least} are needed`;
  }
  if (finals < (minimum.finals ?? 0))
    return `too little evidence: ${finals} final reads of ${name} worked, at least ${minimum.finals} are needed`;
  return undefined;
}

function conclude(
  plan: ResolvedPlan,
  recording: Recording,
  verdicts: readonly Verdict[],
): { valid: Validity; exitCode: 0 | 1 | 2 | 3; reasons: readonly string[] } {
  const broken = verdicts.filter((v) => v.valid === false);
  const wrong = broken.map((v) => `${v.workload ?? v.check}: ${v.anomalyTypes.join(', ')}`);
  for (const crash of recording.crashes)
    wrong.push(`${crash.node} crashed unasked: ${firstLine(crash.reason)}`);
  const ended = recording.interrupted || recording.failure !== undefined;
  if (!ended && !recording.recovery.recovered)
    wrong.push('the cluster did not serve every client again within the recovery limit after the heal');
  if (wrong.length > 0) return { valid: false, exitCode: 1, reasons: wrong };

  const nothing: string[] = [];
  if (recording.failure !== undefined) nothing.push(recording.failure);
  else {
    if (!someSucceeded(recording.history)) nothing.push('no operation succeeded');
    nothing.push(...idleNemeses(plan, recording));
  }
  if (nothing.length > 0 && !recording.interrupted)
    return { valid: 'unknown', exitCode: 3, reasons: nothing };

  const unjudged = plan.workloads.filter((w) => !verdicts.some((v) => v.workload === w.thing.name));
  const open = unjudged.map((w) => `${w.thing.name}: not judged`);
  const undecided = verdicts
    .filter((v) => v.valid === 'unknown')
    .map((v) => `${v.workload ?? v.check}: ${v.reason ?? 'undecided'}`);
  open.push(...undecided);
  if (recording.interrupted) open.unshift('the run was interrupted: the verdict is on what was recorded');
  if (open.length > 0) return { valid: 'unknown', exitCode: 2, reasons: open };
  return { valid: true, exitCode: 0, reasons: ['every judged model was upheld'] };
}

function someSucceeded(history: History): boolean {
  return history.outcome.subarray(0, history.n).includes(OK);
}

/** Nemeses of the plan of which no fault took effect during the load. */
function idleNemeses(plan: ResolvedPlan, { faults }: Recording): string[] {
  const wanted = new Set(plan.nemeses.map((n) => n.thing.name));
  for (const line of plan.faults ?? []) wanted.add(line.nemesis);
  for (const fault of faults)
    if (fault.took.length > 0 && fault.error === undefined) wanted.delete(fault.nemesis);
  return [...wanted].map((name) => {
    const error = faults.find((f) => f.nemesis === name && f.error !== undefined)?.error;
    return `the nemesis ${name} had no fault that took effect${error === undefined ? '' : `: ${error}`}`;
  });
}

function claimLines(plan: ResolvedPlan, verdicts: readonly Verdict[]): ClaimLine[] {
  const claims = plan.system.thing.claims(plan.system.options);
  const lines: ClaimLine[] = [];
  for (const { thing } of plan.workloads) {
    const judged = plan.models.get(thing.name) ?? [];
    const own = verdicts.filter((v) => v.workload === thing.name);
    const claimed = claims.filter(
      (c) => (c.workload === undefined || c.workload === thing.name) && thing.models.includes(c.model),
    );
    for (const model of new Set([...claimed.map((c) => c.model), ...judged])) {
      const claim = claimed.find((c) => c.model === model);
      const exception = claim?.except?.find((e) => plan.nemeses.some((n) => n.thing.name === e.nemesis));
      lines.push({
        model,
        workload: thing.name,
        claimed: claim !== undefined && exception === undefined,
        ...(exception === undefined ? {} : { note: `not under ${exception.nemesis}: ${exception.why}` }),
        judged: judged.includes(model),
        observed: observed(model, own),
      });
    }
  }
  return lines;
}

/** What the verdicts say of a model, judged or not. */
function observed(model: string, verdicts: readonly Verdict[]): ClaimLine['observed'] {
  if (verdicts.some((v) => v.not.includes(model) || v.alsoNot.includes(model))) return false;
  const kept = (v: Verdict) =>
    v.consistentWith.some((m) => m === model || (isModel(m) && isModel(model) && implies(m, model)));
  const speaking = verdicts.filter((v) => v.judged.includes(model));
  if (speaking.some((v) => v.valid === 'unknown' && !kept(v))) return 'unknown';
  if (speaking.length > 0) return speaking.every((v) => v.valid === true || kept(v)) ? true : 'not checked';
  return verdicts.some(kept) ? true : 'not checked';
}

function countOperations(history: History): RunVerdict['operations'] {
  const counts: { [f: string]: { ok: number; fail: number; info: number } } = {};
  for (let row = 0; row < history.n; row++) {
    const f = history.fs[history.f[row]!]!;
    const count = (counts[f] ??= { ok: 0, fail: 0, info: 0 });
    const outcome = history.outcome[row];
    count[outcome === INFO ? 'info' : outcome === FAIL ? 'fail' : 'ok']++;
  }
  return counts;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
