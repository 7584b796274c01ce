import { describe, expect, test } from 'vitest';
import { aliases, friendlyNames, impliedAnomalies, proscribed, weaker } from '../../src/analysis/lattice.ts';
import {
  allModels,
  boundary,
  canonicalModel,
  friendly,
  impliedBy,
  implies,
  isForbidden,
  strongestConsistent,
  violates,
} from '../../src/analysis/models.ts';

/** Anomaly → the weakest models it rules out. */
const weakestViolated: { readonly [anomaly: string]: string } = {
  'G-MSR': 'monotonic-snapshot-read',
  'G-SI': 'snapshot-isolation',
  'G-SIb': 'forward-consistent-view',
  'G-cursor': 'cursor-stability',
  'G-monotonic': 'monotonic-view',
  'G-nonadjacent': 'snapshot-isolation',
  'G-nonadjacent-item': 'repeatable-read, snapshot-isolation',
  'G-nonadjacent-item-process': 'strong-session-snapshot-isolation',
  'G-nonadjacent-item-realtime': 'strong-snapshot-isolation',
  'G-nonadjacent-process': 'strong-session-snapshot-isolation',
  'G-nonadjacent-realtime': 'strong-snapshot-isolation',
  'G-single': 'consistent-view',
  'G-single-item': 'consistent-view, repeatable-read',
  'G-single-item-process': 'strong-session-snapshot-isolation',
  'G-single-item-realtime': 'strong-snapshot-isolation',
  'G-single-process': 'strong-session-snapshot-isolation',
  'G-single-realtime': 'strong-snapshot-isolation',
  'G-update': 'update-serializable',
  G0: 'read-uncommitted',
  'G0-process': 'strong-session-read-uncommitted',
  'G0-realtime': 'strong-read-uncommitted',
  G1: 'read-committed',
  'G1-process': 'strong-session-snapshot-isolation',
  'G1-realtime': 'strong-snapshot-isolation',
  G1a: 'read-committed',
  G1b: 'read-committed',
  G1c: 'read-committed',
  'G1c-process': 'strong-session-read-committed',
  'G1c-realtime': 'strong-read-committed',
  G2: 'serializable',
  'G2-item': 'repeatable-read',
  'G2-item-process': 'strong-session-serializable',
  'G2-item-realtime': 'strict-serializable',
  'G2-process': 'strong-session-serializable',
  'G2-realtime': 'strict-serializable',
  'cyclic-versions': 'read-uncommitted',
  'dirty-update': 'read-committed',
  'duplicate-elements': 'read-uncommitted',
  'garbage-read': 'read-uncommitted',
  'future-read': 'read-atomic, read-committed',
  'incompatible-order': 'read-committed',
  internal: 'read-atomic',
  'lost-update': 'cursor-stability, update-atomic',
  'predicate-read-miss': 'serializable',
  'write-skew': 'serializable',
  'fractured-read': 'read-atomic',
  'non-repeatable-read': 'read-atomic, repeatable-read',
  'long-fork': 'prefix',
  'stale-read': 'linearizable',
  CyclicCO: 'weak-causal, writes-follow-reads',
  CyclicCF: 'causal',
  CyclicHB: 'causal-memory',
  WriteHBInitRead: 'causal-memory',
  'monotonic-reads-violation': 'monotonic-reads',
  'writes-follow-reads-violation': 'writes-follow-reads',
  'non-convergence': 'eventual',
  'thin-air-read': 'monotonic-reads, monotonic-writes, read-your-writes, weak-causal, writes-follow-reads',
  'aborted-read': 'monotonic-reads, monotonic-writes, read-your-writes, weak-causal, writes-follow-reads',
  'new-old-inversion': 'linearizable',
  'non-linearizable': 'linearizable',
  'duplicate-cas': 'sequential',
  'non-sequential': 'sequential',
  'duplicate-dequeue': 'sequential',
  'release-without-hold': 'sequential',
  'never-enqueued': 'linearizable',
  'fifo-order': 'linearizable',
  'wrong-empty': 'linearizable',
  'overlapping-holds': 'linearizable',
  'fencing-token-regression': 'linearizable',
};

describe('what each anomaly rules out', () => {
  for (const [anomaly, expected] of Object.entries(weakestViolated))
    test(anomaly, () => {
      // A model that is stronger than another listed one is no boundary: the table names both only for reading.
      const names = expected.split(', ');
      const weakest = names.filter((m) => !names.some((o) => o !== m && implies(m, o))).sort();
      expect(boundary([anomaly]).not).toEqual(weakest);
    });
});

test('what falls with a model that fell', () => {
  const { not, alsoNot } = boundary(['G-single-item']);
  expect(not).toEqual(['consistent-view', 'repeatable-read']);
  expect(alsoNot).toEqual([
    'forward-consistent-view',
    'serializable',
    'snapshot-isolation',
    'strict-serializable',
    'strong-session-serializable',
    'strong-session-snapshot-isolation',
    'strong-snapshot-isolation',
    'update-serializable',
  ]);
});

test('no anomaly rules out nothing, G0 nearly everything transactional', () => {
  expect(boundary([])).toEqual({ not: [], alsoNot: [] });
  expect(boundary(['G0']).not).toEqual(['read-uncommitted']);
  expect(violates(['causal'], ['G0'])).toBe(false);
});

test('a judged model falls iff one of its anomalies, or of a weaker model, is there', () => {
  expect(violates(['read-committed'], ['G2-item'])).toBe(false);
  expect(violates(['SI'], ['G2-item'])).toBe(false);
  expect(violates(['PL-3'], ['G2-item'])).toBe(true);
  expect(violates(['serializable'], ['G-single-item-realtime'])).toBe(false);
  expect(violates(['read-committed', 'strict-serializable'], ['G-single-item-realtime'])).toBe(true);
  expect(violates(['strong-read-committed'], ['G1c'])).toBe(true);
  expect(() => violates(['serialisable'], [])).toThrow(/serialisable/);
});

test('the strongest models that still stand', () => {
  const checked = ['read-committed', 'snapshot-isolation', 'serializable', 'strict-serializable'];
  expect(strongestConsistent(checked, [])).toEqual(['strict-serializable']);
  expect(strongestConsistent(checked, ['G2-item-realtime'])).toEqual(['serializable']);
  expect(strongestConsistent(checked, ['G2-item'])).toEqual(['snapshot-isolation']);
  expect(strongestConsistent(checked, ['G0'])).toEqual([]);
});

test('names', () => {
  expect(canonicalModel('snapshot-isolation')).toBe('PL-SI');
  expect(friendly('PL-SS')).toBe('strict-serializable');
  expect(friendly('strong-serializable')).toBe('strict-serializable');
  expect(allModels).toContain('linearizable');
  expect(new Set(allModels).size).toBe(allModels.length);
});

test('the tables hang together', () => {
  for (const below of Object.values(weaker)) for (const m of below) expect(weaker).toHaveProperty([m]);
  for (const m of [...Object.keys(proscribed), ...Object.keys(friendlyNames), ...Object.values(aliases)])
    expect(weaker).toHaveProperty([m]);
  for (const m of Object.keys(weaker))
    for (const o of Object.keys(weaker)) if (m !== o && implies(m, o)) expect(implies(o, m)).toBe(false);
  for (const a of Object.keys(impliedAnomalies)) {
    expect(isForbidden(a), a).toBe(true);
    for (const b of impliedBy([a])) if (b !== a) expect(impliedBy([b]).has(a), `${a} and ${b}`).toBe(false);
  }
});
