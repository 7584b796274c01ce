import type { DiskResult } from '../../cluster/host.ts';
import type { Json } from '../../history/op.ts';

/** One file: what is written, and how much of it would survive a power failure. */
interface File {
  records: Json[];
  synced: number;
  /** Synced records cut off by a truncation that is not synced itself: a power failure may bring them back. */
  revenants: readonly Json[];
}

export type DiskOp =
  | {
      readonly kind: 'append';
      readonly file: string;
      readonly records: readonly Json[];
      readonly tag: string;
    }
  | { readonly kind: 'sync'; readonly file: string; readonly tag: string }
  | { readonly kind: 'truncate'; readonly file: string; readonly keep: number; readonly tag: string }
  | {
      readonly kind: 'replace';
      readonly file: string;
      readonly records: readonly Json[];
      readonly tag: string;
    };

/**
 * A simulated disk. An operation takes effect when it completes; what a crash does to those under way is a draw.
 * Survives its node, as disks do.
 */
export class SimDisk {
  private readonly files = new Map<string, File>();

  perform(op: DiskOp): DiskResult {
    const file = this.file(op.file);
    switch (op.kind) {
      case 'append':
        for (const record of op.records) file.records.push(record);
        break;
      case 'sync':
        file.synced = file.records.length;
        file.revenants = [];
        break;
      case 'truncate':
        if (op.keep < file.synced) {
          if (file.revenants.length === 0) file.revenants = file.records.slice(op.keep, file.synced);
          file.synced = op.keep;
        }
        if (op.keep < file.records.length) file.records.length = op.keep;
        break;
      case 'replace':
        file.records = op.records.slice();
        file.synced = file.records.length;
        file.revenants = [];
        break;
    }
    return { ok: true };
  }

  /**
   * The process died with `pending` under way, oldest first. Those that had not reached the kernel are lost: a prefix
   * of each file's operations takes effect.
   */
  crash(pending: readonly DiskOp[], draw: (n: number) => number): void {
    const stopped = new Set<string>();
    pending.forEach((op, i) => {
      if (stopped.has(op.file)) return;
      if (draw(i) < 0.5) stopped.add(op.file);
      else this.perform(op);
    });
  }

  /**
   * The power failed: every file goes back to what was synced, and as much of the unsynced tail as the draw leaves. A
   * record torn in the middle fails its checksum and is cut off by recovery, so tails are cut between records here.
   */
  powerFailure(draw: (n: number) => number): void {
    let n = 0;
    for (const file of this.files.values()) {
      if (file.revenants.length > 0 && draw(n++) < 0.5) {
        file.records.length = file.synced;
        for (const record of file.revenants) file.records.push(record);
      } else {
        const tail = file.records.length - file.synced;
        file.records.length = file.synced + Math.floor(draw(n++) * (tail + 1));
      }
      file.synced = file.records.length;
      file.revenants = [];
    }
  }

  image(): ReadonlyMap<string, readonly Json[]> {
    return new Map([...this.files].map(([name, file]) => [name, file.records.slice()]));
  }

  private file(name: string): File {
    let file = this.files.get(name);
    if (file === undefined) this.files.set(name, (file = { records: [], synced: 0, revenants: [] }));
    return file;
  }
}
