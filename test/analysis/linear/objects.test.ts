import { describe, expect, test } from 'vitest';
import { Draw } from '../../../bench/linear/simulate.ts';
import { appendListOrder } from '../../../src/analysis/linear/append-list.ts';
import { linearChecks } from '../../../src/analysis/linear/checks.ts';
import { fifo } from '../../../src/analysis/linear/fifo.ts';
import type { Operation } from '../../../src/analysis/linear/general.ts';
import type { LockOptions } from '../../../src/analysis/linear/lock-check.ts';
import type { Model } from '../../../src/analysis/linear/model.ts';
import { appendList, fifoQueue } from '../../../src/analysis/linear/models/collections.ts';
import { semaphore } from '../../../src/analysis/linear/models/counts.ts';
import { FAIL, INFO, NEVER, OK } from '../../../src/history/history.ts';
import type { Json, OpType } from '../../../src/history/op.ts';
import { bruteModel, showOperations } from './brute-model.ts';
import { alone, history, type Line } from './histories.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 120_000 : 6_000;

function judge(name: string, lines: Line[], options: LockOptions = {}) {
  const check = linearChecks.find((c) => c.name === name)!;
  const { valid, anomalyTypes } = check.judge(history(...lines), options);
  return valid === false ? anomalyTypes.join() : valid;
}

const put = (process: number, element: number) => alone(process, 'enqueue', element);
const take = (process: number, element: number | null) => alone(process, 'dequeue', null, element);
const line = (process: number, type: OpType, f: string, value: Json): Line => [process, type, f, value];

describe('a queue', () => {
  test('first in, first out', () => {
    expect(judge('queue', [...put(0, 1), ...put(0, 2), ...take(1, 2), ...take(1, 1)])).toBe('fifo-order');
    const overlapping = [line(1, 'invoke', 'dequeue', null), ...take(2, 2), line(1, 'ok', 'dequeue', 1)];
    expect(judge('queue', [...put(0, 1), ...put(0, 2), ...overlapping])).toBe(true);
  });

  test('an element behind which others come out is lost, unless an unknown dequeue can have taken it', () => {
    const lines = [...put(0, 1), ...put(0, 2)];
    expect(judge('queue', [...lines, ...take(1, 2)])).toBe('lost');
    const unknown = [line(2, 'invoke', 'dequeue', null), line(2, 'info', 'dequeue', null)];
    expect(judge('queue', [...lines, ...unknown, ...take(1, 2)])).toBe(true);
    expect(judge('queue', [...lines, ...take(1, 2), ...unknown])).toBe('lost');
  });

  test('it is empty only when it can be', () => {
    expect(judge('queue', [...put(0, 1), ...take(1, null), ...take(1, 1)])).toBe('wrong-empty');
    const handOver = [
      ...put(0, 1),
      line(1, 'invoke', 'dequeue', null),
      ...put(0, 2),
      ...take(2, 1),
      line(1, 'ok', 'dequeue', null),
      ...take(2, 2),
    ];
    expect(judge('queue', handOver)).toBe('wrong-empty');
    const gap = [
      ...put(0, 1),
      line(1, 'invoke', 'dequeue', null),
      ...take(2, 1),
      ...put(0, 2),
      line(1, 'ok', 'dequeue', null),
      ...take(2, 2),
    ];
    expect(judge('queue', gap)).toBe(true);
  });

  test('nothing comes out early, twice, or from nowhere', () => {
    expect(judge('queue', [...take(1, 1), ...put(0, 1)])).toBe('never-enqueued');
    expect(judge('queue', [...put(0, 1), ...take(1, 1), ...take(2, 1)])).toBe('duplicate-dequeue');
    expect(judge('queue', take(1, 5))).toBe('never-enqueued');
  });

  test('repeated elements, and unknown dequeues beside empty ones, go to the general engines', () => {
    expect(judge('queue', [...put(0, 1), ...put(0, 1), ...take(1, 1), ...take(1, 1), ...take(1, null)])).toBe(
      true,
    );
    const unknown = [line(2, 'invoke', 'dequeue', null), line(2, 'info', 'dequeue', null)];
    expect(judge('queue', [...put(0, 1), ...unknown, ...take(1, null)])).toBe(true);
    expect(judge('queue', [...put(0, 1), ...put(0, 2), ...unknown, ...take(1, null)])).toBe(
      'non-linearizable',
    );
  });

  test('the rules agree with every order tried', () => {
    const draw = new Draw(21);
    let legal = 0;
    let judged = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const operations = queueRun(draw, round % 2 === 0);
      const found = fifo(callsOf(operations));
      if (found === null) continue;
      judged++;
      const truth = bruteModel(operations, fifoQueue, null);
      if (truth) legal++;
      expect(found.count === 0, showOperations(operations)).toBe(truth);
    }
    expect(judged).toBeGreaterThan(ROUNDS / 2);
    expect(legal).toBeGreaterThan(judged / 10);
    expect(legal).toBeLessThan((judged * 9) / 10);
  });
});

