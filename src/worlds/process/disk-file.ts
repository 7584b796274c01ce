import fs from 'node:fs';
import path from 'node:path';
import type { DiskResult } from '../../cluster/host.ts';
import { encodeFrame } from '../../cluster/storage/frames.ts';
import type { Json } from '../../history/op.ts';
import { MarkWriter } from './synced-mark.ts';

const OK: DiskResult = { ok: true };

const ASIDE = '.aside';

/** Whether a name is that of a file half written aside by `replace`. */
export function isAside(name: string): boolean {
  return name.endsWith(ASIDE);
}

type Operation =
  | { readonly kind: 'append'; readonly frames: readonly Uint8Array[]; readonly tag: string }
  | { readonly kind: 'sync'; readonly tag: string }
  | { readonly kind: 'truncate'; readonly keep: number; readonly tag: string }
  | { readonly kind: 'replace'; readonly frames: readonly Uint8Array[]; readonly tag: string };

type Flow = Extract<Operation, { readonly kind: 'append' | 'sync' }>;

/** What is on disk when the file is opened. */
export interface Found {
  /** Where each record's frame ends. */
  readonly ends: readonly number[];
  readonly synced: number;
}

/**
 * One file of a node: a queue of operations that take effect and complete in the order they were started.
 *
 * Appends go to the page cache by a synchronous write, which costs less than a thread's round trip; fsync runs in a
 * thread. All appends and syncs that are waiting when it begins share one write and one fsync.
 *
 * After a failed fsync nobody knows what the kernel has dropped (Rebello et al., "Can Applications Recover from fsync
 * Failures?", USENIX ATC 2020), so the file fails every operation until it is replaced whole or opened anew.
 */
export class DiskFile {
  private readonly file: string;
  private readonly complete: (tag: string, result: DiskResult) => void;
  private readonly mark: MarkWriter;
  private fd: number;
  private inode: bigint;
  private ends: number[];
  private synced: number;
  private broken: DiskResult | undefined;
  /** An append has failed that no sync has told of yet: what was appended before a sync includes it. */
  private unwritten: DiskResult | undefined;
  /** Whether the directory's entry for this file has been synced. */
  private linked: boolean;
  private readonly queue: Operation[] = [];
  private busy = false;
  private scheduled = false;

