import { expect, test } from 'vitest';
import { Draw, simulateRegister } from '../../../bench/linear/simulate.ts';
import { CAS, type Calls, CallsBuilder, MISS, READ, WRITE } from '../../../src/analysis/linear/calls.ts';
import { CasDeadlines } from '../../../src/analysis/linear/deadlines/cas-registers.ts';
import { planOf } from '../../../src/analysis/linear/deadlines/plan.ts';
import { RegisterDeadlines } from '../../../src/analysis/linear/deadlines/registers.ts';
import { decideRegister } from '../../../src/analysis/linear/deadlines/search.ts';
import { type Beamed, widening } from '../../../src/analysis/linear/deadlines/widening.ts';
import { Meter } from '../../../src/analysis/linear/meter.ts';
import { obvious } from '../../../src/analysis/linear/obvious.ts';
import { zones } from '../../../src/analysis/linear/zones.ts';
import { FAIL, INFO, OK } from '../../../src/history/history.ts';
import { bruteRegister, type Small, show, smallHistory } from './brute.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 120_000 : 2_000;

const NIL = -1;

function each(
  shape: Small,
  seed: number,
  judge: (calls: ReturnType<typeof smallHistory>, legal: boolean) => void,
) {
  const draw = new Draw(seed);
  let legal = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const calls = smallHistory(draw, shape);
    const truth = bruteRegister(calls, NIL);
    if (truth) legal++;
    judge(calls, truth);
  }
  // A test of one answer only would show nothing.
  expect(legal).toBeGreaterThan(ROUNDS / 10);
  expect(legal).toBeLessThan((ROUNDS * 9) / 10);
}

const unique: Small = { operations: 9, values: 9, unique: true, cas: 0.25, info: 0.15, fail: 0.1 };
const few: Small = { operations: 9, values: 3, info: 0.1, fail: 0.05 };

test.each([
  ['', unique],
  [' at tied positions', { ...unique, ties: true }],
])('zones agree with every order tried%s', (_, shape) => {
  each(shape, 1, (calls, legal) => {
    const found = zones(calls, NIL);
    expect(found, show(calls)).not.toBeNull();
    expect(found!.count === 0, show(calls)).toBe(legal);
  });
});

test.each([
  ['', few],
  [' at tied positions', { ...few, ties: true }],
  [' with two values', { ...few, values: 2, info: 0.2 }],
  [' with many unknown outcomes', { ...few, values: 4, info: 0.4 }],
  [' with unique values', { ...unique, cas: 0 }],
])('deadlines agree with every order tried%s', (_, shape) => {
  each(shape, 2, (calls, legal) => {
    const run = new RegisterDeadlines(planOf(calls, NIL), new Meter()).run({ beam: 1000 });
    expect(run.answer, show(calls)).toBe(legal ? 'legal' : 'illegal');
  });
});

const swapping: Small = { operations: 9, values: 3, cas: 0.35, info: 0.1, fail: 0.05 };

test.each([
  ['', swapping],
  [' at tied positions', { ...swapping, ties: true }],
  [' with many unknown outcomes', { ...swapping, info: 0.35 }],
  [' with two values', { ...swapping, values: 2, info: 0.2 }],
  [' with observed failures', { ...swapping, miss: 0.2 }],
  [' with observed failures and unknown outcomes', { ...swapping, miss: 0.3, cas: 0.2, info: 0.35 }],
  [' with unique values', unique],
])('deadlines with compare-and-set agree with every order tried%s', (_, shape) => {
  each(shape, 3, (calls, legal) => {
    const plan = planOf(calls, NIL);
    const reach = { beam: 1000 };
    const run = new CasDeadlines(plan, new Meter(), false, reach).run(reach);
    expect(run.dropped).toBe(false);
    expect(run.answer, show(calls)).toBe(legal ? 'legal' : 'illegal');
    // A superset of what is possible: it may be blind, never wrong.
    const relaxed = new CasDeadlines(plan, new Meter(), true, reach).run(reach);
    if (relaxed.answer === 'illegal') expect(legal, show(calls)).toBe(false);
  });
});

test.each([
  ['', { ...few, info: 0.2 }],
  [' with compare-and-set', { ...swapping, info: 0.2 }],
])('going back and widening is never wrong, and loses its way seldom%s', (_, shape) => {
  let open = 0;
  let back = 0;
  each({ ...shape, operations: 11 }, 5, (calls, legal) => {
    const plan = planOf(calls, NIL);
    const search = plan.hasCas
      ? new CasDeadlines(plan, new Meter(), false, { beam: 1 })
      : new RegisterDeadlines(plan, new Meter());
    const restore = search.restore.bind(search);
    search.restore = (saved: never, at: number) => {
      back++;
      restore(saved, at);
    };
    const run = widening(search as Beamed<{ event: number }>, plan, 1, () => undefined, 3);
    if (run.answer === 'unknown') open++;
    else expect(run.answer === 'legal', show(calls)).toBe(legal);
  });
  expect(back).toBeGreaterThan(ROUNDS / 50);
  expect(open).toBeLessThan(ROUNDS / 100);
});

