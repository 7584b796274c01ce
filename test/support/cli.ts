import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Runs the built program as a user does. Never rejects. */
export function ordeal(
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
) {
  return execa(process.execPath, [MAIN, ...args], {
    reject: false,
    input: options.input ?? '',
    env: { NO_COLOR: '1', ...options.env },
  });
}

/** Process ids of living processes (zombies are dead) whose environment or command line holds a mark. */
export function marked(mark: string): number[] {
  const found: number[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text =
        readFileSync(`/proc/${pid}/environ`, 'utf8') + readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
      if (text.includes(mark) && state !== 'Z' && Number(pid) !== process.pid) found.push(Number(pid));
    } catch {
      // It has ended meanwhile, or is not ours to read.
    }
  }
  return found;
}

/** Waits for a condition; the limit only ends a hang. */
export async function until(holds: () => boolean, what: string, limit = 60_000): Promise<void> {
  const started = Date.now();
  while (!holds()) {
    if (Date.now() - started > limit) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
