import type { Json } from '../../../history/op.ts';
import { NIL } from '../../../history/values.ts';
import { CAS, type Calls, type Decision, MISS, READ, WRITE } from '../calls.ts';
import { decide, type Operation } from '../general.ts';
import type { Meter } from '../meter.ts';
import { casRegister } from '../models/registers.ts';
import { MOST_VALUES } from './cas-configs.ts';
import { CasDeadlines } from './cas-registers.ts';
import { eventFrom, type Plan, planOf, positionOf } from './plan.ts';
import { RegisterDeadlines } from './registers.ts';
import type { Reach, Run } from './run.ts';
import { widening } from './widening.ts';

/** Configurations kept where all is well: an answer from a narrow beam is as good, and comes sooner. */
const NARROW = 1;
const NARROW_SWAPPING = 12;
/** Frontiers tried from the beginning where going back does not help. */
const BEAMS = [96, 400, 1600];
/** Events in the first window that a refutation tries, and in the last. */
const FIRST_WINDOW = 32;
const LAST_WINDOW = 4096;
/** A window is to be cheap: one that spreads wider than this proves nothing and is given up. */
const WINDOW_BEAM = 1000;

/**
 * Decides linearizability of a register whose values may repeat.
 *
 * A narrow beam first, of one configuration where nothing compares, which widens where it dies: if it reaches the end
 * that is a proof, and so is its end if it dropped nothing. Where widening does not help, the events before its death are searched from every state that could have been:
 * if nothing survives that, the history is illegal whatever came before. Then, with compare-and-set, the same with more
 * thrift; then beams that are wide all along, of which one may hold all that there is. With compare-and-set, last, a run
 * in which those of unknown outcome are writes: more is possible then, so its "illegal" is a proof as well. `unknown` when
 * the budget is spent.
 */
export function decideRegister(calls: Calls, initial: number, meter: Meter): Decision {
  const plan = planOf(calls, initial);
  if ((plan.hasCas || plan.hasMiss) && plan.values.size > MOST_VALUES)
    return decideByModel(calls, plan, meter);
  return decidePlan(plan, meter);
}

function decidePlan(plan: Plan, meter: Meter): Decision {
  const refuted = (death: Run): Run | undefined => {
    const part = meter.part(Math.floor(meter.left / 8));
    const proof = refute(plan, death.diedAt!, part);
    meter.join(part);
    return proof && { ...proof.run, window: proof.window };
  };
  const swaps = plan.hasCas || plan.hasMiss;
  const swapping = (thrifty: boolean): Run => {
    const search = new CasDeadlines(plan, meter, false, { beam: 0 });
    search.thrifty = thrifty;
    return widening(search, plan, NARROW_SWAPPING, refuted);
  };
  let run = swaps ? swapping(false) : widening(new RegisterDeadlines(plan, meter), plan, NARROW, refuted);
  const others = BEAMS.map((beam) => () => explore(plan, meter, { beam }));
  if (swaps) others.unshift(() => swapping(true));
  for (const attempt of others) {
    if (run.answer !== 'unknown' || meter.stopped !== '') break;
    const next = attempt();
    if (next.answer !== 'unknown' || (next.reached ?? 0) > (run.reached ?? 0)) run = next;
  }
  if (run.answer === 'illegal' && run.window === undefined) return narrowed(plan, run, meter);
  if (run.answer !== 'unknown' || meter.stopped !== '' || !swaps) return { ...run, steps: meter.steps };
  const reach = { beam: BEAMS[0] };
  const relaxed = new CasDeadlines(plan, meter, true, reach).run(reach);
  return relaxed.answer === 'illegal' ? relaxed : { ...run, steps: meter.steps };
}

/** Too many values for configurations that name each of them: the general engines. */
function decideByModel(calls: Calls, plan: Plan, meter: Meter): Decision {
  const word = (id: number): Json => (id === NIL ? null : id);
  const names: { readonly [kind: number]: string } = {
    [READ]: 'read',
    [WRITE]: 'write',
    [CAS]: 'cas',
    [MISS]: 'miss',
  };
  const operations = Array.from({ length: calls.n }, (_, i): Operation => {
    const kind = calls.kind[i];
    const input = kind >= CAS ? [word(calls.a[i]), word(calls.b[i])] : word(calls.a[i]);
    return {
      f: names[kind],
      input,
      output: input,
      inv: calls.inv[i],
      ret: calls.ret[i],
      outcome: calls.outcome[i],
      process: i,
    };
  });
  return decide(operations, casRegister, word(plan.values.id(plan.initial)), meter);
}

/** The proof again, with fewer events where a stretch of them is enough. */
function narrowed(plan: Plan, run: Run, meter: Meter): Decision {
  const proof = run.diedAt === undefined ? undefined : refute(plan, run.diedAt, meter.part(2_000_000));
  return proof === undefined ? run : { ...proof.run, window: proof.window, steps: meter.steps };
}

export interface Refutation {
  readonly run: Run;
  /** Events of the plan: from the first that the proof uses to the one at which nothing was left. */
  readonly from: number;
  readonly to: number;
  /** The same as positions of the history. */
  readonly window: readonly [number, number];
}

/**
 * Looks for a stretch of events, ending at `diedAt`, that no state of the register survives. Windows grow until one
 * does it: the first found is nearly the shortest, which is also what a person wants to see.
 */
export function refute(plan: Plan, diedAt: number, meter: Meter): Refutation | undefined {
  for (let size = FIRST_WINDOW; size <= LAST_WINDOW && meter.stopped === ''; size *= 2) {
    const from = Math.max(0, diedAt + 1 - size);
    const part = meter.part(Math.max(1_000_000, meter.left / 8));
    const run = explore(plan, part, { beam: WINDOW_BEAM, from, to: diedAt + 1 });
    meter.join(part);
    if (run.answer === 'illegal' && run.diedAt !== undefined) {
      const to = run.diedAt;
      return {
        run: { ...run, steps: meter.steps },
        from,
        to,
        window: [positionOf(plan, from), positionOf(plan, to)],
      };
    }
    if (from === 0) return undefined;
  }
  return undefined;
}

function explore(plan: Plan, meter: Meter, reach: Reach): Run {
  if (plan.hasCas || plan.hasMiss) return new CasDeadlines(plan, meter, false, reach).run(reach);
  return new RegisterDeadlines(plan, meter).run(reach);
}

/**
 * Whether calls are proved to have no order: from the initial value, or from any value if `from` says at which position
 * the search may start. False says nothing.
 */
export function illegalAnywhere(
  calls: Calls,
  initial: number,
  from: number | undefined,
  meter: Meter,
): boolean {
  const plan = planOf(calls, initial);
  const start = from === undefined ? 0 : eventFrom(plan, from);
  const run = explore(plan, meter, { beam: WINDOW_BEAM, from: start, anyStart: from !== undefined });
  return run.answer === 'illegal';
}
