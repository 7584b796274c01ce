import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/history/op.ts';
import { listAppend } from '../../workloads/list-append.ts';
import { register } from '../../workloads/register.ts';
import { drive } from '../generator/driver.ts';

/** A perfect store: what each operation of register and list-append returns, applied when invoked. */
function store() {
  const registers = new Map<Json, Json>();
  const lists = new Map<Json, Json[]>();
  return ({ f, value }: { f: string; value: Json }): { type: 'ok' | 'fail'; value?: Json } => {
    if (f === 'txn') {
      const done = (value as readonly (readonly Json[])[]).map(([g, k, v]) => {
        const list = lists.get(k!) ?? [];
        if (g === 'r') return [g, k!, [...list]];
        lists.set(k!, [...list, v!]);
        return [g!, k!, v!];
      });
      return { type: 'ok', value: done };
    }
    const [k, v] = value as readonly [Json, Json];
    if (f === 'read') return { type: 'ok', value: [k, registers.get(k) ?? null] };
    if (f === 'cas') {
      const [from, to] = v as readonly [Json, Json];
      if ((registers.get(k) ?? null) !== from) return { type: 'fail' };
      registers.set(k, to);
    } else registers.set(k, v);
    return { type: 'ok' };
  };
}

describe('register', () => {
  const options = register.options.parse({}) as Parameters<typeof register.clients>[0];
  const setup = { threads: 10, nodes: ['n1', 'n2', 'n3', 'n4', 'n5'] };

  test('reads, writes and compare-and-set in their shares; a fair part of the compare-and-set succeed', () => {
    const { ops } = drive(register.clients(options, setup), {
      threads: 10,
      most: 6000,
      outcome: store(),
      latency: (_, id) => 1_000_000 + (id % 7) * 100_000,
    });
    const count = (f: string, type?: string) =>
      ops.filter((op) => op.f === f && (type === undefined || op.type === type)).length;
    expect(count('read') / ops.length).toBeCloseTo(0.5, 1);
    expect(count('cas') / ops.length).toBeCloseTo(0.2, 1);
    expect(count('cas', 'ok') / count('cas')).toBeGreaterThan(0.3);
    expect(new Set(ops.map((op) => (op.value as readonly Json[])[0])).size).toBeGreaterThanOrEqual(20);
  });
});

describe('list-append', () => {
  const options = listAppend.options.parse({}) as Parameters<typeof listAppend.clients>[0];
  const setup = { threads: 10, nodes: ['n1', 'n2', 'n3'] };

  test('elements are unique, keys retire, the finals read every key', () => {
    const outcome = store();
    const { ops } = drive(listAppend.clients(options, setup), { threads: 10, most: 5000, outcome });
    const appended = ops.flatMap((op) =>
      (op.value as readonly (readonly Json[])[]).filter(([f]) => f === 'append'),
    );
    expect(new Set(appended.map((mop) => mop[2])).size).toBe(appended.length);
    const keys = new Set(appended.map((mop) => mop[1]));
    expect(keys.size).toBeGreaterThan(100);
  });
});
