import fc from 'fast-check';
import { expect, test } from 'vitest';
import { States } from '../../../src/analysis/register-txn/states.ts';

const hash = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
/** The state of which nothing is placed, whose hashes are 0, is never looked for. */
const state = fc.tuple(hash, hash).filter(([high, low]) => (high | low) !== 0);

test('states are in exactly when they were added', () => {
  fc.assert(
    fc.property(fc.array(state, { maxLength: 2500 }), fc.array(state, { maxLength: 50 }), (added, asked) => {
      const states = new States();
      for (const [high, low] of added) states.add(high, low);
      const known = new Set(added.map(String));
      for (const pair of [...added, ...asked]) expect(states.has(...pair)).toBe(known.has(String(pair)));
    }),
    { numRuns: 200 },
  );
});
