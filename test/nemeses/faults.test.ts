import { describe, expect, test } from 'vitest';
import { clock } from '../../nemeses/clock.ts';
import { nemeses } from '../../nemeses/index.ts';
import { kill } from '../../nemeses/kill.ts';
import type { Fault } from '../../nemeses/nemesis.ts';
import { packet } from '../../nemeses/packet.ts';
import { pause } from '../../nemeses/pause.ts';
import { action as actionSchema } from '../../src/schedule.ts';
import { faultOf, faultsOf, linksOf, nodesHit, nodesOf, scene } from './scene.ts';

const MS = 1_000_000;

/** What is wrong with a fault, in words. Plain code: a hundred thousand assertions would take their time. */
function problems(fault: Fault, nodes: readonly string[], healthy: readonly string[]): string[] {
  const found: string[] = [];
  const must = (holds: boolean, what: string) => void (holds || found.push(what));
  must(JSON.stringify(JSON.parse(JSON.stringify(fault))) === JSON.stringify(fault), 'is no plain data');
  must(fault.begin.length > 0, 'begins with nothing');
  for (const action of [...fault.begin, ...fault.heal]) {
    must(actionSchema.safeParse(action).success, `no explicit plan may hold ${JSON.stringify(action)}`);
    const ends = 'nodes' in action ? action.nodes : action.links;
    must(ends.length > 0, `${action.do} nobody`);
    must(new Set(ends.map(String)).size === ends.length, `${action.do} twice`);
    if ('nodes' in action)
      must(
        action.nodes.every((node) => healthy.includes(node)),
        `${action.do} a sick node`,
      );
    else
      for (const [from, to] of action.links)
        must(from !== to && nodes.includes(from) && nodes.includes(to), `${action.do} ${from} to ${to}`);
  }
  const touched = (actions: Fault['begin']) =>
    JSON.stringify(actions.map((x) => ('nodes' in x ? x.nodes : x.links)));
  must(touched(fault.begin) === touched(fault.heal), 'the heal is for others');
  return found;
}

describe('every nemesis', () => {
  const sizes = [1, 2, 3, 4, 5, 6, 7];

  test('has a real effect or does nothing, is plain data, and is undone by its heal', () => {
    for (const nemesis of nemeses)
      for (const size of sizes) {
        const nodes = nodesOf(size);
        const defaults = nemesis.options.parse({});
        if (nemesis.validate(defaults, nodes) !== undefined) continue;
        for (let seed = 0; seed < 200; seed++) {
          const healthy = nodes.filter((_, i) => (seed >> i) % 2 === 0);
          const leaders = healthy.slice(0, seed % 3);
          const fault = nemesis.fault(defaults, scene(seed, { nodes, healthy, leaders }));
          if (fault === undefined) continue;
          expect(problems(fault, nodes, healthy), `${nemesis.name} ${size} ${seed}`).toEqual([]);
          expect(fault.f.startsWith(nemesis.name)).toBe(true);
        }
      }
  });

  test('decides by the draws alone', () => {
    for (const nemesis of nemeses)
      for (let seed = 0; seed < 50; seed++)
        expect(faultOf(nemesis, {}, scene(seed))).toEqual(faultOf(nemesis, {}, scene(seed)));
  });

  test('does nothing when nobody is left to hit', () => {
    for (const nemesis of nemeses)
      expect(faultsOf(nemesis, {}, { healthy: [], leaders: [] }), nemesis.name).toEqual([]);
  });

  test('refuses options it does not know', () => {
    for (const nemesis of nemeses)
      expect(() => nemesis.options.parse({ tarket: 'one' }), nemesis.name).toThrow('tarket');
  });

  test('needs what its actions do', () => {
    expect(kill.needs(kill.options.parse({}))).toEqual(['kill']);
    expect(kill.needs(kill.options.parse({ mode: 'power-failure' }))).toEqual(['power-failure']);
    expect(pause.needs(pause.options.parse({}))).toEqual(['pause']);
    expect(clock.needs(clock.options.parse({}))).toEqual(['clock-bump', 'clock-drift', 'clock-strobe']);
    expect(clock.needs(clock.options.parse({ kinds: 'drift' }))).toEqual(['clock-drift']);
    expect(packet.needs(packet.options.parse({}))).toEqual(['degrade']);
  });
});

