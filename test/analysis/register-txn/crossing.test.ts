import { expect, test } from 'vitest';
import { rwRegister } from '../../../src/analysis/register-txn/check.ts';
import { crossed } from '../../../src/analysis/register-txn/crossed.ts';
import type { Question } from '../../../src/analysis/register-txn/question.ts';
import { deadlines } from '../../../src/analysis/register-txn/schedule.ts';
import { type Stuck, timedOrder } from '../../../src/analysis/register-txn/timed-schedule.ts';
import { VersionPairs } from '../../../src/analysis/register-txn/version-order.ts';
import { versionsOf } from '../../../src/analysis/register-txn/versions.ts';
import { accessesOf } from '../../../src/analysis/weak/accesses.ts';
import { registersOf } from '../../../src/analysis/weak/registers.ts';
import { History } from '../../../src/history/history.ts';
import type { Json, Op } from '../../../src/history/op.ts';
import { Dice, randomSmall, rounds, show } from '../weak/random.ts';
import { serializable } from './brute.ts';
import { timed } from './timed.ts';

/** Transactions one after another, each of a process of its own. */
function oneByOne(...transactions: Json[]): History {
  const ops: Op[] = transactions.flatMap((value, process) =>
    (['invoke', 'ok'] as const).map((type, i): Op => {
      const index = 2 * process + i;
      return { index, time: index, type, process, f: 'txn', value };
    }),
  );
  return History.of(ops);
}

/** Where the look for an order in real time got stuck; without patience, unless two versions cross. */
function questionOf(history: History): { readonly stuck: Stuck; readonly question: Question } {
  const registers = registersOf(accessesOf(history));
  const versions = versionsOf(registers);
  const intervals = { inv: history.inv, ret: history.ret };
  const stuck = timedOrder(versions, undefined, deadlines(versions, intervals), intervals, 0) as Stuck;
  return {
    stuck,
    question: {
      versions,
      pairs: new VersionPairs(),
      intervals,
      process: registers.session,
      isolation: 'serializable',
      order: 'realtime',
    },
  };
}

const stale = oneByOne([['w', 'x', 1]], [['w', 'x', 2]], [['r', 'x', 1]]);

test('a key whose versions cross in real time refutes it at once, and both orders are told', () => {
  const { valid, engine, anomalies } = rwRegister.judge(stale, { models: ['strict-serializable'] });
  expect(valid).toBe(false);
  expect(engine).toContain('zones');
  expect(anomalies[0]!.type).toBe('PL-SS-cycle-exists');
  expect(anomalies[0]!.message.match(/was first: T/g)).toHaveLength(2);
  expect(anomalies[0]!.ops.length).toBe(3);
});

test('a weaker order is still proved beside it', () => {
  expect(rwRegister.judge(stale, { models: ['serializable'] }).valid).toBe(true);
  const { consistentWith } = rwRegister.judge(stale, { models: ['strict-serializable'] });
  expect(consistentWith).toContain('strong-session-serializable');
});

test('versions in their order do not cross', () => {
  const fresh = oneByOne([['w', 'x', 1]], [['w', 'x', 2]], [['r', 'x', 2]]);
  expect(rwRegister.judge(fresh, { models: ['strict-serializable'] }).valid).toBe(true);
});

test('a late read of an initial value is refuted by those who show it', () => {
  const history = oneByOne([['w', 'y', 1]], [['w', 'x', 1]], [['r', 'x', null]]);
  const { stuck, question } = questionOf(history);
  const answer = crossed(question, stuck.crossing!);
  if (answer.verdict !== 'no') return expect.fail(answer.verdict);
  expect([...answer.contradiction.members]).toEqual([1, 2]);
  expect(rwRegister.judge(history, { models: ['strict-serializable'] }).valid).toBe(false);
});

test('what crosses by itself has no order in the whole', () => {
  let refuted = 0;
  for (let seed = 1; seed <= rounds(800); seed++) {
    const dice = new Dice(seed);
    const small = randomSmall(dice, {
      transactions: 7,
      sessions: 5,
      keys: 1 + dice.below(3),
      accesses: 1 + dice.below(4),
      repeatable: true,
    });
    const { timed: h, history } = timed(dice, small);
    const { stuck } = questionOf(history);
    if (stuck?.crossing === undefined) continue;
    refuted++;
    if (serializable(h, 'realtime')) expect.fail(`seed ${seed}\n${show(h)}\ninv ${h.inv}\nret ${h.ret}`);
  }
  expect(refuted).toBeGreaterThan(50);
});

test('who reads a snapshot of the past belongs there, if real time does not bind', () => {
  const writes = Array.from({ length: 3000 }, (_, i): Json[] => [
    ['w', i % 10, i],
    ['r', (i + 5) % 10, i < 5 ? null : i - 5],
  ]);
  const snapshots = [500, 1700].map((at): Json[] => [
    ['r', at % 10, at],
    ['r', (at - 3) % 10, at - 3],
    ['r', (at - 7) % 10, at - 7],
  ]);
  const past = oneByOne(...writes, ...snapshots);
  expect(rwRegister.judge(past, { models: ['strict-serializable'] }).valid).toBe(false);
  const { valid, engine } = rwRegister.judge(past, { models: ['serializable'] });
  expect(valid).toBe(true);
  expect(engine).toContain('serial-order');
});
