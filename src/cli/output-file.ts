import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Characters that are written at once. */
const PIECE = 1 << 16;

/**
 * Writes a file whole or not at all: what is there under that name stays until all of the new is written, and stays if that fails. So the
 * text goes to a temporary file beside it, which takes its place, and of a link the place of the file that it leads to. A
 * device or a pipe has no such place: what it gets it has got.
 *
 * @throws the error of the file system, of which `message` names `path`
 */
export function writeWhole(path: string, pieces: Iterable<string>): void {
  const target = replaceable(path);
  // A device is not emptied first, nor is the file that standard output goes to: it holds the verdict.
  if (target === undefined) fill(openSync(path, 'a'), pieces);
  else replace(path, target, pieces);
}

function replace(name: string, { path, mode }: Target, pieces: Iterable<string>): void {
  const beside = join(dirname(path), `.ordeal-${randomBytes(6).toString('hex')}.tmp`);
  try {
    fill(openSync(beside, 'wx', mode), pieces);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    const { message } = error as Error;
    throw Object.assign(error as Error, { message: message.replaceAll(beside, name) });
  }
}

/** Whether both names lead to one file, there or not. */
export function sameFile(a: string, b: string): boolean {
  const [one, other] = [found(a), found(b)];
  if (one?.isFile() === true && other?.isFile() === true)
    return one.dev === other.dev && one.ino === other.ino;
  return place(a) === place(b);
}

/** A file that another takes the place of, and what may be done with that. */
interface Target {
  readonly path: string;
  readonly mode: number;
}

/** Undefined where the text has to go into what is there. Throws where that may not be written to. */
function replaceable(path: string): Target | undefined {
  // What is open already is known by these names, too, and stays open under them.
  if (/^\/(dev|proc)\//.test(resolve(path))) return undefined;
  const stats = found(path);
  if (stats === undefined)
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? { path, mode: 0o666 } : undefined;
  if (!stats.isFile()) return undefined;
  accessSync(path, constants.W_OK);
  return { path: realpathSync(path), mode: stats.mode & 0o777 };
}

/** What is under that name; undefined where nothing is, or nobody may know. */
function found(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function place(path: string): string {
  try {
    return join(realpathSync(dirname(resolve(path))), basename(path));
  } catch {
    return resolve(path);
  }
}

/** Writes all of it, and closes the file. */
function fill(file: number, pieces: Iterable<string>): void {
  try {
    let waiting = '';
    for (const piece of pieces) {
      waiting += piece;
      if (waiting.length < PIECE) continue;
      writeFileSync(file, waiting);
      waiting = '';
    }
    writeFileSync(file, waiting);
  } finally {
    closeSync(file);
  }
}
