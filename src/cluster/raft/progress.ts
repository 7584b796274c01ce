import type { NodeId } from '../host.ts';
import type { Snapshot } from './core.ts';

/** Messages with entries that may be under way to one follower. */
const WINDOW = 4;

/** What a leader knows of one follower. */
export class Progress {
  readonly id: NodeId;
  /** The first position not sent yet. */
  next: number;
  /** The follower's log equals the leader's up to here, durably. */
  match = 0;
  /** The latest round that the follower has answered. */
  round = 0;
  /** Being sent in chunks: the snapshot, how many of its records the follower has, whether that grew since the last heartbeat. */
  install: { readonly snapshot: Snapshot; have: number; moved: boolean } | undefined = undefined;
  /** The last position of each message under way. */
  private readonly ends: number[] = [];

  constructor(id: NodeId, next: number) {
    this.id = id;
    this.next = next;
  }

  get full(): boolean {
    return this.ends.length >= WINDOW;
  }

  sent(last: number): void {
    this.next = last + 1;
    this.ends.push(last);
  }

  /** The follower has everything up to `position`. Whether that is news. */
  matched(position: number): boolean {
    while (this.ends.length > 0 && this.ends[0]! <= position) this.ends.shift();
    if (position <= this.match) return false;
    this.match = position;
    if (this.next <= position) this.next = position + 1;
    return true;
  }

  /**
   * Goes on from `next`: what is under way was sent in vain. If that is before `match` the refusal is an old one, or the
   * follower has lost what it had promised to keep; sending again is harmless in one case and best in the other.
   */
  backTo(next: number): void {
    this.next = next;
    if (next <= this.match) this.match = next - 1;
    this.ends.length = 0;
  }
}

/** The n-th largest of some numbers, n from 1. O(length × n) for the few nodes of a cluster, without allocating. */
export function nthLargest(numbers: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) {
    let max = i;
    for (let j = i + 1; j < numbers.length; j++) if (numbers[j]! > numbers[max]!) max = j;
    const value = numbers[max]!;
    numbers[max] = numbers[i]!;
    numbers[i] = value;
  }
  return numbers[n - 1]!;
}
