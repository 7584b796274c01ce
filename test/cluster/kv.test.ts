import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sessions } from '../../src/cluster/kv/sessions.ts';
import { isReadOnly, Kv, malformed } from '../../src/cluster/kv.ts';
import type { Json } from '../../src/history/op.ts';

/** Executes without a session; the result, or the code of the error. */
function run(kv: Kv, f: string, value: Json, space = 's'): Json {
  const result = kv.apply({ id: 0, session: '', seq: 0, f, space, value }, 1);
  return result.ok ? result.value : { code: result.code };
}

describe('functions', () => {
  it('registers: read, write, compare-and-set', () => {
    const kv = new Kv();
    expect(run(kv, 'read', [1, null])).toEqual([1, null]);
    expect(run(kv, 'cas', [1, [5, 6]])).toEqual({ code: 22 });
    expect(run(kv, 'write', [1, 5])).toEqual([1, 5]);
    expect(run(kv, 'cas', [1, [4, 6]])).toEqual({ code: 22 });
    expect(run(kv, 'read', [1, null])).toEqual([1, 5]);
    expect(run(kv, 'cas', [1, [5, 6]])).toEqual([1, [5, 6]]);
    expect(run(kv, 'read', [1, null])).toEqual([1, 6]);
    expect(run(kv, 'cas', [2, [null, 1]])).toEqual([2, [null, 1]]);
    expect(run(kv, 'write', [3, { b: 1, a: [2] }])).toEqual([3, { b: 1, a: [2] }]);
    expect(run(kv, 'cas', [3, [{ a: [2], b: 1 }, 'x']])).toEqual([3, [{ a: [2], b: 1 }, 'x']]);
  });

  it('keys 1 and "1", and the same key in two spaces, are different', () => {
    const kv = new Kv();
    run(kv, 'write', [1, 'int']);
    run(kv, 'write', ['1', 'text']);
    run(kv, 'write', [1, 'other'], 't');
    expect(run(kv, 'read', [1, null])).toEqual([1, 'int']);
    expect(run(kv, 'read', ['1', null])).toEqual(['1', 'text']);
    expect(run(kv, 'read', [1, null], 't')).toEqual([1, 'other']);
  });

  it('transactions over lists and registers see their own writes', () => {
    const kv = new Kv();
    expect(
      run(kv, 'txn', [
        ['r', 1, null],
        ['append', 1, 10],
        ['r', 1, null],
        ['append', 1, 11],
        ['r', 1, null],
      ]),
    ).toEqual([
      ['r', 1, null],
      ['append', 1, 10],
      ['r', 1, [10]],
      ['append', 1, 11],
      ['r', 1, [10, 11]],
    ]);
    expect(
      run(kv, 'txn', [
        ['w', 2, 7],
        ['r', 2, null],
        ['r', 1, null],
      ]),
    ).toEqual([
      ['w', 2, 7],
      ['r', 2, 7],
      ['r', 1, [10, 11]],
    ]);
  });

  it('sets: add, read all', () => {
    const kv = new Kv();
    expect(run(kv, 'read', null)).toEqual([]);
    for (const v of [3, 1, 3, 'x', 1]) expect(run(kv, 'add', v)).toBe(v);
    expect(run(kv, 'read', null)).toEqual([3, 1, 'x']);
    expect(run(kv, 'read', null, 't')).toEqual([]);
  });

  it('a value handed out never changes', () => {
    const kv = new Kv();
    const first = run(kv, 'txn', [
      ['append', 1, 1],
      ['r', 1, null],
    ]);
    const snapshot = kv.snapshot();
    const text = JSON.stringify([first, snapshot]);
    for (let n = 2; n < 50; n++) run(kv, 'txn', [['append', 1, n]]);
    for (let n = 2; n < 50; n++) run(kv, 'add', n);
    expect(JSON.stringify([first, snapshot])).toBe(text);
  });

  it.each<[string, Json]>([
    ['read', 5],
    ['read', [[1], null]],
    ['write', null],
    ['write', [1]],
    ['cas', [1, 2]],
    ['cas', [1, [2]]],
    ['add', null],
    ['txn', 5],
    ['txn', [['x', 1, 2]]],
    ['txn', [['r', 1]]],
    ['txn', [['r', null, null]]],
    ['fly', 1],
  ])('refuses %s %j', (f, value) => {
    expect(malformed(f, value)).toMatch(/takes|unknown function/);
  });

  it('knows what only reads', () => {
    expect(isReadOnly('read', null)).toBe(true);
    expect(isReadOnly('txn', [['r', 1, null]])).toBe(true);
    expect(
      isReadOnly('txn', [
        ['r', 1, null],
        ['append', 1, 2],
      ]),
    ).toBe(false);
    expect(isReadOnly('cas', [1, [2, 2]])).toBe(false);
  });
});

