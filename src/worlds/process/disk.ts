import fs from 'node:fs';
import path from 'node:path';
import type { Disk, DiskImage, DiskResult } from '../../cluster/host.ts';
import { CorruptDisk, decodeFrames } from '../../cluster/storage/frames.ts';
import type { Json } from '../../history/op.ts';
import { DiskFile, type Found, isAside } from './disk-file.ts';
import { isMark, syncedLength } from './synced-mark.ts';

const FILE_NAME = /^[\w-]+$/;

/** A node's disk as real files, one a name, in a directory of its own. */
export class ProcessDisk implements Disk {
  private readonly directory: string;
  private readonly found: ReadonlyMap<string, Found>;
  private readonly complete: (tag: string, result: DiskResult) => void;
  private readonly files = new Map<string, DiskFile>();

  constructor(
    directory: string,
    found: ReadonlyMap<string, Found>,
    complete: (tag: string, result: DiskResult) => void,
  ) {
    this.directory = directory;
    this.found = found;
    this.complete = complete;
  }

  append(file: string, records: readonly Json[], tag: string): void {
    this.on(file, tag, (open) => open.append(records, tag));
  }

  sync(file: string, tag: string): void {
    this.on(file, tag, (open) => open.sync(tag));
  }

  truncate(file: string, keep: number, tag: string): void {
    this.on(file, tag, (open) => open.truncate(keep, tag));
  }

  replace(file: string, records: readonly Json[], tag: string): void {
    this.on(file, tag, (open) => open.replace(records, tag));
  }

  private on(name: string, tag: string, fn: (file: DiskFile) => void): void {
    let file = this.files.get(name);
    if (file === undefined) {
      // Names are the protocol's own: a bad one is its bug, not a failure of the disk.
      if (!FILE_NAME.test(name)) throw new Error(`a disk has no file named ${JSON.stringify(name)}`);
      try {
        file = new DiskFile(path.join(this.directory, name), this.found.get(name), this.complete);
      } catch (error) {
        const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
        process.nextTick(() => this.complete(tag, { ok: false, error: full ? 'ENOSPC' : 'EIO' }));
        return;
      }
      this.files.set(name, file);
    }
    fn(file);
  }
}

/**
 * Reads a node's disk as it was left: makes the directory where there is none, drops what a replace left aside, and
 * cuts torn tails off. Throws `CorruptDisk`, naming the file, where a synced record does not read back.
 */
export function recover(directory: string): {
  readonly image: DiskImage;
  readonly found: Map<string, Found>;
} {
  fs.mkdirSync(directory, { recursive: true });
  const image = new Map<string, readonly Json[]>();
  const found = new Map<string, Found>();
  for (const name of fs.readdirSync(directory).sort()) {
    const file = path.join(directory, name);
    if (isAside(name)) fs.rmSync(file);
    if (isAside(name) || isMark(name)) continue;
    if (!fs.statSync(file).isFile()) continue;
    const synced = syncedLength(file);
    const bytes = fs.readFileSync(file);
    const decoded = decode(name, bytes, synced);
    if (decoded.torn) fs.truncateSync(file, decoded.validLength);
    image.set(name, decoded.records);
    found.set(name, { ends: decoded.ends, synced });
  }
  return { image, found };
}

function decode(name: string, bytes: Uint8Array, synced: number): ReturnType<typeof decodeFrames> {
  try {
    return decodeFrames(bytes, synced);
  } catch (cause) {
    if (cause instanceof CorruptDisk) throw new CorruptDisk(`${name}: ${cause.message}`, { cause });
    throw cause;
  }
}
