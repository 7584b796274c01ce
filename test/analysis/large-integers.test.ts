import { describe, expect, test } from 'vitest';
import { check } from '../../src/analysis/check.ts';
import { compareExact, distance, type Exact, exactly, plus, toJson } from '../../src/analysis/integers.ts';
import { parseHistory } from '../../src/history/read/read.ts';
import { clients, Dice, type Line } from './sets/lines.ts';
import { rounds } from './weak/random.ts';

/** Integers that no double holds: what two of them are must not depend on what doubles make of them. */

/** Operations one after the other, each `process f value` with its value as JSON writes it. */
function judge(lines: readonly string[], workload?: string, more = {}) {
  const text = lines.map((line) => {
    const [, process, f, value] = /^(\d+) (\S+) (.*)$/.exec(line)!;
    return `{"process": ${process}, "type": "ok", "f": "${f}", "value": ${value}}`;
  });
  const { valid, check, anomalyTypes, reason, anomalies } = check_(text.join('\n'), workload, more);
  return { valid, check, types: anomalyTypes.join(), reason, message: anomalies[0]?.message ?? '' };
}

function check_(text: string, workload: string | undefined, more: object) {
  return check(parseHistory(text), { ...(workload === undefined ? {} : { workload }), ...more });
}

/** JSON Lines in which the numbers of values are written as other ones. */
function written(lines: readonly Line[], spell: (n: number) => string): string {
  const records = lines.map(([process, type, f, value]) => {
    const text = JSON.stringify(value).replace(/-?\d+/g, (n) => spell(Number(n)));
    return `{"process": ${process}, "type": "${type}", "f": "${f}", "value": ${text}}`;
  });
  return records.join('\n');
}

const above = (n: number): string => String(2n ** 53n + BigInt(n));

test('what readers make of integers is read back, and texts are not', () => {
  const values = ['9007199254740993', '-9007199254740993', '9007199254740991', '99', '1e3', '9'.repeat(30)];
  const large = values.map((text) => exactly(text));
  expect(large).toEqual([
    9007199254740993n,
    -9007199254740993n,
    undefined,
    undefined,
    undefined,
    BigInt('9'.repeat(30)),
  ]);
  expect([exactly(7), exactly(0.5), exactly(2 ** 53), exactly(null), exactly([1])]).toEqual([
    7,
    0.5,
    2n ** 53n,
    undefined,
    undefined,
  ]);
});

test('sums, distances and order are those of integers', () => {
  const dice = new Dice(3);
  const draw = () => {
    const near = [0n, 2n ** 53n, -(2n ** 53n), 2n ** 60n][dice.below(4)];
    const integer = near + BigInt(dice.below(9) - 4);
    const double = Number(integer);
    return { integer, exact: (Number.isSafeInteger(double) ? double : integer) as Exact };
  };
  for (let round = 0; round < 2000; round++) {
    const [a, b] = [draw(), draw()];
    const sum = plus(a.exact, b.exact)!;
    expect(BigInt(sum)).toBe(a.integer + b.integer);
    expect(typeof sum === 'number').toBe(Number.isSafeInteger(Number(a.integer + b.integer)));
    expect(exactly(toJson(sum))).toBe(sum);
    expect(distance(a.exact, b.exact)).toBe(Number(b.integer - a.integer));
    expect(Math.sign(compareExact(a.exact, b.exact))).toBe(
      Number(a.integer > b.integer) - Number(a.integer < b.integer),
    );
  }
  expect(plus(0.5, 0.25)).toBe(0.75);
  expect(plus(0.5, 2n ** 53n)).toBeUndefined();
});

