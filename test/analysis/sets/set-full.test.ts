import { describe, expect, it } from 'vitest';
import { decide, type Operation } from '../../../src/analysis/linear/general.ts';
import { Meter } from '../../../src/analysis/linear/meter.ts';
import { set as model } from '../../../src/analysis/linear/models/collections.ts';
import { observeSet } from '../../../src/analysis/sets/observations.ts';
import { fates, LOST, NEVER_READ, STABLE, STALE, setFull } from '../../../src/analysis/sets/set-full.ts';
import { FAIL, type History, INFO, OK } from '../../../src/history/history.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, clients, Dice, history, type Line, ROUNDS } from './lines.ts';

const linearizable = { models: ['linearizable'] };

describe('set-full', () => {
  it('does not call lost what is absent only while it is being added', () => {
    const h = history([0, 'invoke', 'add', 1], ...alone(1, 'read', []), [0, 'ok', 'add', 1]);
    expect(setFull.judge(h, linearizable)).toMatchObject({
      valid: true,
      stats: { neverRead: 1, lost: 0, stable: 0 },
    });
  });

  it('knows nothing of losses where no read came after an add that was acknowledged', () => {
    const early = history([0, 'invoke', 'add', 1], ...alone(1, 'read', []), [0, 'ok', 'add', 1]);
    const failed = history([0, 'invoke', 'add', 1], [0, 'fail', 'add', 1], ...alone(1, 'read', []));
    for (const h of [early, failed]) {
      expect(setFull.judge(h).valid).toBe('unknown');
      expect(setFull.judge(h).reason).toMatch(/nothing? .*settled|settled/);
      expect(setFull.judge(h, linearizable).valid).toBe(true);
    }
  });

  it('calls present, absent, present stable and stale, which only linearizability forbids', () => {
    const h = history(
      ...alone(0, 'add', 1),
      ...alone(1, 'read', [1]),
      ...alone(1, 'read', []),
      ...alone(1, 'read', [1]),
    );
    expect(setFull.judge(h)).toMatchObject({
      valid: true,
      anomalyTypes: ['stale-read'],
      not: ['linearizable'],
      stats: { stable: 1, stale: 1, lost: 0, staleRecords: 3, staleTime: 3e9 },
    });
    const strict = setFull.judge(h, linearizable);
    expect(strict.valid).toBe(false);
    expect(strict.anomalies[0].ops.map((op) => op.name)).toEqual(['W', 'R2', 'R3']);
  });

  it('calls present and then absent for good lost', () => {
    const h = history(...alone(0, 'add', 1), ...alone(1, 'read', [1]), ...alone(1, 'read', []));
    const verdict = setFull.judge(h);
    expect(verdict).toMatchObject({ valid: false, anomalyTypes: ['lost-write'], stats: { lost: 1 } });
    expect(verdict.anomalies[0]).toMatchObject({ key: 1, detail: { elements: [1] } });
    expect(verdict.anomalies[0].message).toContain('R2');
  });

  it('calls an acknowledged element that nobody ever showed lost once a later read lacks it', () => {
    const h = history(...alone(0, 'add', 1), ...alone(1, 'read', []));
    expect(setFull.judge(h)).toMatchObject({ valid: false, counts: { 'lost-write': 1 } });
  });

  it('counts an element of unknown outcome that shows up as recovered, and holds the system to it', () => {
    const add: Line[] = [
      [0, 'invoke', 'add', 1],
      [0, 'info', 'add', 1],
    ];
    const seen = history(...add, ...alone(1, 'read', [1]));
    expect(setFull.judge(seen, linearizable)).toMatchObject({
      valid: true,
      stats: { recovered: 1, stable: 1 },
    });
    const gone = history(...add, ...alone(1, 'read', [1]), ...alone(1, 'read', []));
    expect(setFull.judge(gone).anomalyTypes).toEqual(['lost-write']);
    const never = history(...add, ...alone(1, 'read', []));
    expect(setFull.judge(never, linearizable)).toMatchObject({ valid: true, stats: { neverRead: 1 } });
  });

  it('names an element that stands twice in one read', () => {
    const h = history(...alone(0, 'add', 1), ...alone(0, 'add', 2), ...alone(1, 'read', [1, 2, 1]));
    expect(setFull.judge(h)).toMatchObject({ valid: false, counts: { 'duplicate-element': 1 } });
  });

  it('names elements nobody added, failed ones, and ones shown before they were added', () => {
    const h = history(
      [0, 'invoke', 'add', 1],
      [0, 'fail', 'add', 1],
      ...alone(1, 'read', [1, 7, 3]),
      ...alone(0, 'add', 3),
    );
    expect(setFull.judge(h, linearizable)).toMatchObject({
      valid: false,
      anomalyTypes: ['aborted-read', 'future-read', 'unexpected-element'],
    });
  });

  it('names two reads of which neither can be the earlier', () => {
    const h = history(
      [0, 'invoke', 'add', 1],
      [1, 'invoke', 'add', 2],
      ...alone(2, 'read', [1]),
      ...alone(2, 'read', [2]),
      [0, 'ok', 'add', 1],
      [1, 'ok', 'add', 2],
    );
    expect(setFull.judge(h, linearizable).valid).toBe(false);
    const overlapping = history(
      [0, 'invoke', 'add', 1],
      [1, 'invoke', 'add', 2],
      [2, 'invoke', 'read', null],
      [3, 'invoke', 'read', null],
      [2, 'ok', 'read', [1]],
      [3, 'ok', 'read', [2]],
      [0, 'ok', 'add', 1],
      [1, 'ok', 'add', 2],
    );
    expect(setFull.judge(overlapping, linearizable)).toMatchObject({
      valid: false,
      anomalyTypes: ['incomparable-reads'],
    });
    expect(setFull.judge(overlapping).valid).toBe(true);
  });

  it('names additions that took effect against real time', () => {
    const h = history([2, 'invoke', 'read', null], ...alone(0, 'add', 1), ...alone(0, 'add', 2), [
      2,
      'ok',
      'read',
      [2],
    ]);
    const verdict = setFull.judge(h, linearizable);
    expect(verdict).toMatchObject({
      valid: false,
      anomalyTypes: ['non-linearizable'],
      not: ['linearizable'],
    });
    expect(verdict.anomalies[0].ops.map((op) => op.value)).toEqual([1, 2, [2]]);
  });

  it('says unknown when nobody could read, and when elements were added twice', () => {
    expect(setFull.judge(history(...alone(0, 'add', 1))).valid).toBe('unknown');
    const twice = history(...alone(0, 'add', 1), ...alone(0, 'add', 1), ...alone(1, 'read', [1]));
    expect(setFull.judge(twice)).toMatchObject({ valid: 'unknown' });
  });
});

