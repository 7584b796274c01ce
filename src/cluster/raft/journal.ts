import type { Json } from '../../history/op.ts';
import type { Disk, DiskImage, DiskResult, NodeId } from '../host.ts';
import type { Entry, Log } from './log.ts';

/** Term and vote: what a node must never forget. */
export type Ballot = { readonly term: number; readonly vote: NodeId | null };

/** Where a snapshot ends, and the digest of the whole log up to there. Its records follow it in the file. */
export type SnapshotHead = { readonly last: number; readonly lastTerm: number; readonly digest: number };

export interface Recovered {
  readonly ballot: Ballot;
  readonly head: SnapshotHead | undefined;
  readonly records: readonly Json[];
  readonly entries: readonly Entry[];
  /** The file of the log holds these entries and nothing else. */
  readonly exact: boolean;
}

export interface JournalOwner {
  /** More of the log has become durable. */
  durable(): void;
  /** The latest ballot is durable. */
  saved(): void;
  /** Asks for `journal.retry()` in a while. */
  again(): void;
}

/**
 * What Raft keeps on disk: the ballot in `state`, entries in `log`, the latest snapshot in `snapshot`.
 *
 * The log is written by one batch at a time, append and sync; what comes meanwhile makes the next batch. After any
 * failure nobody knows what the file holds, so the whole log is written anew, as often as it takes.
 */
export class Journal {
  /** All entries up to here survive a power failure. */
  durable = 0;

  /** The position before the first record of the file. */
  private before = 0;
  /** The last position handed to the disk. */
  private issued = 0;
  /** What will be durable when the batch under way is. */
  private pending = 0;
  private busy = false;
  private damaged = false;
  private compaction = false;
  /** The latest ballot, until it is durable, and how many are being written. */
  private unsaved: Ballot | undefined;
  private saving = 0;
  private readonly snapshots: ((ok: boolean) => void)[] = [];
  /** Where the latest snapshot handed to the disk ends. */
  private newest = 0;

  private readonly disk: Disk;
  private readonly log: Log;
  private readonly fsync: boolean;
  private readonly owner: JournalOwner;

  constructor(disk: Disk, log: Log, fsync: boolean, owner: JournalOwner) {
    this.disk = disk;
    this.log = log;
    this.fsync = fsync;
    this.owner = owner;
  }

  /**
   * What the disk holds, entries covered by the snapshot left out. Where a truncation failed, an entry may follow those that it replaces.
   * Throws if the entries are not consecutive.
   */
  static read(image: DiskImage): Recovered {
    const ballot = (image.get('state')?.[0] ?? { term: 0, vote: null }) as Ballot;
    const [head, ...records] = image.get('snapshot') ?? [];
    const file = (image.get('log') ?? []) as readonly Entry[];
    const entries: Entry[] = [];
    file.forEach((entry, n) => {
      while (entries.length > 0 && entries.at(-1)!.i >= entry.i) entries.pop();
      if (entries.length > 0 && entry.i !== entries.at(-1)!.i + 1)
        throw new Error(`entry ${entry.i} is record ${n} of the log file`);
      entries.push(entry);
    });
    const exact = entries.length === file.length;
    return { ballot, head: head as SnapshotHead | undefined, records, entries, exact };
  }

  /**
   * The log has been rebuilt from a file that holds `count` entries, the first at `first`. Its tail may be written but
   * not synced (a crash of the process keeps that, a later power failure would not), so it is synced before it counts.
   * One that is not `exact` is written anew.
   */
  begin(first: number, count: number, exact = true): void {
    this.before = first - 1;
    this.durable = this.log.base;
    this.issued = this.log.last;
    if (exact && count > 0 && this.before + count === this.log.last) {
      this.busy = true;
      this.pending = this.log.last;
      this.disk.sync('log', 'log');
    } else if (count > 0 || this.log.last > this.log.base) this.rewrite();
    else this.before = this.log.base;
  }

  /** Writes what the log has and the disk has not; does nothing while a batch is under way. */
  flush(): void {
    const { log } = this;
    if (this.busy) return;
    if (this.damaged || this.compaction) this.rewrite();
    else if (log.last > this.issued) {
      this.busy = true;
      const records = log.slice(this.issued + 1, log.last);
      this.issued = this.pending = log.last;
      this.disk.append('log', records, this.fsync ? 'written' : 'log');
      if (this.fsync) this.disk.sync('log', 'log');
    }
  }

  /** The log's entries from `position` on are gone. */
  truncated(position: number): void {
    if (this.issued < position) return;
    this.disk.truncate('log', position - 1 - this.before, 'written');
    this.issued = position - 1;
    this.pending = Math.min(this.pending, this.issued);
    this.durable = Math.min(this.durable, this.issued);
  }

  /** The log has been cut off at the front, or emptied, in favour of a durable snapshot: let the file follow. */
  compact(): void {
    const { base, last } = this.log;
    this.issued = Math.min(this.issued, last);
    this.pending = Math.min(this.pending, last);
    this.durable = Math.max(Math.min(this.durable, last), base);
    this.compaction = true;
    this.flush();
  }

  /** Whether the latest ballot may still be forgotten: until then the node must not answer anyone. */
  get unsure(): boolean {
    return this.unsaved !== undefined;
  }

  saveBallot(ballot: Ballot): void {
    this.saving++;
    this.unsaved = ballot;
    this.disk.replace('state', [ballot], 'state');
  }

  /**
   * Writes a snapshot; `done` is told whether it is durable. One that ends no later than another on its way is refused:
   * the log may be cut off where the other ends, and nothing may be missing between snapshot and log.
   */
  saveSnapshot(head: SnapshotHead, records: readonly Json[], done: (ok: boolean) => void): void {
    if (head.last <= this.newest) {
      done(false);
      return;
    }
    this.newest = head.last;
    this.snapshots.push(done);
    this.disk.replace('snapshot', [head, ...records], 'snapshot');
  }

  completed(tag: string, result: DiskResult): void {
    if (tag === 'state') this.ballotDone(result.ok);
    else if (tag === 'snapshot') this.snapshotDone(result.ok);
    else if (tag === 'written') {
      if (!result.ok) this.spoil();
    } else this.batchDone(result.ok);
  }

  /** Tries again what failed. */
  retry(): void {
    if (this.unsaved !== undefined && this.saving === 0) this.saveBallot(this.unsaved);
    this.flush();
  }

  private ballotDone(ok: boolean): void {
    this.saving--;
    if (this.saving > 0) return;
    if (ok) {
      this.unsaved = undefined;
      this.owner.saved();
    } else this.owner.again();
  }

  private snapshotDone(ok: boolean): void {
    const done = this.snapshots.shift()!;
    if (!ok && this.snapshots.length === 0) this.newest = 0;
    done(ok);
  }

  private batchDone(ok: boolean): void {
    this.busy = false;
    if (!ok) this.spoil();
    if (this.damaged) return;
    if (this.pending > this.durable) {
      this.durable = this.pending;
      this.owner.durable();
    }
    this.flush();
  }

  private spoil(): void {
    this.damaged = true;
    this.owner.again();
  }

  private rewrite(): void {
    const { log } = this;
    this.busy = true;
    this.damaged = false;
    this.compaction = false;
    this.before = log.base;
    this.issued = this.pending = log.last;
    this.disk.replace('log', log.slice(log.base + 1, log.last), 'log');
  }
}
