import { describe, expect, test } from 'vitest';
import { historyOf } from '../../../src/history/builder.ts';
import { a, by, during, fail, holds, info, inTurn, judge, ok, r, timed, together } from './lists.ts';

describe('dirty writes and reads', () => {
  test('two transactions whose appends to two keys took effect in opposite orders: G0', () => {
    const h = together(
      ok(a('x', 1), a('y', 1)),
      ok(a('x', 2), a('y', 2)),
      ok(r('x', [1, 2]), r('y', [2, 1])),
    );
    const verdict = judge(h);
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['G0']);
    expect(verdict.not).toEqual(['read-uncommitted']);
    expect(verdict.anomalies[0]!.ops.map((o) => o.name)).toEqual(['T1', 'T2']);
    expect(verdict.anomalies[0]!.steps!.map((s) => s.type)).toEqual(['ww', 'ww']);
  });

  test('a read of what a failed transaction appended: G1a, at the end of a list and in the middle', () => {
    for (const seen of [[1], [1, 2]]) {
      const h = together(fail(a('x', 1)), ok(a('x', 2)), ok(r('x', seen)));
      expect(judge(h).anomalyTypes).toContain('G1a');
      expect(holds(h, 'read-committed')).toBe(false);
      expect(holds(h, 'read-uncommitted')).toBe(true);
    }
  });

  test('a read between two appends of one transaction: G1b and G-single-item', () => {
    const verdict = judge(together(ok(a('x', 1), a('x', 2)), ok(r('x', [1])), ok(r('x', [1, 2]))));
    expect(verdict.anomalyTypes).toEqual(['G-single-item', 'G1b']);
    expect(verdict.not).toEqual(['read-committed']);
    // Even if nobody ever saw the second append: it succeeded, so it must come after the first.
    expect(judge(together(ok(a('x', 1), a('x', 2)), ok(r('x', [1])))).anomalyTypes).toEqual([
      'G-single-item',
      'G1b',
    ]);
  });

  test('a transaction may read its own intermediate value', () => {
    expect(judge(together(ok(a('x', 1), r('x', [1]), a('x', 2)), ok(r('x', [1, 2])))).valid).toBe(true);
  });

  test('reading a write of somebody who overwrote mine: G1c', () => {
    const h = together(ok(a('x', 1), r('y', [1])), ok(a('x', 2), a('y', 1)), ok(r('x', [1, 2])));
    expect(judge(h).anomalyTypes).toEqual(['G1c']);
    expect(holds(h, 'read-committed')).toBe(false);
    expect(holds(h, 'read-uncommitted')).toBe(true);
  });

  test('an aborted append below a committed one: dirty-update, also across one of unknown outcome', () => {
    const plain = judge(together(fail(a('x', 1)), ok(a('x', 2)), ok(r('x', [1, 2]))));
    expect(plain.anomalyTypes).toEqual(['G1a', 'dirty-update']);
    const across = judge(together(fail(a('x', 1)), info(a('x', 2)), ok(a('x', 3)), ok(r('x', [1, 2, 3]))));
    expect(across.anomalyTypes).toEqual(['G1a', 'dirty-update']);
    const alone = judge(together(fail(a('x', 1)), ok(r('x', [1]))));
    expect(alone.anomalyTypes).toEqual(['G1a']);
    expect(judge(together(fail(a('x', 1)), ok(a('x', 2)), ok(r('x', [2])))).valid).toBe(true);
  });
});

