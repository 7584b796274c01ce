/** The options of a single-leader cluster. Times are nanoseconds. */
export interface SingleLeaderOptions {
  /** Which followers must have a write on their disks before it is acknowledged. */
  readonly sync: 'none' | 'one' | 'all';
  /** Whether followers replace a leader that they hold for dead; `manual`: nobody does, the first node leads for good. */
  readonly failover: 'automatic' | 'manual';
  /** Silence after which a follower holds the leader for dead; each waits up to twice as long, by a draw. */
  readonly failoverTimeout: number;
  /** Whether an epoch needs the votes of a majority, who from then on refuse the older ones. */
  readonly fencing: 'none' | 'epoch';
  readonly reads: 'leader' | 'any-follower' | 'sticky';
  /** What a leader that comes back does with writes that the new one never saw. */
  readonly rejoin: 'discard';
  /** Who may be promoted. */
  readonly promote: 'safe';
  /** How long a leader gathers entries before it ships them to followers that nobody waits for. */
  readonly shipInterval: number;
}

/** Heartbeats in one failover timeout: some may get lost, and a clock may run four times too fast. */
export const HEARTBEATS = 6;

/** How long a leader goes on without hearing from a majority, in failover timeouts, where epochs fence. */
export const PATIENCE = 2;
