import { describe, expect, test } from 'vitest';
import { Draw, simulateRegister } from '../../../bench/linear/simulate.ts';
import { CAS, type Calls, MISS, READ } from '../../../src/analysis/linear/calls.ts';
import { CasDeadlines } from '../../../src/analysis/linear/deadlines/cas-registers.ts';
import { planOf } from '../../../src/analysis/linear/deadlines/plan.ts';
import { RegisterDeadlines } from '../../../src/analysis/linear/deadlines/registers.ts';
import { decideRegister } from '../../../src/analysis/linear/deadlines/search.ts';
import { depthFirst } from '../../../src/analysis/linear/depth.ts';
import { frontier } from '../../../src/analysis/linear/frontier.ts';
import { decide, type Operation, typed } from '../../../src/analysis/linear/general.ts';
import { Meter } from '../../../src/analysis/linear/meter.ts';
import type { Model } from '../../../src/analysis/linear/model.ts';
import {
  appendList,
  fifoQueue,
  set,
  stack,
  unorderedQueue,
} from '../../../src/analysis/linear/models/collections.ts';
import { counter, mutex, semaphore } from '../../../src/analysis/linear/models/counts.ts';
import { casRegister } from '../../../src/analysis/linear/models/registers.ts';
import { INFO, OK } from '../../../src/history/history.ts';
import type { Json } from '../../../src/history/op.ts';
import { bruteRegister, type Small, show, smallHistory } from './brute.ts';
import { bruteModel, randomRun, showOperations } from './brute-model.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 120_000 : 1_500;

const word = (id: number): Json => (id < 0 ? null : id);

function operationsOf(calls: Calls): Operation[] {
  return Array.from({ length: calls.n }, (_, i) => {
    const kind = calls.kind[i];
    const f = kind === READ ? 'read' : kind === CAS ? 'cas' : kind === MISS ? 'miss' : 'write';
    const input = kind === CAS || kind === MISS ? [word(calls.a[i]), word(calls.b[i])] : word(calls.a[i]);
    return {
      f,
      input,
      output: input,
      inv: calls.inv[i],
      ret: calls.ret[i],
      outcome: calls.outcome[i],
      process: i,
    };
  });
}

const small: Small = { operations: 9, values: 3, cas: 0.25, miss: 0.1, info: 0.2, fail: 0.05 };

test.each([
  ['', small],
  [' at tied positions', { ...small, ties: true }],
  [' with many unknown outcomes', { ...small, info: 0.45 }],
])('frontier and depth-first search agree with every order tried%s', (_, shape) => {
  const draw = new Draw(11);
  for (let round = 0; round < ROUNDS; round++) {
    const calls = smallHistory(draw, shape);
    const truth = bruteRegister(calls, -1) ? 'legal' : 'illegal';
    const { calls: list, machine } = typed(operationsOf(calls), casRegister, null);
    expect(frontier(list, machine, new Meter()).answer, show(calls)).toBe(truth);
    expect(depthFirst(list, machine, new Meter()).answer, show(calls)).toBe(truth);
  }
});

const models: [Model<unknown>, (draw: Draw) => { f: string; input: Json }][] = [
  [fifoQueue, (d) => (d.chance(0.5) ? { f: 'enqueue', input: d.below(4) } : { f: 'dequeue', input: null })],
  [
    unorderedQueue,
    (d) => (d.chance(0.5) ? { f: 'enqueue', input: d.below(4) } : { f: 'dequeue', input: null }),
  ],
  [stack, (d) => (d.chance(0.5) ? { f: 'push', input: d.below(4) } : { f: 'pop', input: null })],
  [appendList, (d) => (d.chance(0.5) ? { f: 'append', input: d.below(4) } : { f: 'read', input: null })],
  [
    set,
    (d) =>
      d.chance(0.6) ? { f: d.chance(0.7) ? 'add' : 'remove', input: d.below(3) } : { f: 'read', input: null },
  ],
  [counter, (d) => (d.chance(0.5) ? { f: 'add', input: 1 + d.below(2) } : { f: 'read', input: null })],
  [mutex, (d) => ({ f: d.chance(0.5) ? 'acquire' : 'release', input: null })],
  [semaphore(2), (d) => ({ f: d.chance(0.5) ? 'acquire' : 'release', input: null })],
] as [Model<unknown>, (draw: Draw) => { f: string; input: Json }][];

