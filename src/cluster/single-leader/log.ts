import type { Json } from '../../history/op.ts';
import type { DiskImage, DiskResult, Host, NodeId } from '../host.ts';
import type { Entry, Tail } from './entry.ts';

const FILE = 'log';
const SYNC = 'log:sync';

/**
 * A node's log: what it has in memory, and how much of that a power failure would leave. Positions count from 1.
 *
 * One append and one sync are under way at a time; what comes meanwhile goes to the disk together. A failed disk
 * operation stops the node: what a failed sync has left on the disk nobody knows, and the next one does not tell.
 */
export class DurableLog {
  private readonly host: Host;
  private readonly onSynced: () => void;
  private readonly entries: Entry[] = [];
  /** Entries handed to the disk. */
  private issued = 0;
  private durable = 0;
  /** What the sync under way will make durable. */
  private syncing: number | undefined;

  constructor(host: Host, onSynced: () => void) {
    this.host = host;
    this.onSynced = onSynced;
  }

  recover(image: DiskImage): void {
    for (const record of image.get(FILE) ?? []) this.entries.push(record as Entry);
    // Written is not synced: what a killed process left in the page cache has to be synced before anyone may count on it.
    this.issued = this.length;
    if (this.length > 0) this.sync();
  }

  /** The last position. */
  get length(): number {
    return this.entries.length;
  }

  /** The last position that survives a power failure. */
  get synced(): number {
    return this.durable;
  }

  get tail(): Tail {
    return { epoch: this.entries.at(-1)?.epoch ?? 0, position: this.length };
  }

  at(position: number): Entry | undefined {
    return this.entries[position - 1];
  }

  /** The synchronous set of the last record; undefined where there is none. O(entries since). */
  get set(): readonly NodeId[] | undefined {
    return this.entries.findLast(({ set }) => set !== null)?.set ?? undefined;
  }

  /** Entries from one position to another, both included. */
  slice(from: number, to: number): Entry[] {
    return this.entries.slice(from - 1, to);
  }

  /** Gives the last position. */
  append(...entries: readonly Entry[]): number {
    for (const entry of entries) this.entries.push(entry);
    this.flush();
    return this.length;
  }

  /** Keeps the first `keep` entries and gives those cut off. Durable with the next append that is. */
  truncate(keep: number): Entry[] {
    const cut = this.entries.splice(keep);
    if (keep < this.issued) {
      this.host.disk.truncate(FILE, keep, 'log:truncate');
      this.issued = keep;
    }
    this.durable = Math.min(this.durable, keep);
    if (this.syncing !== undefined) this.syncing = Math.min(this.syncing, keep);
    return cut;
  }

  /** True if the disk operation was the log's. */
  disk(tag: string, result: DiskResult): boolean {
    if (!tag.startsWith('log:')) return false;
    if (!result.ok) throw new Error(`the log cannot go on: ${tag} failed with ${result.error}`);
    if (tag === SYNC) {
      this.durable = Math.max(this.durable, this.syncing!);
      this.syncing = undefined;
      this.flush();
      this.onSynced();
    }
    return true;
  }

  private flush(): void {
    if (this.syncing !== undefined || this.issued === this.length) return;
    this.host.disk.append(FILE, this.entries.slice(this.issued) as readonly Json[], 'log:append');
    this.issued = this.length;
    this.sync();
  }

  private sync(): void {
    this.syncing = this.issued;
    this.host.disk.sync(FILE, SYNC);
  }
}
