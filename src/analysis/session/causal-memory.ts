import type { Json } from '../../history/op.ts';
import type { Anomaly, Step } from '../verdict.ts';
import { core as coreOf, demandsByWriter } from '../weak/arbitration.ts';
import { type CycleStep, shortestCycle } from '../weak/cycle.ts';
import { CausalMemory, type HappenedBefore } from '../weak/happened-before.ts';
import type { Registers } from '../weak/registers.ts';
import { INITIAL, type Indexed } from '../weak/transactions.ts';
import { demandedStep, stepOf } from '../weak/witness.ts';
import { Cast, show } from '../weak/words.ts';
import type { Context } from './findings.ts';

const WITH_SESSIONS = { sessions: true };
/** Orders derived one from another that a witness tells at most. */
const TOLD = 12;

/**
 * Names what breaks causal memory where weak causality holds: CyclicHB, a session that could not put the writes behind it into one
 * order that explains its reads, and WriteHBInitRead, an initial value that it read behind a write of the key in every
 * such order. One finding for each session and place.
 *
 * @precondition weak causality holds, and no order of versions is known but by the reads of each session
 * @returns whether the steps or the time ran out
 */
export function findCausalMemory({ levels, registers, initial, witnesses, budget, found }: Context): boolean {
  const { t } = levels;
  const memory = new CausalMemory(t, budget.steps, levels.causalOrder, budget.expired);
  // Where convergence demands nothing of a session's reads that causality does not order, there is nothing to derive.
  const { demands } = levels.causal();
  const demanding = new Uint8Array(t.sessions);
  for (let e = 0; e < demands.count; e++) demanding[t.session[t.reader[demands.read[e]!]!]!] = 1;
  for (let s = 0; s < t.sessions; s++) {
    if (demanding[s] === 0) continue;
    const hb = memory.of(s);
    if (memory.steps < 0) return true;
    const teller = (): Teller => new Teller(t, registers, initial, hb);
    for (let i = 0; i < hb.initial.length; i += 2) {
      const few = (found.counts.WriteHBInitRead ?? 0) < witnesses;
      found.add('WriteHBInitRead', 1, few ? [teller().ofInitial(hb.initial[i]!, hb.initial[i + 1]!)] : []);
    }
    if (hb.ordered || hb.initial.length > 0) continue;
    const by = demandsByWriter(t.n, hb.demands);
    const core = coreOf(t, WITH_SESSIONS, hb.demands, by);
    for (let which = 0; which < core.components; which++) {
      const few = (found.counts.CyclicHB ?? 0) < witnesses;
      const cycle = few ? shortestCycle(t, WITH_SESSIONS, hb.demands, by, core, which) : [];
      found.add('CyclicHB', 1, few ? [teller().ofCycle(cycle)] : []);
    }
  }
  return false;
}

/** Tells what one session's reads mean, each order of writes with the read behind it, in the order of the argument. */
class Teller {
  private readonly t: Indexed;
  private readonly cast: Cast;
  private readonly hb: HappenedBefore;
  private readonly process: number;
  private readonly initial: Json;
  private readonly demandsTo = new Map<number, number[]>();

  constructor(t: Indexed, registers: Registers, initial: Json, hb: HappenedBefore) {
    this.t = t;
    this.cast = new Cast(registers, initial);
    this.hb = hb;
    this.initial = initial;
    this.process = this.cast.process(t.members[t.sessionStart[hb.session]!]!);
    for (let e = 0; e < hb.demands.count; e++) {
      const list = this.demandsTo.get(hb.demands.to[e]!);
      if (list === undefined) this.demandsTo.set(hb.demands.to[e]!, [e]);
      else list.push(e);
    }
  }

  ofInitial(writer: number, read: number): Anomaly {
    const { t, cast, initial } = this;
    const reader = t.reader[read]!;
    const key = t.readKey[read]!;
    const path = this.path(writer, reader, this.hb.demands.count);
    const lines = this.derived(path);
    const name = cast.name(reader);
    const why = `${name} read ${cast.key(key)} as ${show(initial)}, its value before any write`;
    lines.push(
      `${why}, although ${cast.name(writer)}'s ${show(cast.written(writer, key))} was behind it${this.by(path)}.`,
    );
    const steps = path.map((step) => this.step(step));
    steps.push({
      from: name,
      to: cast.name(writer),
      type: 'rw',
      key: cast.keyValue(key),
      value: initial,
      valueAfter: cast.written(writer, key),
      why,
    });
    return {
      type: 'WriteHBInitRead',
      message: lines.join('\n'),
      ops: cast.ops,
      steps,
      key: cast.keyValue(key),
      detail: { process: this.process },
    };
  }

