import { showName } from '../analysis/evidence/printable.ts';
import { EXIT } from './exit.ts';

let lost = false;

/**
 * Keeps a process alive whose output nobody takes any more. Who reads may have seen enough (`| head`): that is no failure,
 * and what is under way ends in order. Anything else, such as a full disk, is told, and decides the exit code.
 */
export function watchOutput(): void {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (lost || code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return;
    lost = true;
    process.stderr.write(`ordeal: standard output: ${message}\n`);
    exitWith(EXIT.usage);
  });
  process.stderr.on('error', () => {});
}

/** Sets the exit code of this process. */
export function exitWith(code: number): void {
  process.exitCode = lost ? EXIT.usage : code;
}

/** Writes to standard output, no faster than it is read. */
export async function say(text: string): Promise<void> {
  const { stdout } = process;
  if (stdout.write(text) || unheard()) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stdout.off('drain', done).off('error', done);
      resolve();
    };
    stdout.on('drain', done).on('error', done);
  });
}

/** Says on standard error what is wrong, a line or several. What they quote of files and their names is told to people, not to the terminal. */
export function complain(...lines: readonly string[]): void {
  process.stderr.write(`ordeal: ${lines.map(showName).join('\n')}\n`);
}

/** Whether standard output is known to be read no more. */
export function unheard(): boolean {
  return process.stdout.errored !== null;
}
