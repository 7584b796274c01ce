import { describe, expect, test } from 'vitest';
import { Draw } from '../../../bench/linear/simulate.ts';
import { CAS, pick } from '../../../src/analysis/linear/calls.ts';
import { linearChecks } from '../../../src/analysis/linear/checks.ts';
import { decideRegister } from '../../../src/analysis/linear/deadlines/search.ts';
import { decide, type Operation } from '../../../src/analysis/linear/general.ts';
import { shrink } from '../../../src/analysis/linear/general-witness.ts';
import { Meter } from '../../../src/analysis/linear/meter.ts';
import type { Model } from '../../../src/analysis/linear/model.ts';
import { fifoQueue, stack, unorderedQueue } from '../../../src/analysis/linear/models/collections.ts';
import { counter } from '../../../src/analysis/linear/models/counts.ts';
import { shrunk, withSuccessors } from '../../../src/analysis/linear/witness.ts';
import { FAIL, OK } from '../../../src/history/history.ts';
import type { Json } from '../../../src/history/op.ts';
import { canonical } from '../../../src/history/values.ts';
import { bruteRegister, show, smallHistory } from './brute.ts';
import { bruteModel, randomRun, showOperations } from './brute-model.ts';
import { alone, history } from './histories.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 100_000 : 1_000;

const models: [Model<unknown>, (draw: Draw) => { f: string; input: Json }][] = [
  [fifoQueue, (d) => (d.chance(0.5) ? { f: 'enqueue', input: d.below(4) } : { f: 'dequeue', input: null })],
  [
    unorderedQueue,
    (d) => (d.chance(0.5) ? { f: 'enqueue', input: d.below(4) } : { f: 'dequeue', input: null }),
  ],
  [stack, (d) => (d.chance(0.5) ? { f: 'push', input: d.below(4) } : { f: 'pop', input: null })],
  [counter, (d) => (d.chance(0.5) ? { f: 'add', input: 1 + d.below(2) } : { f: 'read', input: null })],
] as [Model<unknown>, (draw: Draw) => { f: string; input: Json }][];

describe.each(models)('a witness of the model $name', (model, choose) => {
  const topicOf = ({ f, input, output, outcome }: Operation) => {
    const topic = model.topic?.(f, input, outcome === OK ? output : undefined);
    return topic === undefined ? undefined : canonical(topic);
  };

  test('what is left of a legal run without a topic is legal', () => {
    const draw = new Draw(31);
    for (let round = 0; round < ROUNDS; round++) {
      const operations = randomRun(draw, model, choose);
      if (!bruteModel(operations, model, null)) continue;
      for (const topic of new Set(operations.map(topicOf))) {
        if (topic === undefined) continue;
        const rest = operations.filter((o) => topicOf(o) !== topic);
        expect(bruteModel(rest, model, null), showOperations(operations)).toBe(true);
      }
    }
  });

  test('has no order, and nothing more can be left out', () => {
    const draw = new Draw(32);
    let smaller = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const operations = randomRun(draw, model, choose);
      if (bruteModel(operations, model, null)) continue;
      const kept = shrink(
        operations,
        model,
        (list) => decide(list, model, null, new Meter()).answer === 'illegal',
      ).map((i) => operations[i]);
      expect(bruteModel(kept, model, null), showOperations(operations)).toBe(false);
      if (kept.length < operations.length) smaller++;
      for (const one of kept) {
        const topic = topicOf(one);
        const rest = model.pure?.(one.f)
          ? kept.filter((o) => o !== one)
          : topic === undefined
            ? kept
            : kept.filter((o) => topicOf(o) !== topic);
        if (rest.length < kept.length && rest.length > 0)
          expect(bruteModel(rest, model, null), showOperations(kept)).toBe(true);
      }
    }
    expect(smaller).toBeGreaterThan(ROUNDS / 50);
  });
});

test.each([
  ['reads and writes', 0, 0],
  ['compare-and-set', 0.4, 0],
  ['observed failures', 0.3, 0.2],
])('few calls on a register have no order by themselves: %s', (_, cas, miss) => {
  const draw = new Draw(33);
  let found = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const calls = smallHistory(draw, { operations: 9, values: 4, cas, miss, info: 0.1 });
    const decision = decideRegister(calls, -1, new Meter());
    if (decision.answer !== 'illegal') continue;
    const { rows, anyStart } = shrunk(calls, -1, decision, new Meter());
    if (anyStart || rows.length === 1) continue;
    found++;
    const sorted = [...rows].sort((x, y) => x - y);
    expect(bruteRegister(pick(calls, sorted), -1), show(pick(calls, sorted))).toBe(false);
  }
  expect(found).toBeGreaterThan(ROUNDS / 50);
});

test('a stack whose top came out last says so with the elements in question', () => {
  const judge = linearChecks.find(({ name }) => name === 'stack')!;
  const others = [3, 4, 5, 6, 7, 8].flatMap((v) => [...alone(0, 'push', v), ...alone(1, 'pop', null, v)]);
  const verdict = judge.judge(
    history(
      ...others,
      ...alone(0, 'push', 1),
      ...alone(0, 'push', 2),
      ...alone(1, 'pop', null, 1),
      ...others,
    ),
  );
  expect(verdict.valid).toBe(false);
  expect(verdict.anomalies[0].ops.map(({ f, value }) => `${f} ${value}`)).toEqual([
    'push 1',
    'push 2',
    'pop 1',
  ]);
});

test.each([
  ['reads and writes', 0],
  ['compare-and-set', 0.45],
])('what is left of a legal register without a value and what was made of it is legal: %s', (_, cas) => {
  const draw = new Draw(34);
  let legal = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const calls = smallHistory(draw, { operations: 9, values: 3, cas, info: 0.15 });
    if (!bruteRegister(calls, -1)) continue;
    legal++;
    const rows = Array.from({ length: calls.n }, (_v, i) => i).filter((i) => calls.outcome[i] !== FAIL);
    for (let value = -1; value < 3; value++) {
      const gone = withSuccessors(value, rows, calls);
      const rest = rows.filter(
        (r) => !gone.has(calls.a[r]) && !(calls.kind[r] === CAS && gone.has(calls.b[r])),
      );
      expect(bruteRegister(pick(calls, rest), -1), `without ${value}\n${show(calls)}`).toBe(true);
    }
  }
  expect(legal).toBeGreaterThan(ROUNDS / 10);
});
