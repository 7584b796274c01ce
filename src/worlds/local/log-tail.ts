import fs from 'node:fs';

const LINES = 20;
const BYTES = 4096;

export function logLength(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines that were written to a log since it was `since` bytes long; empty where there are none. */
export function logTail(file: string, since: number): string {
  try {
    const length = logLength(file);
    const from = Math.max(since, length - BYTES);
    const bytes = Buffer.alloc(Math.max(0, length - from));
    const fd = fs.openSync(file, 'r');
    fs.readSync(fd, bytes, 0, bytes.length, from);
    fs.closeSync(fd);
    return bytes.toString('utf8').trim().split('\n').slice(-LINES).join('\n');
  } catch {
    // A log that cannot be read must not hide the failure that it would explain.
    return '';
  }
}