test.each([
  ['', few],
  [' at tied positions', { ...few, ties: true }],
  [' with many unknown outcomes', { ...few, values: 4, info: 0.4 }],
  [' with compare-and-set', swapping],
])('the whole search agrees with every order tried%s', (_, shape) => {
  let open = 0;
  each({ ...shape, operations: 11 }, 6, (calls, legal) => {
    const { answer } = decideRegister(calls, NIL, new Meter());
    if (answer === 'unknown') open++;
    else expect(answer === 'legal', show(calls)).toBe(legal);
  });
  expect(open).toBe(0);
});

/** Ok reads that nobody could have answered so, by looking at each together with every pair of writes. */
function plainlyWrong({ n, kind, a, b, inv, ret, outcome }: Calls): number {
  const rows = Array.from({ length: n }, (_, i) => i);
  const set = (i: number) => (kind[i] === CAS ? b[i] : a[i]);
  const writes = rows.filter(
    (i) =>
      outcome[i] !== FAIL && (kind[i] === WRITE || kind[i] === CAS) && !(kind[i] === CAS && a[i] === b[i]),
  );
  return rows.filter((r) => {
    if (outcome[r] !== OK || (kind[r] !== READ && kind[r] !== CAS)) return false;
    const sources = writes.filter((w) => set(w) === a[r] && inv[w] <= ret[r]);
    if (sources.length === 0 && a[r] !== NIL) return true;
    return writes.some(
      (w) =>
        set(w) !== a[r] &&
        outcome[w] === OK &&
        ret[w] < inv[r] &&
        sources.every((s) => outcome[s] === OK && ret[s] < inv[w]),
    );
  }).length;
}

test.each([
  ['', { ...few, cas: 0.1 }],
  [' at tied positions', { ...few, cas: 0.1, ties: true }],
  [' with unique values', unique],
])('what is obvious is found, and is wrong%s', (_, shape) => {
  each(shape, 7, (calls, legal) => {
    const { count } = obvious(calls, NIL);
    expect(count, show(calls)).toBe(plainlyWrong(calls));
    if (count > 0) expect(legal, show(calls)).toBe(false);
  });
});

test.each([
  ['', few],
  [' with compare-and-set', swapping],
])('beams and windows are never wrong%s', (_, shape) => {
  let proofs = 0;
  each({ ...shape, operations: 10 }, 4, (calls, legal) => {
    const plan = planOf(calls, NIL);
    const events = plan.events.length;
    for (const beam of [1, 2]) {
      const reach = { beam };
      const run = plan.hasCas
        ? new CasDeadlines(plan, new Meter(), false, reach).run(reach)
        : new RegisterDeadlines(plan, new Meter()).run(reach);
      if (run.answer !== 'unknown') expect(run.answer === 'legal', show(calls)).toBe(legal);
    }
    for (const from of [1, events >> 1, events - 3]) {
      if (from < 1) continue;
      const reach = { beam: 1000, from };
      const run = plan.hasCas
        ? new CasDeadlines(plan, new Meter(), false, reach).run(reach)
        : new RegisterDeadlines(plan, new Meter()).run(reach);
      if (run.answer !== 'illegal') continue;
      proofs++;
      expect(legal, `from event ${from}\n${show(calls)}`).toBe(false);
    }
  });
  expect(proofs).toBeGreaterThan(10);
});

test.each([
  ['compare-and-set', CAS],
  ['write', WRITE],
])('a value passes by for no more than an observed failure to find another: %s', (_, kind) => {
  const builder = new CallsBuilder();
  builder.add(WRITE, 1, 0, 0, 1, OK);
  builder.add(kind, kind === CAS ? 1 : 0, 0, 2, 0, INFO);
  builder.add(WRITE, 1, 0, 3, 5, OK);
  builder.add(MISS, 1, 0, 4, 6, OK);
  builder.add(READ, 1, 0, 7, 8, OK);
  const calls = builder.done();
  expect(bruteRegister(calls, NIL)).toBe(true);
  const reach = { beam: 1000 };
  for (const relaxed of [false, true])
    expect(new CasDeadlines(planOf(calls, NIL), new Meter(), relaxed, reach).run(reach).answer).toBe('legal');
});

test.each([
  [
    '30 busy clients, 30 % compare-and-set, 1 % unknown',
    { clients: 30, values: 5, cas: 0.3, writes: 0.35, unknown: 0.01 },
  ],
  ['100 busy clients, 20 values', { clients: 100, values: 20 }],
  ['300 busy clients, 100 values', { clients: 300, values: 100 }],
  ['30 busy clients, 50 values, 1 % unknown', { clients: 30, values: 50, unknown: 0.01 }],
])('what a register did is recognized within the budget: %s', (_, load) => {
  for (const seed of [1, 2]) {
    const calls = simulateRegister({ operations: 3_000, dense: true, seed, ...load });
    expect(decideRegister(calls, NIL, new Meter()).answer).toBe('legal');
  }
});