describe('anti-dependencies', () => {
  test('half of a transaction seen, half missed: G-single-item', () => {
    const h = together(ok(a('x', 1), a('y', 1)), ok(a('x', 2), r('y')), ok(r('x', [1, 2])));
    const verdict = judge(h);
    expect(verdict.anomalyTypes).toEqual(['G-single-item']);
    expect(verdict.not).toEqual(['consistent-view', 'repeatable-read']);
    expect(holds(h, 'read-committed')).toBe(true);
  });

  test('write skew: G2-item; snapshot isolation allows it, repeatable read does not', () => {
    const h = together(ok(a('x', 1), r('y')), ok(a('y', 1), r('x')));
    expect(judge(h).anomalyTypes).toEqual(['G2-item']);
    expect(holds(h, 'read-committed')).toBe(true);
    expect(holds(h, 'snapshot-isolation')).toBe(true);
    expect(holds(h, 'repeatable-read')).toBe(false);
    expect(holds(h, 'serializable')).toBe(false);
    expect(judge(h).consistentWith).toContain('strong-snapshot-isolation');
  });

  test('long fork, two readers who see two writes in opposite orders: G-nonadjacent-item', () => {
    const h = together(ok(a('x', 1)), ok(r('x', [1]), r('y')), ok(a('y', 1)), ok(r('y', [1]), r('x')));
    expect(judge(h).anomalyTypes).toEqual(['G-nonadjacent-item']);
    expect(holds(h, 'snapshot-isolation')).toBe(false);
    expect(holds(h, 'repeatable-read')).toBe(false);
    expect(holds(h, 'consistent-view')).toBe(true);
  });

  test('a ring rw rw wr rw wr has adjacent anti-dependencies: snapshot isolation holds', () => {
    const h = together(
      ok(r('a'), r('z', [1])),
      ok(a('a', 1), r('b')),
      ok(a('b', 1), a('c', 1)),
      ok(r('c', [1]), r('d')),
      ok(a('d', 1), a('z', 1)),
    );
    const verdict = judge(h);
    expect(verdict.anomalyTypes).toEqual(['G2-item']);
    expect(verdict.anomalies[0]!.steps!.map((s) => s.type).join(' ')).toBe('rw rw wr rw wr');
    expect(holds(h, 'snapshot-isolation')).toBe(true);
    expect(holds(h, 'serializable')).toBe(false);
  });

  test('a serializable example of three transactions stays valid', () => {
    // After Adya (1999): T1 writes x and z; T2 reads x, writes y; T3 reads y and z.
    const h = together(
      ok(a('x', 1), a('z', 1)),
      ok(r('x', [1]), a('y', 1), a('z', 2)),
      ok(r('y', [1]), r('z', [1, 2]), a('z', 3)),
      ok(r('z', [1, 2, 3])),
    );
    expect(judge(h).valid).toBe(true);
    expect(judge(h).consistentWith).toEqual(['strict-serializable']);
  });

  test('a blind append that a reader-appender missed, as once found in a distributed SQL database', () => {
    const h = together(
      ok(r(34, [2, 1]), a(36, 5), a(34, 4)),
      ok(a(34, 5)),
      ok(r(34, [2, 1, 5, 4])),
      ok(a(34, 2)),
      ok(a(34, 1)),
    );
    expect(judge(h).anomalyTypes).toEqual(['G-single-item']);
  });
});

