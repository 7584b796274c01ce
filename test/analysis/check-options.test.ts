import { describe, expect, test } from 'vitest';
import { CheckError, check, checkAll, checkBy } from '../../src/analysis/check.ts';
import { checks, findCheck } from '../../src/analysis/checks.ts';
import { checkOf } from '../../src/analysis/linear/general-check.ts';
import type { Model } from '../../src/analysis/linear/model.ts';
import { friendly } from '../../src/analysis/models.ts';
import { type OwnOption, ownOptionTexts, readOwnOptions } from '../../src/analysis/own-options.ts';
import type { CheckRequest } from '../../src/analysis/verdict.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import type { Json, Op } from '../../src/history/op.ts';
import { parseHistory } from '../../src/history/read/read.ts';

type Given = CheckRequest['set'];
type Line = readonly [process: number, f: string, value: Json, type?: 'ok' | 'fail', workload?: string];

/** Operations one after the other. */
function history(...lines: readonly Line[]): History {
  return historyOf(
    lines.flatMap(([process, f, value, type = 'ok', workload], i): Op[] => {
      const op = { time: i, process, f, value, ...(workload === undefined ? {} : { workload }) };
      return [
        { ...op, index: 2 * i, type: 'invoke' },
        { ...op, index: 2 * i + 1, type },
      ];
    }),
  );
}

const txn = (process: number, ...mops: readonly Json[]): Line => [process, 'txn', mops];
const held = history([0, 'acquire', null], [1, 'acquire', null]);
const again = history([0, 'acquire', null], [0, 'acquire', null], [0, 'release', null], [0, 'release', null]);
const passed = history([0, 'acquire', null], [1, 'release', null]);
const missed = history([0, 'write', 1], [1, 'cas', [1, 2], 'fail']);
const stale = history(txn(0, ['w', 'x', 1]), txn(0, ['w', 'x', 2]), txn(1, ['r', 'x', 1]));
const prefix = history(txn(0, ['w', 'x', 1]), txn(0, ['w', 'y', 1]), txn(1, ['r', 'x', null], ['r', 'y', 1]));
const followed = history(
  [0, 'write', ['x', 1]],
  [0, 'write', ['y', 1]],
  [1, 'read', ['y', 1]],
  [1, 'read', ['x', null]],
);
const ONE_ORDER = 'one arbitration of writes for all sessions';
const OWN_ORDER = 'an arbitration of writes per session';
const balances = history([0, 'read', { a: 5, b: 5 }], [0, 'read', { a: 11, b: -1 }]);
const leases = history([0, 'acquire', { start: 0, end: 100 }], [1, 'acquire', { start: 90, end: 200 }]);
const merged = history([0, 'add', { id: 'u1', value: 1 }], [1, 'read', { delivered: ['u1'], value: [2] }]);

/** What is expected of a verdict: whether it holds and what was found, or what was assumed of the order of versions. */
type Expected = readonly [valid: boolean | 'unknown', ...types: string[]] | readonly string[];

