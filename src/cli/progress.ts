import { createLogUpdate } from 'log-update';
import type { Progress } from '../controller/run.ts';

/** A progress line on a terminal, a line per phase elsewhere. All of it goes to stderr. */
export interface ProgressLine {
  watch(read: () => Progress): void;
  say(text: string): void;
  end(): void;
}

export function progressLine(quiet: boolean): ProgressLine {
  if (quiet) return { watch: () => {}, say: () => {}, end: () => {} };
  const terminal = process.stderr.isTTY === true;
  const update = createLogUpdate(process.stderr);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    if (terminal) update.clear();
  };
  return {
    watch(read) {
      let last = { phase: '', time: 0, all: 0 };
      const show = () => {
        const now = read();
        const all = now.ok + now.fail + now.info;
        const span = (now.time - last.time) / 1e9;
        const rate = span > 0 ? Math.round((all - last.all) / span) : 0;
        if (terminal) update(line(now, rate));
        else if (now.phase !== last.phase) process.stderr.write(`${line(now, rate)}\n`);
        if (terminal || now.phase !== last.phase) last = { phase: now.phase, time: now.time, all };
      };
      show();
      timer = setInterval(show, terminal ? 250 : 100);
      timer.unref();
    },
    say(text) {
      stop();
      if (terminal) update(text);
      else process.stderr.write(`${text}\n`);
    },
    end: stop,
  };
}

function line({ phase, time, ok, fail, info, faults }: Progress, rate: number): string {
  const seconds = (Math.max(0, time) / 1e9).toFixed(1).padStart(5);
  const force = faults.length > 0 ? `  ${faults.join(' + ')}` : '';
  return `${phase.padEnd(9)}${seconds} s  ${rate} op/s  ${ok} ok  ${fail} fail  ${info} info${force}`;
}