describe('orders of processes and of real time', () => {
  test('a stale read in real time breaks nothing but the strong models', () => {
    const h = inTurn(ok(a('x', 1)), ok(a('x', 2)), ok(r('x', [1])), ok(r('x', [1, 2])));
    const verdict = judge(h);
    expect(verdict.anomalyTypes).toEqual(['G-single-item-realtime']);
    expect(verdict.not).toEqual(['strong-snapshot-isolation']);
    expect(verdict.anomalies[0]!.steps!.map((s) => s.type)).toEqual(['realtime', 'rw']);
    expect(holds(h, 'serializable')).toBe(true);
    expect(holds(h, 'strong-session-snapshot-isolation')).toBe(true);
    expect(holds(h, 'strong-snapshot-isolation')).toBe(false);
  });

  test('a transaction of unknown outcome follows those that its process ran before it, once somebody saw it', () => {
    const h = inTurn(by(0, ok(r('x', [1]))), by(0, info(a('x', 1))));
    const verdict = judge(h);
    expect(verdict.anomalyTypes).toEqual(['G1c-process']);
    expect(verdict.anomalies[0]!.steps!.map((s) => s.type)).toEqual(['process', 'wr']);
    for (const model of ['serializable', 'snapshot-isolation', 'read-committed'])
      expect(holds(h, `strong-session-${model}`)).toBe(false);
    expect(holds(h, 'serializable')).toBe(true);
    expect(holds(inTurn(by(0, ok(r('x'))), by(0, info(a('x', 1)))), 'strict-serializable')).toBe(true);
    // Another process may have begun long before.
    const other = inTurn(by(0, ok(r('x', [1]))), by(1, info(a('x', 1))));
    expect(judge(other).anomalyTypes).toEqual(['G1c-realtime']);
    expect(holds(other, 'strong-session-serializable')).toBe(true);
  });

  test('nothing follows a transaction of unknown outcome, not even in its process', () => {
    const h = inTurn(by(0, info(a('x', 1))), by(0, ok(r('x'))), by(0, ok(r('x', [1]))));
    expect(judge(h).valid).toBe(true);
    const later = inTurn(by(0, ok(r('x', [1]))), by(0, info(a('y', 1))), by(0, ok(a('x', 1), r('y', [1]))));
    expect(judge(later).anomalies[0]!.steps!.map((s) => s.type)).toEqual(['process', 'wr']);
    expect(judge(later).anomalyTypes).toEqual(['G1c-process']);
  });

  test('a stale read of what the same process wrote: G-single-item-process', () => {
    const h = inTurn(
      by(0, ok(a('x', 1))),
      by(1, ok(a('x', 2))),
      by(1, ok(r('x', [1]))),
      by(0, ok(r('x', [1, 2]))),
    );
    expect(judge(h).anomalyTypes).toEqual(['G-single-item-process']);
    expect(holds(h, 'strong-session-snapshot-isolation')).toBe(false);
    expect(holds(h, 'snapshot-isolation')).toBe(true);
  });

  test('two anti-dependencies held apart by a process: G-nonadjacent-item-process', () => {
    const h = timed(
      during(0, 10, by(0, ok(r('x'), r('z', [1])))),
      during(1, 2, by(1, ok(a('x', 1)))),
      during(3, 4, by(1, ok(r('z')))),
      during(0.5, 9, by(2, ok(a('z', 1)))),
    );
    expect(judge(h).anomalyTypes).toEqual(['G-nonadjacent-item-process']);
    expect(holds(h, 'serializable')).toBe(true);
    expect(holds(h, 'strong-session-snapshot-isolation')).toBe(false);
  });

  test('seeing what depends on what my process does next: G1c-process', () => {
    const h = timed(
      during(0, 10, by(2, ok(r('y', [1]), a('y', 2)))),
      during(1, 2, by(1, ok(r('x', [1]), a('y', 1)))),
      during(3, 4, by(1, ok(a('x', 1)))),
    );
    expect(judge(h).anomalyTypes).toEqual(['G1c-process']);
    expect(holds(h, 'strong-session-read-committed')).toBe(false);
    expect(holds(h, 'serializable')).toBe(true);
    const twoProcesses = timed(
      during(0, 3, by(2, ok(r('y', [1])))),
      during(4, 5, by(2, ok(a('x', 1)))),
      during(1, 2, by(1, ok(r('x', [1]), a('y', 1)))),
    );
    expect(judge(twoProcesses).anomalyTypes).toEqual(['G1c-process']);
  });
});

describe('inside one transaction', () => {
  const writers = [ok(a('x', 1)), ok(a('x', 2)), ok(a('x', 4)), ok(a('x', 0))];

  test('a read that shows what the transaction appends afterwards: future-read', () => {
    const h = together(ok(r('x', [1]), a('x', 1)));
    expect(judge(h).anomalyTypes).toContain('future-read');
    expect(holds(h, 'read-committed')).toBe(false);
    expect(judge(together(ok(a('x', 1), r('x', [0, 1]), a('x', 0)))).anomalyTypes).toContain('future-read');
  });

  test.each([
    ['own append missing', [1, 2]],
    ['another beginning', [0, 2, 3]],
    ['a stranger behind', [1, 2, 4, 3]],
    ['too much', [1, 2, 3, 4]],
    ['too little', [1]],
  ])('a second read that contradicts the first and the own append: %s', (_, second) => {
    const h = together(ok(r('x', [1, 2]), a('x', 3), r('x', second)), ...writers);
    expect(judge(h).anomalyTypes).toContain('internal');
    expect(holds(h, 'serializable')).toBe(false);
  });

  test('the second read that does agree', () => {
    expect(
      judge(together(ok(r('x', [1, 2]), a('x', 3), r('x', [1, 2, 3])), ...writers.slice(0, 2))).valid,
    ).toBe(true);
  });

  test.each([
    ['nothing', []],
    ['nil', null],
    ['the own append not last', [1, 2, 3, 4]],
  ])('a blind append, then a read of %s', (_, second) => {
    const h = together(ok(a('x', 3), r('x', second)), ...writers);
    expect(judge(h).anomalyTypes).toContain('internal');
  });

  test('a blind append, then a read that ends with it, whatever stands before', () => {
    const h = together(ok(a('x', 3), r('x', [9, 8, 3])), ok(a('x', 9)), ok(a('x', 8)));
    expect(judge(h).valid).toBe(true);
  });
});