describe('tokens', () => {
  const pair = ['0 acquire 9007199254740993', '1 acquire 9007199254740995'];

  test('number no lock, whatever their size', () => {
    expect(judge(pair, 'mutex')).toMatchObject({ valid: false, types: 'overlapping-holds' });
    expect(judge(['0 acquire 1', '1 acquire 2'], 'mutex')).toMatchObject({ types: 'overlapping-holds' });
    // A text of digits is a name.
    expect(judge(['0 acquire "9007199254740993"', '1 acquire "9007199254740995"'], 'mutex').valid).toBe(true);
    const named = ['acquire', 'release', 'acquire', 'release'].map((f) => `0 ${f} 9007199254740993`);
    const both = ['0 acquire 9007199254740993', '1 acquire 9007199254740995'];
    const often = named.map((line) => line.replace('93', '95'));
    expect(judge([...named, ...often, ...both], 'mutex').valid).toBe(true);
  });

  test.each(['acquire', 'lock'])('are recognised where %s returns them', (f) => {
    for (const [a, b] of [
      ['1', '2'],
      ['9007199254740993', '9007199254740995'],
      ['["a", 9007199254740993]', '["a", 9007199254740995]'],
    ])
      expect(judge([`0 ${f} ${a}`, `1 ${f} ${b}`])).toMatchObject({ valid: true, check: 'fenced-lock' });
    expect(judge([`0 ${f} "9007199254740993"`, `1 ${f} "9007199254740995"`]).check).toBe('mutex');
  });

  test('differ and are ordered as integers', () => {
    const lines = (a: string, b: string) => [`0 acquire ${a}`, '0 release null', `1 acquire ${b}`];
    for (const [wrap, checks] of [
      [(n: string) => n, ['mutex', 'fenced-lock']],
      [(n: string) => `["a", ${n}]`, ['mutex', 'fenced-lock']],
      [(n: string) => `{"token": ${n}}`, ['mutex']],
    ] as const)
      for (const name of checks) {
        // As doubles these are one number.
        expect(judge(lines(wrap('9007199254740992'), wrap('9007199254740993')), name).valid).toBe(true);
        const back = judge(lines(wrap('1000000000000000001'), wrap('999999999999999999')), name);
        expect(back.types).toContain('fencing-token-regression');
        expect(judge(lines(wrap('7'), wrap('9007199254740993')), name).valid).toBe(true);
        expect(judge(lines(wrap('9007199254740993'), wrap('7')), name).valid).toBe(false);
      }
    const shown = judge(lines('9007199254740995', '9007199254740993'), 'mutex').message;
    expect(shown).toContain('acquire 9007199254740993');
  });

  test('and ids are judged like small ones', () => {
    const models = {
      'fenced-lock': 'fencing-tokens',
      'unique-ids': 'realtime-ordered-ids',
      mutex: 'linearizable',
    };
    for (let seed = 1; seed <= rounds(300); seed++)
      for (const [workload, model] of Object.entries(models)) {
        const dice = new Dice(seed);
        let next = 0;
        const lines = clients(dice, 3, 8, () => {
          const given = dice.chance(80) ? ++next : dice.below(next + 1);
          const f = workload === 'unique-ids' ? 'generate' : 'acquire';
          return { f, asked: null, end: () => ({ type: 'ok', value: given }) };
        });
        const asked = { models: [model] };
        const { valid, counts } = check_(written(lines, above), workload, asked);
        const small = check_(written(lines, String), workload, asked);
        expect({ valid, counts }, `${workload}, seed ${seed}`).toEqual({
          valid: small.valid,
          counts: small.counts,
        });
      }
  });
});

describe('ids', () => {
  const ordered = { models: ['realtime-ordered-ids'] };

  test('are ordered as integers, and texts as texts', () => {
    const ids = ['999999999999999999', '1000000000000000001'];
    const generated = (all: readonly string[]) => all.map((id) => `0 generate ${id}`);
    expect(judge(generated(ids), 'unique-ids', ordered).valid).toBe(true);
    const back = judge(generated(ids.toReversed()), 'unique-ids', ordered);
    expect(back.types).toBe('process-id-order,realtime-id-order');
    expect(back.message).toContain('G1 had got 1000000000000000001 ');
    expect(judge(generated(['-5', '9007199254740993']), 'unique-ids', ordered).valid).toBe(true);
    expect(judge(generated(['-9007199254740993', '-5']), 'unique-ids', ordered).valid).toBe(true);
    expect(judge(generated(ids.map((id) => `"${id}"`)), 'unique-ids', ordered).valid).toBe(false);
  });

  test('that differ within objects do not become one', () => {
    const ids = (a: string, b: string) => [`0 generate {"id": ${a}}`, `0 generate {"id": ${b}}`];
    expect(judge(ids('9007199254740992', '9007199254740993'), 'unique-ids').valid).toBe(true);
    expect(judge(ids('9007199254740993', '9007199254740993'), 'unique-ids').types).toContain('duplicate-id');
  });
});

describe('terms of leases', () => {
  const from = (text: string) => (start: number, end: number) =>
    `{"start": ${BigInt(text) + BigInt(start)}, "end": ${BigInt(text) + BigInt(end)}}`;

  test('are compared as integers', () => {
    for (const base of ['0', '1700000000000000001', '9007199254740991']) {
      const term = from(base);
      const touching = [`0 acquire ${term(0, 10)}`, `1 acquire ${term(10, 15)}`];
      expect(judge(touching, 'lease').valid).toBe(true);
      const overlapping = [`0 acquire ${term(0, 10)}`, `1 acquire ${term(7, 15)}`];
      expect(judge(overlapping, 'lease').types).toBe('overlapping-leases');
      expect(judge(overlapping, 'lease', { set: { skew: 1 } }).valid).toBe(false);
      expect(judge(overlapping, 'lease', { set: { skew: 2 } }).reason).toContain('overlap by 3 ns');
    }
  });
});

