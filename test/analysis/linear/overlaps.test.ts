import { expect, test } from 'vitest';
import { Draw } from '../../../bench/linear/simulate.ts';
import { CallsBuilder, READ, WRITE } from '../../../src/analysis/linear/calls.ts';
import { Overlaps } from '../../../src/analysis/linear/overlaps.ts';
import { OK } from '../../../src/history/history.ts';
import { bruteRegister, type Small, show, smallHistory } from './brute.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 120_000 : 3_000;
const NIL = -1;

const few: Small = { operations: 6, values: 3, cas: 0.3, fail: 0.1 };

test.each([
  ['', few],
  [' at tied positions', { ...few, ties: true }],
  [' with observed failures', { ...few, miss: 0.2, values: 2 }],
  [' with reads and writes only', { ...few, cas: 0, values: 2 }],
  [' with unknown outcomes', { ...few, info: 0.3 }],
  [' with unique values', { ...few, operations: 7, unique: true, info: 0.1 }],
])('what overlaps agrees with every order tried%s', (_, shape) => {
  const draw = new Draw(11);
  const overlaps = new Overlaps();
  let legal = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const calls = smallHistory(draw, shape);
    const truth = bruteRegister(calls, NIL);
    if (truth) legal++;
    expect(overlaps.legal(calls, NIL), show(calls)).toBe(truth);
  }
  expect(legal).toBeGreaterThan(ROUNDS / 10);
  expect(legal).toBeLessThan((ROUNDS * 9) / 10);
});

test('where it gives up it claims nothing', () => {
  const draw = new Draw(12);
  const overlaps = new Overlaps();
  let proved = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const calls = smallHistory(draw, { ...few, operations: 12, info: 0.3 });
    if (!overlaps.legal(calls, NIL)) continue;
    proved++;
    expect(bruteRegister(calls, NIL), show(calls)).toBe(true);
  }
  expect(proved).toBeGreaterThan(0);
});

test('it goes on where values keep changing', () => {
  const overlaps = new Overlaps();
  const builder = new CallsBuilder();
  for (let v = 0; v < 200; v++) {
    builder.add(WRITE, v, 0, 4 * v, 4 * v + 2, OK);
    builder.add(READ, v, 0, 4 * v + 1, 4 * v + 3, OK);
  }
  expect(overlaps.legal(builder.done(), NIL)).toBe(true);
  builder.add(READ, 150, 0, 1000, 1001, OK);
  expect(overlaps.legal(builder.done(), NIL)).toBe(false);
});
