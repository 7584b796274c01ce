import { describe, expect, it } from 'vitest';
import type { Done } from './drill.ts';
import { setViolations } from './invariants.ts';

let time = 0;
const done = (f: string, value: unknown, invoked: number, returned: number, type = 'ok', process = 1) =>
  ({
    request: { id: ++time, f, value: f === 'add' ? value : null, space: 't' },
    process,
    invoked,
    returned,
    outcome: { type, value },
    final: false,
    at: 0,
  }) as unknown as Done;
const add = (element: number, invoked: number, returned: number, type = 'ok') =>
  done('add', element, invoked, returned, type);
const read = (elements: number[], invoked: number, returned: number) =>
  done('read', elements, invoked, returned);

describe('the check of a grow-only set', () => {
  it('accepts what one set could have answered', () => {
    expect(setViolations([add(1, 0, 3), read([], 1, 2), read([1], 4, 5)])).toEqual([]);
    expect(setViolations([add(1, 0, 9), read([1], 1, 2), read([1], 3, 4)])).toEqual([]);
    expect(setViolations([add(1, 0, 1, 'info'), read([], 2, 3), read([1], 4, 5)])).toEqual([]);
  });

  it.each([
    ['missed', [add(1, 0, 1), read([], 2, 3)]],
    ['early', [read([1], 0, 1), add(1, 2, 3)]],
    ['went back', [add(1, 0, 9), read([1], 1, 2), read([], 3, 4)]],
    ['do not include one another', [add(1, 0, 8), add(2, 1, 9), read([1], 2, 4), read([2], 3, 5)]],
    ['missed', [add(1, 0, 2), read([2], 1, 6), add(2, 3, 9)]],
    ['whose add failed', [add(1, 0, 1, 'fail'), read([1], 2, 3)]],
  ])('refuses a read that %s', (why, history) => {
    expect(setViolations(history).join('; ')).toContain(why);
  });
});
