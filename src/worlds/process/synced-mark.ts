import fs from 'node:fs';

/** How many bytes of a file are known to be on the platter, and of which file: its inode. */
export interface SyncedMark {
  readonly inode: bigint;
  readonly length: number;
}

const SUFFIX = '.synced';

export function markPath(file: string): string {
  return file + SUFFIX;
}

export function isMark(name: string): boolean {
  return name.endsWith(SUFFIX);
}

/** Fixed width, so that one small write replaces the mark whole: a SIGKILL never leaves half of one. */
function show(mark: SyncedMark): string {
  return `${String(mark.inode).padStart(20)} ${String(mark.length).padStart(16)}\n`;
}

/**
 * Keeps the mark of one file, beside it. It is written after the fsync that it tells of and before anybody is told:
 * whoever was told that a record is safe finds it below the mark.
 *
 * It need not be synced itself: the power failures it serves are those that `cutPower` makes.
 */
export class MarkWriter {
  private readonly fd: number;

  constructor(file: string) {
    this.fd = fs.openSync(markPath(file), fs.constants.O_RDWR | fs.constants.O_CREAT);
  }

  write(mark: SyncedMark): void {
    fs.writeSync(this.fd, show(mark), 0);
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}

/**
 * How many bytes of a file a power failure leaves for certain. Without a mark, or with that of another inode, all of
 * them: the file is still empty, or it came whole by an atomic replace whose mark was not written any more.
 */
export function syncedLength(file: string): number {
  const { size, ino } = fs.statSync(file, { bigint: true });
  let text: string;
  try {
    text = fs.readFileSync(markPath(file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Number(size);
    throw error;
  }
  const [inode, length] = text.trim().split(/ +/);
  return inode === String(ino) ? Number(length) : Number(size);
}
