import { describe, expect, it } from 'vitest';
import { uniqueIds } from '../../../src/analysis/ids/unique-ids.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, clients, Dice, history } from '../sets/lines.ts';
import { rounds } from '../weak/random.ts';

describe('unique-ids', () => {
  it('accepts ids that differ, in any order, also when 1 and "1" are given', () => {
    const h = history(...alone(0, 'generate', 2), ...alone(0, 'generate', 1), ...alone(0, 'generate', '1'));
    expect(uniqueIds.judge(h)).toMatchObject({ valid: true, stats: { generated: 3 } });
  });

  it('names an id given twice, also of any shape', () => {
    for (const id of [7, 'n1-7', ['n1', 7], [1, 2, 3], { node: 1 }] as Json[]) {
      const h = history(
        ...alone(0, 'generate', id),
        ...alone(1, 'generate', 99),
        ...alone(1, 'generate', id),
      );
      const verdict = uniqueIds.judge(h);
      expect(verdict).toMatchObject({ valid: false, counts: { 'duplicate-id': 1 } });
      expect(verdict.anomalies[0].key).toEqual(id);
    }
  });

  it('counts an id that came with an unknown outcome, and none of a failure', () => {
    const h = history([0, 'invoke', 'generate', 7], [0, 'info', 'generate', 7], ...alone(1, 'generate', 7));
    expect(uniqueIds.judge(h).anomalyTypes).toEqual(['duplicate-id']);
    const failed = history(
      [0, 'invoke', 'generate', 7],
      [0, 'fail', 'generate', 7],
      ...alone(1, 'generate', 7),
    );
    expect(uniqueIds.judge(failed).valid).toBe(true);
  });

  it('sees an id that only the completion of unknown outcome names', () => {
    for (const id of [7, 'n1-7', ['n1', 7], ['n1', [1, 2]], { node: 1 }] as Json[]) {
      const h = history(
        [0, 'invoke', 'generate', null],
        [0, 'info', 'generate', id],
        ...alone(1, 'generate', id),
      );
      const verdict = uniqueIds.judge(h);
      expect(verdict.anomalyTypes).toEqual(['duplicate-id']);
      expect(verdict.anomalies[0].key).toEqual(id);
      expect(verdict.anomalies[0].ops.map((op) => op.value)).toEqual([id, id]);
      expect(uniqueIds.judge(h.filter((row) => h.process[row] === 1)).valid).toBe(true);
      expect(uniqueIds.judge(h.filter(() => true)).valid).toBe(false);
    }
    const nothing = history([0, 'invoke', 'generate', null], [0, 'info', 'generate', null]);
    expect(nothing.told.size).toBe(0);
  });

  it('names an ok without an id', () => {
    expect(uniqueIds.judge(history(...alone(0, 'generate', null))).anomalyTypes).toEqual(['nil-id']);
  });

  it('judges order on demand', () => {
    const process = history(...alone(0, 'generate', 2), ...alone(0, 'generate', 1));
    expect(uniqueIds.judge(process).valid).toBe(true);
    expect(uniqueIds.judge(process, { models: ['process-ordered-ids'] })).toMatchObject({
      valid: false,
      not: ['realtime-ordered-ids', 'process-ordered-ids'],
    });
    const others = history(...alone(0, 'generate', 2), ...alone(1, 'generate', 1));
    expect(uniqueIds.judge(others, { models: ['process-ordered-ids'] }).valid).toBe(true);
    expect(uniqueIds.judge(others, { models: ['realtime-ordered-ids'] }).valid).toBe(false);
    const concurrent = history(
      [0, 'invoke', 'generate', null],
      [1, 'invoke', 'generate', null],
      [0, 'ok', 'generate', 2],
      [1, 'ok', 'generate', 1],
    );
    expect(uniqueIds.judge(concurrent, { models: ['realtime-ordered-ids'] }).valid).toBe(true);
  });

  it('finds in random histories what comparing all pairs finds', () => {
    for (let seed = 1; seed <= rounds(1500); seed++) {
      const dice = new Dice(seed);
      let next = 0;
      const h = history(
        ...clients(dice, 3, 8, () => {
          let id = 0;
          return {
            f: 'generate',
            asked: null,
            effect: () => {
              id = dice.chance(85) ? ++next : 1 + dice.below(next + 1);
            },
            end: () => ({ type: dice.chance(90) ? 'ok' : 'info', value: id }),
          };
        }),
      );
      const rows = Array.from({ length: h.n }, (_, row) => row).filter((row) => h.outcome[row] === 0);
      const pairs = rows.flatMap((a) => rows.filter((b) => b !== a).map((b) => [a, b]));
      const less = (a: number, b: number) => (h.value(a) as number) < (h.value(b) as number);
      const ahead = ([a, b]: number[]) => h.ret[a] < h.inv[b];
      const types = uniqueIds.judge(h).anomalyTypes;
      const given = [
        ...rows.map((row) => h.value(row)),
        ...[...h.told.values()].map((id) => h.values.value(id)),
      ];
      expect(types.includes('duplicate-id')).toBe(new Set(given).size < given.length);
      expect(types.includes('realtime-id-order')).toBe(pairs.some((p) => ahead(p) && !less(p[0], p[1])));
      expect(types.includes('process-id-order')).toBe(
        pairs.some((p) => ahead(p) && h.process[p[0]] === h.process[p[1]] && !less(p[0], p[1])),
      );
    }
  });

  it('says unknown of nothing', () => {
    const h = history([0, 'invoke', 'generate', null], [0, 'fail', 'generate', null]);
    expect(uniqueIds.judge(h).valid).toBe('unknown');
  });
});
