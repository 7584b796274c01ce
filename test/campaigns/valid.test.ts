import { describe, expect, it } from 'vitest';
import { cases } from './cases.ts';
import { sightings } from './hunt.ts';

const SEEDS = Number(process.env.ORDEAL_SEEDS ?? 500);

const claimed = cases.flatMap(({ name, right }) => (right === undefined ? [] : [{ name, right }]));

describe(`used as claimed, ${SEEDS} seeds stay valid`, () => {
  it.each(claimed)('instead of $name', async ({ right }) => {
    const alarms: string[] = [];
    for await (const { seed, exitCode, types, reasons } of sightings(right, SEEDS))
      if (exitCode !== 0)
        alarms.push(`seed ${seed}: exit ${exitCode} ${types.join(', ')} ${reasons.join('; ')}`);
    expect(alarms).toEqual([]);
  });
});
