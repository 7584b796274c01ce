import { describe, expect, it } from 'vitest';
import { counter } from '../../../src/analysis/counts/counter.ts';
import { decide, type Operation } from '../../../src/analysis/linear/general.ts';
import { Meter } from '../../../src/analysis/linear/meter.ts';
import { counter as model } from '../../../src/analysis/linear/models/counts.ts';
import { FAIL, type History, INFO } from '../../../src/history/history.ts';
import { alone, clients, Dice, history } from '../sets/lines.ts';
import { rounds } from '../weak/random.ts';

describe('counter', () => {
  it('accepts reads that may or may not include what is under way', () => {
    const h = history(
      ...alone(0, 'add', 1),
      [0, 'invoke', 'add', 1],
      ...alone(1, 'read', 1),
      ...alone(1, 'read', 2),
      [0, 'info', 'add', 1],
      ...alone(1, 'read', 2),
    );
    expect(counter.judge(h)).toMatchObject({
      valid: true,
      consistentWith: ['linearizable', 'counter-bounds'],
    });
  });

  it('names a read above all that was attempted', () => {
    const h = history(...alone(0, 'add', 1), ...alone(1, 'read', 2), ...alone(0, 'add', 1));
    expect(counter.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['counter-too-high'] });
  });

  it('names a read below all that was acknowledged', () => {
    const h = history(...alone(0, 'add', 1), ...alone(0, 'add', 1), ...alone(1, 'read', 1));
    const verdict = counter.judge(h);
    expect(verdict).toMatchObject({
      valid: false,
      anomalyTypes: ['counter-too-low'],
      not: ['counter-bounds', 'linearizable'],
    });
    expect(verdict.anomalies[0].ops.map((op) => op.name)).toEqual(['A1', 'A2', 'R']);
  });

  it('calls a read too low that is, although an earlier one had read more', () => {
    for (const [step, first] of [
      [1, 2],
      [-1, -2],
    ] as const) {
      const h = history(
        ...alone(0, 'add', step),
        [2, 'invoke', 'add', step],
        ...alone(1, 'read', first),
        ...alone(1, 'read', 0),
      );
      const verdict = counter.judge(h, { models: ['counter-bounds'] });
      expect(verdict).toMatchObject({
        valid: false,
        anomalyTypes: [step > 0 ? 'counter-too-low' : 'counter-too-high'],
      });
    }
  });

  it('knows fractions, however they were rounded', () => {
    for (const [read, valid] of [
      [0.1 + 0.1 + 0.1, true],
      [0.3, true],
      [0.2, false],
      [0.25, false],
    ] as const) {
      const h = history(...[1, 2, 3].flatMap(() => alone(0, 'add', 0.1)), ...alone(1, 'read', read));
      expect(counter.judge(h).valid, String(read)).toBe(valid);
    }
  });

  it('does not count failed additions', () => {
    const h = history([0, 'invoke', 'add', 1], [0, 'fail', 'add', 1], ...alone(1, 'read', 1));
    expect(counter.judge(h).anomalyTypes).toEqual(['counter-too-high']);
  });

  it('names reads that go back although nothing subtracts, which bounds allow', () => {
    const h = history([0, 'invoke', 'add', 1], ...alone(1, 'read', 1), ...alone(1, 'read', 0), [
      0,
      'ok',
      'add',
      1,
    ]);
    expect(counter.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['counter-went-back'] });
    expect(counter.judge(h, { models: ['counter-bounds'] }).valid).toBe(true);
    const several = history(
      [0, 'invoke', 'add', 3],
      [2, 'invoke', 'add', 4],
      ...alone(1, 'read', 3),
      ...alone(1, 'read', 0),
      [0, 'ok', 'add', 3],
      [2, 'ok', 'add', 4],
    );
    expect(counter.judge(several).anomalyTypes).toEqual(['counter-went-back']);
  });

  it('adds what was acknowledged since to what an earlier read saw', () => {
    const h = history(
      [0, 'invoke', 'add', 1],
      ...alone(1, 'read', 1),
      ...alone(2, 'add', 1),
      ...alone(1, 'read', 1),
      [0, 'ok', 'add', 1],
    );
    const verdict = counter.judge(h);
    expect(verdict.anomalyTypes).toEqual(['counter-went-back']);
    expect(verdict.anomalies[0].ops.map((op) => op.name)).toEqual(['R1', 'A1', 'R2']);
  });

  it('may go back where something subtracts', () => {
    const h = history(
      [0, 'invoke', 'inc', null],
      [2, 'invoke', 'dec', null],
      ...alone(1, 'read', 1),
      ...alone(1, 'read', 0),
      [0, 'ok', 'inc', null],
      [2, 'ok', 'dec', null],
    );
    expect(counter.judge(h).valid).toBe(true);
  });

  it('names sums that no subset makes, and what lies between equal steps', () => {
    const sums = history([0, 'invoke', 'add', 5], [2, 'invoke', 'add', 3], ...alone(1, 'read', 4));
    expect(counter.judge(sums)).toMatchObject({ valid: false, anomalyTypes: ['non-linearizable'] });
    const steps = history([0, 'invoke', 'add', 5], ...alone(1, 'read', 4));
    expect(counter.judge(steps).anomalyTypes).toEqual(['unexpected-value']);
  });

  it('judges each key alone', () => {
    const h = history(
      ...alone(0, 'add', ['x', 1]),
      ...alone(1, 'read', ['x', 1]),
      ...alone(1, 'read', ['y', 1]),
    );
    const verdict = counter.judge(h);
    expect(verdict.anomalies).toMatchObject([{ type: 'counter-too-high', key: 'y' }]);
  });

  it('does not decide beyond its budget, nor without reads', () => {
    const adds = Array.from({ length: 12 }, (_, i) => [i, 'invoke', 'add', 3 ** i % 101] as const);
    const h = history(...adds, ...alone(50, 'read', 44), ...alone(50, 'read', 45));
    const verdict = counter.judge(h, { budget: { steps: 1, tableBytes: 1 << 20 } });
    expect(verdict.valid).toBe('unknown');
    expect(counter.judge(history(...alone(0, 'add', 1))).valid).toBe('unknown');
    expect(counter.judge(history(...alone(0, 'add', 'x'))).reason).toContain('no number');
  });
});