/** The definition, element by element and read by read. */
function naive(h: History): Map<Json, number> {
  const rows = Array.from({ length: h.n }, (_, row) => row);
  const f = (row: number) => h.fs[h.f[row]];
  const reads = rows.filter((row) => f(row) === 'read' && h.outcome[row] === OK);
  const found = new Map<Json, number>();
  for (const add of rows.filter((row) => f(row) === 'add' && h.outcome[row] !== FAIL)) {
    const e = h.value(add);
    const has = (row: number) => (h.value(row) as Json[]).includes(e);
    const knownAt = Math.min(
      h.outcome[add] === OK ? h.ret[add] : Number.POSITIVE_INFINITY,
      ...reads.filter(has).map((row) => h.ret[row]),
    );
    const present = Math.max(-1, ...reads.filter(has).map((row) => h.inv[row]));
    const absent = Math.max(-1, ...reads.filter((row) => !has(row)).map((row) => h.inv[row]));
    if (absent < present) found.set(e, absent > knownAt ? STALE : STABLE);
    else found.set(e, absent > knownAt ? LOST : NEVER_READ);
  }
  return found;
}

/** Clients of a set that grows in one order; now and then a read is made up, shuffled or of a past state. */
function random(dice: Dice, honest: boolean): History {
  let next = 0;
  const state: number[] = [];
  const past: number[][] = [[]];
  return history(
    ...clients(dice, 3, 4 + dice.below(6), () => {
      if (dice.chance(45)) {
        const e = ++next;
        const fate = dice.pick(['ok', 'ok', 'ok', 'info', 'fail'] as const);
        return {
          f: 'add',
          asked: e,
          effect: () => {
            if (fate === 'ok' || (fate === 'info' && dice.chance(50)) || (!honest && dice.chance(20)))
              state.push(e);
            past.push([...state]);
          },
          end: () => ({ type: fate, value: e }),
        };
      }
      let seen: number[] = [];
      return {
        f: 'read',
        asked: null,
        effect: () => {
          seen = [...state];
          if (!honest && dice.chance(25)) seen = [...dice.pick(past)];
          if (!honest && dice.chance(10)) seen = seen.filter(() => dice.chance(60));
          if (dice.chance(30)) seen.reverse();
        },
        end: () => ({ type: 'ok', value: seen }),
      };
    }),
  );
}

describe('set-full beside its definition', () => {
  it('finds the same fates, and linearizable what a search over all orders finds', () => {
    let wrong = 0;
    for (let seed = 1; seed <= ROUNDS / 2; seed++) {
      const h = random(new Dice(seed), seed % 4 === 0);
      const seen = observeSet(h);
      const { fate } = fates(h, seen);
      for (const [e, expected] of naive(h)) {
        const at = seen.elements.id.indexOf(h.values.id(e));
        expect(fate[at], `seed ${seed}, element ${String(e)}`).toBe(expected);
      }
      if (seen.reads.length === 0) continue;
      const verdict = setFull.judge(h, linearizable);
      const brute = decide(operations(h), model, null, new Meter());
      expect(verdict.valid, `seed ${seed}: ${verdict.anomalyTypes}`).toBe(brute.answer === 'legal');
      if (brute.answer !== 'legal') wrong++;
    }
    expect(wrong).toBeGreaterThan(ROUNDS / 20);
    expect(wrong).toBeLessThan((9 * ROUNDS) / 20);
  });
});

function operations(h: History): Operation[] {
  return Array.from({ length: h.n }, (_, row): Operation => {
    const f = h.fs[h.f[row]];
    const value = h.value(row);
    return {
      f,
      input: f === 'add' ? value : null,
      output: f === 'add' ? null : value,
      inv: h.inv[row],
      ret: h.ret[row],
      outcome: h.outcome[row] === INFO && f === 'read' ? FAIL : h.outcome[row],
      process: h.process[row],
    };
  });
}
