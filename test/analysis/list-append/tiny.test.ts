import { expect, test } from 'vitest';
import { violates } from '../../../src/analysis/models.ts';
import { cases, Dice } from '../graph/dice.ts';
import { judge, timed } from './lists.ts';
import { inNoOrder, inProcess, inRealtime, serializable, snapshotIsolated, tiny } from './tiny.ts';

const models = [
  ['serializable', inNoOrder],
  ['strong-session-serializable', inProcess],
  ['strict-serializable', inRealtime],
] as const;

test('serializability, of three kinds, holds iff some order of the transactions replays', () => {
  const tally = { valid: 0, invalid: 0 };
  for (let seed = 0; seed < cases(3000); seed++) {
    const txns = tiny(new Dice(seed));
    if (!txns.some((t) => t.type === 'ok')) continue;
    const { anomalyTypes, engine, consistentWith } = judge(timed(...txns));
    // The two ways agree: what is free of cycles has a serial order that the other one finds.
    const strict = consistentWith.includes('strict-serializable');
    expect(engine, `seed ${seed}`).toBe(strict ? 'serial-order' : 'cycles');
    if (seed % 4 === 0) {
      const other = judge(timed(...txns.map(apart)));
      expect([other.anomalyTypes, other.engine], `seed ${seed}, elements far apart`).toEqual([
        anomalyTypes,
        engine,
      ]);
    }
    for (const [model, before] of models) {
      const expected = serializable(txns, before);
      expect(!violates([model], anomalyTypes), `seed ${seed}: ${model}`).toBe(expected);
      tally[expected ? 'valid' : 'invalid']++;
    }
  }
  expect(tally.valid).toBeGreaterThan(1000);
  expect(tally.invalid).toBeGreaterThan(1000);
});

test('snapshot isolation holds iff some order of starts and commits explains the history', () => {
  const tally = { valid: 0, invalid: 0 };
  for (let seed = 0; seed < cases(2500, 50_000); seed++) {
    const txns = tiny(new Dice(seed));
    if (!txns.some((t) => t.type === 'ok')) continue;
    const { valid } = judge(timed(...txns), ['snapshot-isolation']);
    const expected = snapshotIsolated(txns);
    expect(valid, `seed ${seed}`).toBe(expected);
    tally[expected ? 'valid' : 'invalid']++;
  }
  expect(tally.valid).toBeGreaterThan(300);
  expect(tally.invalid).toBeGreaterThan(300);
});

type Tiny = ReturnType<typeof tiny>[number];

/** The same with elements too far apart for tables over their range. */
function apart(txn: Tiny): Tiny {
  const wide = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(wide) : typeof value === 'number' ? 1_000_003 * value : value;
  return { ...txn, mops: txn.mops.map(([f, key, value]) => [f, key, wide(value)]) } as Tiny;
}