/** A queue run with unique elements, roughly first in, first out; with empty dequeues or with unknown ones. */
function queueRun(draw: Draw, empties: boolean): Operation[] {
  const n = 3 + draw.below(6);
  const rows = Array.from({ length: n }, (_, i) => {
    const inv = draw.unit() * 10;
    const ret = inv + draw.unit() * (draw.chance(0.3) ? 8 : 2);
    const f = draw.chance(0.5) ? 'enqueue' : 'dequeue';
    return {
      i,
      f,
      inv,
      ret,
      at: inv + draw.unit() * (ret - inv),
      unknown: draw.chance(0.2),
      value: null as Json,
    };
  });
  const inside: number[] = [];
  for (const row of [...rows].sort((x, y) => x.at - y.at)) {
    if (row.f === 'enqueue') {
      row.value = row.i;
      if (!row.unknown || draw.chance(0.5)) inside.push(row.i);
    } else {
      const wrong = draw.chance(0.25);
      const taken =
        wrong && inside.length > 0 ? inside.splice(draw.below(inside.length), 1)[0] : inside.shift();
      row.value = taken ?? (empties ? null : draw.below(n));
      if (wrong && empties && draw.chance(0.4)) row.value = null;
    }
  }
  if (!empties) for (const row of rows) if (row.f === 'dequeue' && row.value === null) row.unknown = true;
  const stamps = rows.flatMap((row) => [row.inv, row.ret]).sort((x, y) => x - y);
  return rows
    .filter((row) => !(empties && row.unknown && row.f === 'dequeue'))
    .map((row) => ({
      f: row.f,
      input: row.value,
      output: row.value,
      inv: stamps.indexOf(row.inv),
      ret: row.unknown ? NEVER : stamps.indexOf(row.ret),
      outcome: row.unknown ? INFO : OK,
      process: row.i,
    }))
    .sort((x, y) => x.inv - y.inv);
}

function callsOf(operations: readonly Operation[]) {
  const code = (o: Operation) => (o.f === 'enqueue' ? 0 : o.output === null && o.outcome === OK ? 2 : 1);
  return {
    n: operations.length,
    kind: Uint8Array.from(operations, code),
    a: Int32Array.from(operations, (o) => (typeof o.output === 'number' ? o.output : -1)),
    b: new Int32Array(0),
    inv: Int32Array.from(operations, (o) => o.inv),
    ret: Int32Array.from(operations, (o) => o.ret),
    outcome: Uint8Array.from(operations, (o) => o.outcome),
  };
}

test('a queue and a list that are not empty at first', () => {
  const read = (value: Json) => alone(1, 'read', null, value);
  expect(judge('queue', take(0, 9))).toBe('never-enqueued');
  expect(judge('queue', [...put(0, 1), ...take(0, 9)], { initial: [9] })).toBe(true);
  expect(judge('queue', [...put(0, 1), ...take(0, 1)], { initial: [9] })).toBe('non-linearizable');
  expect(judge('append-list', read([9]))).toBe('thin-air-read');
  expect(judge('append-list', [...alone(0, 'append', 1), ...read([9, 1])], { initial: [9] })).toBe(true);
  expect(judge('append-list', [...alone(0, 'append', 1), ...read([1])], { initial: [9] })).toBe(
    'non-linearizable',
  );
});

