/** How a Raft node is set up. Durations are nanoseconds. */
export interface RaftOptions {
  /** `log`: a read is an entry like any other. `index`: the leader confirms that it still leads. `lease`: it relies on its lease. `local`: every node answers from its own state. */
  readonly reads: 'log' | 'index' | 'lease' | 'local';
  readonly sessions: boolean;
  /** How often a client sends an operation again whose fate is unknown. */
  readonly retries: number;
  readonly heartbeat: number;
  /** The shortest time without a leader after which a node stands; the longest is twice that. */
  readonly electionTimeout: number;
  /** By how much one node's monotonic clock may run faster than another's; a lease is shortened by it. */
  readonly driftBound: number;
  /** Applied entries after which a snapshot is taken. */
  readonly snapshotEvery: number;
  /** Entries in one message. */
  readonly maxBatch: number;
  readonly bug: Bug;
}

/**
 * Known mistakes that can be switched on, to see them caught.
 *
 * `vote-not-persisted`: a restarted node votes again in a term it has voted in. `commit-old-term`: entries of earlier
 * terms are committed by counting replicas (Ongaro & Ousterhout 2014, figure 8). `no-fsync`: entries are acknowledged
 * when written, not when synced. `no-truncate`: a follower keeps its own entries where the leader's differ.
 * `forget-snapshot`: a restarted node takes its position from the snapshot but not the state.
 */
export const BUGS = [
  'none',
  'vote-not-persisted',
  'commit-old-term',
  'no-fsync',
  'no-truncate',
  'forget-snapshot',
] as const;

export type Bug = (typeof BUGS)[number];
