import fs from 'node:fs';

const LINES = 20;
const BYTES = 4096;

export function logLength(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines that were written to a log since it was `since` bytes long; empty where there are none. */
export function logTail(file: string, since: number): string {
  try {
    const bytes = fs.readFileSync(file);
    const text = bytes.subarray(Math.max(since, bytes.length - BYTES)).toString('utf8');
    return text.trim().split('\n').slice(-LINES).join('\n');
  } catch {
    // A log that cannot be read must not hide the failure that it would explain.
    return '';
  }
}
