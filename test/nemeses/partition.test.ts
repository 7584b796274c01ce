import { describe, expect, test } from 'vitest';
import { partition } from '../../nemeses/partition.ts';
import type { Link } from '../../src/worlds/world.ts';
import { faultOf, faultsOf, linksOf, nodesOf, scene } from './scene.ts';

interface Value {
  readonly sides: readonly (readonly string[])[];
  readonly bridge?: string;
  readonly direction: string;
}

/** Whom a node hears, itself included, while these links are cut. */
function hears(node: string, nodes: readonly string[], links: readonly Link[]): readonly string[] {
  return nodes.filter((other) => !links.some(([from, to]) => from === other && to === node));
}

const whole = { direction: 'both' };

describe('partition', () => {
  test('halves: two groups as equal as can be, nothing crosses', () => {
    for (const size of [2, 3, 4, 5, 7]) {
      const nodes = nodesOf(size);
      for (const fault of faultsOf(partition, { ...whole, shape: 'halves' }, { nodes }, 50)) {
        const [near, far] = (fault.value as unknown as Value).sides;
        expect([near!.length, far!.length]).toEqual([Math.floor(size / 2), Math.ceil(size / 2)]);
        for (const node of near!) expect(hears(node, nodes, linksOf(fault))).toEqual(near);
        for (const node of far!) expect(hears(node, nodes, linksOf(fault))).toEqual(far);
      }
    }
  });

  test('one and leader: one node alone', () => {
    const alone = faultsOf(partition, { ...whole, shape: 'one' });
    expect(new Set(alone.map((fault) => (fault.value as unknown as Value).sides[0]!.join()))).toEqual(
      new Set(nodesOf(5)),
    );
    for (const fault of [...alone, ...faultsOf(partition, { ...whole, shape: 'leader' })])
      expect(linksOf(fault)).toHaveLength(8);
    for (const fault of faultsOf(partition, { ...whole, shape: 'leader' }, { leaders: ['n4'] }))
      expect((fault.value as unknown as Value).sides[0]).toEqual(['n4']);
    expect(faultsOf(partition, { shape: 'leader' }, { leaders: [] })).toEqual([]);
  });

  test('majority-minority: the larger side can go on', () => {
    for (const fault of faultsOf(
      partition,
      { ...whole, shape: 'majority-minority' },
      { nodes: nodesOf(7) },
    )) {
      const [minority, majority] = (fault.value as unknown as Value).sides;
      expect(minority!.length).toBeLessThanOrEqual(3);
      expect(majority!.length).toBeGreaterThanOrEqual(4);
    }
  });

  test('bridge: two groups and one node that hears, and is heard by, everybody', () => {
    for (const size of [3, 4, 5, 6]) {
      const nodes = nodesOf(size);
      for (const fault of faultsOf(partition, { ...whole, shape: 'bridge' }, { nodes }, 50)) {
        const { sides, bridge } = fault.value as unknown as Value;
        expect(hears(bridge!, nodes, linksOf(fault))).toEqual(nodes);
        expect(sides.flat().length).toBe(size - 1);
        for (const side of sides)
          for (const node of side)
            expect(hears(node, nodes, linksOf(fault))).toEqual(
              nodes.filter((n) => n === bridge || side.includes(n)),
            );
      }
    }
  });

  test('majorities-ring: everybody hears a majority, no two the same one', () => {
    for (const size of [4, 5, 6, 7, 8, 9]) {
      const nodes = nodesOf(size);
      for (const fault of faultsOf(partition, { ...whole, shape: 'majorities-ring' }, { nodes }, 50)) {
        const heard = nodes.map((node) => hears(node, nodes, linksOf(fault)));
        for (const set of heard) expect(set.length).toBeGreaterThan(size / 2);
        expect(new Set(heard.map(String)).size).toBe(size);
      }
    }
  });

  test('one way: in hears nothing, out is not heard', () => {
    const nodes = nodesOf(5);
    for (const direction of ['in', 'out'] as const)
      for (const fault of faultsOf(partition, { shape: 'leader', direction })) {
        const links = linksOf(fault);
        expect(links).toHaveLength(4);
        expect(hears('n2', nodes, links)).toEqual(direction === 'in' ? ['n2'] : nodes);
        for (const other of ['n1', 'n3', 'n4', 'n5'])
          expect(hears(other, nodes, links).includes('n2')).toBe(direction === 'in');
      }
    for (const shape of ['halves', 'bridge', 'majorities-ring'])
      for (const fault of faultsOf(partition, { shape, direction: 'in' }, {}, 20)) {
        const pairs = linksOf(fault).map(([from, to]) => [from, to].sort().join());
        expect(new Set(pairs).size).toBe(pairs.length);
      }
  });

  test('held cuts say so, and need a world that can hold', () => {
    const held = faultOf(partition, { held: true }, scene());
    expect(held!.begin[0]).toMatchObject({ do: 'cut', held: true });
    expect(partition.needs(partition.options.parse({ held: true }))).toEqual(['cut', 'hold']);
    expect(partition.needs(partition.options.parse({}))).toEqual(['cut']);
  });

  test('by default every shape and direction has its turn', () => {
    const faults = faultsOf(partition, {});
    expect(faults).toHaveLength(300);
    expect(new Set(faults.map(({ f }) => f)).size).toBe(6);
    const directions = faults.map((fault) => (fault.value as unknown as Value).direction);
    expect(new Set(directions)).toEqual(new Set(['both', 'in', 'out']));
    expect(directions.filter((d) => d === 'both').length / 300).toBeCloseTo(0.5, 1);
  });

  test('cuts something between nodes that are up, or nothing', () => {
    const nodes = nodesOf(5);
    const healthy = ['n1', 'n4'];
    const faults = faultsOf(partition, {}, { healthy, leaders: [] });
    expect(faults.length).toBeGreaterThan(200);
    for (const fault of faults)
      expect(linksOf(fault).some(([from, to]) => healthy.includes(from) && healthy.includes(to))).toBe(true);
    expect(faultsOf(partition, {}, { healthy: ['n3'], leaders: ['n3'] })).toEqual([]);
    expect(nodes).toHaveLength(5);
  });

  test('refuses shapes that the cluster is too small for', () => {
    const problem = (options: unknown, n: number) =>
      partition.validate(partition.options.parse(options), nodesOf(n));
    expect(problem({}, 1)).toBe('a partition takes at least 2 nodes');
    expect(problem({}, 2)).toBe(undefined);
    expect(problem({ shape: 'majorities-ring' }, 3)).toBe(
      'shape majorities-ring takes at least 4 nodes, there are 3',
    );
    expect(problem({ shape: ['halves', 'bridge'] }, 2)).toContain('shape bridge takes at least 3 nodes');
    expect(faultsOf(partition, {}, { nodes: nodesOf(2), leaders: [] })).toHaveLength(300);
  });
});
