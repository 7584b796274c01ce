import type { Json } from '../../history/op.ts';
import type { Entry } from './log.ts';

/** Asks for a vote in `term`; with `pre` only whether one would be given (Ongaro 2014, §9.6). */
export type VoteBody = {
  readonly type: 'vote';
  readonly term: number;
  readonly pre: boolean;
  readonly last: number;
  readonly lastTerm: number;
};

/** `term` is the asked one where granted, otherwise the voter's own. */
export type VotedBody = {
  readonly type: 'voted';
  readonly term: number;
  readonly pre: boolean;
  readonly granted: boolean;
};

/** Entries to follow `prev`; none in a heartbeat. `round` is echoed: by it the leader knows what its answers confirm. */
export type AppendBody = {
  readonly type: 'append';
  readonly term: number;
  readonly prev: number;
  readonly prevTerm: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
  readonly round: number;
};

/**
 * `ok`: the log equals the leader's up to `match`, durably. Otherwise the entry at `match` (the leader's `prev`) is
 * missing, `conflictTerm` 0 and `conflictAt` the first position missing; or it is of `conflictTerm`, which begins at
 * `conflictAt` (Ongaro & Ousterhout 2014, end of §5.3). `match` is -1 where only the message's term was too old: its
 * sender may lead the answer's term by now and must not take that for a refusal of what it sends in this one.
 */
export type AppendedBody = {
  readonly type: 'appended';
  readonly term: number;
  readonly ok: boolean;
  readonly match: number;
  readonly conflictTerm: number;
  readonly conflictAt: number;
  readonly round: number;
};

/** Some records of the snapshot that ends at `last`, from number `offset` on, out of `total`. */
export type InstallBody = {
  readonly type: 'install';
  readonly term: number;
  readonly last: number;
  readonly lastTerm: number;
  readonly digest: number;
  readonly offset: number;
  readonly total: number;
  readonly records: readonly Json[];
  readonly round: number;
};

/** How many records of that snapshot the follower holds. */
export type InstalledBody = {
  readonly type: 'installed';
  readonly term: number;
  readonly last: number;
  readonly have: number;
  readonly round: number;
};

export type RaftBody = VoteBody | VotedBody | AppendBody | AppendedBody | InstallBody | InstalledBody;
