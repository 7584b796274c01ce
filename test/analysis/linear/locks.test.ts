import { expect, test } from 'vitest';
import { check } from '../../../src/analysis/check.ts';
import { parseHistory } from '../../../src/history/read/read.ts';

type Call = readonly [process: number, f: string];

/** Calls one after the other, all of which succeeded. */
function judge(calls: readonly Call[], set: { readonly [option: string]: boolean }) {
  const lines = calls.map(([process, f]) => `${JSON.stringify({ process, type: 'ok', f, value: null })}\n`);
  return check(parseHistory(lines.join('')), { workload: 'mutex', set });
}

test('a lock that anyone releases does not tell readers from writers, nor who comes back', () => {
  const writers: Call[] = [
    [1, 'write-acquire'],
    [2, 'read-acquire'],
  ];
  expect(judge(writers, { anyoneReleases: true })).toMatchObject({
    valid: 'unknown',
    reason: expect.stringMatching(/write-acquire null \(record 0\) does not tell whose hold it is/),
  });
  const twice: Call[] = [
    [1, 'acquire'],
    [1, 'acquire'],
  ];
  expect(judge(twice, { anyoneReleases: true, reentrant: true }).valid).toBe('unknown');
  expect(judge(twice, { anyoneReleases: true }).valid).toBe(false);
  expect(judge(twice, { reentrant: true }).valid).toBe(true);
});

test('a reader that becomes a writer within its hold is not judged as if it still read', () => {
  const upgrade: Call[] = [
    [1, 'read-acquire'],
    [2, 'read-acquire'],
    [2, 'write-acquire'],
  ];
  expect(judge(upgrade, { reentrant: true })).toMatchObject({
    valid: 'unknown',
    reason: expect.stringMatching(/write-acquire .*record 2.* another holder .*read-acquire .*record 1/),
  });
  const after: Call[] = [
    [2, 'read-acquire'],
    [2, 'read-acquire'],
    [2, 'read-release'],
    [2, 'read-release'],
    [2, 'write-acquire'],
  ];
  expect(judge(after, { reentrant: true }).valid).toBe(true);
});