describe('targets', () => {
  const sizesHit = (target: string, given: Parameters<typeof scene>[1] = {}) =>
    new Set(faultsOf(kill, { target }, given).map((fault) => nodesHit(fault).length));

  test('are of the size they are called', () => {
    expect(sizesHit('one')).toEqual(new Set([1]));
    expect(sizesHit('minority')).toEqual(new Set([2]));
    expect(sizesHit('majority')).toEqual(new Set([3]));
    expect(sizesHit('all')).toEqual(new Set([5]));
    expect(sizesHit('minority', { nodes: nodesOf(4) })).toEqual(new Set([1]));
    expect(sizesHit('majority', { nodes: nodesOf(4) })).toEqual(new Set([3]));
    expect(sizesHit('majority', { healthy: ['n1', 'n2'] })).toEqual(new Set());
  });

  test('leaders are those that are known; unknown ones are not guessed', () => {
    for (const fault of faultsOf(kill, { target: 'leaders' }, { leaders: ['n4', 'n2'] }))
      expect(nodesHit(fault)).toEqual(['n2', 'n4']);
    expect(faultsOf(kill, { target: 'leaders' }, { leaders: [] })).toEqual([]);
    expect(faultsOf(kill, { target: 'leaders' }, { leaders: ['n2'], healthy: ['n1', 'n3'] })).toEqual([]);
  });

  test('by default every target has its turn, and every node', () => {
    const faults = faultsOf(kill, {});
    const targets = faults.map((fault) => (fault.value as { target: string }).target);
    expect(new Set(targets)).toEqual(new Set(['one', 'minority', 'majority', 'all', 'leaders']));
    expect(faults).toHaveLength(300);
    const single = faultsOf(kill, { target: 'one' }).flatMap(nodesHit);
    for (const node of nodesOf(5)) expect(single.filter((n) => n === node).length).toBeGreaterThan(30);
  });

  test('where the one drawn is impossible another is taken', () => {
    const faults = faultsOf(kill, { target: ['leaders', 'one'] }, { leaders: [] });
    expect(faults).toHaveLength(300);
    for (const fault of faults) expect(nodesHit(fault)).toHaveLength(1);
  });

  test('a minority of too few nodes is refused if somebody asked for it', () => {
    const problem = (target: unknown, nodes: number) =>
      kill.validate(kill.options.parse(target === undefined ? {} : { target }), nodesOf(nodes));
    expect(problem('minority', 2)).toBe(
      'target minority: a cluster of 2 has no minority, it takes at least 3 nodes',
    );
    expect(problem(['one', 'minority'], 1)).toContain('has no minority');
    expect(problem(undefined, 2)).toBe(undefined);
    expect(problem('minority', 3)).toBe(undefined);
    expect(faultsOf(kill, {}, { nodes: nodesOf(2) })).toHaveLength(300);
  });
});