  /** `complete` is never called inside `start`. */
  constructor(file: string, found: Found | undefined, complete: (tag: string, result: DiskResult) => void) {
    this.file = file;
    this.complete = complete;
    this.ends = found === undefined ? [] : found.ends.slice();
    this.synced = found?.synced ?? 0;
    this.linked = this.synced > 0;
    this.fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT);
    try {
      this.inode = fs.fstatSync(this.fd, { bigint: true }).ino;
      this.mark = new MarkWriter(file);
      this.noteSynced(this.synced);
    } catch (error) {
      fs.closeSync(this.fd);
      throw error;
    }
  }

  append(records: readonly Json[], tag: string): void {
    this.start({ kind: 'append', frames: records.map(encodeFrame), tag });
  }

  sync(tag: string): void {
    this.start({ kind: 'sync', tag });
  }

  truncate(keep: number, tag: string): void {
    this.start({ kind: 'truncate', keep, tag });
  }

  replace(records: readonly Json[], tag: string): void {
    this.start({ kind: 'replace', frames: records.map(encodeFrame), tag });
  }

  private start(operation: Operation): void {
    this.queue.push(operation);
    if (this.busy || this.scheduled) return;
    this.scheduled = true;
    process.nextTick(() => {
      this.scheduled = false;
      this.drain();
    });
  }

  private drain(): void {
    while (!this.busy && this.queue.length > 0) {
      const head = this.queue[0]!;
      if (head.kind === 'truncate') {
        this.queue.shift();
        this.complete(head.tag, this.truncateNow(head.keep));
      } else if (head.kind === 'replace') {
        this.queue.shift();
        this.busy = true;
        this.replaceNow(head.frames, (result) => this.resume([[head.tag, result]]));
      } else {
        this.flow();
      }
    }
  }

  private resume(completions: readonly (readonly [string, DiskResult])[]): void {
    for (const [tag, result] of completions) this.complete(tag, result);
    this.busy = false;
    this.drain();
  }

  /** All leading appends and syncs: one write, then one fsync if there is a sync among them. */
  private flow(): void {
    const barrier = this.queue.findIndex((op) => op.kind === 'truncate' || op.kind === 'replace');
    const batch = this.queue.splice(0, barrier === -1 ? this.queue.length : barrier) as Flow[];
    const written = this.writeFrames(batch.flatMap((op) => (op.kind === 'append' ? op.frames : [])));
    const firstSync = batch.findIndex((op) => op.kind === 'sync');
    const early = firstSync === -1 ? batch : batch.slice(0, firstSync);
    // Busy while completing: what the replica starts now belongs behind the rest of this batch.
    this.busy = true;
    for (const op of early) this.complete(op.tag, written);
    if (firstSync === -1) {
      this.busy = false;
      return;
    }
    const late = batch.slice(firstSync);
    const { unwritten } = this;
    this.unwritten = undefined;
    const finish = (synced: DiskResult) => {
      const safe = unwritten ?? synced;
      this.resume(late.map((op) => [op.tag, op.kind === 'sync' ? safe : written] as const));
    };
    if (this.broken !== undefined) {
      const result = this.broken;
      process.nextTick(() => finish(result));
      return;
    }
    this.fsync(finish);
  }

  private fsync(done: (result: DiskResult) => void): void {
    const length = this.length();
    fs.fsync(this.fd, (error) => {
      if (error !== null) done(this.breakDown(error));
      else if (this.linked) done(this.promise(length));
      else
        this.link(
          () => done(this.promise(length)),
          (failed) => done(this.breakDown(failed)),
        );
    });
  }

  /** Makes the directory's entry for this file safe. */
  private link(then: () => void, otherwise: (error: unknown) => void): void {
    syncDirectory(path.dirname(this.file), (error) => {
      if (error !== null) {
        otherwise(error);
        return;
      }
      this.linked = true;
      then();
    });
  }

  /** So many bytes are safe: notes it, after which it may be told. */
  private promise(length: number): DiskResult {
    try {
      this.noteSynced(length);
      return OK;
    } catch (error) {
      return this.breakDown(error);
    }
  }

  private writeFrames(frames: readonly Uint8Array[]): DiskResult {
    if (this.broken !== undefined) return this.broken;
    if (frames.length === 0) return OK;
    const before = this.length();
    try {
      writeAll(this.fd, frames, before);
    } catch (error) {
      const result = failure(error);
      this.unwritten = result;
      try {
        fs.ftruncateSync(this.fd, before);
      } catch {
        // Half a record stays in the middle; what is appended behind it could never be read.
        this.broken = result;
      }
      return result;
    }
    let end = before;
    for (const frame of frames) this.ends.push((end += frame.length));
    return OK;
  }

  private truncateNow(keep: number): DiskResult {
    if (this.broken !== undefined) return this.broken;
    if (keep >= this.ends.length) return OK;
    const length = keep <= 0 ? 0 : this.ends[keep - 1]!;
    try {
      // The mark goes first: a kill in between must not leave a file that is shorter than its mark.
      if (length < this.synced) this.noteSynced(length);
      fs.ftruncateSync(this.fd, length);
    } catch (error) {
      return this.breakDown(error);
    }
    this.ends.length = Math.max(0, keep);
    return OK;
  }

  private replaceNow(frames: readonly Uint8Array[], done: (result: DiskResult) => void): void {
    const aside = this.file + ASIDE;
    let fd: number;
    try {
      fd = fs.openSync(aside, fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC);
    } catch (error) {
      process.nextTick(() => done(failure(error)));
      return;
    }
    const abandon = (error: unknown) => {
      fs.closeSync(fd);
      fs.rmSync(aside, { force: true });
      done(failure(error));
    };
    try {
      writeAll(fd, frames, 0);
    } catch (error) {
      process.nextTick(() => abandon(error));
      return;
    }
    fs.fsync(fd, (error) => {
      if (error !== null) return abandon(error);
      try {
        fs.renameSync(aside, this.file);
      } catch (refused) {
        return abandon(refused);
      }
      this.adopt(fd, frames);
      this.link(
        () => done(this.promise(this.length())),
        (failed) => done(this.breakDown(failed)),
      );
    });
  }

  /** From here on the new file is this file. */
  private adopt(fd: number, frames: readonly Uint8Array[]): void {
    fs.closeSync(this.fd);
    this.fd = fd;
    this.inode = fs.fstatSync(fd, { bigint: true }).ino;
    this.broken = undefined;
    let end = 0;
    this.ends = frames.map((frame) => (end += frame.length));
  }

  private noteSynced(length: number): void {
    this.synced = length;
    this.mark.write({ inode: this.inode, length });
  }

  private length(): number {
    return this.ends.length === 0 ? 0 : this.ends[this.ends.length - 1]!;
  }

  private breakDown(error: unknown): DiskResult {
    return (this.broken = failure(error));
  }
}

function failure(error: unknown): DiskResult {
  const { code } = error as NodeJS.ErrnoException;
  return { ok: false, error: code === 'ENOSPC' || code === 'EDQUOT' ? 'ENOSPC' : 'EIO' };
}

function writeAll(fd: number, frames: readonly Uint8Array[], position: number): void {
  const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames);
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at, bytes.length - at, position + at);
}

function syncDirectory(directory: string, done: (error: unknown) => void): void {
  fs.open(directory, fs.constants.O_RDONLY, (refused, fd) => {
    if (refused !== null) {
      done(refused);
      return;
    }
    fs.fsync(fd, (error) => {
      fs.closeSync(fd);
      done(error);
    });
  });
}