/** Commands as a few sessions send them, each now and then a second time and late. */
const commands = fc.array(
  fc.record({
    session: fc.constantFrom('a', 'b', 'c'),
    seq: fc.integer({ min: 0, max: 6 }),
    f: fc.constantFrom('txn', 'add', 'write', 'cas'),
    key: fc.integer({ min: 0, max: 2 }),
    v: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 40 },
);

function value(f: string, key: number, v: number): Json {
  if (f === 'txn')
    return [
      ['append', key, v],
      ['r', (key + 1) % 3, null],
    ];
  if (f === 'add') return v;
  return f === 'write' ? [key + 10, v] : [key + 10, [v, v + 1]];
}

describe('replication', () => {
  it('a snapshot taken anywhere goes on exactly like the state it was taken of', () => {
    fc.assert(
      fc.property(commands, fc.nat(), (all, at) => {
        const cut = at % (all.length + 1);
        const original = new Kv();
        const copy = new Kv();
        all.forEach(({ session, seq, f, key, v }, n) => {
          if (n === cut) copy.restore(JSON.parse(JSON.stringify(original.snapshot())) as Json[]);
          const command = { id: n, session, seq, f, space: 's', value: value(f, key, v) };
          const result = original.apply(command, n);
          if (n >= cut) expect(copy.apply(command, n)).toEqual(result);
        });
        if (cut === all.length) copy.restore(original.snapshot());
        expect(copy.snapshot()).toEqual(original.snapshot());
      }),
    );
  });

  it('a command applied again, at once or late, is not executed again', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const once = new Kv();
        const twice = new Kv();
        const latest = new Map<string, number>();
        all.forEach(({ session, f, key, v }, n) => {
          const seq = (latest.get(session) ?? 0) + 1;
          latest.set(session, seq);
          const command = { id: n, session, seq, f, space: 's', value: value(f, key, v) };
          const result = once.apply(command, n);
          expect(twice.apply(command, n)).toEqual(result);
          expect(twice.apply(command, n)).toEqual(result);
          expect(twice.repeated).toBe(true);
          const late = { ...command, seq: seq - 1 };
          if (seq > 1) expect(twice.apply(late, n).ok).toBe(false);
        });
        expect(twice.snapshot()).toEqual(once.snapshot());
      }),
    );
  });

  it('without a session a command is executed as often as it is applied', () => {
    const kv = new Kv();
    for (let n = 0; n < 2; n++) run(kv, 'txn', [['append', 1, 7]]);
    expect(run(kv, 'txn', [['r', 1, null]])).toEqual([['r', 1, [7, 7]]]);
  });

  it('refuses a snapshot that is none', () => {
    expect(() => new Kv().restore([['nonsense', 1]])).toThrow('not a record');
  });
});

describe('sessions', () => {
  it('the last `capacity` heard are known, at most twice as many kept, the same after a restore', () => {
    const sessions = new Sessions(10);
    const result = { ok: true, value: null } as const;
    for (let n = 0; n < 95; n++) sessions.put(`s${n}`, 1, result, n);
    for (let n = 85; n < 95; n++) expect(sessions.get(`s${n}`)?.position).toBe(n);
    expect(sessions.get('s70')).toBeUndefined();
    expect(sessions.records().length).toBeLessThanOrEqual(20);
    const copy = new Sessions(10);
    for (const record of sessions.records()) expect(copy.restore(record)).toBe(true);
    for (let n = 95; n < 130; n++) for (const table of [sessions, copy]) table.put(`s${n}`, 1, result, n);
    expect(copy.records()).toEqual(sessions.records());
  });

  it('one that is heard again is young again', () => {
    const sessions = new Sessions(4);
    const result = { ok: true, value: null } as const;
    for (let n = 0; n < 40; n++) {
      sessions.put('faithful', n, result, n);
      sessions.put(`s${n}`, 1, result, n);
      expect(sessions.get('faithful')?.seq).toBe(n);
    }
  });
});
