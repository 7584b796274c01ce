import { describe, expect, test } from 'vitest';
import { isModel } from '../../src/analysis/models.ts';
import { mix } from '../../src/generator/choices.ts';
import { labelled } from '../../src/generator/transforms.ts';
import type { Json } from '../../src/history/op.ts';
import { workloads } from '../../workloads/index.ts';
import { listAppend } from '../../workloads/list-append.ts';
import { register } from '../../workloads/register.ts';
import { session } from '../../workloads/session.ts';
import { set } from '../../workloads/set.ts';
import { drive } from '../generator/driver.ts';
import { type Ran, run } from './run.ts';
import { Store } from './store.ts';

const keyOf = (value: Json) => (value as readonly Json[])[0] as number;
const mops = (value: Json) => value as readonly (readonly [string, number, Json])[];
const count = ({ ops }: Ran, f: string, type?: string) =>
  ops.filter((op) => op.f === f && op.final === undefined && (type === undefined || op.type === type)).length;

describe('every workload', () => {
  test('finds a perfect store valid, with evidence enough; its finals end by themselves', () => {
    for (const workload of workloads)
      for (const threads of [1, 3, 10]) {
        const { ops, finals, ended, verdicts } = run(workload, { threads, most: 1500 });
        expect(
          verdicts.map((v) => v.valid),
          `${workload.name} ${threads}`,
        ).toEqual([true]);
        for (const [f, least] of Object.entries(workload.minimum.ok))
          expect(ops.filter((op) => op.f === f && op.type === 'ok').length, f).toBeGreaterThanOrEqual(least);
        expect(finals.length).toBeGreaterThanOrEqual(workload.minimum.finals ?? 0);
        expect(ended).toBe('done');
      }
  });

  test('finds it valid, too, when operations fail or nobody knows', () => {
    for (const workload of workloads) {
      const outcome = (_: unknown, id: number) =>
        id % 13 === 0 ? 'info' : id % 17 === 0 ? 'fail' : undefined;
      const { verdicts, ended } = run(workload, { most: 1500, faults: { outcome } });
      expect(
        verdicts.map((v) => v.valid),
        workload.name,
      ).toEqual([true]);
      expect(ended).toBe('done');
    }
  });

  test('its finals end though nothing works any more', () => {
    for (const workload of workloads) {
      const outcome = (op: { final?: boolean }) => (op.final === true ? ('fail' as const) : undefined);
      const { ended, finals } = run(workload, { most: 500, faults: { outcome } });
      expect(ended, workload.name).toBe('done');
      if (workload.finals !== undefined) expect(finals.length).toBeGreaterThan(0);
    }
  });

  test('uses only the functions it names, and only values that no other operation writes', () => {
    for (const workload of workloads) {
      const { ops } = run(workload, { most: 2000 });
      const functions = new Set(workload.functions(workload.options.parse({})));
      for (const { f } of ops) expect(functions).toContain(f);
      const written = ops.flatMap(({ f, value }) => {
        if (f === 'txn')
          return mops(value).flatMap(([kind, , element]) => (kind === 'append' ? [element] : []));
        if (f === 'add') return [value];
        if (f === 'write') return [(value as readonly Json[])[1]!];
        if (f === 'cas') return [((value as readonly Json[])[1] as readonly Json[])[1]!];
        return [];
      });
      expect(written.length).toBeGreaterThan(100);
      expect(new Set(written).size).toBe(written.length);
    }
  });

  test('refuses options it does not know; describes those it does; names models that exist', () => {
    for (const { name, options, models, defaultModels } of workloads) {
      expect(() => options.parse({ kees: 1 }), name).toThrow('kees');
      expect(options.parse(options.parse({}))).toEqual(options.parse({}));
      for (const model of defaultModels) expect(models, name).toContain(model);
      for (const model of models)
        expect(isModel(model) || ['no-lost-writes', 'convergence'].includes(model), model).toBe(true);
    }
  });

  test('shares threads with the others: each has its part, in its own name', () => {
    const setup = { threads: 10, nodes: ['n1', 'n2', 'n3'] };
    const parts = workloads.map((w) => labelled(w.name, w.clients(w.options.parse({}), setup)));
    const store = new Store();
    const { ops } = drive(mix(parts), { threads: 10, most: 4000, outcome: (op, id) => store.do(op, id) });
    for (const { name } of workloads) {
      const share = ops.filter((op) => op.workload === name).length / ops.length;
      expect(Math.abs(share - 1 / workloads.length), name).toBeLessThan(0.05);
    }
  });

  test('does an operation the same whatever else was left out', () => {
    const setup = { threads: 5, nodes: ['n1'] };
    for (const workload of workloads) {
      const clients = () => workload.clients(workload.options.parse({}), setup);
      const whole = drive(clients(), { threads: 5, most: 300 }).ops;
      const again = drive(clients(), { threads: 5, most: 200 }).ops;
      expect(whole.slice(0, 200)).toEqual(again);
    }
  });
});

