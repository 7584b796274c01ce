import { describe, expect, it } from 'vitest';
import { check } from '../../../src/analysis/check.ts';
import { parseHistory } from '../../../src/history/read/read.ts';

/** Completions of processes of their own, one after the other. */
const history = (...values: readonly unknown[]) =>
  parseHistory(
    values.map((value, process) => JSON.stringify({ process, type: 'ok', f: 'txn', value })).join('\n'),
  );

describe.each(['rw-register', 'session', 'causal'])('registers whose values are lists: %s', (workload) => {
  const judge = (...values: readonly unknown[]) =>
    check(history(...values), { workload, ...(workload === 'rw-register' ? {} : { models: ['causal'] }) });

  it('finds the write of what was read', () => {
    const verdict = judge([['w', 'x', [1, 2]]], [['r', 'x', [1, 2]]]);
    expect(verdict).toMatchObject({ valid: true, anomalyTypes: [] });
  });

  it('takes a list of two for the value of a key that another key is appended to beside', () => {
    if (workload === 'rw-register') return;
    const verdict = judge(
      [
        ['w', 'x', [1, 2]],
        ['append', 'y', 1],
      ],
      [
        ['r', 'x', [1, 2]],
        ['r', 'y', [1]],
      ],
    );
    expect(verdict).toMatchObject({ valid: true, anomalyTypes: [] });
  });

  it('rejects a list that nobody wrote, though it ends as one that was', () => {
    const verdict = judge([['w', 'x', [1, 2]]], [['r', 'x', [3, 2]]]);
    expect(verdict).toMatchObject({ valid: false, anomalyTypes: ['thin-air'] });
  });

  it('shows the list in words', () => {
    const verdict = judge([['r', 'x', [3, 2]]]);
    expect(verdict.anomalies[0]!.message).toContain('[3,2]');
  });

  it('does not tell an empty list from nil', () => {
    expect(judge([['w', 'x', []]], [['r', 'x', []]])).toMatchObject({ valid: 'unknown' });
    expect(judge([['w', 'x', [1]]], [['w', 'y', 1]], [['r', 'z', []]])).toMatchObject({ valid: true });
  });
});

it('does not judge a key that is both appended to and written', () => {
  const both = history([['w', 'x', [1, 2]]], [['append', 'x', 3]], [['r', 'x', [1, 2, 3]]]);
  for (const workload of ['session', 'causal', 'long-fork']) {
    const verdict = check(both, { workload });
    expect(verdict).toMatchObject({ valid: 'unknown', anomalyTypes: [] });
    expect(verdict.reason).toContain('key "x" is both appended to and written');
  }
});

it('finds long forks of registers that hold lists, and none where the snapshots agree', () => {
  const fork = (...reads: readonly unknown[]) =>
    check(history([['w', 'x', [1, 2]]], [['w', 'y', [3, 4]]], ...reads), { workload: 'long-fork' });
  const both = [
    ['r', 'x', [1, 2]],
    ['r', 'y', [3, 4]],
  ];
  const first = [
    ['r', 'x', [1, 2]],
    ['r', 'y', null],
  ];
  const second = [
    ['r', 'x', null],
    ['r', 'y', [3, 4]],
  ];
  expect(fork(first, both)).toMatchObject({ valid: true, anomalyTypes: [] });
  expect(fork(first, second)).toMatchObject({ valid: false, anomalyTypes: ['long-fork'] });
});

it.each(['rw-register', 'session', 'causal'])('judges plain writes of any values: %s', (workload) => {
  const plain = (...ops: readonly (readonly [string, unknown])[]) =>
    check(
      parseHistory(
        ops.map(([f, value], process) => JSON.stringify({ process, type: 'ok', f, value })).join('\n'),
      ),
      { workload },
    );
  for (const value of [['x', { id: 1 }], ['x', [1, 2]], ['x', [1, 2, 3]], [1, 2, 3], { id: 1 }]) {
    expect(plain(['write', value], ['read', value])).toMatchObject({ valid: true, anomalyTypes: [] });
    expect(plain(['read', value])).toMatchObject({ valid: false, anomalyTypes: ['thin-air'] });
  }
});