function random(dice: Dice, amounts: readonly number[], honest: boolean): History {
  let state = 0;
  return history(
    ...clients(dice, 4, 4 + dice.below(8), () => {
      if (dice.chance(50)) {
        const amount = dice.pick(amounts);
        const fate = dice.pick(['ok', 'ok', 'ok', 'ok', 'info', 'fail'] as const);
        return {
          f: 'add',
          asked: amount,
          effect: () => {
            if (fate === 'ok' || (fate === 'info' && dice.chance(50))) state += amount;
          },
          end: () => ({ type: fate, value: amount }),
        };
      }
      let seen = 0;
      return {
        f: 'read',
        asked: null,
        effect: () => {
          seen = state;
          if (!honest && dice.chance(30)) seen += dice.pick(amounts) * dice.pick([1, -1]);
        },
        end: () => ({ type: dice.chance(90) ? 'ok' : 'info', value: seen }),
      };
    }),
  );
}

describe('counter beside a search over all orders', () => {
  const compare = (name: string, amounts: readonly number[], rounds: number, strict: boolean) =>
    it(name, () => {
      let wrong = 0;
      for (let seed = 1; seed <= rounds; seed++) {
        const h = random(new Dice(seed), amounts, seed % 3 === 0);
        if (!Array.from(h.f).some((f, row) => h.fs[f] === 'read' && h.outcome[row] === 0)) continue;
        const legal = decide(operations(h), model, 0, new Meter()).answer === 'legal';
        const verdict = counter.judge(h);
        expect(verdict.valid, `seed ${seed}: ${verdict.anomalyTypes}`).toBe(legal);
        if (strict) expect(verdict.engine).toBe('equal-steps');
        if (!legal) wrong++;
      }
      expect(wrong).toBeGreaterThan(rounds / 10);
      expect(wrong).toBeLessThan((9 * rounds) / 10);
    });
  compare('agrees on steps of one', [1], rounds(1500), true);
  compare('agrees on equal steps down', [-3], rounds(500), true);
  compare('agrees on steps of several sizes', [1, 2, 5], rounds(500), false);
  compare('agrees on steps up and down', [1, -1, 3], rounds(500), false);
});

function operations(h: History): Operation[] {
  return Array.from({ length: h.n }, (_, row): Operation => {
    const f = h.fs[h.f[row]];
    const value = h.value(row);
    const skip = h.outcome[row] === INFO && f === 'read';
    return {
      f,
      input: f === 'add' ? value : null,
      output: value,
      inv: h.inv[row],
      ret: h.ret[row],
      outcome: skip ? FAIL : h.outcome[row],
      process: h.process[row],
    };
  });
}
