import fs from 'node:fs';

const EVERY = 1;
const LIMIT = 1000;

/** The kernel's one-letter state of a process (`T`: stopped); undefined where there is no /proc or no such process. */
export function processState(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name stands in brackets and may itself contain brackets.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return undefined;
  }
}

/** Waits until the kernel says that a process is stopped (or runs again). Where it does not say, the signal must do. */
export function awaitStopped(pid: number, stopped: boolean, done: (error?: string) => void): void {
  const deadline = performance.now() + LIMIT;
  const look = () => {
    const state = processState(pid);
    if (state === undefined && fs.existsSync('/proc/self/stat')) done('it has ended');
    else if (state === undefined || (state === 'T') === stopped) done();
    else if (performance.now() > deadline) done(`still in state ${state} after ${LIMIT} ms`);
    else setTimeout(look, EVERY);
  };
  look();
}
