const WORDS: { readonly [code: string]: string } = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is no directory',
  ENOENT: 'there is no such file',
  EMFILE: 'too many open files (see ulimit -n)',
  ENFILE: 'the system has too many open files',
  EAGAIN: 'the system allows no more processes (see ulimit -u)',
  ENOMEM: 'out of memory',
  EADDRNOTAVAIL: 'no port is free on 127.0.0.1',
};

/** A failure of the environment as a person reads it. */
export function inWords(error: { readonly code?: string; readonly message: string }): string {
  const words = error.code === undefined ? undefined : WORDS[error.code];
  return words === undefined ? error.message : `${words} (${error.message})`;
}

/** One clear message: what was being done, and what the environment said. */
export function environmentError(doing: string, error: unknown): Error {
  return new Error(`cannot ${doing}: ${inWords(error as NodeJS.ErrnoException)}`, { cause: error });
}
