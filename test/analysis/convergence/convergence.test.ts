import { describe, expect, it } from 'vitest';
import { convergence } from '../../../src/analysis/convergence/convergence.ts';
import { fold, kinds, type Update } from '../../../src/analysis/convergence/crdt.ts';
import type { Json } from '../../../src/history/op.ts';
import { parseHistory } from '../../../src/history/read/read.ts';
import { alone, Dice, history, type Line } from '../sets/lines.ts';
import { rounds } from '../weak/random.ts';

const final = (node: string) => ({ final: true, node });
const judge = (...lines: Line[]) => convergence.judge(history(...lines));
const strong = (...lines: Line[]) => convergence.judge(history(...lines), { models: ['strong-eventual'] });

describe('convergence', () => {
  it('accepts replicas that agree in the end, whatever they showed before', () => {
    const verdict = judge(
      ...alone(0, 'write', ['x', 1]),
      ...alone(1, 'read', ['x', null], { node: 'n1' }),
      ...alone(2, 'read', ['x', 1], final('n1')),
      ...alone(2, 'read', ['x', 1], final('n2')),
    );
    expect(verdict).toMatchObject({
      valid: true,
      consistentWith: ['eventual', 'convergence'],
      stats: { keys: 1 },
    });
  });

  it('names replicas that differ once nothing is written: the first key, the minority', () => {
    const verdict = judge(
      ...alone(0, 'write', ['y', 1]),
      ...alone(0, 'write', ['x', 2]),
      ...['n1', 'n2', 'n3'].flatMap((node) => [
        ...alone(2, 'read', ['x', node === 'n2' ? 7 : 2], final(node)),
        ...alone(2, 'read', ['y', node === 'n3' ? 0 : 1], final(node)),
      ]),
    );
    expect(verdict).toMatchObject({
      valid: false,
      anomalyTypes: ['non-convergence'],
      not: ['convergence', 'eventual'],
      counts: { 'non-convergence': 2 },
    });
    expect(verdict.anomalies[0]).toMatchObject({ key: 'x', detail: { minority: ['n2'], values: [2, 7] } });
    expect(verdict.anomalies[0].message).toContain('after the last acknowledged write');
    expect(verdict.anomalies[1]).toMatchObject({ key: 'y', detail: { minority: ['n3'] } });
  });

  it('says nothing of how long it was where the history has no times', () => {
    const lines = [
      { process: 0, type: 'ok', f: 'write', value: ['x', 1] },
      { process: 1, type: 'ok', f: 'read', value: ['x', 1], ...final('n1') },
      { process: 1, type: 'ok', f: 'read', value: ['x', 2], ...final('n2') },
    ];
    const { anomalies } = convergence.judge(parseHistory(lines.map((l) => JSON.stringify(l)).join('\n')));
    expect(anomalies[0].message).toBe('The replicas had not converged on "x" by the end. n1: 1; n2: 2.');
  });

  it('compares sets without order and lists with it', () => {
    const reads = [...alone(2, 'read', [1, 2, 3], final('n1')), ...alone(2, 'read', [3, 1, 2], final('n2'))];
    const added = [1, 2, 3].flatMap((e) => alone(0, 'add', e));
    const appended = [1, 2, 3].flatMap((e) => alone(0, 'append', e));
    expect(judge(...added, ...reads).valid).toBe(true);
    expect(judge(...appended, ...reads).valid).toBe(false);
    const two = [...alone(2, 'read', [1, 2], final('n1')), ...alone(2, 'read', [2, 1], final('n2'))];
    expect(judge(...alone(0, 'add', 1), ...alone(0, 'add', 2), ...two)).toMatchObject({
      valid: true,
      stats: { keys: 1 },
    });
  });

  it('compares the reads of transactions', () => {
    const txn = (node: string, x: Json): Line => [5, 'ok', 'txn', [['r', 'x', x]], final(node)];
    const wrote: Line = [0, 'ok', 'txn', [['append', 'x', 1]]];
    expect(judge(wrote, txn('n1', [1]), txn('n2', [1])).valid).toBe(true);
    expect(judge(wrote, txn('n1', [1]), txn('n2', null)).valid).toBe(false);
  });

  it('lets the last final read of a node count, and leaves out keys that are still written', () => {
    const last = judge(
      ...alone(0, 'write', 1),
      ...alone(2, 'read', 0, final('n1')),
      ...alone(2, 'read', 1, final('n2')),
      ...alone(2, 'read', 1, final('n1')),
    );
    expect(last.valid).toBe(true);
    const busy = judge(
      ...alone(2, 'read', 0, final('n1')),
      ...alone(0, 'write', 1),
      ...alone(2, 'read', 1, final('n2')),
    );
    expect(busy).toMatchObject({ valid: 'unknown', anomalyTypes: [] });
  });

  it('does not know without final reads of two nodes', () => {
    expect(judge(...alone(0, 'write', 1), ...alone(2, 'read', 1)).valid).toBe('unknown');
    expect(judge(...alone(0, 'write', 1), ...alone(2, 'read', 1, final('n1'))).valid).toBe('unknown');
  });

  it('names reads of one version, or of the same updates, that differ: strong convergence', () => {
    const see = (version: Json, value: Json, node: string) =>
      alone(2, 'read', { version, value }, final(node));
    expect(strong(...see({ n1: 1 }, 5, 'n1'), ...see({ n1: 1 }, 5, 'n2')).valid).toBe(true);
    const differ = strong(...see({ n1: 1 }, 5, 'n1'), ...see({ n1: 1 }, 6, 'n2'));
    expect(differ).toMatchObject({
      valid: false,
      anomalyTypes: ['non-convergence', 'strong-non-convergence'],
    });
    const before = strong(
      ...alone(2, 'read', { delivered: ['a', 'b'], value: 1 }),
      ...alone(3, 'read', { delivered: ['b', 'a'], value: 2 }),
      ...see(1, 5, 'n1'),
      ...see(1, 5, 'n2'),
    );
    expect(before).toMatchObject({
      valid: false,
      anomalyTypes: ['strong-non-convergence'],
      not: ['strong-eventual'],
    });
    expect(strong(...alone(2, 'read', 1, final('n1')), ...alone(2, 'read', 1, final('n2'))).valid).toBe(
      'unknown',
    );
  });

  it('keeps the versions of different keys apart', () => {
    const see = (key: string, value: Json, node: string) =>
      alone(2, 'read', [key, { version: 1, value }], final(node));
    expect(
      strong(...see('x', 5, 'n1'), ...see('y', 6, 'n1'), ...see('x', 5, 'n2'), ...see('y', 6, 'n2')).valid,
    ).toBe(true);
  });

  it('folds the updates that a read says were delivered', () => {
    const updates = [
      ...alone(0, 'add', { id: 1, value: 'a' }),
      ...alone(0, 'add', { id: 2, value: 'b' }),
      ...alone(0, 'remove', { id: 3, value: 'a', after: [1] }),
      ...alone(0, 'add', { id: 4, value: 'a' }),
    ];
    const see = (delivered: Json[], value: Json) =>
      convergence.judge(history(...updates, ...alone(2, 'read', { delivered, value }, final('n1'))), {
        models: ['strong-eventual'],
        crdt: 'or-set',
      } as object).anomalyTypes;
    expect(see([2, 1], ['b', 'a'])).toEqual([]);
    expect(see([1, 2, 3], ['b'])).toEqual([]);
    expect(see([4, 1, 3], ['a'])).toEqual([]);
    expect(see([1, 3], ['a'])).toEqual(['wrong-merge']);
    expect(see([1, 9], ['a'])).toEqual(['unexpected-update']);
  });
});

