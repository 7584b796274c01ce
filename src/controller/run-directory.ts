import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { LineSink } from './recorder.ts';

/** Where a run's files go: `<out>/<name>/<stamp>-<seed>/`, with `<out>/latest` pointing at the last one. */
export class RunDirectory {
  readonly path: string;
  private readonly open: number[] = [];

  /** Makes the directory. Throws the system's error when it cannot be made. */
  constructor(out: string, name: string, stamp: string, seed: number) {
    const parent = join(out, name);
    makeFolder(resolve(parent));
    let path = join(parent, `${stamp}-${seed}`);
    for (let n = 2; !made(path); n++) path = join(parent, `${stamp}-${seed}.${n}`);
    this.path = path;
    pointLatest(out, path);
  }

  /**
   * A file that grows by whole lines; each call is one write to the kernel. When a write fails, what had reached the
   * file is cut back to its last whole line, and the error is thrown.
   */
  lines(file: string): LineSink {
    const fd = openSync(join(this.path, file), 'a');
    this.open.push(fd);
    return (text) => {
      const bytes = Buffer.from(text);
      let at = 0;
      try {
        while (at < bytes.length) at += writeSync(fd, bytes, at);
      } catch (error) {
        const whole = at === 0 ? 0 : bytes.lastIndexOf(0x0a, at - 1) + 1;
        ftruncateSync(fd, fstatSync(fd).size - (at - whole));
        throw error;
      }
    };
  }

  /** A file that is there whole or not at all. */
  write(file: string, text: string): void {
    const path = join(this.path, file);
    const aside = `${path}.part`;
    try {
      writeFileSync(aside, text);
      renameSync(aside, path);
    } catch (error) {
      rmSync(aside, { force: true });
      throw error;
    }
  }

  close(): void {
    for (const fd of this.open.splice(0)) closeSync(fd);
  }
}

/** Folder by folder: the recursive form of `mkdir` never returns on a file system that refuses with ENOENT, as /proc does. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) {
      makeFolder(dirname(path));
      mkdirSync(path);
    } else if (code !== 'EEXIST') throw error;
  }
}

/** False if there is something by that name already. */
function made(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Best effort: a file system without symbolic links has no `latest`, and still has the run. */
function pointLatest(out: string, path: string): void {
  const link = join(out, 'latest');
  const fresh = join(dirname(link), `.${basename(path)}.latest`);
  try {
    symlinkSync(relative(out, path), fresh);
    renameSync(fresh, link);
  } catch {
    rmSync(fresh, { force: true });
  }
}