describe('impossible lists', () => {
  test('two reads that are not states of one list: incompatible-order', () => {
    const h = together(
      ok(a('x', 1)),
      ok(a('x', 2)),
      ok(a('x', 3)),
      ok(r('x', [1, 3])),
      ok(r('x', [1, 2, 3])),
    );
    expect(judge(h).anomalyTypes).toContain('incompatible-order');
    expect(holds(h, 'read-committed')).toBe(false);
  });

  test('what one transaction appended, in another order than it did: incompatible-order, wherever the last one stands', () => {
    const h = together(ok(a('x', 1), a('x', 2), a('x', 3)), ok(r('x', [2, 1, 3])));
    const verdict = judge(h);
    expect(verdict.anomalyTypes).toEqual(['incompatible-order']);
    expect(verdict.not).toEqual(['read-committed']);
    expect(verdict.anomalies[0]!.message).toContain(
      'T2 appended 1 before 2 to "x", and T1 read "x" as [2 1 3], 2 before 1',
    );
    for (const model of ['serializable', 'snapshot-isolation']) expect(holds(h, model)).toBe(false);
    const byAppender = together(ok(a('x', 1), a('x', 2)), ok(a('x', 3), r('x', [2, 1, 3])));
    expect(judge(byAppender).anomalyTypes).toEqual(['incompatible-order']);
    const unknown = together(info(a('x', 1), a('y', 1), a('x', 2)), ok(a('x', 3)), ok(r('x', [2, 1, 3])));
    expect(judge(unknown).anomalyTypes).toEqual(['incompatible-order']);
    const rotated = together(ok(...[1, 2, 3, 4].map((n) => a('x', n))), ok(r('x', [2, 3, 1, 4])));
    expect(judge(rotated).anomalyTypes).toEqual(['incompatible-order']);
    const straight = together(ok(a('x', 1), a('y', 1), a('x', 2), a('x', 3)), ok(r('x', [1, 2, 3])));
    expect(judge(straight).valid).toBe(true);
  });

  test("another's append between those of one transaction: G0, in whichever order these stand", () => {
    for (const list of [
      [1, 9, 2],
      [2, 9, 1],
    ]) {
      const h = together(ok(a('x', 1), a('x', 2)), ok(a('x', 9)), ok(r('x', list)));
      expect(judge(h).anomalyTypes).toContain('G0');
      for (const model of ['serializable', 'snapshot-isolation', 'read-uncommitted'])
        expect(holds(h, model)).toBe(false);
    }
  });

  test('half of what one transaction appended, without the half before it: no state of any serial order', () => {
    const alone = together(ok(a('x', 1), a('x', 2)), ok(r('x', [2])));
    expect(judge(alone).anomalyTypes).toEqual(['G-single-item']);
    const below = together(ok(a('x', 1), a('x', 2)), ok(a('x', 3), r('x', [2, 3])));
    expect(judge(below).anomalyTypes).toEqual(['G0']);
  });

  test('an append executed twice is duplicate-elements and nothing else: its key has no order to argue from', () => {
    const h = judge(
      together(
        ok(a('x', 1), a('y', 1)),
        ok(r('x', [1]), a('x', 2), r('y', [1])),
        ok(r('x', [1, 2, 1]), a('x', 3), a('y', 2)),
        ok(r('x', [1, 2, 1, 3, 2]), r('y', [1, 2])),
      ),
    );
    expect(h.anomalyTypes).toEqual(['duplicate-elements']);
    expect(h.valid).toBe(false);
  });

  test('an element twice in one read: duplicate-elements', () => {
    const h = together(ok(a('x', 1)), ok(a('x', 2)), ok(r('x', [1, 2, 1])));
    expect(judge(h).anomalyTypes).toContain('duplicate-elements');
    expect(holds(h, 'read-uncommitted')).toBe(false);
  });

  test('an element that nobody appended: garbage-read', () => {
    const verdict = judge(together(ok(r('x', [7]))));
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalyTypes).toEqual(['garbage-read']);
    expect(verdict.not).toEqual(['read-uncommitted']);
    expect(judge(together(ok(a('x', 1)), ok(r('x', [1, 7, 7])))).anomalyTypes).toEqual([
      'duplicate-elements',
      'garbage-read',
    ]);
  });

  test('nil and the empty list are the same', () => {
    const h = (empty: null | []) =>
      inTurn(ok(r('x', empty)), ok(a('x', 1)), ok(r('x', [1])), ok(r('x', empty)));
    expect(judge(h(null)).anomalyTypes).toEqual(['G-single-item-realtime']);
    expect(judge(h([])).anomalyTypes).toEqual(['G-single-item-realtime']);
    expect(judge(together(ok(r('x', null), r('x', [])))).valid).toBe(true);
  });
});

