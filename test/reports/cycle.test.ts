import { expect, test } from 'vitest';
import { cycleSvg } from '../../reports/html/cycle.ts';
import type { Anomaly, Step, WitnessOp } from '../../src/analysis/verdict.ts';

/** A ring of transactions, each of which overwrote what the one before it had read. */
function ring(size: number): Anomaly {
  const name = (i: number): string => `T${(i % size) + 1}`;
  const ops = Array.from(
    { length: size },
    (_, i): WitnessOp => ({
      name: name(i),
      invoked: 2 * i,
      returned: 2 * i + 1,
      process: i,
      type: 'ok',
      f: 'txn',
      value: [
        ['r', i, null],
        ['w', (i + 1) % size, 1],
      ],
    }),
  );
  const steps = ops.map(
    (op, i): Step => ({ from: op.name, to: name(i + 1), type: 'rw', key: i, why: 'for the test' }),
  );
  return { type: 'G2-item', message: 'a ring', ops, steps };
}

test('a cycle is drawn with a box for each operation and an arrow for each step', async () => {
  for (const size of [2, 3, 4, 40]) {
    const svg = await cycleSvg(ring(size));
    expect(svg).toMatch(/^<svg/);
    expect(svg!.match(/class="node"/g)).toHaveLength(size);
    expect(svg!.match(/class="edge"/g)).toHaveLength(size);
  }
});

test('a cycle too long to be looked at is left to the table of its steps', async () => {
  expect(await cycleSvg(ring(41))).toBeUndefined();
  expect(await cycleSvg({ ...ring(2), steps: [] })).toBeUndefined();
});
