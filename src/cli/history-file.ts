import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  openSync,
  read,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { HistoryError } from '../history/error.ts';
import { History } from '../history/history.ts';
import { formatOf, type HistoryFormat, readerFor } from '../history/read/read.ts';
import type { HistoryReader } from '../history/read/window.ts';
import { UsageError } from './exit.ts';

/** What a run directory may hold, best first. */
const IN_DIRECTORY = ['history.jsonl', 'history.jsonl.gz', 'history.edn', 'history.edn.gz'];

/** Told how much was read; `total` is 0 where that is not known. */
export type ReadProgress = (done: number, total: number) => void;

/**
 * The history in a file (JSON Lines or EDN, gzip or not, whatever its name ends in), in a run directory, or on standard input
 * (`-`). Throws UsageError where nothing can be read, HistoryError where it is no history.
 */
export async function readHistoryFile(file: string, progress: ReadProgress): Promise<History> {
  if (file === '-') return fromStream(process.stdin, file, progress);
  let fd: number | null = null;
  try {
    const path = inDirectory(file);
    fd = openSync(path, 'r');
    // What a pipe or device gives can be read once only, and is not looked at before.
    const head = Buffer.alloc(fstatSync(fd).isFile() ? 4096 : 0);
    const size = head.length === 0 ? 0 : readSync(fd, head, 0, head.length, 0);
    if (size > 0 && !isGzip(head))
      return await fromFile(fd, formatFor(path, head.subarray(0, size)), progress);
    return await fromStream(createReadStream(path, { fd, autoClose: false }), path, progress);
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    throw syscall === undefined ? error : new UsageError(`${file}: ${message}`);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** The file that is read for that name: in a run directory its history, else itself, if that can be told. Of `-` the name of standard input. */
export function historyPath(file: string): string {
  if (file === '-') return '/dev/stdin';
  try {
    return inDirectory(file);
  } catch {
    return file;
  }
}

function inDirectory(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${file}: no such file or directory`);
  if (!stat.isDirectory()) return file;
  const found = IN_DIRECTORY.map((name) => join(file, name)).find((path) => existsSync(path));
  if (found === undefined)
    throw new UsageError(`${file}: this directory holds no ${IN_DIRECTORY[0]} or ${IN_DIRECTORY[2]}`);
  return found;
}

/** Comments and separators, perhaps the beginning of a list, and then the first key of a record and what only one format has behind it. */
const PLAIN =
  /^\uFEFF?(?:[\s,]|;[^\n]*\n)*\[?\s*(?:\{\s*"[^"]*"\s*:\s*(?:["{[\d-]|true|false|null)|(?:#[\w.]+\s*)?\{[\s,]*:\w)/;

/** The content tells, whatever the file is called; the name only where the beginning could be of either. */
function formatFor(path: string, head: Uint8Array): HistoryFormat {
  const ending = /\.(edn|jsonl)(?:\.gz)?$/.exec(path)?.[1] as HistoryFormat | undefined;
  if (ending === undefined || PLAIN.test(new TextDecoder().decode(head.subarray(0, 4096))))
    return formatOf(head);
  return ending;
}

async function fromFile(fd: number, format: HistoryFormat, progress: ReadProgress): Promise<History> {
  const total = fstatSync(fd).size;
  const reader = readerFor(format);
  reader.expect(total);
  const first = reader.room();
  let done = 0;
  let size = readSync(fd, first, 0, first.length, 0);
  // A file that grows meanwhile is read to its end, wherever that is by then.
  while (size > 0) {
    done += size;
    const next = reader.room();
    // For the kernel to copy the next piece takes a tenth of the time in which this one is read. Of a short file there is none.
    const coming = done < total ? readAt(fd, next, done) : null;
    try {
      reader.fed(size);
    } finally {
      // Nobody else may have the memory before.
      size = coming === null ? readSync(fd, next, 0, next.length, done) : await coming;
    }
    progress(done, total);
  }
  return reader.finish();
}

function readAt(fd: number, room: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, room, 0, room.length, at, (error, size) => (error === null ? resolve(size) : reject(error)));
  });
}

async function fromStream(source: Readable, path: string, progress: ReadProgress): Promise<History> {
  let reader: HistoryReader | null = null;
  let done = 0;
  let cut: string | null = null;
  try {
    for await (const chunk of unzipped(source)) {
      reader ??= readerFor(formatFor(path, chunk));
      reader.push(chunk);
      progress((done += chunk.length), 0);
    }
  } catch (error) {
    if (error instanceof HistoryError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    if (reader === null) throw new UsageError(`${path}: ${(error as Error).message}`);
    cut = (error as Error).message;
  }
  const history = (reader ?? readerFor('jsonl')).finish();
  if (cut === null) return history;
  const warning = `the input could be read for ${done} bytes only (${cut}); the rest was left out`;
  return new History({ ...history, warnings: [warning, ...history.warnings] });
}

/** The bytes of a stream, unpacked if they are gzip. */
async function* unzipped(source: Readable): AsyncGenerator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  let ended = false;
  while (head.length < 2 && !ended) {
    const { value, done } = await pieces.next();
    ended = done === true;
    if (!ended) head = Buffer.concat([head, value]);
  }
  const rest: AsyncIterable<Buffer> = {
    [Symbol.asyncIterator]: () => pieces,
  };
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    if (!ended) yield* rest;
  }
  if (!isGzip(head)) {
    yield* all();
    return;
  }
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const feeding = feed(all(), gunzip);
  yield* gunzip;
  await feeding;
}

async function feed(pieces: AsyncIterable<Buffer>, gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(piece)) await new Promise<void>((resolve) => drained(gunzip, resolve));
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error as Error);
  }
}

function drained(gunzip: ReturnType<typeof createGunzip>, resolve: () => void): void {
  const done = (): void => {
    gunzip.off('drain', done).off('close', done).off('error', done);
    resolve();
  };
  gunzip.on('drain', done).on('close', done).on('error', done);
}