describe('folds of replicated types', () => {
  it('take the latest write, by stamp and then by node', () => {
    const write = (id: string, stamp: number, node: string): Update => ({
      id,
      f: 'write',
      value: id,
      stamp,
      node,
    });
    expect(fold('lww', [write('a', 2, 'n1'), write('b', 1, 'n9')])).toBe('a');
    expect(fold('lww', [write('a', 2, 'n1'), write('b', 2, 'n2')])).toBe('b');
    expect(fold('lww', [])).toBeNull();
  });

  it('do not depend on the order of delivery, nor on how often', () => {
    for (let seed = 1; seed <= rounds(1000); seed++) {
      const dice = new Dice(seed);
      const updates = Array.from(
        { length: 8 },
        (_, i): Update => ({
          id: String(i),
          f: dice.pick(['add', 'remove', 'write', 'dec']),
          value: 1 + dice.below(3),
          after: Array.from({ length: i }, (_, j) => String(j)).filter(() => dice.chance(50)),
          stamp: dice.below(4),
          node: `n${i}`,
        }),
      );
      const shuffled = [...updates, dice.pick(updates)]
        .map((update) => [dice.below(1000), update] as const)
        .sort(([a], [b]) => a - b)
        .map(([, update]) => update);
      for (const kind of kinds)
        expect(fold(kind, shuffled), `seed ${seed}, ${kind}`).toEqual(fold(kind, updates));
    }
  });
});
