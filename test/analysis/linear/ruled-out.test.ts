import { expect, test } from 'vitest';
import { Draw } from '../../../bench/linear/simulate.ts';
import { mutex } from '../../../src/analysis/linear/lock-check.ts';
import { queue } from '../../../src/analysis/linear/queue-check.ts';
import { casRegisterCheck } from '../../../src/analysis/linear/register-check.ts';
import { canonicalModel } from '../../../src/analysis/models.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, history, type Line } from './histories.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 100_000 : 2_000;

test('what nobody wrote breaks every promise to a session, not linearizability alone', () => {
  const verdict = casRegisterCheck.judge(history(...alone(0, 'write', 1), ...alone(0, 'read', null, 7)));
  expect(verdict.anomalyTypes).toEqual(['thin-air-read']);
  expect(verdict.not).toContain('read-your-writes');
  expect(verdict.alsoNot).toEqual(expect.arrayContaining(['causal', 'sequential', 'linearizable']));
  expect(verdict.consistentWith).toEqual([]);
});

test('what real time alone forbids rules out no more than linearizability', () => {
  const stale = [...alone(0, 'write', 1), ...alone(1, 'read', null, null)];
  expect(casRegisterCheck.judge(history(...stale)).not).toEqual(['linearizable']);
  // Of transactions a read from the future is a cycle of dependencies. Here it is against the clock.
  const future = [...alone(1, 'read', null, 1), ...alone(0, 'write', 1)];
  expect(casRegisterCheck.judge(history(...future))).toMatchObject({
    anomalyTypes: ['future-read'],
    not: ['linearizable'],
    alsoNot: ['strict-serializable'],
  });
});

test('what no order explains rules out sequential consistency too', () => {
  const twice = [...alone(0, 'enqueue', 1), ...alone(0, 'dequeue', null, 1), ...alone(1, 'dequeue', null, 1)];
  const unheld = alone(0, 'release', null);
  const both = [...alone(0, 'cas', [null, 1]), ...alone(1, 'cas', [null, 2])];
  const cases = [
    [queue, twice],
    [mutex, unheld],
    [casRegisterCheck, both],
  ] as const;
  for (const [check, lines] of cases) {
    const { not, alsoNot } = check.judge(history(...lines));
    expect(not).toEqual(['sequential']);
    expect(alsoNot).toContain('linearizable');
  }
});

function run(draw: Draw): Line[] {
  const lines: Line[] = [];
  let current: Json = null;
  let fresh = 0;
  for (let i = 0, n = 3 + draw.below(5); i < n; i++) {
    const process = draw.below(2);
    const some: Json = draw.chance(0.3) ? [null, 1, 2, 3, 9][draw.below(5)] : current;
    const kind = draw.below(3);
    if (kind === 0) lines.push(...alone(process, 'read', null, some));
    else {
      fresh++;
      if (kind === 1) lines.push(...alone(process, 'write', fresh));
      else lines.push(...alone(process, 'cas', [some, fresh]));
      current = fresh;
    }
  }
  return lines;
}

test(`${ROUNDS} random runs: what is ruled out is violated indeed`, () => {
  const draw = new Draw(20);
  const sequential = canonicalModel('sequential');
  let ruledOut = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const lines = run(draw);
    const { not, alsoNot } = casRegisterCheck.judge(history(...lines));
    if (![...not, ...alsoNot].includes(sequential)) continue;
    ruledOut++;
    const other = casRegisterCheck.judge(history(...lines), { models: ['sequential'] });
    expect(other.valid, JSON.stringify(lines)).toBe(false);
  }
  expect(ruledOut).toBeGreaterThan(ROUNDS / 20);
});
