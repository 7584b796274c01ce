import type { NodeId } from '../host.ts';
import type { Command } from '../kv.ts';

/** A claim to lead. Without fencing two nodes may lead one epoch, so that the epoch alone does not tell who did. */
export type Ballot = { readonly epoch: number; readonly by: NodeId };

/**
 * A record of the log. Each leadership begins with one that has no command but says who leads and who must have every
 * write. Entries of one ballot at one position are equal, and so is everything before them: whoever leads writes each
 * position once and ships it only from its disk.
 */
export type Entry = {
  readonly epoch: number;
  readonly by: NodeId;
  readonly command: Command | null;
  /** The leader and the synchronous followers. */
  readonly set: readonly NodeId[] | null;
};

/** Where a log ends, for comparison: the epoch first, and the position only within it. */
export type Tail = { readonly epoch: number; readonly position: number };

/** A total order of claims: the later epoch, and of two who claim one epoch the greater name. */
export function outranks(a: Ballot, b: Ballot): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.by > b.by);
}

export function sameBallot(a: Ballot, b: Ballot): boolean {
  return a.epoch === b.epoch && a.by === b.by;
}

/** Whether a log that ends at `a` has at least what one that ends at `b` has. */
export function upToDate(a: Tail, b: Tail): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.position >= b.position);
}