/** For every option of every check, a history that it judges otherwise with it than without. */
const rows: readonly (readonly [check: string, set: Given, History, without: Expected, within: Expected])[] =
  [
    ['semaphore', { permits: 2 }, held, [false, 'overlapping-holds'], [true]],
    ['semaphore', { reentrant: true }, again, [false, 'overlapping-holds'], [true]],
    ['semaphore', { anyoneReleases: true }, passed, [false, 'release-without-hold'], [true]],
    ['mutex', { reentrant: true }, again, [false, 'overlapping-holds'], [true]],
    ['mutex', { anyoneReleases: true }, passed, [false, 'release-without-hold'], [true]],
    ['register', { definiteCasFailures: true }, missed, [true], [false, 'non-linearizable']],
    ['cas-register', { definiteCasFailures: true }, missed, [true], [false, 'non-linearizable']],
    ['key-value', { definiteCasFailures: true }, missed, [true], [false, 'non-linearizable']],
    ['rw-register', { wfrKeys: false }, stale, ['wfr-keys'], []],
    ['rw-register', { sequentialKeys: true }, stale, ['wfr-keys'], ['wfr-keys', 'sequential-keys']],
    ['rw-register', { linearizableKeys: true }, stale, ['wfr-keys'], ['wfr-keys', 'linearizable-keys']],
    ['rw-register', { transactionOrder: true }, stale, ['wfr-keys'], ['wfr-keys', 'transaction-order']],
    ['long-fork', { transactionOrder: true }, prefix, ['unknown'], [false, 'prefix-violation']],
    ['session', { arbitration: 'per-session' }, followed, [ONE_ORDER], [OWN_ORDER]],
    [
      'session',
      { memory: 'session' },
      followed,
      [false, 'PRAM-violation'],
      [false, 'monotonic-writes-violation'],
    ],
    ['causal', { arbitration: 'per-session' }, followed, [ONE_ORDER], [OWN_ORDER]],
    [
      'causal',
      { memory: 'session' },
      followed,
      [false, 'PRAM-violation', 'WriteCOInitRead'],
      [false, 'WriteCOInitRead', 'monotonic-writes-violation'],
    ],
    ['bank', { total: 9 }, balances, [false, 'negative-balance'], [false, 'negative-balance', 'wrong-total']],
    [
      'bank',
      { accounts: ['a'] },
      balances,
      [false, 'negative-balance'],
      [false, 'negative-balance', 'unexpected-account'],
    ],
    ['bank', { allowNegative: true }, balances, [false, 'negative-balance'], [true]],
    ['lease', { skew: '5ns' }, leases, [false, 'overlapping-leases'], ['unknown']],
    ['lease', { skew: 5 }, leases, [false, 'overlapping-leases'], ['unknown']],
    ['convergence', { crdt: 'g-set' }, merged, ['unknown'], ['unknown', 'wrong-merge']],
  ];

/** The verdict in the terms in which a row tells it. */
function outcome(h: History, request: CheckRequest, like: Expected): Expected {
  const { valid, anomalyTypes, assumptions } = check(h, request);
  const assumed = like.length === 0 || (typeof like[0] === 'string' && like[0] !== 'unknown');
  return assumed ? (assumptions ?? []) : [valid, ...anomalyTypes];
}

describe('every option of every check', () => {
  test.each(rows)('%s heeds %j', (workload, set, h, without, within) => {
    expect(outcome(h, { workload }, without)).toEqual(without);
    expect(outcome(h, { workload, set }, within)).toEqual(within);
  });

  test('has a row here', () => {
    for (const { name, options = {} } of checks)
      for (const option of Object.keys(options))
        expect(
          rows.some(([of, set]) => of === name && set !== undefined && option in set),
          `${option} of ${name}`,
        ).toBe(true);
  });

  test('is, when not given, what its default says', () => {
    for (const [workload, , h] of rows) {
      const options = Object.entries(findCheck(workload)!.options!);
      const defaults = options.flatMap(([name, o]) =>
        o.kind === 'list' || o.default === undefined ? [] : [[name, o.default] as const],
      );
      expect(check(h, { workload, set: Object.fromEntries(defaults) })).toEqual(check(h, { workload }));
    }
  });

  test('has a name that no option common to all checks has, and one line of words', () => {
    const common: { readonly [name in keyof Required<CheckRequest>]: true } = {
      models: true,
      budget: true,
      witnesses: true,
      initial: true,
      workload: true,
      progress: true,
      set: true,
    };
    for (const { options = {} } of checks)
      for (const [name, { description }] of Object.entries(options)) {
        expect(Object.keys(common)).not.toContain(name);
        expect(description).toMatch(/^\S.{9,120}[^.\n]$/);
      }
  });
});

