import { describe, expect, test } from 'vitest';
import { causal, session } from '../../../src/analysis/session/check.ts';
import { longFork } from '../../../src/analysis/weak/long-fork.ts';
import { torn } from '../../../src/analysis/weak/snapshots.ts';
import { concurrent, sequence, txn } from './histories.ts';
import { Dice, rounds } from './random.ts';

describe('long fork', () => {
  test('two reads see two writes in opposite orders', () => {
    const verdict = longFork.judge(
      concurrent([txn(1, 'w x 1'), txn(2, 'w y 1'), txn(3, 'r x 1 r y _'), txn(4, 'r x _ r y 1')]),
    );
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['long-fork']);
    expect(verdict.not).toEqual(['prefix']);
    expect(verdict.anomalies[0]!.message).toContain('opposite orders');
  });

  test('reads in one line are fine', () => {
    const verdict = longFork.judge(
      concurrent([
        txn(1, 'w x 1'),
        txn(2, 'w y 1'),
        txn(3, 'r x 1 r y _'),
        txn(4, 'r x 1 r y 1'),
        txn(5, 'r y _ r x _'),
      ]),
    );
    expect(verdict.valid).toBe(true);
  });

  test('registers that are updated in place have an order too', () => {
    const steps = [
      txn(1, 'r x _ w x 1'),
      txn(1, 'r x 1 w x 2'),
      txn(2, 'r y _ w y 1'),
      txn(3, 'r x 1 r y 1'),
      txn(4, 'r x 2 r y _'),
    ];
    expect(longFork.judge(concurrent(steps)).valid).toBe(false);
  });

  test('keys whose versions have no known order are no evidence', () => {
    const steps = [txn(1, 'w x 1'), txn(2, 'w x 2'), txn(3, 'r x 1 r y _'), txn(4, 'r x 2 r y _')];
    const verdict = longFork.judge(concurrent(steps));
    expect(verdict.valid).toBe('unknown');
    expect(verdict.stats!.keysWithoutOrder).toBe(1);
  });

  test('a read of what came later without what came earlier, in a log that is known', () => {
    const steps = [txn(1, 'w x 1'), txn(2, 'w y 1'), txn(3, 'r x _ r y 1')];
    const verdict = longFork.judge(sequence(steps), { transactionOrder: true } as never);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['prefix-violation']);
    const good = [txn(1, 'w x 1'), txn(2, 'w y 1'), txn(3, 'r x 1 r y _'), txn(4, 'r x 1 w x 2 r y 1')];
    expect(longFork.judge(sequence(good), { transactionOrder: true } as never).valid).toBe(true);
  });

  test('lists', () => {
    const list = (p: number, x: number[], y: number[]) => ({
      p,
      value: [
        ['r', 'x', x],
        ['r', 'y', y],
      ] as never,
    });
    const append = (p: number, k: string, v: number) => ({ p, value: [['append', k, v]] as never });
    const writes = [append(1, 'x', 1), append(2, 'y', 1)];
    expect(longFork.judge(concurrent([...writes, list(3, [1], []), list(4, [], [1])])).valid).toBe(false);
    expect(longFork.judge(concurrent([...writes, list(3, [1], []), list(4, [1], [1])])).valid).toBe(true);
  });
});

test('a cut of a log: against all cuts', () => {
  for (let seed = 1; seed <= rounds(3000); seed++) {
    const dice = new Dice(seed);
    const keys = 1 + dice.below(4);
    const log = Array.from({ length: 6 }, () => dice.below(keys));
    const read: number[] = [];
    const next: number[] = [];
    for (let k = 0; k < keys; k++) {
      const places = [-1, ...log.flatMap((key, i) => (key === k ? [i] : []))];
      const which = dice.below(places.length);
      read.push(places[which]!);
      next.push(places[which + 1] ?? Number.POSITIVE_INFINITY);
    }
    const some = Array.from({ length: 7 }, (_, cut) => cut).some((cut) =>
      read.every((r, k) => r < cut && next[k]! >= cut),
    );
    expect(torn(read, next) === undefined).toBe(some);
  }
});

describe('sessions over lists, whose order the reads prove', () => {
  const read = (p: number, x: number[]) => ({ p, value: [['r', 'x', x]] as never });
  const append = (p: number, v: number) => ({ p, value: [['append', 'x', v]] as never });

  test('a list that gets shorter', () => {
    const verdict = session.judge(concurrent([append(1, 1), append(2, 2), read(3, [1, 2]), read(3, [1])]));
    expect(verdict.anomalyTypes).toEqual(['monotonic-reads-violation']);
  });

  test('a list without what the session itself had appended', () => {
    const verdict = session.judge(concurrent([append(1, 1), read(1, []), read(2, [1])]));
    expect(verdict.anomalyTypes).toEqual(['read-your-writes-violation']);
    const older = session.judge(concurrent([append(1, 1), append(2, 2), read(2, [1]), read(3, [1, 2])]));
    expect(older.anomalyTypes).toEqual(['read-your-writes-violation']);
  });

  test('appends of one session in the wrong order', () => {
    const verdict = session.judge(concurrent([append(1, 1), append(1, 2), read(3, [2, 1])]));
    expect(verdict.anomalyTypes).toEqual(['monotonic-writes-violation']);
  });

  test('an answer listed before its question', () => {
    const verdict = session.judge(concurrent([append(1, 1), read(2, [1]), append(2, 2), read(3, [2, 1])]));
    expect(verdict.anomalyTypes).toContain('writes-follow-reads-violation');
    expect(causal.judge(sequence([append(1, 1), read(2, [1]), append(2, 2), read(3, [2, 1])])).valid).toBe(
      false,
    );
  });

  test('a growing list', () => {
    const verdict = session.judge(
      sequence([append(1, 1), read(1, [1]), append(2, 2), read(1, [1, 2]), read(2, [1, 2])]),
    );
    expect(verdict.valid).toBe(true);
  });
});
