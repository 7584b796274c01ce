import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClockAction,
  changeClock,
  monotonicAt,
  RIGHT_CLOCK,
  wallAt,
} from '../../../src/worlds/process/clocks.ts';
import { SimClock } from '../../../src/worlds/sim/clock.ts';

const action: fc.Arbitrary<ClockAction> = fc.oneof(
  fc.record({ do: fc.constant('bump' as const), by: fc.integer({ min: -1e12, max: 1e12 }) }),
  fc.record({ do: fc.constant('drift' as const), rate: fc.constantFrom(0.25, 0.5, 1, 1.5, 4) }),
  fc.record({
    do: fc.constant('strobe' as const),
    by: fc.integer({ min: -1e9, max: 1e9 }),
    period: fc.integer({ min: 1, max: 1e9 }),
  }),
  fc.record({ do: fc.constant('reset-clock' as const) }),
);

const story = fc.array(fc.tuple(fc.integer({ min: 0, max: 1e9 }), action), { maxLength: 20 });

describe('the clocks of a machine', () => {
  it('show what the simulated ones show, whatever is done to them', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 0, max: 1e9 }), (steps, after) => {
        let state = RIGHT_CLOCK;
        const sim = new SimClock();
        let now = 0;
        for (const [passed, what] of steps) {
          now += passed;
          state = changeClock(state, what, now);
          if (what.do === 'bump') sim.bump(what.by);
          else if (what.do === 'drift') sim.drift(what.rate, now);
          else if (what.do === 'strobe') sim.strobe(what.by, what.period);
          else sim.reset(now);
        }
        now += after;
        expect(monotonicAt(state, now)).toBe(sim.monotonic(now));
        expect(wallAt(state, now)).toBe(sim.wallClock(now));
      }),
      { numRuns: 2000 },
    );
  });

  it('the monotonic one never goes back and never jumps', () => {
    fc.assert(
      fc.property(story, (steps) => {
        let state = RIGHT_CLOCK;
        let now = 0;
        let last = 0;
        for (const [passed, what] of steps) {
          const { rate } = state;
          now += passed;
          const before = monotonicAt(state, now);
          expect(Math.abs(before - last - passed * rate)).toBeLessThanOrEqual(1);
          state = changeClock(state, what, now);
          last = monotonicAt(state, now);
          expect(last).toBe(before);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
