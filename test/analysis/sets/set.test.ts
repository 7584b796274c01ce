import { describe, expect, it } from 'vitest';
import { set } from '../../../src/analysis/sets/set.ts';
import { historyOf } from '../../../src/history/builder.ts';
import type { Json, Op } from '../../../src/history/op.ts';

type Step = readonly [type: Op['type'], f: string, value: Json, extra?: Partial<Op>];

/** Each step invoked and completed at once, by one process each. */
function history(...steps: readonly Step[]) {
  const ops: Op[] = [];
  steps.forEach(([type, f, value, extra], process) => {
    const invoked = f === 'read' ? null : value;
    ops.push({ index: ops.length, time: ops.length, process, type: 'invoke', f, value: invoked, ...extra });
    ops.push({ index: ops.length, time: ops.length, process, type, f, value, ...extra });
  });
  return historyOf(ops);
}

const final = (node: string): Partial<Op> => ({ final: true, node });

describe('set', () => {
  it('accepts a set that kept all it acknowledged', () => {
    const h = history(
      ['ok', 'add', 1],
      ['info', 'add', 2],
      ['fail', 'add', 3],
      ['ok', 'read', [1, 2], final('n1')],
    );
    expect(set.judge(h)).toMatchObject({
      valid: true,
      anomalyTypes: [],
      stats: { acknowledged: 1, recovered: 1 },
    });
  });

  it('names acknowledged elements that no final read has: lost-write', () => {
    const h = history(
      ['ok', 'add', 1, { node: 'n1', epoch: 1 }],
      ['ok', 'add', 2],
      ['ok', 'add', 3],
      ['ok', 'read', [2], final('n1')],
      ['ok', 'read', [2], final('n2')],
    );
    const verdict = set.judge(h);
    expect(verdict).toMatchObject({
      valid: false,
      anomalyTypes: ['lost-write'],
      counts: { 'lost-write': 2 },
    });
    expect(verdict.anomalies[0]!.detail!.elements).toEqual([1, 3]);
  });

  it('calls what only some replicas have divergence, which is judged on demand', () => {
    const h = history(['ok', 'add', 1], ['ok', 'read', [], final('n1')], ['ok', 'read', [1], final('n2')]);
    expect(set.judge(h)).toMatchObject({ valid: true, anomalyTypes: ['divergence'], not: ['convergence'] });
    expect(set.judge(h, { models: ['convergence'] }).valid).toBe(false);
  });

  it('looks at the last final read of each node only', () => {
    const h = history(['ok', 'add', 1], ['ok', 'read', [], final('n1')], ['ok', 'read', [1], final('n1')]);
    expect(set.judge(h)).toMatchObject({ valid: true, anomalyTypes: [] });
  });

  it('names strangers, observed failures and duplicates', () => {
    const h = history(['fail', 'add', 1], ['ok', 'add', 2], ['ok', 'read', [1, 2, 2, 9, 9]]);
    expect(set.judge(h)).toMatchObject({
      valid: false,
      anomalyTypes: ['aborted-read', 'duplicate-element', 'unexpected-element'],
    });
  });

  it('does not know what is lost when nobody could read', () => {
    const h = history(['ok', 'add', 1], ['fail', 'read', null]);
    const verdict = set.judge(h);
    expect(verdict.valid).toBe('unknown');
    expect(verdict.reason).toContain('no read');
  });

  it('reads lists of any length, two included', () => {
    for (const n of [0, 1, 2, 3, 50]) {
      const elements = Array.from({ length: n }, (_, i) => i);
      const h = history(...elements.map((e): Step => ['ok', 'add', e]), [
        'ok',
        'read',
        elements,
        final('n1'),
      ]);
      expect(set.judge(h), String(n)).toMatchObject({ valid: true, stats: { acknowledged: n } });
    }
  });
});
