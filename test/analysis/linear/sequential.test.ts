import { expect, test } from 'vitest';
import { Draw } from '../../../bench/linear/simulate.ts';
import type { Operation } from '../../../src/analysis/linear/general.ts';
import { Meter } from '../../../src/analysis/linear/meter.ts';
import { keyValue } from '../../../src/analysis/linear/models/registers.ts';
import { sequentiallyConsistent } from '../../../src/analysis/linear/sequential.ts';
import { FAIL, INFO, NEVER, OK } from '../../../src/history/history.ts';
import type { Json } from '../../../src/history/op.ts';
import { canonical } from '../../../src/history/values.ts';
import { showOperations } from './brute-model.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 120_000 : 3_000;

/** Every interleaving of the processes tried. */
function brute(all: readonly Operation[]): boolean {
  const lists = new Map<number, Operation[]>();
  for (const o of all) if (o.outcome !== FAIL) lists.set(o.process, [...(lists.get(o.process) ?? []), o]);
  const queues = [...lists.values()];
  const seen = new Set<string>();
  type State = ReturnType<typeof keyValue.init>;
  const search = (at: number[], state: State): boolean => {
    if (queues.every((q, p) => q.slice(at[p]).every((o) => o.outcome === INFO))) return true;
    const key = `${at.join()} ${canonical(state as unknown as Json)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return queues.some((q, p) => {
      const o = q[at[p]];
      if (o === undefined) return false;
      const next = keyValue.step(state, o.f, o.input, o.outcome === OK ? o.output : undefined);
      return (
        next !== null &&
        search(
          at.map((x, i) => (i === p ? x + 1 : x)),
          next,
        )
      );
    });
  };
  return search(
    queues.map(() => 0),
    keyValue.init(null),
  );
}

function run(draw: Draw): Operation[] {
  const n = 3 + draw.below(7);
  const processes = 2 + draw.below(2);
  const retired = new Set<number>();
  const values: { [key: string]: Json } = { x: null, y: null };
  const list: Operation[] = [];
  for (let i = 0; i < n; i++) {
    const process = draw.below(processes);
    if (retired.has(process)) continue;
    const key = draw.chance(0.5) ? 'x' : 'y';
    const what = draw.unit();
    const unknown = draw.chance(0.1);
    if (unknown) retired.add(process);
    const fresh = draw.below(3);
    const f = what < 0.5 ? 'read' : what < 0.85 ? 'write' : 'cas';
    const seen = draw.chance(0.45) ? [null, 0, 1, 2][draw.below(4)] : values[key];
    const value: Json = f === 'read' ? seen : f === 'write' ? fresh : [seen, fresh];
    if (f !== 'read' && (!unknown || draw.chance(0.5))) values[key] = fresh;
    const outcome = unknown ? INFO : OK;
    list.push({
      f,
      input: [key, value],
      output: [key, value],
      inv: 2 * i,
      ret: unknown ? NEVER : 2 * i + 1,
      outcome,
      process,
    });
  }
  return list;
}

test('sequential consistency of several registers agrees with every interleaving tried', () => {
  const draw = new Draw(77);
  let legal = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const operations = run(draw);
    const truth = brute(operations);
    if (truth) legal++;
    const said = sequentiallyConsistent(operations, keyValue, null, new Meter()).answer;
    expect(said, showOperations(operations)).toBe(truth ? 'legal' : 'illegal');
  }
  expect(legal).toBeGreaterThan(ROUNDS / 10);
  expect(legal).toBeLessThan((ROUNDS * 9) / 10);
});