describe('a mutex', () => {
  const acquire = (p: number, token: Json = null) => alone(p, 'acquire', null, token);
  const release = (p: number) => alone(p, 'release', null);

  test('holds that overlap by one record, and holds that touch', () => {
    const a: Line[] = [line(0, 'invoke', 'acquire', null), line(0, 'ok', 'acquire', null)];
    const overlap = [...a, line(1, 'invoke', 'acquire', null), line(1, 'ok', 'acquire', null), ...release(0)];
    expect(judge('mutex', overlap)).toBe('overlapping-holds');
    const touch = [
      ...a,
      line(1, 'invoke', 'acquire', null),
      line(0, 'invoke', 'release', null),
      line(1, 'ok', 'acquire', null),
      line(0, 'ok', 'release', null),
    ];
    expect(judge('mutex', touch)).toBe(true);
  });

  test('unknown outcomes', () => {
    const unknown = (p: number, f: string) => [line(p, 'invoke', f, null), line(p, 'info', f, null)];
    expect(judge('mutex', [...unknown(0, 'acquire'), ...acquire(1), ...release(1), ...acquire(2)])).toBe(
      true,
    );
    expect(judge('mutex', [...acquire(0), ...unknown(0, 'release'), ...acquire(1)])).toBe(true);
    expect(judge('mutex', [...acquire(0), ...acquire(1)])).toBe('overlapping-holds');
  });

  test('a release by who does not hold it; or by anyone, where that is allowed', () => {
    expect(judge('mutex', [...acquire(0), ...release(1)])).toBe('release-without-hold');
    expect(judge('mutex', [...acquire(0), ...release(1)], { anyoneReleases: true })).toBe(true);
    expect(judge('mutex', release(1), { anyoneReleases: true })).toBe('non-linearizable');
  });

  test('locks by name: a string, what a pair begins with, a number that releases have too', () => {
    const named = (p: number, f: string, value: Json) => alone(p, f, value, value);
    for (const [a, b] of [
      ['a', 'b'],
      [
        ['a', null],
        ['b', null],
      ],
      [
        ['a', 1],
        ['b', 1],
      ],
    ] as const) {
      expect(judge('mutex', [...named(0, 'acquire', a), ...named(1, 'acquire', b)])).toBe(true);
      expect(judge('mutex', [...named(0, 'acquire', a), ...named(1, 'acquire', a)])).toContain(
        'overlapping-holds',
      );
      // A release without a name is of what its process holds.
      const released = judge('mutex', [...named(0, 'acquire', a), ...release(0), ...named(1, 'acquire', a)]);
      expect(String(released)).not.toMatch(/hold/);
    }
    const numbered = (p: number, lock: number) => [
      ...named(p, 'acquire', lock),
      ...named(p, 'release', lock),
    ];
    const often = [...numbered(0, 1), ...numbered(0, 2), ...numbered(1, 1), ...numbered(1, 2)];
    const both = [...named(0, 'acquire', 1), ...named(1, 'acquire', 2)];
    expect(judge('mutex', [...often, ...both])).toBe(true);
    expect(judge('mutex', [...often, ...both, ...named(2, 'acquire', 2)])).toBe('overlapping-holds');
    const failed: Line[] = [line(2, 'invoke', 'acquire', 'a'), line(2, 'fail', 'acquire', 'a')];
    const anyone = [...named(0, 'acquire', 'a'), ...failed, ...named(1, 'release', 'a')];
    expect(judge('mutex', anyone, { anyoneReleases: true })).toBe(true);
  });

  test('reentrance', () => {
    const lines = [...acquire(0), ...acquire(0), ...release(0), ...release(0), ...acquire(1)];
    expect(judge('mutex', lines)).toBe('overlapping-holds');
    expect(judge('mutex', lines, { reentrant: true })).toBe(true);
  });

  test('readers share, writers do not', () => {
    const hold = (p: number, f: string) => alone(p, f, null);
    expect(
      judge('mutex', [...hold(0, 'read-acquire'), ...hold(1, 'read-acquire'), ...hold(0, 'read-release')]),
    ).toBe(true);
    expect(judge('mutex', [...hold(0, 'read-acquire'), ...hold(1, 'write-acquire')])).toBe(
      'overlapping-holds',
    );
  });

  test('fencing tokens go up', () => {
    expect(judge('mutex', [...acquire(0, 7), ...release(0), ...acquire(1, 8), ...release(1)])).toBe(true);
    expect(judge('mutex', [...acquire(0, 8), ...release(0), ...acquire(1, 7), ...release(1)])).toBe(
      'fencing-token-regression',
    );
    const same: Json = { token: 8 };
    expect(judge('mutex', [...acquire(0, same), ...release(0), ...acquire(1, same)])).toBe(
      'fencing-token-regression',
    );
  });

  test('a semaphore', () => {
    const lines = [...acquire(0), ...acquire(1)];
    expect(judge('semaphore', lines, { permits: 2 })).toBe(true);
    expect(judge('semaphore', [...lines, ...acquire(2)], { permits: 2 })).toBe('overlapping-holds');
    expect(judge('semaphore', [...lines, ...release(1), ...acquire(2)], { permits: 2 })).toBe(true);
  });
});

