import { expect, test } from 'vitest';
import { check } from '../../src/analysis/check.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { Json, Op } from '../../src/history/op.ts';
import { Draw } from '../history/random-ops.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 5000 : 60;

/** A value as one of other kinds; different ones of different values. Null stays what it is. */
type Spelling = (value: number) => Json;

const SPELLINGS: { readonly [name: string]: Spelling } = {
  text: (v) => `v${v}`,
  negative: (v) => -1 - v,
  object: (v) => ({ id: v }),
  'list of one': (v) => [v],
  'list of three': (v) => [v, 0, v],
  'list of objects': (v) => [{ id: v }, [v, v], []],
};

/** Of a pair alone nobody can tell that it is no key and value. */
const UNDER_KEYS: { readonly [name: string]: Spelling } = {
  ...SPELLINGS,
  pair: (v) => [v, v],
  'pair of lists': (v) => [[v, 1], [v]],
};

/** A random operation: what it calls and gives, by a spelling of values. */
type Make = (draw: Draw, i: number, spell: (v: number | null) => Json, key: Json) => [f: string, value: Json];

const seen = (draw: Draw, i: number): number | null => (draw.chance(10) ? null : draw.below(i + 1));
const upTo = (draw: Draw, i: number): number[] =>
  Array.from({ length: i }, (_, v) => v).filter(() => draw.chance(90));

const register: Make = (draw, i, spell) =>
  draw.chance(50) ? ['write', spell(i)] : ['read', spell(seen(draw, i))];
const cas: Make = (draw, i, spell) =>
  draw.chance(30) ? ['cas', [spell(seen(draw, i)), spell(i)]] : register(draw, i, spell, null);
const keyed =
  (make: Make): Make =>
  (draw, i, spell, key) => {
    const [f, value] = make(draw, i, spell, key);
    return [f, [key, value]];
  };
const whole =
  (put: string): Make =>
  (draw, i, spell) =>
    draw.chance(60) ? [put, spell(i)] : ['read', upTo(draw, i).map(spell)];
const queue: Make = (draw, i, spell) =>
  draw.chance(60) ? ['enqueue', spell(i)] : ['dequeue', spell(seen(draw, i))];
const txn: Make = (draw, i, spell) => [
  'txn',
  Array.from({ length: 1 + draw.below(2) }, (_, j) =>
    draw.chance(50) ? ['w', draw.below(2), spell(2 * i + j)] : ['r', draw.below(2), spell(seen(draw, 2 * i))],
  ),
];

const snapshot: Make = (draw, i, spell) => [
  'txn',
  draw.chance(30)
    ? [['w', draw.below(2), spell(i)]]
    : [0, 1].map((key): Json => ['r', key, spell(draw.chance(60) ? null : draw.below(2))]),
];

const KINDS: readonly [check: string, make: Make, spellings: typeof SPELLINGS][] = [
  ['register', register, SPELLINGS],
  ['register', keyed(register), UNDER_KEYS],
  ['cas-register', cas, SPELLINGS],
  ['cas-register', keyed(cas), UNDER_KEYS],
  ['append-list', whole('append'), SPELLINGS],
  ['append-list', keyed(whole('append')), UNDER_KEYS],
  ['set', whole('add'), SPELLINGS],
  ['set', keyed(whole('add')), UNDER_KEYS],
  ['set-full', keyed(whole('add')), UNDER_KEYS],
  ['queue', queue, SPELLINGS],
  ['total-queue', queue, SPELLINGS],
  ['session', register, SPELLINGS],
  ['session', keyed(register), UNDER_KEYS],
  ['causal', txn, UNDER_KEYS],
  ['rw-register', txn, UNDER_KEYS],
  ['rw-register', keyed(register), UNDER_KEYS],
  ['long-fork', snapshot, UNDER_KEYS],
];

test.each(KINDS)('what values are does not matter: %s', (workload, make, spellings) => {
  const ends = new Set<string>();
  for (let seed = 0; seed < ROUNDS; seed++) {
    const judge = (spelling: Spelling) => {
      const draw = new Draw(seed);
      const spell = (v: number | null): Json => (v === null ? null : spelling(v));
      const size = 2 + draw.below(8);
      const ops = Array.from({ length: size }, (_, i): Op => {
        const [f, value] = make(draw, i, spell, draw.one(['x', 'y']));
        const type = draw.chance(90) ? 'ok' : draw.chance(50) ? 'fail' : 'info';
        return { index: i, time: i, process: type === 'info' ? 10 + i : draw.below(3), type, f, value };
      });
      const { valid, anomalyTypes, counts } = check(historyOf(ops), { workload });
      return { valid, anomalyTypes, counts };
    };
    const plain = judge((v) => v);
    ends.add(JSON.stringify(plain));
    for (const [name, spelling] of Object.entries(spellings))
      expect(judge(spelling), `${name}, seed ${seed}`).toEqual(plain);
  }
  expect(ends.size).toBeGreaterThan(1);
});