describe('updates', () => {
  test('two updates of one state, of which no read shows both: lost-update', () => {
    const h = together(ok(a('x', 0)), ok(r('x', [0]), a('x', 1)), ok(r('x', [0]), a('x', 2)));
    const verdict = judge(h);
    expect(verdict.anomalyTypes).toEqual(['G2-item', 'lost-update']);
    expect(verdict.not).toEqual(['cursor-stability', 'update-atomic']);
    expect(holds(h, 'read-committed')).toBe(true);
    expect(holds(h, 'cursor-stability')).toBe(false);
  });

  test('one transaction may write twice after its read', () => {
    expect(
      judge(together(ok(a('x', 0)), ok(r('x', [0]), a('x', 1), a('x', 2)), ok(r('x', [0, 1, 2])))).valid,
    ).toBe(true);
  });

  test('an append that nobody saw comes after every state that somebody saw', () => {
    const h = together(ok(a('x', 1), r('y')), ok(r('x'), a('y', 1)));
    expect(judge(h).anomalyTypes).toEqual(['G2-item']);
    const two = together(ok(a('x', 1), r('y')), ok(a('x', 2), r('y')), ok(r('x'), a('y', 1)));
    expect(judge(two).anomalyTypes).toEqual(['G2-item']);
    // Among themselves they have no order: nothing here is a G0.
    expect(judge(together(ok(a('x', 1), a('y', 1)), ok(a('x', 2), a('y', 2)))).valid).toBe(true);
  });

  test('an append that nobody saw and two that were seen in the other order on another key: G0', () => {
    const h = together(
      ok(a('x', 1), a('y', 1)),
      ok(a('x', 2), a('y', 2)),
      ok(a('x', 3), a('y', 3)),
      ok(r('x', [1, 2]), r('y', [2])),
    );
    expect(judge(h).anomalyTypes).toContain('G0');
    expect(judge(h).anomalyTypes).toContain('G-single-item');
  });
});

describe('unknown outcomes', () => {
  test('the nil in a read of a transaction of unknown outcome is no observation', () => {
    const h = together(ok(a('x', 1), a('y', 1)), info(a('x', 2), r('y')), ok(r('x', [1, 2]), r('y', [1])));
    expect(judge(h).valid).toBe(true);
  });

  test('a transaction of unknown outcome is there with all that it wrote, if any of it was seen', () => {
    const half = together(info(a('x', 1), a('y', 1)), ok(r('x', [1]), r('y')));
    expect(judge(half).anomalyTypes).toEqual(['G-single-item']);
    expect(judge(together(info(a('x', 1), a('y', 1)), ok(r('x'), r('y')))).valid).toBe(true);
  });

  test('a transaction of unknown outcome may take effect long after its info, but not before its start', () => {
    const late = timed(
      during(0, 1, info(a('x', 1))),
      during(2, 3, ok(r('x'))),
      during(4, 5, ok(r('x', [1]))),
    );
    expect(judge(late).valid).toBe(true);
    const early = timed(during(0, 1, ok(r('x', [1]))), during(2, 3, info(a('x', 1))));
    expect(judge(early).anomalyTypes).toEqual(['G1c-realtime']);
  });
});

describe('too little to judge', () => {
  test('an empty history, and one of unknown outcomes and failures only', () => {
    expect(judge(historyOf([])).valid).toBe('unknown');
    expect(judge(together(info(a('x', 1)), fail(r('x')))).valid).toBe('unknown');
  });

  test('an element appended twice to one key is a bug of the test', () => {
    const verdict = judge(together(ok(a('x', 1)), ok(a('x', 1)), ok(r('x', [1, 1]))));
    expect(verdict.valid).toBe('unknown');
    expect(verdict.reason).toContain('more than once');
    expect(judge(together(ok(a('x', 1)), ok(a('y', 1)), ok(r('x', [1]), r('y', [1])))).valid).toBe(true);
  });

  test('a history of registers is no list-append history', () => {
    const op = { index: 0, time: 0, process: 0, type: 'ok', f: 'txn', value: [['w', 'x', 1]] } as const;
    expect(judge(historyOf([op])).valid).toBe('unknown');
  });

  test('a model between a violated and a standing one is not decided', () => {
    const fork = together(ok(a('x', 1)), ok(r('x', [1]), r('y')), ok(a('y', 1)), ok(r('y', [1]), r('x')));
    expect(judge(fork, ['read-atomic']).valid).toBe('unknown');
    expect(judge(fork, ['read-committed']).valid).toBe(true);
    expect(judge(fork, ['read-atomic', 'snapshot-isolation']).valid).toBe(false);
  });
});

