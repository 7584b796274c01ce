import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { LineSink } from './recorder.ts';

/** Where a run's files go: `<out>/<name>/<stamp>-<seed>/`, with `<out>/latest` pointing at the last one. */
export class RunDirectory {
  readonly path: string;
  private readonly open: number[] = [];

  /** Makes the directory. Throws the system's error when it cannot be made or written. */
  constructor(out: string, name: string, stamp: string, seed: number) {
    const parent = join(out, name);
    mkdirSync(parent, { recursive: true });
    let path = join(parent, `${stamp}-${seed}`);
    for (let n = 2; !made(path); n++) path = join(parent, `${stamp}-${seed}.${n}`);
    this.path = path;
    pointLatest(out, path);
  }

  /** A file that grows by whole lines; each call is one write to the kernel. */
  lines(file: string): LineSink {
    const fd = openSync(join(this.path, file), 'a');
    this.open.push(fd);
    return (text) => {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    };
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.path, file), text);
  }

  close(): void {
    for (const fd of this.open.splice(0)) closeSync(fd);
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
