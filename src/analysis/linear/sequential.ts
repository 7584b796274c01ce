import { FAIL, INFO } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import type { Decision } from './calls.ts';
import type { Operation } from './general.ts';
import { Machine } from './machine.ts';
import type { Meter } from './meter.ts';
import type { Model } from './model.ts';
import { Visited } from './visited.ts';

/**
 * The operations with another process for what one does after an operation of unknown outcome, which may not have happened at all, or
 * happen later; null where no process does anything more. What is impossible for these is impossible for those given.
 */
export function retired(operations: readonly Operation[]): Operation[] | null {
  const order = operations.map((_, i) => i).sort((x, y) => operations[x].inv - operations[y].inv || x - y);
  const given = [...operations];
  const now = new Map<number, number>();
  const left = new Set<number>();
  // Below all processes that there are.
  let fresh = operations.reduce((least, { process }) => Math.min(least, process), 0);
  let changed = false;
  for (const i of order) {
    const { process, outcome } = operations[i];
    if (left.delete(process)) {
      now.set(process, --fresh);
      changed = true;
    }
    if (now.has(process)) given[i] = { ...operations[i], process: now.get(process)! };
    if (outcome === INFO) left.add(process);
  }
  return changed ? given : null;
}

/**
 * Decides sequential consistency, see `search`. Where a process goes on after an operation of unknown outcome (see `retired`) an
 * order that has all of them as they stand is one, and if there is none even for processes that retired there is none; else
 * `unknown`.
 */
export function sequentiallyConsistent<S>(
  operations: readonly Operation[],
  model: Model<S>,
  initial: Json,
  meter: Meter,
): Decision {
  const relaxed = retired(operations);
  const decision = search(operations, model, initial, meter);
  if (relaxed === null || decision.answer !== 'illegal') return decision;
  const again = search(relaxed, model, initial, meter);
  if (again.answer !== 'legal') return again;
  return {
    ...decision,
    answer: 'unknown',
    reason: 'a process goes on after an operation of unknown outcome',
  };
}

/**
 * Decides sequential consistency: one order of all operations that respects each process's own, real time aside.
 *
 * It is not compositional, so all parts of the object are searched together: depth first over how far each process has
 * come and the state of each part. What only looks takes effect as soon as it can, which is never worse. Processes are
 * tried in the order of real time, which is nearly always right. One step is one operation tried. NP-complete (Gibbons &
 * Korach 1997), also for one register: `unknown` when the budget ends.
 *
 * Preconditions: operations of a process do not overlap; after one of unknown outcome it does nothing more.
 */
function search<S>(operations: readonly Operation[], model: Model<S>, initial: Json, meter: Meter): Decision {
  const machine = new Machine(model, initial);
  const parts = new Map<string, number>();
  const processes = new Map<number, number[]>();
  const type = new Int32Array(operations.length);
  const part = new Int32Array(operations.length);
  const byInvocation = operations
    .map((_, i) => i)
    .sort((x, y) => operations[x].inv - operations[y].inv || x - y);
  let left = 0;
  for (const i of byInvocation) {
    const { f, input, output, outcome, process } = operations[i];
    if (outcome === FAIL || (outcome === INFO && model.pure?.(f))) continue;
    type[i] = machine.type({ f, input, output: outcome === INFO ? undefined : output });
    const name = canonical(model.partition?.(f, input) ?? null);
    if (!parts.has(name)) parts.set(name, parts.size);
    part[i] = parts.get(name)!;
    const list = processes.get(process);
    if (list === undefined) processes.set(process, [i]);
    else list.push(i);
    if (outcome !== INFO) left++;
  }
  const lists = [...processes.values()];
  const P = lists.length;
  // How far each process has come, then the state of each part (plus one: zeros at the end are not stored).
  const at = new Int32Array(P + parts.size);
  for (let k = 0; k < parts.size; k++) at[P + k] = machine.start + 1;
  const visited = new Visited();
  /** What was done, to take it back: process, and the state its part had; a mark before each choice. */
  const log: number[] = [];
  const marks: number[] = [];
  const choices: Int32Array[] = [];
  const turn: number[] = [];
  let furthest = -1;

  const advance = (p: number, state: number) => {
    const op = lists[p][at[p]];
    log.push(p, at[P + part[op]]);
    at[P + part[op]] = state + 1;
    at[p]++;
    if (operations[op].outcome !== INFO) left--;
    furthest = Math.max(furthest, operations[op].inv);
  };
  const takeBack = (mark: number) => {
    while (log.length > mark) {
      const state = log.pop()!;
      const p = log.pop()!;
      at[p]--;
      const op = lists[p][at[p]];
      at[P + part[op]] = state;
      if (operations[op].outcome !== INFO) left++;
    }
  };
  const look = () => {
    for (let moved = true; moved; ) {
      moved = false;
      for (let p = 0; p < P; p++)
        while (at[p] < lists[p].length) {
          const op = lists[p][at[p]];
          if (!machine.pure[type[op]] || operations[op].outcome === INFO) break;
          const state = at[P + part[op]] - 1;
          if (machine.step(state, type[op]) < 0) break;
          advance(p, state);
          moved = true;
        }
    }
  };
  /** What could come next: pairs of a process and the state that its part goes to. */
  const ready = (): Int32Array => {
    const able: { inv: number; p: number; state: number }[] = [];
    for (let p = 0; p < P; p++) {
      if (at[p] === lists[p].length) continue;
      const op = lists[p][at[p]];
      if (machine.pure[type[op]]) continue;
      const state = at[P + part[op]] - 1;
      const { outcome, inv } = operations[op];
      if (outcome === INFO) {
        for (const next of machine.successors(state, type[op]))
          if (next !== state) able.push({ inv: Number.MAX_SAFE_INTEGER, p, state: next });
      } else {
        const next = machine.step(state, type[op]);
        if (next >= 0) able.push({ inv, p, state: next });
      }
    }
    able.sort((x, y) => x.inv - y.inv || x.p - y.p);
    return Int32Array.from(able.flatMap(({ p, state }) => [p, state]));
  };
  const stop = (): Decision => ({
    answer: 'unknown',
    engine: 'sequential-search',
    reached: Math.max(0, furthest),
    reason: meter.stopped,
    steps: meter.steps,
  });

  look();
  if (left === 0) return { answer: 'legal', engine: 'sequential-search', steps: meter.steps };
  marks.push(log.length);
  choices.push(ready());
  turn.push(0);
  while (choices.length > 0) {
    if (!meter.spend(1 + (P >> 2))) return stop();
    const top = choices.length - 1;
    takeBack(marks[top]);
    if (turn[top] === choices[top].length) {
      choices.pop();
      turn.pop();
      marks.pop();
      continue;
    }
    const p = choices[top][turn[top]++];
    advance(p, choices[top][turn[top]++]);
    look();
    if (left === 0) return { answer: 'legal', engine: 'sequential-search', steps: meter.steps };
    if (!visited.add(0, at)) continue;
    if (!meter.holds(visited.bytes + machine.bytes)) return stop();
    marks.push(log.length);
    choices.push(ready());
    turn.push(0);
  }
  return {
    answer: 'illegal',
    engine: 'sequential-search',
    steps: meter.steps,
    reached: Math.max(0, furthest),
  };
}