describe('what a check does not take is a CheckError that names check, option and what is allowed', () => {
  const wrong: readonly (readonly [check: string, set: Given, words: RegExp])[] = [
    [
      'semaphore',
      { permit: 3 },
      /^semaphore has no option "permit"; it has permits \(integer ≥ 1\), reentrant \(boolean\)/,
    ],
    ['set', { permits: 3 }, /^set has no option "permits"; it has none$/],
    ['semaphore', { toString: 3 }, /has no option "toString"/],
    ['semaphore', { permits: 0 }, /^semaphore: permits is 0; allowed: integer ≥ 1$/],
    ['semaphore', { permits: 1.5 }, /permits is 1.5; allowed: integer ≥ 1/],
    ['semaphore', { permits: 'three' }, /permits is "three"; allowed: integer ≥ 1/],
    ['semaphore', { permits: null }, /permits is null/],
    ['semaphore', { permits: Number.NaN }, /permits is NaN/],
    ['semaphore', { permits: Number.POSITIVE_INFINITY }, /permits is Infinity/],
    ['mutex', { permits: 1 }, /^mutex has no option "permits"; it has reentrant/],
    ['mutex', { reentrant: 'yes' }, /^mutex: reentrant is "yes"; allowed: boolean$/],
    ['bank', { total: Number.NaN }, /^bank: total is NaN; allowed: number$/],
    ['bank', { accounts: 'a' }, /^bank: accounts is "a"; allowed: list$/],
    [
      'lease',
      { skew: -1 },
      /^lease: skew is -1; allowed: whole nanoseconds, or a number and a unit \(ns, us/,
    ],
    ['lease', { skew: 'soon' }, /^lease: skew is "soon"; allowed: whole nanoseconds, or a number and a unit/],
    ['convergence', { crdt: 'map' }, /^convergence: crdt is "map"; allowed: g-set \| or-set \| g-counter/],
    [
      'session',
      { memory: ['session'] },
      /^session: memory is \["session"\]; allowed: transaction \| session$/,
    ],
  ];

  test.each(wrong)('%s %j', (workload, set, words) => {
    for (const h of [held, historyOf([])]) {
      expect(() => check(h, { workload, set })).toThrow(CheckError);
      expect(() => check(h, { workload, set })).toThrow(words);
      expect(() => checkAll(h, { workload, set })).toThrow(words);
      expect(() => checkBy(h, findCheck(workload)!, { set })).toThrow(words);
    }
  });

  test('of the check that was detected, too, and of each of a mixed history before any is judged', () => {
    expect(() => check(held, { set: { permits: 2 } })).toThrow(/^mutex has no option "permits"/);
    const mixed = history(
      [1, 'write', 1, 'ok', 'register'],
      [1, 'read', 1, 'ok', 'register'],
      [0, 'acquire', null, 'ok', 'mutex'],
    );
    let judged = 0;
    const progress = () => judged++;
    const set = { definiteCasFailures: true };
    expect(() => checkAll(mixed, { set, progress })).toThrow(/^mutex has no option "definiteCasFailures"/);
    expect(judged).toBe(0);
    expect(checkAll(mixed, { workload: 'register', set, progress })[0]!.valid).toBe(true);
    expect(judged).toBeGreaterThan(0);
  });

  test('a check of your own that names none has none', () => {
    const { options: _, ...own } = findCheck('semaphore')!;
    expect(() => checkBy(held, own, { set: { permits: 2 } })).toThrow(/it has none/);
  });
});

describe('the initial value', () => {
  const read = (value: Json, f = 'read') => history([0, f, value]);
  const pushed = history([0, 'pop', 7]);
  const taken = history([0, 'dequeue', 7]);
  const forked = history(
    txn(0, ['w', 'x', 1]),
    txn(1, ['w', 'y', 1]),
    txn(2, ['r', 'x', 1], ['r', 'y', 7]),
    txn(3, ['r', 'x', 7], ['r', 'y', 1]),
  );

  /** Of each check that takes one, a value that it takes, and a history that it judges otherwise with it than without. */
  const taking: readonly (readonly [check: string, initial: Json, History])[] = [
    ['register', 7, read(7)],
    ['register', 'x', read('x')],
    ['register', [1, 2], history([0, 'read', ['k', [1, 2]]])],
    ['cas-register', 7, read(7)],
    ['key-value', 7, read(['k', 7])],
    ['rw-register', 7, history(txn(0, ['r', 'x', 7]))],
    ['session', 7, read(7)],
    ['causal', 7, read(7)],
    ['long-fork', 7, forked],
    ['append-list', [7], read([7])],
    ['queue', [7], taken],
    ['unordered-queue', [7], taken],
    ['stack', [7], pushed],
    ['linearizable-set', [7], read([7])],
    ['counter', 7, read(7)],
    ['g-counter', 7, read(7)],
    ['pn-counter', -7, read(-7)],
    ['linearizable-counter', 7, read(7)],
  ];

  test.each(taking)('is heeded by %s: %j', (workload, initial, h) => {
    const [without, within] = [check(h, { workload }), check(h, { workload, initial })];
    expect([without.valid, without.anomalyTypes]).not.toEqual([within.valid, within.anomalyTypes]);
    for (const nothing of [null, undefined])
      expect(check(h, { workload, initial: nothing })).toEqual(without);
  });

  test('has a row here for each check that takes one, and all others refuse any', () => {
    for (const { name, initial } of checks) {
      expect(
        taking.some(([of]) => of === name),
        name,
      ).toBe(initial !== undefined);
      if (initial !== undefined) continue;
      for (const h of [held, historyOf([])])
        expect(() => check(h, { workload: name, initial: 5 })).toThrow(
          new CheckError(`${name}: initial is 5; it takes none`),
        );
      expect(check(historyOf([]), { workload: name, initial: null }).valid).toBe('unknown');
    }
  });

  test.each([
    ['queue', 5, 'queue: initial is 5; allowed: list'],
    ['queue', '[1, 2', 'queue: initial is "[1, 2"; allowed: list'],
    ['append-list', { a: 1 }, 'append-list: initial is {"a":1}; allowed: list'],
    ['counter', 'x', 'counter: initial is "x"; allowed: number'],
    ['counter', [1], 'counter: initial is [1]; allowed: number'],
    ['linearizable-counter', true, 'linearizable-counter: initial is true; allowed: number'],
    ['g-counter', Number.NaN, 'g-counter: initial is NaN; allowed: number'],
  ])('that %s does not take is a CheckError: %j', (workload, initial, words) => {
    for (const h of [held, historyOf([])]) {
      expect(() => check(h, { workload, initial })).toThrow(new CheckError(words));
      expect(() => checkAll(h, { workload, initial })).toThrow(words);
      expect(() => checkBy(h, findCheck(workload)!, { initial })).toThrow(words);
    }
  });

  test('is looked at before any part of a mixed history is judged, by each of its checks', () => {
    const mixed = history(
      [1, 'read', 7, 'ok', 'register'],
      [0, 'add', 1, 'ok', 'set'],
      [0, 'read', [1], 'ok', 'set'],
    );
    let judged = 0;
    const progress = () => judged++;
    expect(() => checkAll(mixed, { initial: 7, progress })).toThrow('set: initial is 7; it takes none');
    expect(judged).toBe(0);
    expect(checkAll(mixed, { workload: 'register', initial: 7 })[0]!.valid).toBe(true);
  });

  test('of a model of your own is any that it takes', () => {
    const model: Model<Json> = {
      name: 'constant',
      init: (initial) => ({ initial }),
      step: (state, _, input) =>
        JSON.stringify(state) === JSON.stringify({ initial: input }) ? state : null,
    };
    for (const initial of [5, 'x', [1], { a: 1 }] as Json[])
      expect(
        checkBy(read(initial), checkOf(model, 'constant', 'what never changes'), { initial }).valid,
      ).toBe(true);
    const numbers = checkOf(model, 'constant', 'what never changes', undefined, 'number');
    expect(() => checkBy(read(5), numbers, { initial: 'x' })).toThrow(
      'constant: initial is "x"; allowed: number',
    );
  });
});

test('options are told by what they allow and their default', () => {
  const options: { readonly [name: string]: OwnOption } = {
    low: { kind: 'number', minimum: -2, default: 0.5, description: 'a number' },
    wait: { kind: 'duration', default: 1_500_000, description: 'a duration' },
    side: { kind: 'one of', values: ['left', 'right'], default: 'left', description: 'a side' },
    all: { kind: 'list', description: 'a list' },
  };
  expect(ownOptionTexts(options).map((o) => [o.name, o.allowed, o.default])).toEqual([
    ['low', 'number ≥ -2', '0.5'],
    ['wait', 'duration', '1.5ms'],
    ['side', 'left | right', 'left'],
    ['all', 'list', undefined],
  ]);
  const values = { low: -2, wait: '1.5ms', side: 'right', all: [1, 'a'] };
  expect(readOwnOptions('own', options, values)).toEqual({ ...values, wait: 1_500_000 });
  expect(() => readOwnOptions('own', options, { low: -3 })).toThrow('own: low is -3; allowed: number ≥ -2');
});

test('how many witnesses are wanted changes no verdict', () => {
  const broken = history([0, 'append', 1], [0, 'append', 2], [1, 'read', [2]], [1, 'read', [1, 2]]);
  const emptied = history([0, 'enqueue', 1], [1, 'dequeue', null], [1, 'dequeue', 7]);
  const late = history([0, 'write', 1], [1, 'read', null], [1, 'read', 7]);
  for (const h of [broken, emptied, late, held, stale, balances]) {
    const all = check(h);
    expect(all.valid).toBe(false);
    const none = check(h, { witnesses: 0 });
    expect([none.valid, none.judged, none.anomalies]).toEqual([false, all.judged, []]);
    expect(none.anomalyTypes.length).toBeGreaterThan(0);
    expect(check(h, { witnesses: 1 }).valid).toBe(false);
  }
  for (const witnesses of [-1, 1.5, Number.NaN])
    expect(() => check(late, { witnesses })).toThrow(
      new CheckError(`witnesses is ${witnesses}; allowed: integer ≥ 0`),
    );
});

test('models are called by the names that verdicts use', () => {
  const stated = checks.flatMap((c) => c.models);
  expect(stated.filter((model) => friendly(model) !== model)).toEqual([]);
});

test('operations that a check of transactions cannot read are told of', () => {
  const odd = history(
    txn(0, ['w', 'x', 1], ['inc', 'y', 1]),
    txn(1, ['r', 'x', null]),
    txn(2),
    txn(2, ['w', 'z', 1]),
  );
  expect(check(odd, { workload: 'rw-register' }).warnings).toEqual([
    '1 operation "txn" was left out, index 0 first: rw-register knows transactions of reads and writes, r, read, get, w, write, put, set; what others changed counts as never done',
  ]);
  expect(check(history(txn(1, ['r', 'x', null]), txn(2))).warnings).toBeUndefined();
  const lists = check(history(txn(0, ['append', 'x', 1]), txn(1, ['r', 'x', [1]])), {
    workload: 'rw-register',
  });
  expect(lists).toMatchObject({ valid: 'unknown', anomalyTypes: [] });
  expect(lists.reason).toContain('index 0 appends to a list');
});

describe('operations that a check does not know', () => {
  const said = (
    f: string,
    value: Json,
    type: 'ok' | 'fail' | 'info' = 'ok',
    workload?: string,
  ): Partial<Op> => ({
    process: 0,
    type,
    f,
    value,
    ...(workload === undefined ? {} : { workload }),
  });
  const warnings = (lines: Partial<Op>[], workload?: string) =>
    checkAll(
      parseHistory(lines.map((line) => JSON.stringify(line)).join('\n')),
      workload === undefined ? {} : { workload },
    ).map((v) => (v.warnings ?? []).filter((w) => w.includes('left out')));

  test('are told of by function, if they may have changed anything', () => {
    const lines = [said('write', 1), said('increment', 1), said('increment', 1), said('read', 3)];
    expect(warnings(lines, 'register')).toEqual([
      [
        '2 operations "increment" were left out, index 1 first: register knows r, read, get, w, write, put, set, cas, compare-and-set; what others changed counts as never done',
      ],
    ]);
    expect(warnings([said('write', 1), said('increment', 1, 'fail')], 'register')).toEqual([[]]);
    expect(warnings([said('write', 1), said('increment', 1, 'info')], 'register')[0]).toHaveLength(1);
    expect(
      warnings([said('write', 1), said('clear', null), said('increment', 1)], 'register')[0],
    ).toHaveLength(2);
    expect(warnings([said('increment', 1)], 'register')[0]).toHaveLength(1);
  });

  test('are none of a nemesis or of another workload', () => {
    const lines = [said('write', 1), { ...said('kill', null, 'info'), process: 'nemesis' as const }];
    expect(warnings(lines, 'register')).toEqual([[]]);
    const mixed = [
      said('write', 1, 'ok', 'register'),
      said('add', 1, 'ok', 'set'),
      said('read', [1], 'ok', 'set'),
    ];
    expect(warnings(mixed)).toEqual([[], []]);
    expect(warnings(mixed, 'register')).toEqual([[]]);
    const both = [...mixed, said('increment', 1, 'ok', 'register')];
    expect(warnings(both).map((w) => w.length)).toEqual([1, 0]);
    // Judged together: what the check knows nothing of is not meant for it.
    const apart = [...both.slice(0, 1), ...both.slice(3), said('enqueue', 1, 'ok', 'queue')];
    expect(warnings(apart, 'cas-register')).toEqual([[expect.stringContaining('1 operation "increment"')]]);
  });

  test('every check names those that it knows, or takes all', () => {
    expect(checks.filter((c) => c.functions === undefined).map((c) => c.name)).toEqual(['convergence']);
  });
});
