import type { ReadProgress } from './history-file.ts';

/** One line on stderr while long work goes on: only on a terminal, only after half a second, and gone afterwards. */
export interface CheckProgress {
  readonly reading: ReadProgress;
  readonly judging: (done: number, total: number, phase: string) => void;
  readonly clear: () => void;
}

const PATIENCE = 500;
const EVERY = 100;

export function checkProgress(file: string): CheckProgress {
  if (process.stderr.isTTY !== true) return { reading: () => {}, judging: () => {}, clear: () => {} };
  let next = performance.now() + PATIENCE;
  let shown = false;
  const show = (text: () => string): void => {
    const now = performance.now();
    if (now < next) return;
    next = now + EVERY;
    shown = true;
    process.stderr.write(`\r\x1b[2K${file}: ${text()}`);
  };
  const percent = (done: number, total: number): string => `${Math.floor((100 * done) / total)} %`;
  return {
    reading: (done, total) =>
      show(() => `reading ${total > 0 ? percent(done, total) : `${(done / 1e6).toFixed(0)} MB`}`),
    judging: (done, total, phase) => show(() => `${phase}${total > 0 ? ` ${percent(done, total)}` : ''}`),
    clear: () => {
      if (shown) process.stderr.write('\r\x1b[2K');
    },
  };
}
