import { expect, test } from 'vitest';
import { Draw } from '../../../bench/linear/simulate.ts';
import { Lulls } from '../../../src/analysis/linear/lulls.ts';
import { bruteRegister, type Small, show, smallHistory } from './brute.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 120_000 : 3_000;
const NIL = -1;

const few: Small = { operations: 6, values: 3, cas: 0.3, fail: 0.1 };

test.each([
  ['', few],
  [' at tied positions', { ...few, ties: true }],
  [' with observed failures', { ...few, miss: 0.2, values: 2 }],
  [' with reads and writes only', { ...few, cas: 0, values: 2 }],
])('from lull to lull agrees with every order tried%s', (_, shape) => {
  const draw = new Draw(11);
  const lulls = new Lulls();
  let legal = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const calls = smallHistory(draw, shape);
    const truth = bruteRegister(calls, NIL);
    if (truth) legal++;
    expect(lulls.legal(calls, NIL), show(calls)).toBe(truth);
  }
  expect(legal).toBeGreaterThan(ROUNDS / 10);
  expect(legal).toBeLessThan((ROUNDS * 9) / 10);
});

test('where it gives up it claims nothing', () => {
  const draw = new Draw(12);
  const lulls = new Lulls();
  let proved = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const calls = smallHistory(draw, { ...few, operations: 10, info: 0.05 });
    if (!lulls.legal(calls, NIL)) continue;
    proved++;
    expect(bruteRegister(calls, NIL), show(calls)).toBe(true);
  }
  expect(proved).toBeGreaterThan(0);
});
