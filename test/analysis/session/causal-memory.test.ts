import { describe, expect, test } from 'vitest';
import { causal } from '../../../src/analysis/session/check.ts';
import { isCausalMemory, mutated } from '../weak/brute-memory.ts';
import { read, type Step, sequence, txn, write } from '../weak/histories.ts';
import { Dice, rounds, type Small, show } from '../weak/random.ts';

/** What a session did, as `x=1` written, `x1` read, `z_` read as nil; sessions by turns. */
function sessions(...texts: readonly string[]): Step[] {
  return texts.flatMap((text, p) =>
    text.split(' ').map((op): Step => {
      if (op[1] === '=') return write(p, op[0]!, Number(op.slice(2)));
      return read(p, op[0]!, op[1] === '_' ? null : Number(op.slice(1)));
    }),
  );
}

const valid = (steps: readonly Step[], model: string) =>
  causal.judge(sequence(steps), { models: [model] }).valid;
const MODELS = ['weak-causal', 'causal-memory', 'causal'] as const;

describe('Bouajjani et al., figure 3: weak causality, memory, convergence', () => {
  for (const [name, steps, ...holds] of [
    ['memory, not convergence', sessions('x=1 x2', 'x=2 x1'), true, true, false],
    ['convergence, not memory', sessions('z=1 x=1 y=1', 'x=2 z_ y1 x2'), true, false, true],
    ['neither', sessions('x=1', 'x=2 x1 x2'), true, false, false],
    ['all, and not sequential', sessions('x=1 y_ y=1 x1', 'x=2 y_ y=2 x2'), true, true, true],
    ['not even weak', sessions('x=1 y=1', 'y1 x=2', 'x2 x1'), false, false, false],
  ] as const)
    test(name, () => {
      expect(MODELS.map((model) => valid(steps, model))).toEqual(holds);
    });
});

describe('evidence', () => {
  test('a session that cannot put two writes in one order', () => {
    const verdict = causal.judge(sequence(sessions('x=1', 'x=2 x1 x2')), { models: ['causal-memory'] });
    expect(verdict.anomalyTypes).toContain('CyclicHB');
    expect(verdict.not).toContain('causal-memory');
    expect(verdict.consistentWith).toContain('weak-causal');
    const { message, detail, steps } = verdict.anomalies.find((a) => a.type === 'CyclicHB')!;
    expect(detail).toEqual({ process: 1 });
    expect(message).toMatchInlineSnapshot(`
      "T3 read key "x" as 2 from T2, with T1's 1 behind it (T4 read key "x" as 1, which T1 wrote; process 1 did T4 before T3): to process 1 T1's 1 is older than T2's 2.
      T4 read key "x" as 1 from T1, with T2's 2 behind it (process 1 did T2 before T4): to process 1 T2's 2 is older than T1's 1.
      So process 1 would have to put each of T1, T2, T1 before the next."
    `);
    expect(steps!.map((s) => s.type)).toEqual(['co', 'co']);
  });

  test('an initial value that was overwritten in every order of the session, by way of what it read later', () => {
    const verdict = causal.judge(sequence(sessions('z=1 x=1 y=1', 'x=2 z_ y1 x2')));
    expect(verdict.valid).toBe(true);
    // Memory is judged when asked for.
    expect(verdict.consistentWith).toEqual(['causal']);
    const memory = causal.judge(sequence(sessions('z=1 x=1 y=1', 'x=2 z_ y1 x2')), {
      models: ['causal-memory'],
    });
    expect(memory.anomalyTypes).toEqual(['WriteHBInitRead']);
    expect(memory.not).toEqual(['causal-memory']);
    expect(memory.anomalies[0]!.message).toMatchInlineSnapshot(`
      "T3 read key "x" as 2 from T2, with T1's 1 behind it (process 0 did T1 before T4; T5 read key "y" as 1, which T4 wrote; process 1 did T5 before T3): to process 1 T1's 1 is older than T2's 2.
      T6 read key "z" as nil, its value before any write, although T7's 1 was behind it (process 0 did T7 before T1; T1 is older than T2; process 1 did T2 before T6)."
    `);
  });

  test('memory is judged where convergence fails', () => {
    const verdict = causal.judge(sequence(sessions('x=1 x2', 'x=2 x1')));
    expect(verdict.valid).toBe(false);
    expect(verdict.consistentWith).toContain('causal-memory');
  });

  test('a budget too small leaves it open', () => {
    const steps = sessions('x=1 x2 x2 x2', 'x=2 x1 x1 x1');
    const verdict = causal.judge(sequence(steps), {
      models: ['causal-memory'],
      budget: { steps: 3, tableBytes: 1 << 20 },
    });
    expect(verdict.valid).toBe('unknown');
    expect(verdict.reason).toContain('ended after 3 steps');
    expect(verdict.consistentWith).not.toContain('causal-memory');
  });

  test('lists are not judged', () => {
    const append: Step = { p: 0, value: [['append', 'x', 1]] };
    const verdict = causal.judge(sequence([append, { p: 1, value: [['r', 'x', [1]]] }]), {
      models: ['causal-memory'],
    });
    expect(verdict.valid).toBe('unknown');
  });

  test('transactions', () => {
    const steps = [txn(0, 'w x 1 w y 1'), txn(1, 'w x 2'), txn(1, 'r x 1 r y 1'), txn(1, 'r x 2 r y 1')];
    expect(valid(steps, 'weak-causal')).toBe(true);
    expect(valid(steps, 'causal-memory')).toBe(false);
  });
});

test('the verdict on random histories is that of the definition', () => {
  const steps = (h: Small): Step[] =>
    h.accesses.map((list, at) => ({
      p: h.session[at]!,
      value: list.map((a) => [a.write ? 'w' : 'r', a.key, a.write ? at + 1 : a.from < 0 ? null : a.from + 1]),
    }));
  for (let seed = 1; seed <= Math.min(rounds(500), 20_000); seed++) {
    const h = mutated(new Dice(seed));
    const expected = isCausalMemory(h);
    if (valid(steps(h), 'causal-memory') !== expected)
      expect.fail(`seed ${seed}: expected ${expected}\n${show(h)}`);
    const unasked = causal.judge(sequence(steps(h)));
    if (unasked.valid === false)
      expect(unasked.not.includes('causal-memory') || unasked.alsoNot.includes('causal-memory')).toBe(
        !expected,
      );
  }
});
