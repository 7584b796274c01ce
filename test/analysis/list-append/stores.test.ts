import { describe, expect, test } from 'vitest';
import { violates } from '../../../src/analysis/models.ts';
import { historyOf } from '../../../src/history/builder.ts';
import { parseHistory } from '../../../src/history/read/read.ts';
import { cases, Dice } from '../graph/dice.ts';
import { a, during, fail, info, judge, ok, r, recorded, type Timed, type Txn, timed } from './lists.ts';
import { simulate } from './stores.ts';

/** Mostly small histories, now and then a larger one. */
const size = (dice: Dice, seed: number): number => (seed % 50 === 0 ? 3000 : 5 + dice.below(100));

describe('every store gets the verdict that it deserves', () => {
  test('serializable: valid under every model', () => {
    for (let seed = 0; seed < cases(200, 10_000); seed++) {
      const dice = new Dice(seed);
      const history = timed(...simulate(dice, 'serializable', { txns: size(dice, seed) }));
      expect(judge(history).anomalyTypes, `seed ${seed}`).toEqual([]);
    }
  });

  test('snapshot isolation: nothing but write skew, and that in the end', () => {
    const found = new Set<string>();
    for (let seed = 0; seed < cases(200, 10_000); seed++) {
      const dice = new Dice(seed);
      const history = timed(...simulate(dice, 'snapshot', { txns: size(dice, seed) }));
      const { anomalyTypes } = judge(history);
      for (const type of anomalyTypes) found.add(type);
      expect(violates(['strong-snapshot-isolation'], anomalyTypes), `seed ${seed}: ${anomalyTypes}`).toBe(
        false,
      );
    }
    expect([...found]).toContain('G2-item');
    for (const type of found) expect(type).toMatch(/^G2-item/);
  });

  test('read committed: that, and in the end no more', () => {
    const found = new Set<string>();
    for (let seed = 0; seed < cases(200, 10_000); seed++) {
      const dice = new Dice(seed);
      const history = timed(...simulate(dice, 'committed', { txns: size(dice, seed) }));
      const { anomalyTypes } = judge(history);
      for (const type of anomalyTypes) found.add(type);
      expect(violates(['strong-read-committed'], anomalyTypes), `seed ${seed}: ${anomalyTypes}`).toBe(false);
    }
    for (const type of ['G-single-item', 'G2-item', 'lost-update', 'internal'])
      expect([...found]).toContain(type);
  });

  test('no isolation: dirty and aborted reads are found', () => {
    const found = new Set<string>();
    for (let seed = 0; seed < cases(100, 3000); seed++) {
      const dice = new Dice(seed);
      const history = timed(...simulate(dice, 'dirty', { txns: size(dice, seed), fail: 10 }));
      for (const type of judge(history).anomalyTypes) found.add(type);
    }
    for (const type of ['G0', 'G1a', 'G1b', 'G1c', 'dirty-update', 'internal'])
      expect([...found]).toContain(type);
    // What no order of steps of this store can do.
    for (const type of ['incompatible-order', 'garbage-read', 'future-read', 'duplicate-elements'])
      expect([...found]).not.toContain(type);
  });
});

test('a history read from text gets the same verdict, word for word', () => {
  for (const isolation of ['serializable', 'committed', 'dirty'] as const)
    for (let seed = 0; seed < cases(10, 300); seed++) {
      const dice = new Dice(seed);
      const ops = recorded(simulate(dice, isolation, { txns: 50 + dice.below(100) }));
      const read = parseHistory(ops.map((op) => JSON.stringify(op)).join('\n'));
      expect(judge(read), `${isolation}, seed ${seed}`).toEqual(judge(historyOf(ops)));
    }
});