describe.each(models)('the model $name', (model, pick) => {
  test('frontier and depth-first search agree with every order tried', () => {
    const draw = new Draw(5);
    let legal = 0;
    const rounds = Math.ceil(ROUNDS / 3);
    for (let round = 0; round < rounds; round++) {
      const operations = randomRun(draw, model, pick);
      const truth = bruteModel(operations, model, null);
      if (truth) legal++;
      const { calls, machine } = typed(operations, model, null);
      const said = truth ? 'legal' : 'illegal';
      expect(frontier(calls, machine, new Meter()).answer, showOperations(operations)).toBe(said);
      expect(depthFirst(calls, machine, new Meter()).answer, showOperations(operations)).toBe(said);
      expect(decide(operations, model, null, new Meter()).answer, showOperations(operations)).toBe(said);
    }
    expect(legal).toBeGreaterThan(rounds / 20);
    expect(legal).toBeLessThan((rounds * 19) / 20);
  });
});

describe.each([
  ['reads and writes', 0],
  ['compare-and-set too', 0.25],
])('larger histories, %s', (_, cas) => {
  test('all engines agree, and no beam or window is wrong', () => {
    let illegal = 0;
    const seeds = process.env.ORDEAL_LONG === '1' ? 4_000 : 80;
    for (let seed = 1; seed <= seeds; seed++) {
      const draw = new Draw(seed);
      const calls = simulateRegister({
        operations: 30 + draw.below(90),
        clients: 2 + draw.below(7),
        dense: draw.chance(0.8),
        values: 2 + draw.below(4),
        unknown: draw.chance(0.4) ? 0.06 : 0,
        writes: 0.5 - cas,
        cas,
        seed,
      });
      // A read or two in some histories return something else.
      if (draw.chance(0.6)) {
        const rows = Array.from(calls.kind.keys());
        const reads = rows.filter((i) => calls.kind[i] === READ && calls.outcome[i] === OK);
        for (let i = 0; i < 2; i++) calls.a[reads[draw.below(reads.length)]] = draw.below(5);
      }
      const { calls: list, machine } = typed(operationsOf(calls), casRegister, null);
      const truth = frontier(list, machine, new Meter({ steps: 4_000_000, tableBytes: 1 << 28 })).answer;
      if (truth === 'unknown') continue;
      if (truth === 'illegal') illegal++;
      expect(decideRegister(calls, -1, new Meter()).answer, `seed ${seed}`).toBe(truth);
      if (truth === 'legal') {
        const plan = planOf(calls, -1);
        const events = plan.events.length;
        for (let i = 0; i < 6; i++) {
          const from = 1 + draw.below(events - 1);
          const reach = { beam: 5_000, from, to: Math.min(events, from + 16 + draw.below(80)) };
          const run = plan.hasCas
            ? new CasDeadlines(plan, new Meter(), false, reach).run(reach)
            : new RegisterDeadlines(plan, new Meter()).run(reach);
          expect(run.answer, `seed ${seed}, events ${reach.from} to ${reach.to}`).not.toBe('illegal');
        }
      }
      const other = depthFirst(list, machine, new Meter({ steps: 200_000, tableBytes: 1 << 28 }));
      if (other.answer !== 'unknown') expect(other.answer, `seed ${seed}`).toBe(truth);
    }
    expect(illegal).toBeGreaterThan(seeds / 10);
  });
});

test('more than 32 operations at once, and many of unknown outcome', () => {
  const operations: Operation[] = [];
  const value = (i: number) => i % 3;
  for (let i = 0; i < 45; i++)
    operations.push({
      f: 'write',
      input: value(i),
      output: value(i),
      inv: i,
      ret: 500 - i,
      outcome: OK,
      process: i,
    });
  for (let i = 0; i < 40; i++)
    operations.push({
      f: 'write',
      input: 7,
      output: 7,
      inv: 100 + i,
      ret: 0,
      outcome: INFO,
      process: 100 + i,
    });
  const read = (v: number, at: number): Operation => ({
    f: 'read',
    input: v,
    output: v,
    inv: at,
    ret: at + 1,
    outcome: OK,
    process: 300,
  });
  const reads = [7, 1, 7, 2, 7, 7, 0].map((v, i) => read(v, 200 + 2 * i));
  expect(decide([...operations, ...reads], casRegister, null, new Meter()).answer).toBe('legal');
  expect(decide([...operations, ...reads, read(9, 300)], casRegister, null, new Meter()).answer).toBe(
    'illegal',
  );
});