describe('register', () => {
  const setup = { threads: 10, nodes: ['n1'] };
  const problem = (options: unknown, threads = 10) =>
    register.validate(register.options.parse(options), { ...setup, threads });

  test('reads, writes and compares in the shares asked for; a fair part of the comparisons succeed', () => {
    const ran = run(register, { most: 5000 });
    expect(count(ran, 'read') / 5000).toBeCloseTo(0.5, 1);
    expect(count(ran, 'cas') / 5000).toBeCloseTo(0.2, 1);
    expect(count(ran, 'cas', 'ok') / count(ran, 'cas')).toBeGreaterThan(0.3);
  });

  test('keys have their operations and are read at the end, each one', () => {
    const { ops, finals } = run(register, { most: 4000, options: { opsPerKey: 50 } });
    const used = new Set(ops.filter((op) => op.final !== true).map((op) => keyOf(op.value)));
    expect(used.size).toBeGreaterThanOrEqual(80);
    const read = new Set(finals.map((op) => keyOf(op.value)));
    for (const key of used) expect(read).toContain(key);
    expect(read.size).toBeLessThan(used.size + 5);
  });

  test('a stale read is found and named, and so is a write that was lost', () => {
    const stale = run(register, { faults: { stale: (id) => id > 1000 && id < 1040, age: 40 } }).verdicts[0]!;
    expect(stale.valid).toBe(false);
    expect(stale.anomalyTypes).toContain('stale-read');
    const lost = run(register, { faults: { lose: (id) => id > 1000 && id < 1020 } }).verdicts[0]!;
    expect(lost.valid).toBe(false);
  });

  test('without cas it needs none', () => {
    const options = register.options.parse({ cas: 0 });
    expect(register.functions(options)).toEqual(['read', 'write']);
    expect(count(run(register, { options: { cas: 0 }, most: 500 }), 'cas')).toBe(0);
  });

  test('refuses what would test nothing', () => {
    expect(problem({})).toBe(undefined);
    expect(problem({}, 1)).toBe(undefined);
    expect(problem({ keys: 11 })).toBe('11 keys at once need at least 11 client threads, there are only 10');
    expect(problem({ reads: 0.6, cas: 0.4 })).toContain('leave less than a share of 0.05 for writes');
  });
});