/** Name → transactions that all run at once, each showing exactly the named types; those `after` come one after the other. */
const injections: { readonly [name: string]: { at: Txn[]; after?: Txn[]; types: string[] } } = {
  G0: {
    at: [ok(a('i', 1), a('j', 1)), ok(a('i', 2), a('j', 2)), ok(r('i', [1, 2]), r('j', [2, 1]))],
    types: ['G0'],
  },
  G1a: { at: [fail(a('i', 1)), ok(r('i', [1]))], types: ['G1a'] },
  G1b: { at: [ok(a('i', 1), a('i', 2)), ok(r('i', [1]))], types: ['G-single-item', 'G1b'] },
  G1c: { at: [ok(a('i', 1), r('j', [1])), ok(a('j', 1), r('i', [1]))], types: ['G1c'] },
  'G-single': { at: [ok(a('i', 1), a('j', 1)), ok(r('i', [1]), r('j'))], types: ['G-single-item'] },
  'long fork': {
    at: [ok(a('i', 1)), ok(a('j', 1)), ok(r('i', [1]), r('j')), ok(r('i'), r('j', [1]))],
    types: ['G-nonadjacent-item'],
  },
  'write skew': { at: [ok(r('i'), a('j', 1)), ok(r('j'), a('i', 1))], types: ['G2-item'] },
  'lost update': { at: [ok(r('i'), a('i', 1)), ok(r('i'), a('i', 2))], types: ['G2-item', 'lost-update'] },
  'dirty update': {
    at: [fail(a('i', 1)), info(a('i', 2)), ok(a('i', 3)), ok(r('i', [1, 2, 3]))],
    types: ['G1a', 'dirty-update'],
  },
  internal: { at: [ok(r('i'), a('i', 1), r('i'))], types: ['internal'] },
  'future read': { at: [ok(r('i', [1]), a('i', 1))], types: ['future-read'] },
  duplicates: { at: [ok(a('i', 1)), ok(r('i', [1, 1]))], types: ['duplicate-elements'] },
  'two orders': {
    at: [ok(a('i', 1)), ok(a('i', 2)), ok(r('i', [1])), ok(r('i', [2]))],
    types: ['incompatible-order'],
  },
  garbage: { at: [ok(r('i', [99]))], types: ['garbage-read'] },
  'stale read': { at: [], after: [ok(a('i', 1)), ok(r('i'))], types: ['G-single-item-realtime'] },
  'read of the future': { at: [], after: [ok(r('i', [1])), ok(a('i', 1))], types: ['G1c-realtime'] },
  'late write': {
    at: [],
    after: [ok(a('i', 2)), ok(a('i', 1)), ok(r('i', [1, 2]))],
    types: ['G0-realtime'],
  },
  'stale read of my own': {
    at: [],
    after: [
      { ...ok(a('i', 1)), process: 9000 },
      { ...ok(r('i')), process: 9000 },
    ],
    types: ['G-single-item-process'],
  },
};

describe('one anomaly among thousands of good transactions is found and named', () => {
  for (const [name, { at, after = [], types }] of Object.entries(injections))
    test(name, () => {
      for (let seed = 0; seed < cases(4, 200); seed++) {
        const dice = new Dice(seed);
        const txns = simulate(dice, 'serializable', { txns: seed === 0 ? 2000 : 10 + dice.below(80) });
        const moment = dice.below(txns.at(-1)!.ret);
        const inserted: Timed[] = [
          ...at.map((txn, i) => during(moment + (i + 1) / 100, moment + 0.3 + i / 100, txn)),
          ...after.map((txn, i) => during(moment + 0.5 + i / 10, moment + 0.55 + i / 10, txn)),
        ].map((txn, i) => ({ ...txn, process: txn.process ?? 9100 + i }));
        const verdict = judge(timed(...txns, ...inserted));
        expect(verdict.anomalyTypes, `seed ${seed}`).toEqual(types);
        expect(verdict.valid).toBe(false);
        for (const anomaly of verdict.anomalies)
          for (const op of anomaly.ops) expect(op.process, anomaly.message).toBeGreaterThanOrEqual(9000);
      }
    });
});
