import { describe, expect, it } from 'vitest';
import { check } from '../../../src/analysis/check.ts';
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

  it('takes a process for a replica where no node is named, and the last read for owed everything', () => {
    const anywhere: Partial<Op> = { final: true };
    const h = history(['ok', 'add', 1], ['ok', 'read', [], anywhere], ['ok', 'read', [1], anywhere]);
    expect(set.judge(h)).toMatchObject({ valid: true, anomalyTypes: ['divergence'] });
    expect(set.judge(h, { models: ['convergence'] }).valid).toBe(false);
    const gone = history(['ok', 'add', 1], ['ok', 'read', [1], anywhere], ['ok', 'read', [], anywhere]);
    expect(set.judge(gone)).toMatchObject({ valid: false, anomalyTypes: ['divergence', 'lost-write'] });
  });

  it('calls it divergence, too, where replicas differ in what nobody added or what failed', () => {
    for (const add of [
      ['ok', 'add', 1],
      ['fail', 'add', 9],
    ] as const) {
      const h = history(add, ['ok', 'read', [9], final('n1')], ['ok', 'read', [], final('n2')]);
      expect(set.judge(h, { models: ['convergence'] }).anomalyTypes).toContain('divergence');
      expect(set.judge(h, { models: ['convergence'] }).valid).toBe(false);
    }
  });

  it('compares no replica with itself', () => {
    for (const more of [{}, final('n1')]) {
      const h = history(['ok', 'add', 1], ['ok', 'read', [1], more]);
      expect(set.judge(h).valid).toBe(true);
      expect(set.judge(h, { models: ['convergence'] }).valid).toBe('unknown');
    }
  });

  it('does not call lost what a read shows that was invoked after the last to return', () => {
    const lines: Op[] = [
      [0, 'invoke', 'add', 1],
      [0, 'ok', 'add', 1],
      [2, 'invoke', 'read', null],
      [0, 'invoke', 'read', null],
      [0, 'ok', 'read', [1]],
      [2, 'ok', 'read', []],
    ].map(([process, type, f, value], index) => ({ index, time: index, process, type, f, value }) as Op);
    expect(set.judge(historyOf(lines)).valid).toBe(true);
  });

  it("knows Maelstrom's broadcast as adding", () => {
    const h = history(['ok', 'broadcast', 1], ['ok', 'broadcast', 2], ['ok', 'read', [2]]);
    expect(set.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['lost-write'] });
    expect(check(h)).toMatchObject({ check: 'set', valid: false });
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

  it('says of a duplicate what is known: that it stands there more than once', () => {
    const h = history(['ok', 'add', 1], ['ok', 'read', [1, 1, 1]]);
    const { counts, anomalies } = set.judge(h);
    expect(counts).toEqual({ 'duplicate-element': 1 });
    expect(anomalies[0]!.message).toBe('R shows 1 more than once: a set holds it once at most.');
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
