import fs from 'node:fs';
import path from 'node:path';
import { CorruptDisk, decodeFrames } from '../../cluster/storage/frames.ts';
import type { Draw } from '../../random.ts';
import { isAside } from './disk-file.ts';
import { isMark, MarkWriter, syncedLength } from './synced-mark.ts';

/**
 * Does to a dead node's disk what a power failure does: each file goes back to its synced mark, plus as much of the
 * unsynced tail as the draw leaves there: nothing, a part cut anywhere, or a part whose last sector reads as zeros.
 * Whole records that are left are on the platter from now on.
 *
 * Precondition: no process has the files open. Throws the file system's errors.
 */
export function cutPower(directory: string, tear: number, draw: Draw): void {
  let names: string[];
  try {
    names = fs.readdirSync(directory).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  names.forEach((name, i) => {
    if (isMark(name)) return;
    const file = path.join(directory, name);
    if (isAside(name)) fs.rmSync(file);
    else cutFile(file, (kind) => draw(i, kind), tear);
  });
}

const SECTOR = 512;

function cutFile(file: string, draw: (kind: number) => number, tear: number): void {
  const synced = syncedLength(file);
  const { size, ino } = fs.statSync(file, { bigint: true });
  const tail = Number(size) - synced;
  const left = tail > 0 && draw(0) < tear ? Math.floor(draw(1) * (tail + 1)) : 0;
  const end = synced + left;
  if (tail > 0) fs.truncateSync(file, end);
  if (left > 0 && draw(2) < 0.5) zero(file, Math.max(synced, end - SECTOR), end);
  const mark = new MarkWriter(file);
  mark.write({ inode: ino, length: left > 0 ? goodLength(file, synced) : synced });
  mark.close();
}

/** Whole records that survived are as safe now as if they had been synced; what is torn stays for recovery to find. */
function goodLength(file: string, synced: number): number {
  try {
    return decodeFrames(fs.readFileSync(file), synced).validLength;
  } catch (error) {
    if (error instanceof CorruptDisk) return synced;
    throw error;
  }
}

function zero(file: string, from: number, to: number): void {
  const fd = fs.openSync(file, 'r+');
  fs.writeSync(fd, Buffer.alloc(to - from), 0, to - from, from);
  fs.closeSync(fd);
}
