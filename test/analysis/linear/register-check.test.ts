import { describe, expect, test } from 'vitest';
import type { RegisterCheckOptions } from '../../../src/analysis/linear/register-check.ts';
import { casRegisterCheck, keyValueCheck, register } from '../../../src/analysis/linear/register-check.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, history, type Line } from './histories.ts';

function judge(lines: Line[], options: RegisterCheckOptions = {}) {
  const { valid, anomalyTypes } = register.judge(history(...lines), options);
  return valid === false ? anomalyTypes.join() : valid;
}

const read = (process: number, seen: number | null) => alone(process, 'read', null, seen);
const write = (process: number, value: number) => alone(process, 'write', value);

describe('one register', () => {
  test('a read of what was replaced before it began is stale', () => {
    const lines = [...write(0, 1), ...read(1, 1), ...read(1, null)];
    expect(judge(lines)).toBe('stale-read');
    const [anomaly] = register.judge(history(...lines)).anomalies;
    expect(anomaly.ops.map((op) => op.f)).toEqual(['write', 'read']);
    expect(anomaly.message).toContain('had returned (record 1)');
    expect(judge([...write(0, 1), ...write(0, 2), ...read(1, 1)])).toBe('stale-read');
  });

  test('a read during a write may see the old value or the new one', () => {
    for (const seen of [null, 1])
      expect(judge([[0, 'invoke', 'write', 1], ...read(1, seen), [0, 'ok', 'write', 1]])).toBe(true);
  });

  test('functions of other objects are left out, whatever they are called', () => {
    for (const f of ['constructor', 'toString', '__proto__', 'sync'])
      expect(judge([...alone(0, f, 1), ...write(0, 1)]), f).toBe(true);
  });

  test('reads that did not succeed do not say whether there are keys', () => {
    const lines: Line[] = [
      ...alone(0, 'write', ['x', 1]),
      ...alone(0, 'write', ['y', 2]),
      ...alone(0, 'read', ['x', null], ['x', 1]),
    ];
    for (const value of [null, 'x', ['x', null]]) {
      expect(judge([...lines, [1, 'invoke', 'read', value]])).toBe(true);
      expect(judge([...lines, [1, 'invoke', 'read', value], [1, 'fail', 'read', value]])).toBe(true);
    }
    expect(judge([...lines, ...alone(0, 'read', ['y', null], ['y', null])])).toBe('stale-read');
  });

  test('two reads during one write may not see new, then old', () => {
    const lines: Line[] = [
      ...write(2, 1),
      [0, 'invoke', 'write', 2],
      ...read(1, 2),
      ...read(1, 1),
      [0, 'ok', 'write', 2],
    ];
    expect(judge(lines)).toBe('new-old-inversion');
    const sameFromNil: Line[] = [
      [0, 'invoke', 'write', 2],
      ...read(1, 2),
      ...read(1, null),
      [0, 'ok', 'write', 2],
    ];
    expect(judge(sameFromNil)).toBe('new-old-inversion');
  });

  test('a write of unknown outcome may take effect later, but not be undone', () => {
    const unknown: Line[] = [
      [0, 'invoke', 'write', 1],
      [0, 'info', 'write', 1],
    ];
    expect(judge([...unknown, ...read(1, null), ...read(1, 1)])).toBe(true);
    expect(judge([...unknown, ...read(1, 1), ...read(1, null)])).toBe('new-old-inversion');
  });

  test('a value seen before its write was invoked', () => {
    expect(judge([...read(1, 1), [0, 'invoke', 'write', 1], [0, 'info', 'write', 1]])).toBe('future-read');
    expect(judge([...read(1, 1), ...write(0, 1)])).toBe('future-read');
  });

  test('a value from a compare-and-set of something that never was', () => {
    expect(
      judge([...write(0, 5), [0, 'invoke', 'cas', [1, 2]], [0, 'info', 'cas', [1, 2]], ...read(1, 2)]),
    ).toBe('thin-air-read');
  });

  test('two compare-and-sets from one value', () => {
    const twice = [...write(0, 1), ...alone(0, 'cas', [1, 2]), ...alone(1, 'cas', [1, 3])];
    expect(judge(twice)).toBe('duplicate-cas');
    expect(
      judge([...write(0, 1), ...alone(0, 'cas', [1, 2]), ...alone(1, 'cas', [2, 3]), ...read(2, 3)]),
    ).toBe(true);
  });

  test('the value of a failed compare-and-set or write is seen', () => {
    const failed: Line[] = [
      [0, 'invoke', 'cas', [1, 2]],
      [0, 'fail', 'cas', [1, 2]],
    ];
    expect(judge([...write(0, 1), ...failed, ...read(1, 2)])).toBe('aborted-read');
    expect(judge([...write(0, 1), ...failed, ...read(1, 1)])).toBe(true);
  });

  test('a failed compare-and-set proves something only if told so', () => {
    const lines: Line[] = [...write(0, 1), [0, 'invoke', 'cas', [1, 2]], [0, 'fail', 'cas', [1, 2]]];
    expect(judge(lines)).toBe(true);
    expect(judge(lines, { definiteCasFailures: true })).toBe('non-linearizable');
    const elsewhere: Line[] = [...write(0, 1), [0, 'invoke', 'cas', [3, 2]], [0, 'fail', 'cas', [3, 2]]];
    expect(judge(elsewhere, { definiteCasFailures: true })).toBe(true);
  });

  test('a value nobody wrote', () => {
    expect(judge([...write(0, 1), ...read(1, 7)])).toBe('thin-air-read');
  });

  test('operations that end and begin at one position are concurrent', () => {
    // Completions without invocations: each begins and ends at its own record, one after the other.
    expect(
      judge([
        [0, 'ok', 'write', 1],
        [1, 'ok', 'read', 1],
        [0, 'ok', 'write', 2],
        [1, 'ok', 'read', 2],
      ]),
    ).toBe(true);
    expect(
      judge([
        [0, 'ok', 'write', 1],
        [0, 'ok', 'write', 2],
        [1, 'ok', 'read', 1],
      ]),
    ).toBe('stale-read');
  });

  test('many unknown writes and reads of them', () => {
    const lines: Line[] = [];
    for (let i = 0; i < 60; i++) lines.push([i, 'invoke', 'write', i % 5], [i, 'info', 'write', i % 5]);
    for (let i = 0; i < 200; i++) lines.push(...read(100, (i * 7) % 5));
    expect(judge(lines)).toBe('non-linearizable');
    expect(judge(lines.slice(0, 120 + 2 * 40))).toBe(true);
  });

  test('the initial value', () => {
    expect(judge(read(0, null))).toBe(true);
    expect(judge(read(0, 0))).toBe('thin-air-read');
    expect(judge(read(0, 0), { initial: 0 })).toBe(true);
    expect(judge([...write(0, 1), ...read(0, null)])).toBe('stale-read');
  });

  test('reused values: a stale read is named, with the writes that prove it', () => {
    const lines = [...write(0, 1), ...write(0, 2), ...write(1, 1), ...write(0, 2), ...read(1, 1)];
    expect(judge(lines)).toBe('stale-read');
    const { anomalies, engine } = register.judge(history(...lines));
    expect(engine).toBe('deadlines');
    expect(anomalies[0].ops.map((op) => [op.f, op.value])).toEqual([
      ['write', 1],
      ['write', 2],
      ['read', 1],
    ]);
  });

  test('reused values: an impossible pattern is shrunk to what conflicts', () => {
    const noise = Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0 ? write(9, i % 4) : read(9, (i - (i % 3)) % 4),
    ).flat();
    const core: Line[] = [
      [0, 'invoke', 'write', 1],
      [1, 'invoke', 'write', 2],
      ...read(2, 1),
      ...read(2, 2),
      ...read(2, 1),
      ...read(2, 2),
      [0, 'ok', 'write', 1],
      [1, 'ok', 'write', 2],
    ];
    const { valid, anomalies } = register.judge(history(...noise, ...write(3, 3), ...core, ...noise));
    expect(valid).toBe(false);
    expect(anomalies[0].ops.length).toBeLessThanOrEqual(12);
    expect(anomalies[0].message).toContain('no order');
  });

  test('nothing ok is nothing judged', () => {
    const verdict = register.judge(history([0, 'invoke', 'read', null], [0, 'fail', 'read', null]));
    expect(verdict.valid).toBe('unknown');
  });
});

