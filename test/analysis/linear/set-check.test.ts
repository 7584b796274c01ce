import { describe, expect, test } from 'vitest';
import { Draw } from '../../../bench/linear/simulate.ts';
import type { Operation } from '../../../src/analysis/linear/general.ts';
import { set as model } from '../../../src/analysis/linear/models/collections.ts';
import { setCheck } from '../../../src/analysis/linear/set-check.ts';
import { History, INFO, OK } from '../../../src/history/history.ts';
import type { Json, Op } from '../../../src/history/op.ts';
import { bruteModel, showOperations } from './brute-model.ts';
import { alone, history } from './histories.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 100_000 : 1_500;

/** Up to eleven operations on three elements, each shown as a plausible order gives it, or not. */
function randomSet(draw: Draw, reads: number): Operation[] {
  const n = 3 + draw.below(9);
  const rows = Array.from({ length: n }, (_, process) => {
    const inv = draw.unit() * 10;
    const ret = inv + draw.unit() * (draw.chance(0.3) ? 8 : 2);
    const what = draw.unit();
    const f = what < reads ? 'read' : what < 0.4 ? 'contains' : what < 0.75 ? 'add' : 'remove';
    const at = inv + draw.unit() * (ret - inv);
    return {
      f,
      element: draw.below(3),
      inv,
      ret,
      at,
      process,
      unknown: draw.chance(0.12),
      output: null as Json,
    };
  });
  const state = new Set<number>();
  for (const row of [...rows].sort((x, y) => x.at - y.at)) {
    const wrong = draw.chance(0.12);
    row.output = row.element;
    if (row.f === 'add' && !(row.unknown && draw.chance(0.5))) state.add(row.element);
    else if (row.f === 'remove' && !(row.unknown && draw.chance(0.5))) state.delete(row.element);
    else if (row.f === 'contains') row.output = [row.element, state.has(row.element) !== wrong];
    else if (row.f === 'read') row.output = [...state].filter((e) => !wrong || e !== 1).reverse();
  }
  const stamps = rows.flatMap((row) => [row.inv, row.ret]).sort((x, y) => x - y);
  return rows
    .map(({ f, element, inv, ret, unknown, process, output }) => ({
      f,
      input: f === 'contains' ? [element, null] : f === 'read' ? null : element,
      output,
      inv: stamps.indexOf(inv),
      ret: stamps.indexOf(ret),
      outcome: unknown ? INFO : OK,
      process,
    }))
    .sort((x, y) => x.inv - y.inv);
}

function recorded(operations: readonly Operation[]): History {
  const ops: Op[] = [];
  for (const { f, input, output, inv, ret, outcome, process } of operations) {
    ops.push({ index: inv, time: inv, process, type: 'invoke', f, value: input });
    const type = outcome === OK ? 'ok' : 'info';
    ops.push({ index: ret, time: ret, process, type, f, value: outcome === OK ? output : input });
  }
  return History.of(ops.sort((x, y) => x.index - y.index));
}

describe('a set', () => {
  test.each([
    ['element by element', 0],
    ['with reads of the whole', 0.2],
  ])('%s agrees with every order tried', (_, reads) => {
    const draw = new Draw(21);
    let legal = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const operations = randomSet(draw, reads);
      if (!operations.some(({ outcome }) => outcome === OK)) continue;
      const truth = bruteModel(operations, model, null);
      if (truth) legal++;
      const { valid } = setCheck.judge(recorded(operations), {});
      expect(valid, showOperations(operations)).toBe(truth);
    }
    expect(legal).toBeGreaterThan(ROUNDS / 10);
    expect(legal).toBeLessThan((ROUNDS * 9) / 10);
  });

  test('names the element, and only what is done with it', () => {
    const lines = [
      ...alone(0, 'add', 1),
      ...alone(0, 'add', 2),
      ...alone(1, 'contains', [2, null], [2, true]),
      ...alone(0, 'remove', 2),
      ...alone(1, 'contains', [1, null], [1, true]),
      ...alone(1, 'contains', [2, null], [2, true]),
    ];
    const { valid, anomalies, engine } = setCheck.judge(history(...lines), {});
    expect(valid).toBe(false);
    expect(engine).toBe('elements');
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0].key).toBe(2);
    expect(anomalies[0].ops.map(({ f }) => f)).not.toContain('read');
    expect(anomalies[0].ops.every(({ value }) => value === 2 || (value as Json[])[0] === 2)).toBe(true);
  });

  test('a read that shows an element too soon is a proof, whatever it shows else', () => {
    const lines = [...alone(0, 'read', null, [1]), ...alone(1, 'add', 1)];
    const { valid, engine } = setCheck.judge(history(...lines), {});
    expect(valid).toBe(false);
    expect(engine).toBe('elements');
  });

  test('reads that only together have no order need the whole', () => {
    const lines = [
      [0, 'invoke', 'add', 1],
      [1, 'invoke', 'add', 2],
      [2, 'invoke', 'read', null],
      [3, 'invoke', 'read', null],
      [2, 'ok', 'read', [1]],
      [3, 'ok', 'read', [2]],
      [0, 'ok', 'add', 1],
      [1, 'ok', 'add', 2],
    ] as const;
    const { valid, engine } = setCheck.judge(history(...lines), {});
    expect(valid).toBe(false);
    expect(engine).toBe('elements+frontier');
  });

  test('a hundred thousand operations on a thousand elements', () => {
    const draw = new Draw(22);
    const state = new Set<number>();
    const ops: Op[] = [];
    for (let i = 0; i < 100_000; i++) {
      const element = draw.below(1000);
      const f = ['add', 'remove', 'contains'][draw.below(3)];
      if (f === 'add') state.add(element);
      else if (f === 'remove') state.delete(element);
      const value = (seen: Json): Json => (f === 'contains' ? [element, seen] : element);
      ops.push({ index: 2 * i, time: i, process: i % 10, type: 'invoke', f, value: value(null) });
      ops.push({
        index: 2 * i + 1,
        time: i,
        process: i % 10,
        type: 'ok',
        f,
        value: value(state.has(element)),
      });
    }
    const { valid, stats } = setCheck.judge(History.of(ops), {});
    expect(valid).toBe(true);
    expect(stats?.operations).toBe(100_000);
  });
});
