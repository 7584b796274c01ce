import { describe, expect, it } from 'vitest';
import { cases } from './cases.ts';
import { sightings } from './hunt.ts';

describe('a configuration used outside its promise is caught, with its anomaly by name', () => {
  it.each(cases)('$name', async ({ wrong, finding, within }) => {
    const seen: string[] = [];
    for await (const { seed, exitCode, types, reasons } of sightings(wrong, within)) {
      if (exitCode === 1 && types.join() === finding.join()) return;
      seen.push(`seed ${seed}: exit ${exitCode} ${types.join(', ') || reasons.join('; ')}`);
    }
    expect.fail(`not ${finding.join(', ')} within ${within} seeds:\n${seen.join('\n')}`);
  });
});
