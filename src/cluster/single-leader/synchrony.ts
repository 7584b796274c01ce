import type { NodeId } from '../host.ts';

interface Record {
  readonly position: number;
  readonly set: readonly NodeId[];
}

/**
 * Which nodes a leader waits for, and how far its log is settled by that. Every change of the synchronous set is a record
 * in the log, and a set counts from when its record is *agreed*: on the disks of a majority of all nodes, and of the set.
 * Then everything up to the record is settled, and beyond it what all of the set have. Until then the set before it
 * counts, for what comes before the new record.
 *
 * **What is settled stays, with any sets**, if only a member of the last set in its own log stands for election, and
 * votes go to logs that end at least where the voter's does (by epoch, then position). Let p be settled in epoch e under
 * the record R, and C be the first leader of a later epoch without p. A majority elected C and a majority had R: let v
 * belong to both. It voted after it had R (it takes nothing from e afterwards), and had not lost it, since the leaders
 * between have p and with it R. If the log of v or C held an entry of an epoch above e, it would be that of a leader who
 * has p, and C, ending no earlier than v, would have p with it. So both end in e, both hold what the leader of e
 * wrote, and C, ending no earlier, has R. Were R not the last record in C's log, the later one would stand behind p (else p
 * would have been settled under that), and C would have p with it. So C is of the set of R; p was settled because all
 * of that set had it on their disks; and none of the leaders between cut it off. (The argument is that of Ongaro &
 * Ousterhout, 2014, §5.4.3, with the majority that stores an entry replaced by the set, and the set by a record that a
 * majority stores.)
 */
export class Synchrony {
  private records: Record[] = [];
  private readonly majority: number;

  /** `majority`: how many nodes must have a record. */
  constructor(majority: number) {
    this.majority = majority;
  }

  /** A leadership begins. */
  clear(): void {
    this.records = [];
  }

  /** A record with this set has been written at this position of the log. */
  open(position: number, set: readonly NodeId[]): void {
    this.records.push({ position, set });
  }

  /** The set of the last record, agreed or not; undefined before the first. */
  get set(): readonly NodeId[] | undefined {
    return this.records.at(-1)?.set;
  }

  /** How far the log is settled, if each node has that much of it on its disk; 0 while nothing is agreed. O(nodes · records not agreed). */
  settled(matches: ReadonlyMap<NodeId, number>): number {
    for (let i = this.records.length - 1; i >= 0; i--) {
      const { position, set } = this.records[i]!;
      const common = Math.min(...set.map((node) => matches.get(node)!));
      let holders = 0;
      for (const match of matches.values()) if (match >= position) holders++;
      if (common < position || holders < this.majority) continue;
      const next = this.records[i + 1];
      this.records.splice(0, i);
      return next === undefined ? common : Math.min(common, next.position - 1);
    }
    return 0;
  }
}