describe('many registers', () => {
  const at = (key: string, lines: Line[]): Line[] =>
    lines.map(([p, type, f, value]) => [p, type, f, [key, value]] as Line);

  test('each key is judged alone', () => {
    const lines = [
      ...at('x', write(0, 1)),
      ...at('y', read(0, null)),
      ...at('x', read(0, 1)),
      ...at('y', write(1, 1)),
    ];
    expect(judge(lines)).toBe(true);
    const wrong = [...lines, ...at('y', read(0, null))];
    const verdict = register.judge(history(...wrong));
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalies[0].key).toBe('y');
    expect(verdict.not).toEqual(['linearizable']);
    expect(verdict.alsoNot).toContain('strict-serializable');
  });

  test('keyed compare-and-set', () => {
    const lines = [...at('x', write(0, 1)), ...at('x', alone(0, 'cas', [1, 2])), ...at('x', read(0, 2))];
    expect(casRegisterCheck.judge(history(...lines)).valid).toBe(true);
  });
});

describe('sequential consistency', () => {
  const sequential = { models: ['sequential'] };

  test('a stale read of another process is allowed', () => {
    const lines = [...write(0, 1), ...write(0, 2), ...read(1, 1), ...read(1, 2)];
    expect(judge(lines)).toBe('stale-read');
    expect(judge(lines, sequential)).toBe(true);
  });

  test('but not within a process, and not new before old', () => {
    expect(judge([...write(0, 1), ...read(0, null)], sequential)).toBe('non-sequential');
    expect(judge([...write(0, 1), ...write(0, 2), ...read(1, 2), ...read(1, 1)], sequential)).toBe(
      'non-sequential',
    );
  });

  test('keys cannot be judged apart', () => {
    const put = (p: number, k: string): Line[] => alone(p, 'write', [k, 1]);
    const get = (p: number, k: string, seen: number | null): Line[] => alone(p, 'read', [k, null], [k, seen]);
    const lines = [...put(0, 'x'), ...get(0, 'y', null), ...put(1, 'y'), ...get(1, 'x', null)];
    const verdict = keyValueCheck.judge(history(...lines), sequential);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['non-sequential']);
    const fine = [...put(0, 'x'), ...get(0, 'y', null), ...put(1, 'y'), ...get(1, 'x', 1)];
    expect(keyValueCheck.judge(history(...fine), sequential).valid).toBe(true);
  });
});

