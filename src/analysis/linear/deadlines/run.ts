import type { Decision } from '../calls.ts';

/** Where to start and end, and how many configurations to keep. */
export interface Reach {
  /** Keep at most this many configurations; what is dropped makes an emptied frontier mean nothing. */
  readonly beam: number;
  /**
   * Start at this event from every state that the register could be in, with every pending call free to have happened:
   * a superset of the truth, so that "illegal" from here is a proof, and "legal" is none.
   */
  readonly from?: number;
  /** Even if `from` is the first event. */
  readonly anyStart?: boolean;
  /** Stop before this event. */
  readonly to?: number;
}

export interface Run extends Decision {
  /** Configurations were dropped: only "legal" is a proof. */
  readonly dropped: boolean;
  /** The event at which the frontier emptied. */
  readonly diedAt?: number;
}
