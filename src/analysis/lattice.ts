/**
 * The consistency models and the anomalies that rule them out, as data.
 *
 * Sources: Adya, "Weak Consistency" (1999); Adya, Liskov & O'Neil, "Generalized Isolation Level Definitions" (2000);
 * Bailis et al., "Highly Available Transactions" (VLDB 2014); Cerone, Bernardi & Gotsman, "A Framework for Transactional
 * Consistency Models" (CONCUR 2015); Viotti & Vukolić, "Consistency in Non-Transactional Distributed Storage Systems"
 * (2016); Bouajjani et al., "On Verifying Causal Consistency" (POPL 2017); Kingsbury & Alvaro, "Elle" (VLDB 2020).
 *
 * Model names here are canonical; `friendlyNames` has the ones that people read where the two differ.
 */

/** Canonical → friendly. A model that is not listed is called the same by everyone. */
export const friendlyNames: Readonly<Record<string, string>> = {
  'PL-1': 'read-uncommitted',
  'PL-2': 'read-committed',
  'PL-CS': 'cursor-stability',
  'PL-2L': 'monotonic-view',
  'PL-MSR': 'monotonic-snapshot-read',
  'PL-2+': 'consistent-view',
  'PL-FCV': 'forward-consistent-view',
  'PL-2.99': 'repeatable-read',
  'PL-SI': 'snapshot-isolation',
  'PL-3U': 'update-serializable',
  'PL-3': 'serializable',
  'PL-SS': 'strict-serializable',
  'strong-session-PL-1': 'strong-session-read-uncommitted',
  'strong-session-PL-2': 'strong-session-read-committed',
  'strong-session-SI': 'strong-session-snapshot-isolation',
  'strong-PL-1': 'strong-read-uncommitted',
  'strong-PL-2': 'strong-read-committed',
  'strong-SI': 'strong-snapshot-isolation',
  'parallel-SI': 'parallel-snapshot-isolation',
  PRAM: 'pram',
};

/** Other names in use → canonical. */
export const aliases: Readonly<Record<string, string>> = {
  'conflict-serializable': 'PL-3',
  serializability: 'PL-3',
  'strong-serializable': 'PL-SS',
  'strict-serializability': 'PL-SS',
  'strong-strict-serializable': 'PL-SS',
  'strong-session-PL-3': 'strong-session-serializable',
  SI: 'PL-SI',
  'consistent-prefix': 'prefix',
  'prefix-consistency': 'prefix',
  linearizability: 'linearizable',
  'sequential-consistency': 'sequential',
  'causal-consistency': 'causal',
  'causal-convergence': 'causal',
  'weak-causal-consistency': 'weak-causal',
  'pipelined-ram': 'PRAM',
  'eventual-consistency': 'eventual',
  'strong-eventual-consistency': 'strong-eventual',
};

/** Model → the models directly weaker than it: a history that satisfies it satisfies them. */
export const weaker: Readonly<Record<string, readonly string[]>> = {
  'PL-SS': [
    'PL-3',
    'linearizable',
    'PL-SI',
    'strong-SI',
    'strong-session-serializable',
    'session-serializable',
  ],
  'strong-session-serializable': ['PL-3', 'strong-session-SI'],
  'session-serializable': [],
  'strong-SI': ['strong-session-SI', 'strong-PL-2'],
  'strong-session-SI': ['PL-SI', 'strong-session-PL-2', 'causal', 'causal-memory'],
  'PL-3': ['PL-2.99', 'PL-3U', 'PL-SI', 'view-serializable'],
  'view-serializable': [],
  'PL-SI': ['PL-FCV', 'PL-MSR', 'monotonic-atomic-view', 'parallel-SI', 'prefix'],
  'PL-3U': ['PL-FCV'],
  'PL-FCV': ['PL-2+'],
  'PL-2+': ['PL-CS', 'PL-2L'],
  'PL-2.99': ['PL-CS', 'monotonic-atomic-view'],
  'parallel-SI': ['causal-cerone', 'update-atomic'],
  prefix: ['causal-cerone'],
  'causal-cerone': ['read-atomic'],
  'update-atomic': ['read-atomic'],
  'read-atomic': ['monotonic-atomic-view'],
  'monotonic-atomic-view': ['PL-2'],
  'PL-CS': ['PL-2'],
  'PL-2L': ['PL-2'],
  'PL-MSR': ['PL-2'],
  'PL-2': ['PL-1'],
  'PL-1': [],
  'strong-PL-2': ['strong-session-PL-2', 'strong-PL-1'],
  'strong-session-PL-2': ['PL-2', 'strong-session-PL-1'],
  'strong-PL-1': ['strong-session-PL-1'],
  'strong-session-PL-1': ['PL-1'],
  linearizable: ['sequential', 'strong-eventual'],
  sequential: ['causal', 'causal-memory'],
  causal: ['writes-follow-reads', 'PRAM', 'weak-causal'],
  // Each session arbitrates for itself: the guarantees to sessions here, with one arbitration for all, do not follow.
  'causal-memory': ['weak-causal'],
  'weak-causal': [],
  PRAM: ['monotonic-reads', 'monotonic-writes', 'read-your-writes'],
  'writes-follow-reads': [],
  'monotonic-reads': [],
  'monotonic-writes': [],
  'read-your-writes': [],
  'strong-eventual': ['eventual'],
  eventual: [],
};

/** Reads of what was never written, or certainly not: whoever keeps any promise to a session forbids them. */
const UNFOUNDED: readonly string[] = ['thin-air', 'thin-air-read', 'aborted-read'];

/**
 * Model → the anomalies it forbids itself, beside those that weaker models forbid. Every model `m` also forbids the anomalies called
 * `<m>-violation` and `<m>-cycle-exists`, by either of its names, without being listed.
 */