describe('a semaphore', () => {
  const acquire = (p: number, permits: Json) => alone(p, 'acquire', permits);
  const release = (p: number, permits: Json) => alone(p, 'release', permits);
  const two = { permits: 2 };

  test('gives back what is released, in whatever amounts it was taken', () => {
    const partly = [...acquire(0, 2), ...release(0, 1)];
    expect(judge('semaphore', [...partly, ...acquire(1, 2)], two)).toBe('overlapping-holds');
    expect(judge('semaphore', [...partly, ...acquire(1, 1)], two)).toBe(true);
    expect(judge('semaphore', [...partly, ...release(0, 1), ...acquire(1, 2)], two)).toBe(true);
    const twice = [...acquire(0, 1), ...acquire(0, 1)];
    expect(judge('semaphore', [...twice, ...release(0, 2), ...acquire(1, 2)], two)).toBe(true);
    expect(judge('semaphore', [...twice, ...release(0, 1), ...acquire(1, 2)], two)).toBe('overlapping-holds');
    const three = [...acquire(0, 1), ...acquire(0, 2), ...release(0, 2), ...release(0, 1)];
    expect(judge('semaphore', [...three, ...acquire(1, 3)], { permits: 3 })).toBe(true);
  });

  test('takes back no more than its holder has', () => {
    expect(judge('semaphore', [...acquire(0, 1), ...release(0, 2)], two)).toBe('release-without-hold');
    expect(judge('semaphore', [...acquire(0, 1), ...acquire(1, 1), ...release(0, 2)], two)).toBe(
      'release-without-hold',
    );
    const unknown = [line(0, 'invoke', 'release', 2), line(0, 'info', 'release', 2)];
    // One of unknown outcome that could not be has not been.
    expect(judge('semaphore', [...acquire(0, 1), ...unknown, ...acquire(1, 2)], two)).toBe(
      'overlapping-holds',
    );
    expect(judge('semaphore', [...acquire(0, 2), ...unknown, ...acquire(1, 2)], two)).toBe(true);
  });

  test('tells once of an acquire that was one too many, whatever was given back of it', () => {
    const lines = [...acquire(0, 2), ...acquire(1, 2), ...release(1, 1), ...release(1, 1)];
    const check = linearChecks.find((c) => c.name === 'semaphore')!;
    const { counts, anomalies } = check.judge(history(...lines), two as object);
    expect(counts).toEqual({ 'overlapping-holds': 1 });
    expect(anomalies[0].message).toContain('Process 0 held 2 permits from record 1 (T1)');
  });

  test('does not know what is no positive whole number of permits', () => {
    const check = linearChecks.find((c) => c.name === 'semaphore')!;
    for (const wrong of [1.5, 0, -1, true, ['a', 0.5], ['a', 'b'], { permits: 2 }, [1, 2, 3]] as Json[])
      for (const anyoneReleases of [false, true]) {
        const h = history(...acquire(0, wrong), ...release(0, wrong));
        const { valid, reason } = check.judge(h, { ...two, anyoneReleases } as object);
        expect(valid).toBe('unknown');
        const said = `acquire ${JSON.stringify(wrong)} (record 0) is of no positive whole number of permits`;
        expect(reason).toBe(said);
      }
    for (const one of [1, null, 'a', ['a', 1], ['a', null]] as Json[])
      expect(judge('semaphore', [...acquire(0, one), ...acquire(1, one)])).toBe('overlapping-holds');
    // What failed took nothing.
    const failed = [line(1, 'invoke', 'acquire', 0), line(1, 'fail', 'acquire', 0)];
    expect(judge('semaphore', [...acquire(0, 1), ...failed])).toBe(true);
    // Too many for 32 bits are too many.
    expect(judge('semaphore', acquire(0, 2 ** 32), two)).toBe('overlapping-holds');
  });

  test('held again by its holder, is held in one amount', () => {
    const again = { permits: 2, reentrant: true };
    const same = [...acquire(0, 2), ...acquire(0, 2), ...release(0, 2), ...release(0, 2)];
    expect(judge('semaphore', [...same, ...acquire(1, 2)], again)).toBe(true);
    expect(judge('semaphore', [...acquire(0, 2), ...release(0, 1), ...acquire(1, 2)], again)).toBe('unknown');
    expect(judge('semaphore', [...acquire(0, 1), ...acquire(0, 2)], again)).toBe('unknown');
  });

  test('whose permits anyone may give back', () => {
    const anyone = { permits: 2, anyoneReleases: true };
    expect(judge('semaphore', [...acquire(0, 2), ...release(1, 1), ...acquire(1, 1)], anyone)).toBe(true);
    expect(judge('semaphore', [...acquire(0, 2), ...release(1, 1), ...acquire(1, 2)], anyone)).toBe(
      'non-linearizable',
    );
    const named = [...acquire(0, ['a', 2]), ...release(1, ['a', 1]), ...acquire(1, ['a', 2])];
    expect(judge('semaphore', named, anyone)).toBe('non-linearizable');
    const locked = [...alone(0, 'lock', 2), ...alone(1, 'unlock', 2), ...alone(1, 'lock', 1)];
    expect(judge('semaphore', locked, anyone)).toBe(true);
  });

  test('agrees with every order tried', () => {
    const draw = new Draw(33);
    const ends = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const permits = 1 + draw.below(4);
      const anyoneReleases = round % 3 === 0;
      const lines = permitLines(draw, permits);
      const operations = permitOperations(lines, !anyoneReleases);
      const model = anyoneReleases ? semaphore(permits) : heldPermits(permits);
      const truth = bruteModel(operations, model as Model<unknown>, null);
      const said = judge('semaphore', lines, { permits, anyoneReleases });
      expect(said === true, lines.map((l) => l.join(' ')).join('\n')).toBe(truth);
      ends.set(String(said), (ends.get(String(said)) ?? 0) + 1);
    }
    for (const end of ['true', 'overlapping-holds', 'release-without-hold', 'non-linearizable'])
      expect(ends.get(end), end).toBeGreaterThan(ROUNDS / 100);
  });
});

