import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, formatDuration, parseDuration } from '../src/duration.ts';

describe('durations', () => {
  it('reads every unit', () => {
    expect(
      ['7ns', '7us', '7µs', '7ms', '7s', '7m', '7h', '1.5s', '0ms', ' 20 ms '].map(parseDuration),
    ).toEqual([7, 7e3, 7e3, 7e6, 7e9, 420e9, 25200e9, 1.5e9, 0, 20e6]);
  });

  it.each(['', '7', 'ms', '-7ms', '1e3ms', '7 days', '1,5s', '99999999h'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(RangeError);
  });

  it('is a schema whose output validates again and whose message names what is allowed', () => {
    expect(duration.parse('75ms')).toBe(75e6);
    expect(duration.parse(duration.parse('75ms'))).toBe(75e6);
    for (const bad of ['soon', -1, 1.5, Number.NaN, null, [], {}])
      expect(duration.safeParse(bad).success).toBe(false);
    expect(duration.safeParse('soon').error?.issues[0]?.message).toContain('150ms');
  });

  it('writes what it reads', () => {
    expect([90e9, 1.5e9, 5400e9, 250e6, 1.5e6, 1500, 1234567, 0].map(formatDuration)).toEqual([
      '90s',
      '1.5s',
      '90m',
      '250ms',
      '1.5ms',
      '1500ns',
      '1234567ns',
      '0ns',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e14 }), (ns) => {
        expect(parseDuration(formatDuration(ns))).toBe(ns);
      }),
    );
  });
});