describe('keys', () => {
  const all = (...lines: [string, Json][]) => lines.flatMap(([f, value]) => alone(0, f, value));
  const reason = (lines: Line[]) => keyValueCheck.judge(history(...lines)).reason;

  test('in some values and not in others: nothing is certain', () => {
    const unkeyed: [string, Json][] = [
      ['write', 7],
      ['read', 7],
      ['cas', [1, 2]],
      ['read', null],
      ['write', { id: 1 }],
    ];
    for (const one of unkeyed) {
      const lines = all(['write', ['x', 1]], one, ['cas', ['x', [1, 2]]], ['read', ['x', 2]]);
      expect(judge(lines), JSON.stringify(one)).toBe('unknown');
      expect(judge(all(['write', ['x', 1]], one, ['read', ['x', 2]]))).toBe('unknown');
    }
    expect(reason(all(['cas', ['x', [null, 1]]], ['read', 7]))).toBe(
      'whether values have keys is not certain: cas ["x",[null,1]] (index 0) names one, read 7 (index 2) does not',
    );
    expect(judge(all(['write', ['x', 1]], ['read', ['x', 1]]))).toBe(true);
    expect(judge(all(['write', ['x', 1]], ['read', ['x', 2]]))).toBe('thin-air-read');
  });

  test('what failed needs none', () => {
    const failed: Line[] = [
      [1, 'invoke', 'write', 7],
      [1, 'fail', 'write', 7],
    ];
    expect(judge([...all(['write', ['x', 1]]), ...failed, ...all(['read', ['x', 1]])])).toBe(true);
  });

  test('lists are values, those of two among longer and shorter ones', () => {
    const lists = all(['write', [1]], ['write', [1, 2]], ['write', [1, 2, 3]]);
    expect(judge([...lists, ...all(['read', [1, 2, 3]])])).toBe(true);
    expect(judge([...lists, ...all(['read', [1, 2]])])).toBe('stale-read');
    const swaps = all(['write', [1]], ['cas', [[1], [1, 2]]], ['cas', [[1, 2], [3]]]);
    expect(judge([...swaps, ...all(['read', [3]])])).toBe(true);
    expect(judge([...swaps, ...all(['read', [1]])])).not.toBe(true);
  });

  test('values under a key are of any kind, in a compare-and-set too', () => {
    for (const [a, b] of [
      [{ id: 1 }, { id: 2 }],
      [[1, 2], [3]],
      [[], 'x'],
    ] as Json[][]) {
      const lines = all(['write', ['x', a]], ['cas', ['x', [a, b]]]);
      expect(judge([...lines, ...all(['read', ['x', b]])])).toBe(true);
      expect(judge([...lines, ...all(['read', ['x', a]])])).toBe('stale-read');
      expect(judge([...lines, ...all(['read', ['x', 9]])])).toBe('thin-air-read');
    }
  });

  test('a compare-and-set of lists of two is of a key, or is not', () => {
    expect(
      judge(
        all(
          ['write', [1, 2]],
          [
            'cas',
            [
              [1, 2],
              [3, 4],
            ],
          ],
          ['read', [3, 4]],
        ),
      ),
    ).toBe('unknown');
    expect(reason(all(['cas', 7], ['read', 7]))).toBe(
      'cas 7 (index 0) does not say what it expects and what it sets',
    );
  });
});
