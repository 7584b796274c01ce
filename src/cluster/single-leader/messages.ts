import type { NodeId } from '../host.ts';
import type { Entry, Tail } from './entry.ts';

/** The leader's stream, and its heartbeat when there is nothing to ship. */
export type ReplicateBody = {
  readonly type: 'replicate';
  readonly epoch: number;
  /** The entry before `entries`: the follower must have the very same. Position 0 is before the first. */
  readonly position: number;
  readonly prevEpoch: number;
  readonly prevBy: NodeId;
  readonly entries: readonly Entry[];
  readonly commit: number;
};

export type ReplicatedBody = {
  readonly type: 'replicated';
  /** The epoch of the message that this answers. */
  readonly claim: number;
  /**
   * `taken`: the follower follows this leader, and has `match` entries of its log on its disk.
   * `gap`: it follows, but its log differs; ask again from `match`. `outranked`: it knows of a better claim.
   */
  readonly verdict: 'taken' | 'gap' | 'outranked';
  readonly match: number;
  /** The claim the follower knows. `by` is null when it knows the epoch only. */
  readonly epoch: number;
  readonly by: NodeId | null;
};

/** Would you vote for me, and (`solicit`) do you? */
export type CanvassBody = {
  readonly type: 'canvass' | 'solicit';
  readonly epoch: number;
  readonly tail: Tail;
};

export type CanvassedBody = {
  readonly type: 'canvassed' | 'solicited';
  readonly epoch: number;
  readonly granted: boolean;
  /** The epoch that the voter knows. */
  readonly known: number;
};

/** Unfenced promotion: how far are you? */
export type SurveyBody = { readonly type: 'survey' };

export type SurveyedBody = {
  readonly type: 'surveyed';
  readonly epoch: number;
  readonly tail: Tail;
  readonly leads: boolean;
};

/** Unfenced promotion: you are the furthest of those I reached; lead. */
export type PromoteBody = { readonly type: 'promote'; readonly epoch: number };

export type SuccessionBody = CanvassBody | CanvassedBody | SurveyBody | SurveyedBody | PromoteBody;
export type PeerBody = ReplicateBody | ReplicatedBody | SuccessionBody;
