import { showName } from '../analysis/evidence/printable.ts';
import type { CheckOptions } from '../analysis/verdict.ts';
import type { ReadProgress } from './history-file.ts';

/** One line on stderr while long work goes on: only on a terminal, only after half a second, and gone afterwards. */
export interface CheckProgress {
  readonly reading: ReadProgress;
  /** Undefined where nothing would be shown: then no search has to tell how far it is. */
  readonly judging: CheckOptions['progress'];
  readonly clear: () => void;
}

const PATIENCE = 500;
const EVERY = 100;

export function checkProgress(file: string): CheckProgress {
  if (process.stderr.isTTY !== true) return { reading: () => {}, judging: undefined, clear: () => {} };
  const begun = performance.now();
  let next = begun + PATIENCE;
  let shown = false;
  const show = (text: () => string): void => {
    const now = performance.now();
    if (now < next) return;
    next = now + EVERY;
    shown = true;
    // Where nothing else moves, the time does.
    const seconds = Math.floor((now - begun) / 1000);
    process.stderr.write(`\r\x1b[2K${showName(file)}: ${showName(text())}, ${seconds} s`);
  };
  const percent = (done: number, total: number): string => `${Math.floor((100 * done) / total)} %`;
  return {
    reading: (done, total) =>
      show(() => `reading ${total > 0 ? percent(done, total) : `${(done / 1e6).toFixed(0)} MB`}`),
    judging: (done, total, phase) =>
      show(() => {
        if (total > 0) return `${phase} ${percent(done, total)}`;
        return done > 0 ? `${phase}, ${(done / 1e6).toFixed(1)} million steps` : phase;
      }),
    clear: () => {
      if (shown) process.stderr.write('\r\x1b[2K');
    },
  };
}