describe('clock', () => {
  test('bumps by every order of magnitude of the range, both ways, in whole nanoseconds', () => {
    const jumps = faultsOf(clock, { kinds: 'bump' }, {}, 3000).map((fault) => {
      const [action] = fault.begin;
      return action!.do === 'bump' ? action!.by : 0;
    });
    for (const by of jumps) {
      expect(Number.isSafeInteger(by)).toBe(true);
      expect(Math.abs(by)).toBeGreaterThanOrEqual(10 * MS);
      expect(Math.abs(by)).toBeLessThanOrEqual(60_000 * MS);
    }
    expect(jumps.filter((by) => by < 0).length / jumps.length).toBeCloseTo(0.5, 1);
    const within = (low: number, high: number) =>
      jumps.filter((by) => Math.abs(by) >= low * MS && Math.abs(by) < high * MS).length / jumps.length;
    // 10 ms to 60 s are between twelve and thirteen doublings.
    for (let low = 10; low * 2 <= 60_000; low *= 2)
      expect(Math.abs(within(low, low * 2) - 1 / 13)).toBeLessThan(0.02);
  });

  test('drifts within the range, never at rate 1', () => {
    const rates = (drift?: readonly [number, number]) =>
      faultsOf(clock, { kinds: 'drift', ...(drift && { drift }) }).map((fault) => {
        const [action] = fault.begin;
        return action!.do === 'drift' ? action!.rate : 0;
      });
    for (const rate of rates()) {
      expect(rate).not.toBe(1);
      expect(rate).toBeGreaterThanOrEqual(0.95);
      expect(rate).toBeLessThanOrEqual(1.05);
    }
    expect(rates().some((rate) => rate < 1) && rates().some((rate) => rate > 1)).toBe(true);
    expect(new Set(rates([4, 4]))).toEqual(new Set([4]));
    expect(rates([0.25, 1]).every((rate) => rate >= 0.25 && rate < 1)).toBe(true);
    expect(rates([1, 2]).every((rate) => rate > 1 && rate <= 2)).toBe(true);
  });

  test('strobes at least twice while it lasts, or not at all', () => {
    const faults = faultsOf(clock, { kinds: 'strobe' }, { duration: 10 * MS });
    expect(faults).toHaveLength(300);
    for (const { begin } of faults) {
      const [action] = begin;
      if (action!.do !== 'strobe') return expect.unreachable();
      expect(action!.period).toBeGreaterThanOrEqual(MS);
      expect(action!.period).toBeLessThanOrEqual(5 * MS);
    }
    expect(faultsOf(clock, { kinds: 'strobe' }, { duration: MS })).toEqual([]);
  });

  test('refuses ranges that mean nothing', () => {
    const problem = (options: unknown) => clock.validate(clock.options.parse(options), nodesOf(5));
    expect(problem({})).toBe(undefined);
    expect(problem({ jump: ['2s', '1s'] })).toBe('jump 2s to 1s: expected 0 < smallest ≤ largest');
    expect(problem({ period: [0, '1s'] })).toContain('period 0ns to 1s');
    expect(problem({ drift: [1, 1] })).toContain('leaves no rate that differs from 1');
    expect(problem({ drift: [2, 1.5] })).toContain('the slowest rate is above the fastest');
    expect(() => clock.options.parse({ drift: [0.1, 2] })).toThrow();
  });
});

describe('packet', () => {
  test('touches the links of the nodes it hits, client links too, and no others', () => {
    for (const fault of faultsOf(packet, { target: 'one' }, { clients: ['c0', 'c1'] })) {
      const [node] = (fault.value as { nodes: [string] }).nodes;
      const links = linksOf(fault);
      expect(links).toHaveLength(2 * 4 + 2 * 2);
      for (const link of links) expect(link).toContain(node);
    }
    for (const fault of faultsOf(packet, { target: 'all' })) expect(linksOf(fault)).toHaveLength(20);
  });

  test('does what its kind says, with the figures given', () => {
    const [loss] = faultsOf(packet, { kinds: 'loss', loss: 0.5 });
    expect(loss!.begin[0]).toMatchObject({ do: 'degrade', loss: 0.5 });
    expect(loss!.begin[0]).not.toHaveProperty('delay');
    const [all] = faultsOf(packet, { kinds: 'all', delay: ['1ms', '2ms'] });
    expect(all!.begin[0]).toMatchObject({ loss: 0.2, duplicate: 0.2, delay: [MS, 2 * MS] });
    expect(new Set(faultsOf(packet, {}).map(({ f }) => f))).toEqual(
      new Set(['packet-loss', 'packet-duplicate', 'packet-delay', 'packet-all']),
    );
  });

  test('refuses what would do nothing', () => {
    expect(() => packet.options.parse({ loss: 0 })).toThrow();
    expect(packet.validate(packet.options.parse({ delay: [0, 0] }), nodesOf(3))).toContain(
      'delay 0ns to 0ns',
    );
    expect(faultsOf(packet, {}, { nodes: nodesOf(1) })).toEqual([]);
  });
});