describe('list-append', () => {
  test('the hottest key is written most, keys retire, the finals read every key', () => {
    const { ops, finals } = run(listAppend, { most: 4000 });
    const load = ops.filter((op) => op.final !== true).flatMap((op) => mops(op.value));
    const used = new Set(load.map(([, key]) => key));
    expect(used.size).toBeGreaterThan(100);
    const read = new Set(finals.flatMap((op) => mops(op.value)).map(([, key]) => key));
    for (const key of used) expect(read).toContain(key);
    const writes = new Map<number, number>();
    for (const [kind, key] of load) if (kind === 'append') writes.set(key, (writes.get(key) ?? 0) + 1);
    expect(Math.max(...writes.values())).toBe(32);
    expect(load.filter(([kind]) => kind === 'r').length / load.length).toBeCloseTo(0.5, 1);
    const lengths = ops.filter((op) => op.final !== true).map((op) => mops(op.value).length);
    for (const length of [1, 2, 3, 4])
      expect(lengths.filter((l) => l === length).length / lengths.length).toBeCloseTo(0.25, 1);
  });

  test('the exponential distribution doubles from key to key', () => {
    const { ops } = run(listAppend, { most: 4000, options: { keys: 4, maxWrites: 100_000 } });
    const keys = ops.filter((op) => op.final !== true).flatMap((op) => mops(op.value).map(([, key]) => key));
    const share = (key: number) => keys.filter((k) => k === key).length / keys.length;
    for (const key of [0, 1, 2, 3]) expect(share(key)).toBeCloseTo(2 ** key / 15, 1);
    expect(share(3) / share(2)).toBeGreaterThan(1.7);
  });

  test('a stale read is found and named', () => {
    const { verdicts } = run(listAppend, { faults: { stale: (id) => id === 2000 } });
    expect(verdicts[0]!.valid).toBe(false);
    expect([...verdicts[0]!.not, ...verdicts[0]!.alsoNot]).toContain('strict-serializable');
  });

  test('a lost append is found', () => {
    const { verdicts } = run(listAppend, { faults: { lose: (id) => id % 500 === 0 } });
    expect(verdicts[0]!.valid).toBe(false);
  });

  test('refuses what contradicts itself', () => {
    const problem = (options: unknown) =>
      listAppend.validate(listAppend.options.parse(options), { threads: 1, nodes: [] });
    expect(problem({ minLength: 5 })).toBe('minLength 5 is above maxLength 4');
    expect(problem({ keys: 100 })).toContain(
      'keys 100 is too many for an exponential distribution: at most 31',
    );
    expect(problem({ keys: 100, distribution: 'uniform' })).toBe(undefined);
    expect(problem({ keys: 31 })).toBe(undefined);
  });
});

describe('set', () => {
  test('reads the whole and every replica once when they agree', () => {
    const { finals } = run(set);
    expect(finals.map((op) => op.at ?? 'all').sort()).toEqual(['all', 'n1', 'n2', 'n3']);
  });

  test('slow replicas are read until they agree: nothing is lost', () => {
    const lag = (node: string, asked: number) => (node === 'n2' ? Math.max(0, 5 - asked) : 0);
    const { finals, verdicts } = run(set, { faults: { lag }, models: ['no-lost-writes', 'convergence'] });
    expect(finals).toHaveLength(5 * 4);
    expect(verdicts[0]!.valid).toBe(true);
    const rounds = [0, 4, 8, 12, 16].map((i) => finals[i]!.time);
    for (let i = 1; i < 5; i++) expect(rounds[i]! - rounds[i - 1]!).toBeGreaterThanOrEqual(250_000_000);
  });

  test('one that never catches up is divergence, after so many rounds', () => {
    const lag = (node: string) => (node === 'n2' ? 3 : 0);
    const { finals, verdicts } = run(set, {
      faults: { lag },
      models: ['convergence'],
      options: { rounds: 3 },
    });
    expect(finals).toHaveLength(3 * 4);
    expect(verdicts[0]!.anomalyTypes).toEqual(['divergence']);
    expect(verdicts[0]!.valid).toBe(false);
  });

  test('an acknowledged element that is nowhere is lost', () => {
    const { verdicts } = run(set, { options: { reads: 0 }, faults: { lose: (id) => id === 1234 } });
    expect(verdicts[0]!.valid).toBe(false);
    expect(verdicts[0]!.anomalyTypes).toEqual(['lost-write']);
    expect(verdicts[0]!.anomalies[0]!.detail).toMatchObject({ elements: [1234] });
  });
});

describe('session', () => {
  test('few keys, which retire; half of the reads look again', () => {
    const ran = run(session, { most: 4000 });
    expect(count(ran, 'read') / 4000).toBeCloseTo(0.6, 1);
    expect(new Set(ran.ops.map((op) => keyOf(op.value))).size).toBeGreaterThan(15);
    const before = new Map<number, number>();
    let again = 0;
    for (const { thread, f, value } of ran.ops) {
      if (f === 'read' && before.get(thread) === keyOf(value)) again++;
      before.set(thread, keyOf(value));
    }
    expect(again / count(ran, 'read')).toBeCloseTo(0.6, 1);
  });

  test('a read that forgets what its user wrote or saw is found and named', () => {
    const { verdicts } = run(session, { faults: { stale: (id) => id % 3 === 0, age: 60 } });
    expect(verdicts[0]!.valid).toBe(false);
    expect(verdicts[0]!.not).toEqual(expect.arrayContaining(['monotonic-reads', 'read-your-writes']));
  });
});
