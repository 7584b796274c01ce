/** The options of a leaderless cluster, complete: `n`, `w` and `r` have their defaults for its size. */
export interface LeaderlessOptions {
  /** Replicas of each cell. */
  readonly n: number;
  /** Acknowledgements that make a write a success. */
  readonly w: number;
  /** Answers that make a read. */
  readonly r: number;
  /** Who asks the replicas: the client itself, or the node that it sends its request to. */
  readonly coordinator: 'client' | 'node';
  /** Whose wall clock stamps a write: the coordinator's or the client's. */
  readonly clock: 'coordinator' | 'client';
  readonly readRepair: boolean;
  /** How concurrent versions are settled: the later stamp wins. */
  readonly versions: 'lww';
  /** Nanoseconds until a coordinator gives up on a quorum. */
  readonly quorumTimeout: number;
}