export const proscribed: Readonly<Record<string, readonly string[]>> = {
  'PL-1': ['G0', 'duplicate-elements', 'cyclic-versions', 'garbage-read', 'thin-air'],
  'PL-2': ['G1'],
  'PL-CS': ['G1', 'G-cursor', 'lost-update'],
  'PL-2L': ['G1', 'G-monotonic'],
  'PL-MSR': ['G1', 'G-MSR'],
  'PL-2+': ['G1', 'G-single'],
  'PL-FCV': ['G1', 'G-SIb'],
  'PL-3U': ['G1', 'G-update'],
  // Only found where nothing reads by predicate: then every order of versions has a G1c or a G2-item.
  'PL-2.99': ['G1', 'G2-item', 'lost-update', 'non-repeatable-read', 'PL-3-cycle-exists'],
  'PL-SI': ['internal', 'G1', 'G-SI', 'G-nonadjacent', 'long-fork'],
  'PL-3': ['internal', 'G1', 'G2', 'predicate-read-miss'],
  'read-atomic': ['internal', 'G1a', 'future-read', 'fractured-read', 'non-repeatable-read'],
  'monotonic-atomic-view': ['observed-transaction-vanishes'],
  'causal-cerone': ['internal', 'G1a'],
  'parallel-SI': ['internal', 'G1a'],
  prefix: ['internal', 'G1a', 'long-fork'],
  'update-atomic': ['lost-update'],
  'strong-session-PL-1': ['G0-process'],
  'strong-session-PL-2': ['G1c-process'],
  'strong-session-SI': ['internal', 'G1-process', 'G-nonadjacent-process'],
  'strong-session-serializable': ['G1-process', 'G2-process'],
  'strong-PL-1': ['G0-realtime'],
  'strong-PL-2': ['G1c-realtime'],
  'strong-SI': ['internal', 'G1-realtime', 'G-nonadjacent-realtime'],
  'PL-SS': ['G1', 'G1c-realtime', 'G2-realtime'],
  // With one arbitration for all (Bouajjani et al.'s CCv); `weak-causal` is their CC, where readers may disagree, even with
  // what they read before; `causal-memory` their CM, where each session keeps to an order of its own.
  causal: ['CyclicCF'],
  'causal-memory': ['WriteHBInitRead', 'CyclicHB'],
  'weak-causal': ['CyclicCO', 'WriteCORead', 'WriteCOInitRead', ...UNFOUNDED],
  'writes-follow-reads': ['CyclicCO', ...UNFOUNDED],
  'monotonic-reads': UNFOUNDED,
  'monotonic-writes': UNFOUNDED,
  'read-your-writes': UNFOUNDED,
  // What contradicts every order of an object's operations that keeps those of each process.
  sequential: ['non-sequential', 'duplicate-cas', 'duplicate-dequeue', 'release-without-hold'],
  // What contradicts real time, or was found by looking at orders that keep it.
  linearizable: [
    ...['stale-read', 'new-old-inversion', 'non-linearizable'],
    ...['never-enqueued', 'lost', 'fifo-order', 'wrong-empty'],
    ...['overlapping-holds', 'fencing-token-regression'],
  ],
  'strong-eventual': ['strong-non-convergence'],
  eventual: ['non-convergence'],
};

/** Anomaly → the anomalies that are present wherever it is. */
export const impliedAnomalies: Readonly<Record<string, readonly string[]>> = {
  'G-nonadjacent': ['G2', 'G-nonadjacent-process'],
  'G-nonadjacent-item': ['G-nonadjacent', 'G2-item', 'G-nonadjacent-item-process'],
  'G-nonadjacent-item-process': ['G-nonadjacent-process', 'G2-item-process', 'G-nonadjacent-item-realtime'],
  'G-nonadjacent-item-realtime': ['G2-item-realtime', 'G-nonadjacent-realtime'],
  'G-nonadjacent-process': ['G2-process', 'G-nonadjacent-realtime'],
  'G-nonadjacent-realtime': ['G2-realtime'],
  'G-single': ['G-nonadjacent', 'G-SIb', 'G-single-process'],
  'G-single-item': ['G-single', 'G-single-item-process', 'G-nonadjacent-item'],
  'G-single-item-process': ['G-single-process', 'G-single-item-realtime', 'G-nonadjacent-item-process'],
  'G-single-item-realtime': ['G-single-realtime', 'G-nonadjacent-item-realtime'],
  'G-single-process': ['G-nonadjacent-process', 'G-single-realtime'],
  'G-single-realtime': ['G-nonadjacent-realtime'],
  'G-SIb': ['G-SI'],
  G0: ['G1c', 'G0-process'],
  'G0-process': ['G1c-process', 'G0-realtime'],
  'G0-realtime': ['G1c-realtime'],
  G1: ['G1-process'],
  'G1-process': ['G1-realtime'],
  G1a: ['G1'],
  G1b: ['G1'],
  G1c: ['G1', 'G1c-process'],
  'G1c-process': ['G1c-realtime', 'G1-process'],
  'G1c-realtime': ['G1-realtime'],
  G2: ['G2-process'],
  'G2-item': ['G2', 'G2-item-process'],
  'G2-item-process': ['G2-process', 'G2-item-realtime'],
  'G2-item-realtime': ['G2-realtime'],
  'G2-process': ['G2-realtime'],
  'dirty-update': ['G1a'],
  'future-read': ['G1c'],
  'incompatible-order': ['G1a'],
  'lost-update': ['write-skew', 'G2-item'],
  'non-convergence': ['strong-non-convergence'],
  'write-skew': ['G2'],
};
