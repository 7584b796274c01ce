import { describe, expect, it } from 'vitest';
import { set } from '../../../src/analysis/sets/set.ts';
import { setFull } from '../../../src/analysis/sets/set-full.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, history } from './lines.ts';

describe('sets with keys', () => {
  const lines = [
    ...alone(0, 'add', ['x', 1]),
    ...alone(0, 'add', ['x', 2]),
    ...alone(1, 'add', ['y', 1]),
    ...alone(2, 'read', ['x', [1, 2]]),
    ...alone(2, 'read', ['y', [1]]),
  ];

  it.each([set, setFull])('keeps apart what has different keys: $name', (check) => {
    const verdict = check.judge(history(...lines));
    expect(verdict).toMatchObject({ valid: true, anomalyTypes: [], stats: { keys: 2, acknowledged: 3 } });
  });

  it.each([set, setFull])('says of which key an element is lost: $name', (check) => {
    const verdict = check.judge(
      history(...lines, ...alone(0, 'add', ['y', 2]), ...alone(0, 'read', ['y', [1]])),
    );
    expect(verdict).toMatchObject({
      valid: false,
      anomalyTypes: ['lost-write'],
      counts: { 'lost-write': 1 },
    });
    expect(verdict.anomalies[0].message).toMatch(/^Key "y": /);
    for (const { value } of verdict.anomalies[0].ops) expect(value).toEqual(['y', expect.anything()]);
    expect(JSON.stringify(verdict.anomalies[0].key)).toContain('"y"');
  });

  it('reads sets of none, two and many elements', () => {
    const verdict = set.judge(
      history(
        ...alone(0, 'add', ['x', 1]),
        ...alone(0, 'add', ['z', 1]),
        ...alone(0, 'add', ['z', 2]),
        ...alone(0, 'add', ['z', 3]),
        ...alone(1, 'read', ['x', []]),
        ...alone(1, 'read', ['z', [3, 1, 2]]),
      ),
    );
    expect(verdict).toMatchObject({ valid: false, counts: { 'lost-write': 1 }, stats: { finalReads: 2 } });
  });

  it('does not know of keys that nobody read', () => {
    const verdict = set.judge(history(...lines, ...alone(0, 'add', ['z', 1])));
    expect(verdict).toMatchObject({ valid: 'unknown' });
    expect(verdict.reason).toContain('key "z"');
  });

  it('takes pairs for elements where reads show no keys', () => {
    const verdict = set.judge(
      history(
        ...alone(0, 'add', ['x', 1]),
        ...alone(0, 'add', ['y', 2]),
        ...alone(1, 'read', [
          ['x', 1],
          ['y', 2],
        ]),
      ),
    );
    expect(verdict).toMatchObject({ valid: true, stats: { acknowledged: 2 } });
    expect(verdict.stats?.keys).toBeUndefined();
  });

  describe.each([set, setFull])('whatever elements are: $name', ({ judge }) => {
    const ok = (f: string, ...values: Json[]) => values.flatMap((value) => alone(0, f, value));

    it.each([
      [[{ id: 1 }, { id: 2 }, { id: 3 }]],
      [[[1, 2, 3], [], [4]]],
      [['x', [1, 2], 5]],
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ],
    ])('%j', (elements) => {
      const [a, b, c] = elements as unknown as Json[];
      const keyed = ok('add', ['x', a], ['y', b], ['x', c]);
      expect(judge(history(...keyed, ...ok('read', ['x', [a, c]], ['y', [b]])))).toMatchObject({
        valid: true,
        anomalyTypes: [],
        stats: { keys: 2 },
      });
      expect(judge(history(...keyed, ...ok('read', ['x', [a]], ['y', [b]])))).toMatchObject({
        valid: false,
        anomalyTypes: ['lost-write'],
      });
      for (const read of [elements.slice(0, 2), elements] as Json[][]) {
        const plain = judge(history(...ok('add', ...read), ...ok('read', read)));
        expect(plain).toMatchObject({ valid: true, anomalyTypes: [] });
        expect(plain.stats).not.toHaveProperty('keys');
        const less = judge(history(...ok('add', ...read), ...ok('read', read.slice(0, 1))));
        expect(less).toMatchObject({ valid: false, anomalyTypes: ['lost-write'] });
      }
      expect(judge(history(...ok('add', a, b), ...ok('read', null)))).toMatchObject({
        anomalyTypes: ['lost-write'],
      });
    });

    it('does not guess where some values have keys and some have none', () => {
      const verdict = judge(history(...ok('add', ['x', 1], 7), ...ok('read', ['x', [1]])));
      expect(verdict).toMatchObject({ valid: 'unknown', anomalyTypes: [] });
      expect(verdict.reason).toBe(
        'whether values have keys is not certain: read ["x",[1]] (index 4) names one, add 7 (index 2) does not',
      );
    });
  });
});