  ofCycle(cycle: readonly CycleStep[]): Anomaly {
    const { cast } = this;
    const lines = this.derived(cycle);
    const steps = cycle.map((step) => this.step(step));
    const round = [...steps.map((step) => step.from), steps[0]!.from].join(', ');
    lines.push(`So process ${this.process} would have to put each of ${round} before the next.`);
    return {
      type: 'CyclicHB',
      message: lines.join('\n'),
      ops: cast.ops,
      steps,
      detail: { process: this.process },
    };
  }

  /** One sentence for each order that the steps use, those first that it was derived from. */
  private derived(steps: readonly CycleStep[]): string[] {
    const needed = new Map<number, CycleStep[]>();
    const want = (path: readonly CycleStep[]): void => {
      for (const step of path) {
        if (step.kind !== 'co' || needed.has(step.demand) || needed.size >= TOLD) continue;
        const { from, read } = this.hb.demands;
        const behind = this.path(from[step.demand]!, this.t.reader[read[step.demand]!]!, step.demand);
        needed.set(step.demand, behind);
        want(behind);
      }
    };
    want(steps);
    return [...needed].sort(([a], [b]) => a - b).map(([e, path]) => this.sentence(e, path));
  }

  private sentence(e: number, path: readonly CycleStep[]): string {
    const { cast, t } = this;
    const { from, to, read } = this.hb.demands;
    const r = read[e]!;
    const key = t.readKey[r]!;
    const [earlier, later, reader] = [cast.name(from[e]!), cast.name(to[e]!), cast.name(t.reader[r]!)];
    const old = show(cast.written(from[e]!, key));
    return `${reader} read ${cast.key(key)} as ${show(cast.read(r))} from ${later}, with ${earlier}'s ${old} behind it${this.by(path)}: to process ${this.process} ${earlier}'s ${old} is older than ${later}'s ${show(cast.read(r))}.`;
  }

  private by(path: readonly CycleStep[]): string {
    const words = path.map((step) => {
      if (step.kind === 'co') return `${this.cast.name(step.from)} is older than ${this.cast.name(step.to)}`;
      return stepOf(this.t, this.cast, step).why;
    });
    return words.length === 0 ? '' : ` (${words.join('; ')})`;
  }

  private step(step: CycleStep): Step {
    if (step.kind !== 'co') return stepOf(this.t, this.cast, step);
    const read = this.hb.demands.read[step.demand]!;
    return demandedStep(this.t, this.cast, step, read, (older) => `with ${older} behind it`);
  }

  /** A shortest way from one transaction to another along sessions, reads, and demands derived before `limit`. */
  private path(from: number, to: number, limit: number): CycleStep[] {
    const { t } = this;
    const came = new Map<number, CycleStep>();
    let layer = [to];
    const arrive = (at: number, step: CycleStep, next: number[]): void => {
      if (came.has(at)) return;
      came.set(at, step);
      next.push(at);
    };
    while (layer.length > 0 && !came.has(from)) {
      const next: number[] = [];
      for (const i of layer) {
        for (let r = t.readStart[i]!; r < t.readStart[i + 1]!; r++)
          if (t.readFrom[r] !== INITIAL)
            arrive(t.readFrom[r]!, { kind: 'wr', from: t.readFrom[r]!, to: i, read: r }, next);
        for (const demand of this.demandsTo.get(i) ?? [])
          if (demand < limit)
            arrive(
              this.hb.demands.from[demand]!,
              { kind: 'co', from: this.hb.demands.from[demand]!, to: i, demand },
              next,
            );
        for (let p = t.previous[i]!; p !== -1 && !came.has(p); p = t.previous[p]!)
          arrive(p, { kind: 'so', from: p, to: i }, next);
      }
      layer = next;
    }
    const steps: CycleStep[] = [];
    for (let at = from; at !== to && came.has(at); at = steps[steps.length - 1]!.to)
      steps.push(came.get(at)!);
    return steps;
  }
}