test('a register of a CRDT is ordered by stamps, and its counters sum up, as integers', () => {
  const write = (id: string, stamp: string, value: string) =>
    `0 write {"id": "${id}", "value": ${value}, "stamp": ${stamp}}`;
  const read = (value: string) => `1 read {"delivered": ["u1", "u2"], "value": ${value}}`;
  const lww = [write('u1', '9007199254740993', '1'), write('u2', '9007199254740992', '2')];
  const crdt = (kind: string) => ({ set: { crdt: kind } });
  expect(judge([...lww, read('2')], 'convergence', crdt('lww')).types).toContain('wrong-merge');
  expect(judge([...lww, read('1')], 'convergence', crdt('lww')).types).not.toContain('wrong-merge');
  const add = (id: string, value: string) => `0 add {"id": "${id}", "value": ${value}}`;
  const sums = [add('u1', '9007199254740993'), add('u2', '2')];
  expect(judge([...sums, read('9007199254740995')], 'convergence', crdt('g-counter')).types).toBe('');
  expect(judge([...sums, read('9007199254740996')], 'convergence', crdt('g-counter')).types).toContain(
    'wrong-merge',
  );
});

describe('counters', () => {
  const LARGE = '9007199254740993';

  test.each(['counter', 'g-counter', 'pn-counter'])(
    '%s does not know, and says of which record',
    (workload) => {
      const reasons = [
        [[`0 add ${LARGE}`, `1 read ${LARGE}`], `add ${LARGE} (record 0)`],
        [['0 add 1', `1 read ${LARGE}`], `read ${LARGE} (record 1)`],
        [['0 add 9007199254740991', '0 add 1', '1 read 7'], 'add 1 (record 1)'],
        [[`0 add ["x", ${LARGE}]`, `1 read ["x", 7]`], `add ["x",${LARGE}] (record 0)`],
      ] as const;
      for (const [lines, said] of reasons) {
        const { valid, types, reason } = judge(lines, workload);
        expect([valid, types]).toEqual(['unknown', '']);
        expect(reason).toContain(`with ${said} numbers are too large for exact sums`);
      }
      expect(judge(['0 add 9007199254740991', '1 read 9007199254740991'], workload).valid).toBe(true);
      const other = [`0 add ["x", ${LARGE}]`, '0 add ["y", 1]', '1 read ["y", 2]'];
      expect(judge(other, workload).valid).toBe(false);
      // No number at all.
      expect(judge(['0 add 1', `1 read "${LARGE}"`], workload).types).toBe('unexpected-value');
    },
  );

  test('that are searched are summed up exactly', () => {
    const counted = (...lines: string[]) => judge(lines, 'linearizable-counter');
    expect(counted('0 add 9007199254740992', '1 read 9007199254740992').valid).toBe(true);
    expect(counted('0 add 9007199254740992', '1 read 9007199254740993').valid).toBe(false);
    expect(counted('0 add 9007199254740991', '0 inc null', '0 inc 1', '1 read 9007199254740993').valid).toBe(
      true,
    );
    expect(counted('0 add 9007199254740993', '0 dec 9007199254740992', '1 read 1').valid).toBe(true);
    expect(counted('0 add 0.5', '1 read 0.5').valid).toBe(true);
    expect(counted('0 add 0.5', '0 add 9007199254740993', '1 read 7')).toMatchObject({ valid: 'unknown' });
    const none = counted('0 add "x"', '1 read 1');
    expect(none).toMatchObject({ valid: 'unknown', reason: 'add "x" (record 0) adds no number' });
  });
});

describe('balances', () => {
  test('are summed up exactly', () => {
    const read = (a: string, b: string) => `0 read {"a": ${a}, "b": ${b}}`;
    const [large, more] = ['9007199254740993', '9007199254740994'];
    expect(judge([read(large, '1'), read('1', large)], 'bank').valid).toBe(true);
    expect(
      judge(
        [read('9007199254740991', '9007199254740991'), read('9007199254740990', '9007199254740992')],
        'bank',
      ).valid,
    ).toBe(true);
    const off = judge([read(large, '1'), read(more, '1')], 'bank');
    expect(off.types).toBe('wrong-total');
    expect(off.message).toBe(
      'R shows balances that sum to 9007199254740995, not 9007199254740994: 1 came from nowhere.',
    );
    expect(judge([read(large, '1'), read(more, '-1')], 'bank').types).toBe('negative-balance,wrong-total');
  });

  test('are unknown where fractions stand beside, or the total given has lost its digits', () => {
    const read = '0 read {"a": 9007199254740993, "b": 0.5}';
    const small = '0 read {"a": 1, "b": 0.5}';
    expect(judge([read], 'bank')).toMatchObject({ valid: 'unknown', types: '' });
    expect(judge([read], 'bank').reason).toContain('record 0');
    expect(judge([small, read], 'bank').reason).toContain('record 1');
    const given = { set: { total: 2 ** 53 } };
    expect(judge(['0 read {"a": 9007199254740993}'], 'bank', given).reason).toContain('may have lost digits');
  });
});
