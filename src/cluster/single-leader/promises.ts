import type { DiskImage, DiskResult, Host, NodeId } from '../host.ts';

const FILE = 'promises';
const TAG = 'promises:replace';

/** What a node must not forget: the latest epoch it knows, and whom it gave its vote in it. */
type Record = { readonly epoch: number; readonly vote: NodeId | null };

/**
 * The promises of a node. They bind at once; whoever is to be told of one is told when it is on the disk, so that no
 * restart takes back what somebody has counted on.
 */
export class Promises {
  private readonly host: Host;
  private record: Record = { epoch: 0, vote: null };
  private writes = 0;
  private waiting: (() => void)[] = [];

  constructor(host: Host) {
    this.host = host;
  }

  recover(image: DiskImage): void {
    const record = image.get(FILE)?.[0];
    if (record !== undefined) this.record = record as Record;
  }

  get epoch(): number {
    return this.record.epoch;
  }

  get vote(): NodeId | null {
    return this.record.vote;
  }

  /** Never goes back in epochs, nor changes a vote. */
  make(epoch: number, vote: NodeId | null): void {
    const { record } = this;
    const keeps = epoch > record.epoch || (epoch === record.epoch && (record.vote ?? vote) === vote);
    if (!keeps) throw new Error(`epoch ${epoch}, vote ${vote} would break ${JSON.stringify(record)}`);
    this.record = { epoch, vote };
    this.writes++;
    this.host.disk.replace(FILE, [this.record], TAG);
  }

  /** Calls `fn` when all promises made so far are on the disk; at once if they are. */
  kept(fn: () => void): void {
    if (this.writes === 0) fn();
    else this.waiting.push(fn);
  }

  /** True if the disk operation was this. */
  disk(tag: string, result: DiskResult): boolean {
    if (tag !== TAG) return false;
    if (!result.ok) throw new Error(`cannot keep promises: ${result.error}`);
    if (--this.writes > 0) return true;
    const waiting = this.waiting;
    this.waiting = [];
    for (const fn of waiting) fn();
    return true;
  }
}
