import { FAIL, INFO, NEVER, OK } from '../../history/history.ts';
import { canonical } from '../../history/values.ts';
import type { Operation } from './general.ts';
import type { Model } from './model.ts';

/** Above this many operations a witness is not shrunk. */
const MOST = 2000;

/**
 * Shrinks operations that have no order to few that still have none (ddmin; Zeller & Hildebrandt, 2002).
 *
 * Only what keeps the proof is left out: operations that change nothing, one by one, and all operations of a topic or of
 * a part together. What is left of any legal order without those is legal, so if the rest has no order, neither has the
 * whole.
 *
 * @param impossible whether operations are known to have no order; asked O(m log m) times for m units left in the end.
 * @returns indices into `operations`, ascending.
 */
export function shrink<S>(
  operations: readonly Operation[],
  model: Model<S>,
  impossible: (subset: readonly Operation[]) => boolean,
): number[] {
  const all = operations.map((_, i) => i).filter((i) => operations[i].outcome !== FAIL);
  if (all.length > MOST) return all;
  const holds = (rows: readonly number[]) => impossible(rows.map((i) => operations[i]));
  let kept = all;
  for (const units of [topics(all, operations, model), looks(all, operations, model)]) {
    let left = units;
    for (let size = left.length; size >= 1; size = size === 1 ? 0 : size >> 1) {
      const next: number[][] = [];
      for (let at = 0; at < left.length; at += size) {
        const chunk = new Set(left.slice(at, at + size).flat());
        const rest = kept.filter((i) => !chunk.has(i));
        if (rest.length === kept.length) continue;
        if (rest.length > 0 && holds(rest)) kept = rest;
        else next.push(...left.slice(at, at + size));
      }
      left = next;
    }
  }
  return kept;
}

/** Operations that belong together: of one topic, or of one part of the object. */
function topics<S>(rows: readonly number[], operations: readonly Operation[], model: Model<S>): number[][] {
  const units = new Map<string, number[]>();
  for (const i of rows) {
    const { f, input, output, outcome } = operations[i];
    const known = outcome === OK ? output : undefined;
    const part = model.partition?.(f, input);
    const topic = model.topic?.(f, input, known) ?? part;
    if (topic === undefined) continue;
    const name = canonical([part ?? null, topic]);
    const list = units.get(name);
    if (list === undefined) units.set(name, [i]);
    else list.push(i);
  }
  return [...units.values()];
}

/** What never changes the state, each by itself. */
function looks<S>(rows: readonly number[], operations: readonly Operation[], model: Model<S>): number[][] {
  return rows.filter((i) => model.pure?.(operations[i].f) === true).map((i) => [i]);
}

/** The operations invoked up to a position; those that return later are no more than pending there. */
export function upTo(operations: readonly Operation[], end: number): { subset: Operation[]; rows: number[] } {
  const subset: Operation[] = [];
  const rows: number[] = [];
  operations.forEach((operation, i) => {
    if (operation.outcome === FAIL || operation.inv > end) return;
    const later = operation.outcome === OK && operation.ret > end;
    subset.push(later ? { ...operation, outcome: INFO, ret: NEVER } : operation);
    rows.push(i);
  });
  return { subset, rows };
}