/** A semaphore whose holders give back no more than they hold: the state is what each holds. */
function heldPermits(permits: number): Model<{ readonly [process: string]: number }> {
  return {
    name: 'held-permits',
    init: () => ({}),
    step(state, f, input) {
      const [process, amount] = input as [number, number];
      const held = (state[process] ?? 0) + (f === 'acquire' ? amount : -amount);
      const next: { readonly [process: string]: number } = { ...state, [process]: held };
      const all = Object.values(next).reduce((sum, n) => sum + n, 0);
      return held < 0 || all > permits ? null : next;
    },
  };
}

/** Processes that take and give back permits, mostly as many as there are and as they hold. */
function permitLines(draw: Draw, permits: number): Line[] {
  const lines: Line[] = [];
  const held = new Map<number, number>();
  const busy = new Map<number, readonly [f: string, amount: number]>();
  let processes = [0, 1, 2];
  for (let operations = 0; operations < 7 || busy.size > 0; ) {
    const p = processes[draw.below(3)];
    const own = held.get(p) ?? 0;
    const call = busy.get(p);
    if (call === undefined) {
      if (operations++ >= 7) continue;
      const f = own > 0 && draw.chance(0.6) ? 'release' : 'acquire';
      const most = f === 'release' && draw.chance(0.9) ? own : permits;
      const next = [f, 1 + draw.below(most)] as const;
      busy.set(p, next);
      lines.push(line(p, 'invoke', ...next));
      continue;
    }
    const [f, amount] = call;
    const free = permits - [...held.values()].reduce((sum, n) => sum + n, 0);
    // An acquire mostly waits until there is as much.
    if (f === 'acquire' && amount > free && draw.chance(0.8) && operations < 7) continue;
    busy.delete(p);
    const type = draw.chance(0.1)
      ? 'info'
      : f === 'acquire' && amount > free && draw.chance(0.9)
        ? 'fail'
        : 'ok';
    lines.push(line(p, type, f, amount));
    if (type === 'info') processes = processes.map((q) => (q === p ? p + 3 : q));
    else if (type === 'ok') held.set(p, Math.max(0, own + (f === 'acquire' ? amount : -amount)));
  }
  return lines;
}

