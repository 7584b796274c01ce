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

test('snapshot isolation: what some order of starts and commits explains is valid, and the other way round where all orders are known', () => {
  const tally = { valid: 0, invalid: 0 };
  for (let seed = 0; seed < cases(2500, 50_000); seed++) {
    const txns = tiny(new Dice(seed));
    if (!txns.some((t) => t.type === 'ok')) continue;
    const { valid } = judge(timed(...txns), ['snapshot-isolation']);
    const expected = snapshotIsolated(txns);
    if (expected) expect(valid, `seed ${seed}`).toBe(true);
    else if (ordersKnown(txns)) expect(valid, `seed ${seed}`).toBe(false);
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

/** At most one append of every key is shown by no read. */
function ordersKnown(txns: ReturnType<typeof tiny>): boolean {
  const unseen = new Map<unknown, number>();
  for (const { type, mops } of txns)
    for (const [f, key, value] of mops) {
      if (f !== 'append' || type === 'fail') continue;
      const seen = txns.some(
        (t) =>
          t.type === 'ok' &&
          t.mops.some(([g, k, v]) => g === 'r' && k === key && (v as unknown[]).includes(value)),
      );
      if (!seen) unseen.set(key, (unseen.get(key) ?? 0) + 1);
    }
  return [...unseen.values()].every((n) => n <= 1);
}
