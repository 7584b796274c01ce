import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byPosition } from '../../../src/analysis/graph/intervals.ts';
import { Scratch, zeros } from '../../../src/analysis/graph/small.ts';
import { NEVER } from '../../../src/history/history.ts';

const position = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 40 }) },
  { weight: 1, arbitrary: fc.nat({ max: 1_000_000_000 }) },
  { weight: 1, arbitrary: fc.constant(NEVER) },
);

test('by position, as sorting says, whether positions are dense or not', () => {
  fc.assert(
    fc.property(
      fc.array(position, { maxLength: 30 }),
      fc.infiniteStream(fc.boolean()),
      (positions, draws) => {
        const all = Int32Array.from(positions);
        const which = Int32Array.from(positions.keys()).filter(() => draws.next().value as boolean);
        const wanted = [...which.keys()]
          .filter((i) => all[which[i]!] !== NEVER)
          .sort((a, b) => all[which[a]!]! - all[which[b]!]! || a - b);
        expect([...byPosition(which.map((t) => all[t]!))]).toEqual(wanted);
      },
    ),
    { numRuns: process.env.ORDEAL_LONG === '1' ? 100_000 : 2000 },
  );
});

test('zeros are zeros of their own, however many pieces they are cut from', () => {
  const arrays: Int32Array[] = [];
  for (let n = 0; n < 300; n++) {
    const array = zeros(n);
    expect(array.every((v) => v === 0)).toBe(true);
    arrays.push(array.fill(n + 1));
  }
  for (const [n, array] of arrays.entries()) expect(array.every((v) => v === n + 1)).toBe(true);
});

test('a scratch table has room for what is asked, and is the same again where it had', () => {
  const scratch = new Scratch();
  const table = scratch.take(1000);
  expect(table.length).toBeGreaterThanOrEqual(1000);
  expect(scratch.take(10)).toBe(table);
  expect(scratch.take(1_000_000).length).toBeGreaterThanOrEqual(1_000_000);
  expect(scratch.take(1000)).toBe(table);
});