function permitOperations(lines: readonly Line[], byProcess: boolean): Operation[] {
  return lines.flatMap(([process, type, f, amount], inv): Operation[] => {
    if (type !== 'invoke') return [];
    const ret = lines.findIndex(([p, t], at) => at > inv && p === process && t !== 'invoke');
    const outcome = lines[ret][1] === 'ok' ? OK : lines[ret][1] === 'fail' ? FAIL : INFO;
    const input = byProcess ? [process, amount] : amount;
    return [{ f, input, output: input, inv, ret: outcome === INFO ? NEVER : ret, outcome, process }];
  });
}

describe('a list', () => {
  const append = (p: number, v: number) => alone(p, 'append', v);
  const read = (p: number, seen: number[] | null) => alone(p, 'read', null, seen);

  test('what reads show', () => {
    expect(
      judge('append-list', [
        ...append(0, 1),
        ...append(0, 2),
        ...read(1, [1, 2]),
        ...append(0, 3),
        ...read(1, [1, 2, 3]),
      ]),
    ).toBe(true);
    expect(judge('append-list', [...append(0, 1), ...read(1, null)])).toBe('stale-read');
    expect(judge('append-list', [...append(0, 1), ...append(0, 2), ...read(1, [2, 1])])).toBe('future-read');
    const both = [
      ...append(0, 1),
      line(0, 'invoke', 'append', 2),
      line(1, 'invoke', 'append', 3),
      ...read(2, [1, 2]),
      ...read(2, [1, 3]),
    ];
    expect(judge('append-list', both)).toBe('incompatible-order');
    expect(judge('append-list', [...append(0, 1), ...read(1, [1, 4])])).toBe('thin-air-read');
    expect(judge('append-list', [...append(0, 1), ...read(1, [1, 1])])).toBe('duplicate-elements');
  });

  test('by key, lists of two elements too', () => {
    const lines = [
      ...alone(0, 'append', ['x', 1]),
      ...alone(0, 'append', ['x', 2]),
      ...alone(1, 'read', ['x', null], ['x', [1, 2]]),
    ];
    expect(judge('append-list', lines)).toBe(true);
    expect(judge('append-list', [...lines, ...alone(1, 'read', ['x', null], ['x', [1]])])).toBe('stale-read');
  });

  test('elements of any shape, also such as look like keys and elements', () => {
    const read = (value: Json) => line(1, 'ok', 'read', value);
    const append = (...values: Json[]) => values.map((value) => line(0, 'ok', 'append', value));
    for (const [a, b, c] of [
      [{ id: 1 }, { id: 2 }, { id: 3 }],
      [[1, 2, 3], [], [4]],
      [[1, 2], [3, 4], 5],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ] as const) {
      expect(judge('append-list', [...append(a, b, c), read([a, b, c])])).toBe(true);
      expect(judge('append-list', [...append(c, a, b), read([c, a, b])])).toBe(true);
      expect(judge('append-list', [...append(c, a, b), read([c, b, a])])).not.toBe(true);
      const keyed = append(['x', a], ['y', b], ['x', c]);
      expect(judge('append-list', [...keyed, read(['x', [a, c]]), read(['y', [b]])])).toBe(true);
      expect(judge('append-list', [...keyed, read(['x', [a]])])).toBe('stale-read');
      expect(judge('append-list', [read(['x', []]), read(['y', null])])).toBe(true);
    }
    expect(judge('append-list', [...append([1, 2], 3), read([[1, 2], 3, 4])])).toBe('thin-air-read');
  });

  test('keys or none, the same all over the history', () => {
    const read = (...values: Json[]) => values.map((value) => line(1, 'ok', 'read', value));
    const append = (...values: Json[]) => values.map((value) => line(0, 'ok', 'append', value));
    const lists = (...lines: Line[]) => judge('append-list', lines);
    const pairs = append([1, 2], [3, 4]);
    // Two elements, or the list of the key [1, 2].
    expect(
      lists(
        ...pairs,
        ...read([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toBe(true);
    expect(
      lists(
        ...pairs,
        ...read([
          [3, 4],
          [1, 2],
        ]),
      ),
    ).toBe('future-read');
    expect(
      lists(
        ...append([[1, 2], 3], [[1, 2], 4]),
        ...read([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toBe(true);
    expect(lists(...append([[1, 2], 3], [[1, 2], 4]), ...read([[1, 2], [3]]))).toBe('stale-read');
    expect(
      lists(
        ...pairs,
        ...read(
          [[1, 2]],
          [
            [1, 2],
            [3, 4],
          ],
        ),
      ),
    ).toBe('stale-read');
    expect(lists(...pairs, ...read([1, [2]], [3, [4]]))).toBe(true);
    expect(lists(...pairs, ...read(null))).toBe('stale-read');
    // Some say one, some the other.
    expect(
      lists(
        ...pairs,
        ...read(
          [1, [2]],
          [
            [1, 2],
            [3, 4],
          ],
        ),
      ),
    ).toBe('unknown');
    expect(lists(...append(['x', 1], 7), ...read(['x', [1]]))).toBe('unknown');
  });

  test('a read of what is no list says nothing, and that is told', () => {
    for (const value of [7, 'x', true, { id: 1 }]) {
      const lines = [...alone(0, 'append', 1), line(1, 'ok', 'read', value)];
      expect(judge('append-list', lines)).toBe('unknown');
      expect(judge('append-list', [...lines, line(1, 'ok', 'read', [])])).toBe('stale-read');
    }
    const keyed = [...alone(0, 'append', ['x', 1]), ...alone(1, 'read', ['x', null], ['x', [1]])];
    expect(judge('append-list', [...keyed, line(1, 'ok', 'read', null)])).toBe('unknown');
    expect(judge('append-list', [...keyed, line(1, 'ok', 'read', ['x', 1])])).toBe('unknown');
  });

  test('elements appended twice go to the general engines', () => {
    expect(judge('append-list', [...append(0, 1), ...append(0, 1), ...read(1, [1, 1])])).toBe(true);
    expect(judge('append-list', [...append(0, 1), ...append(0, 1), ...read(1, [1])])).toBe(
      'non-linearizable',
    );
  });

  test('the chain agrees with every order tried', () => {
    const draw = new Draw(33);
    let legal = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const operations = listRun(draw);
      const elements: number[] = [];
      const seen = operations.map((o) => (Array.isArray(o.output) ? (o.output as number[]) : []));
      const from = seen.map((list) => elements.push(...list) - list.length);
      const found = appendListOrder({
        n: operations.length,
        kind: Uint8Array.from(operations, (o) => (o.f === 'append' ? 0 : 1)),
        a: Int32Array.from(operations, (o) => (o.f === 'append' ? (o.input as number) : -1)),
        from: Int32Array.from(from),
        length: Int32Array.from(seen, (list) => list.length),
        list: Int32Array.from(elements),
        inv: Int32Array.from(operations, (o) => o.inv),
        ret: Int32Array.from(operations, (o) => o.ret),
        outcome: Uint8Array.from(operations, (o) => o.outcome),
      });
      const truth = bruteModel(operations, appendList, null);
      if (truth) legal++;
      expect(found!.count === 0, showOperations(operations)).toBe(truth);
    }
    expect(legal).toBeGreaterThan(ROUNDS / 10);
    expect(legal).toBeLessThan((ROUNDS * 9) / 10);
  });
});

function listRun(draw: Draw): Operation[] {
  const n = 3 + draw.below(6);
  const rows = Array.from({ length: n }, (_, i) => {
    const inv = draw.unit() * 10;
    const ret = inv + draw.unit() * (draw.chance(0.3) ? 8 : 2);
    const f = draw.chance(0.5) ? 'append' : 'read';
    return {
      i,
      f,
      inv,
      ret,
      at: inv + draw.unit() * (ret - inv),
      unknown: draw.chance(0.15),
      value: i as Json,
    };
  });
  let list: number[] = [];
  const past: number[][] = [[]];
  for (const row of [...rows].sort((x, y) => x.at - y.at)) {
    if (row.f === 'append') {
      if (!row.unknown || draw.chance(0.5)) list = [...list, row.i];
      past.push(list);
    } else row.value = draw.chance(0.2) ? past[draw.below(past.length)] : list;
  }
  const stamps = rows.flatMap((row) => [row.inv, row.ret]).sort((x, y) => x - y);
  return rows
    .map((row) => ({
      f: row.f,
      input: row.value,
      output: row.value,
      inv: stamps.indexOf(row.inv),
      ret: row.unknown ? NEVER : stamps.indexOf(row.ret),
      outcome: row.unknown ? INFO : OK,
      process: row.i,
    }))
    .sort((x, y) => x.inv - y.inv);
}

test('stack, unordered queue, set and counter', () => {
  const op = (p: number, f: string, v: Json, seen: Json = v) => alone(p, f, v, seen);
  const pushes = [...op(0, 'push', 1), ...op(0, 'push', 2)];
  expect(judge('stack', [...pushes, ...op(1, 'pop', null, 2), ...op(1, 'pop', null, 1)])).toBe(true);
  expect(judge('stack', [...pushes, ...op(1, 'pop', null, 1)])).toBe('non-linearizable');
  expect(judge('unordered-queue', [...put(0, 1), ...put(0, 2), ...take(1, 2)])).toBe(true);
  expect(judge('unordered-queue', [...put(0, 1), ...take(1, 2)])).toBe('non-linearizable');
  expect(judge('linearizable-set', [...op(0, 'add', 1), ...op(1, 'read', null, [1])])).toBe(true);
  expect(judge('linearizable-set', [...op(0, 'add', 1), ...op(1, 'read', null, [])])).toBe(
    'non-linearizable',
  );
  expect(judge('linearizable-counter', [...op(0, 'add', 2), ...op(1, 'read', null, 2)])).toBe(true);
  expect(judge('linearizable-counter', [...op(0, 'add', 2), ...op(1, 'read', null, 1)])).toBe(
    'non-linearizable',
  );
});

test('where every order is legal, the first will do', () => {
  const pushes = Array.from({ length: 12 }, (_, i) => line(i, 'invoke', 'push', i));
  const lines = [...pushes, ...pushes.map(([process, , f, value]) => line(process, 'ok', f, value))];
  const budget = { steps: 2_000_000, tableBytes: 1 << 30 };
  for (const model of ['linearizable', 'sequential'])
    expect(judge('stack', lines, { budget, models: [model] }), model).toBe(true);
});
