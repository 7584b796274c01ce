import { beforeEach, describe, expect, test } from 'vitest';
import { session } from '../../../src/analysis/session/check.ts';
import type { Json } from '../../../src/history/op.ts';
import { read, type Step, sequence, write } from '../weak/histories.ts';
import { Dice, rounds } from '../weak/random.ts';

const KEYS = ['a', 'b', 'c'];

/** Histories of some thirty operations take a millisecond or two to judge. */
const ROUNDS = Math.min(rounds(400), 20_000);

/** One log of writes, and replicas that have applied it up to some point. Readers ask the replica that `route` names. */
function logged(
  dice: Dice,
  route: (session: number) => number,
  view: (state: Map<string, Json>, p: number) => Step,
): Step[] {
  const log: [string, number][] = [];
  const applied = [0, 0, 0];
  const steps: Step[] = [];
  for (let i = 1; i <= 30; i++) {
    const p = dice.below(4);
    for (let r = 0; r < applied.length; r++)
      if (dice.below(3) === 0) applied[r] = applied[r]! + dice.below(log.length - applied[r]! + 1);
    if (dice.below(2) === 0) {
      const key = KEYS[dice.below(3)]!;
      log.push([key, i]);
      steps.push(write(p, key, i));
    } else steps.push(view(new Map(log.slice(0, applied[route(p)]!)), p));
  }
  return steps;
}

function types(steps: readonly Step[]): readonly string[] {
  const { anomalyTypes, anomalies } = session.judge(sequence(steps));
  for (const { detail } of anomalies) if (detail?.oneOf !== undefined) contradicted.add(String(detail.oneOf));
  return anomalyTypes;
}

/** Sets of guarantees that could not all hold together. */
const contradicted = new Set<string>();
beforeEach(() => contradicted.clear());

describe('a log that replicas apply in its order keeps what is promised to writers', () => {
  const one = (dice: Dice) => (state: Map<string, Json>, p: number) => {
    const key = KEYS[dice.below(3)]!;
    return read(p, key, state.get(key) ?? null);
  };
  const all = (state: Map<string, Json>, p: number): Step => ({
    p,
    value: KEYS.map((key) => ['r', key, state.get(key) ?? null]),
  });

  test('read from any replica', () => {
    const found = new Map<string, number>();
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const dice = new Dice(seed);
      const view = seed % 2 === 0 ? all : one(dice);
      for (const type of types(logged(dice, () => dice.below(3), view)))
        found.set(type, (found.get(type) ?? 0) + 1);
    }
    expect([...found.keys()].sort()).toEqual([
      'PRAM-violation',
      'causal-violation',
      'monotonic-reads-violation',
      'read-your-writes-violation',
    ]);
    for (const set of contradicted) expect(set).toMatch(/monotonic-reads|read-your-writes/);
    // Nearly always the reads that went back are seen for themselves.
    expect(found.get('PRAM-violation')!).toBeLessThan(found.get('monotonic-reads-violation')! / 10);
  });

  test('read from the own replica', () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const dice = new Dice(seed);
      const view = seed % 2 === 0 ? all : one(dice);
      for (const type of types(logged(dice, (p) => p % 3, view))) found.add(type);
    }
    expect([...found].sort()).toEqual(['PRAM-violation', 'causal-violation', 'read-your-writes-violation']);
    for (const set of contradicted) expect(set).toContain('read-your-writes');
  });
});

test('replicas that apply writes as they come break what is promised to writers', () => {
  const found = new Map<string, number>();
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const dice = new Dice(seed);
    const has = [new Map<string, number>(), new Map<string, number>()];
    const late: [number, string, number][] = [];
    const steps: Step[] = [];
    for (let i = 1; i <= 24; i++) {
      const p = dice.below(2);
      const due = late.length > 0 && dice.below(2) === 0 ? late.splice(dice.below(late.length), 1) : [];
      for (const [replica, key, value] of due)
        if ((has[replica]!.get(key) ?? 0) < value) has[replica]!.set(key, value);
      if (dice.below(2) === 0) {
        const key = KEYS[dice.below(3)]!;
        has[p]!.set(key, i);
        late.push([1 - p, key, i]);
        steps.push(write(p, key, i));
      } else steps.push({ p, value: KEYS.map((key) => ['r', key, has[p]!.get(key) ?? null]) });
    }
    for (const type of types(steps)) found.set(type, (found.get(type) ?? 0) + 1);
  }
  expect(found.get('monotonic-writes-violation') ?? 0).toBeGreaterThan(ROUNDS / 10);
  // Writes carry no more than their time, and each session stays with its replica.
  expect(found.has('read-your-writes-violation')).toBe(false);
  expect(found.has('monotonic-reads-violation')).toBe(false);
});
