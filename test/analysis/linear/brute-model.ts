import type { Draw } from '../../../bench/linear/simulate.ts';
import type { Operation } from '../../../src/analysis/linear/general.ts';
import type { Model } from '../../../src/analysis/linear/model.ts';
import { FAIL, INFO, NEVER, OK } from '../../../src/history/history.ts';
import type { Json } from '../../../src/history/op.ts';
import { canonical } from '../../../src/history/values.ts';

/** Whether the operations have a legal order under the model: every order tried. */
export function bruteModel<S>(all: readonly Operation[], model: Model<S>, initial: Json): boolean {
  const operations = all.filter((o) => o.outcome !== FAIL);
  const must = operations.reduce((mask, o, j) => (o.outcome === OK ? mask | (1 << j) : mask), 0);
  const seen = new Set<string>();
  const search = (done: number, state: S): boolean => {
    if ((done & must) === must) return true;
    const key = `${done} ${canonical(state as Json)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return operations.some((o, j) => {
      if ((done & (1 << j)) !== 0) return false;
      const blocked = operations.some((p, k) => (done & (1 << k)) === 0 && p.outcome === OK && p.ret < o.inv);
      if (blocked) return false;
      const outputs = o.outcome === OK ? [o.output] : (model.outputs?.(state, o.f, o.input) ?? [undefined]);
      return outputs.some((output) => {
        const next = model.step(state, o.f, o.input, output);
        return next !== null && search(done | (1 << j), next);
      });
    });
  };
  return search(0, model.init(initial));
}

/** A small run of a model in a plausible order, with outputs that are sometimes wrong. */
export function randomRun<S>(
  draw: Draw,
  model: Model<S>,
  pick: (draw: Draw) => { f: string; input: Json },
): Operation[] {
  const n = 3 + draw.below(6);
  const rows = Array.from({ length: n }, () => {
    const inv = draw.unit() * 10;
    const ret = inv + draw.unit() * (draw.chance(0.3) ? 10 : 3);
    return { ...pick(draw), inv, ret, at: inv + draw.unit() * (ret - inv), unknown: draw.chance(0.15) };
  });
  let state = model.init(null);
  const outputs = new Map<(typeof rows)[number], Json>();
  const earlier: Json[] = [null];
  for (const row of [...rows].sort((x, y) => x.at - y.at)) {
    if (row.unknown && draw.chance(0.4)) continue;
    // The output is whatever the model accepts, of those it has shown before or could.
    const tries: Json[] = [row.input, ...candidates(state as Json), ...earlier];
    const legal = tries.filter((output) => model.step(state, row.f, row.input, output) !== null);
    const output =
      draw.chance(0.2) || legal.length === 0
        ? tries[draw.below(tries.length)]
        : legal[draw.below(legal.length)];
    const next = model.step(state, row.f, row.input, output);
    if (next !== null) state = next;
    outputs.set(row, output);
    earlier.push(output);
  }
  const stamps = rows.flatMap((row) => [row.inv, row.ret]).sort((x, y) => x - y);
  return rows
    .map((row, process) => ({
      f: row.f,
      input: row.input,
      output: model.pure?.(row.f) || row.input === null ? (outputs.get(row) ?? null) : row.input,
      inv: stamps.indexOf(row.inv),
      ret: row.unknown ? NEVER : stamps.indexOf(row.ret),
      outcome: row.unknown ? INFO : OK,
      process,
    }))
    .sort((x, y) => x.inv - y.inv);
}

function candidates(state: Json): Json[] {
  return Array.isArray(state) ? [state as Json, ...(state as Json[])] : [state];
}

export function showOperations(operations: readonly Operation[]): string {
  return operations
    .map(
      (o) =>
        `${o.inv}–${o.ret} ${o.f} ${canonical(o.input)} → ${o.outcome === OK ? canonical(o.output) : '?'}`,
    )
    .join('\n');
}