describe('appends that no read shows, in an order that nobody knows', () => {
  test('of two transactions that miss each other, and append to one key: G-single-item, whichever came first', () => {
    const h = together(ok(r('y'), a('x', 1)), ok(r('x'), a('x', 2), a('y', 2)));
    const verdict = judge(h);
    expect(verdict.anomalyTypes).toEqual(['G-single-item', 'G2-item']);
    expect(verdict.not).toEqual(['consistent-view', 'repeatable-read']);
    for (const model of ['strong-snapshot-isolation', 'snapshot-isolation', 'consistent-view'])
      expect(holds(h, model)).toBe(false);
    expect(verdict.anomalies[0]!.message).toContain(
      'T1 appended 1 to "x", T2 2, and no read shows which came first',
    );
    expect(verdict.anomalies[0]!.steps!.map((s) => s.type)).toEqual(['rw', 'rw']);
  });

  test('where the budget ends before their order is settled: unknown, and no claim', () => {
    const h = together(ok(r('y'), a('x', 1)), ok(r('x'), a('x', 2), a('y', 2)));
    const verdict = judge(h, ['snapshot-isolation'], { budget: { steps: 1, tableBytes: 0 } });
    expect(verdict.valid).toBe('unknown');
    expect(verdict.reason).toContain('some order of the appends that no read shows');
    expect(verdict.consistentWith).toEqual(['strong-read-committed']);
  });

  test('of two that miss each other by way of others', () => {
    const h = together(
      ok(r('y'), a('x', 1)),
      ok(a('y', 1)),
      ok(r('y', [1]), r('z'), a('x', 2)),
      ok(a('z', 1)),
      ok(r('z', [1]), r('x')),
    );
    // T1 before T3 by one anti-dependency, T3 before T1 by two: if T1 came first, consistent view holds.
    expect(judge(h).anomalyTypes).toEqual(['G-nonadjacent-item', 'G2-item']);
    expect(judge(h).anomalies[0]!.ops).toHaveLength(5);
    expect(holds(h, 'snapshot-isolation')).toBe(false);
    expect(holds(h, 'consistent-view')).toBe(true);
    const back = together(
      ok(r('y'), a('w', 1), a('x', 1)),
      ok(a('y', 1)),
      ok(r('y', [1]), r('w'), a('x', 2)),
    );
    expect(judge(back).anomalyTypes).toEqual(['G-single-item', 'G2-item']);
    const fork = together(
      ok(r('y'), a('w', 1), a('x', 1)),
      ok(r('u'), a('y', 1)),
      ok(a('u', 1), r('v'), a('x', 2)),
      ok(a('v', 1), r('w')),
    );
    expect(judge(fork).anomalyTypes).toEqual(['G2-item']);
    expect(holds(fork, 'snapshot-isolation')).toBe(true);
  });

  test('of two that only seem to be concurrent: snapshot isolation holds', () => {
    // Write skew on y and z by transactions that share no key; x was appended to by one of them and one that came later.
    const h = together(ok(r('y'), a('z', 1), a('x', 1)), ok(r('z'), a('y', 1)), ok(r('y', [1]), a('x', 2)));
    expect(judge(h).anomalyTypes).toEqual(['G2-item']);
    expect(judge(h).consistentWith).toContain('strong-snapshot-isolation');
  });

  test('only real time makes them concurrent: strong snapshot isolation alone is violated', () => {
    // The third misses the second, which had returned before the first was invoked, which misses the third.
    const h = timed(
      during(3, 9, ok(r('y'), a('x', 1))),
      during(0, 2, ok(a('z', 1))),
      during(1, 8, ok(r('z'), a('y', 1), a('x', 2))),
    );
    expect(judge(h).anomalyTypes).toEqual(['G-single-item-realtime', 'G2-item-realtime']);
    expect(holds(h, 'strong-snapshot-isolation')).toBe(false);
    expect(holds(h, 'strong-session-snapshot-isolation')).toBe(true);
  });
});
