/** Beyond this Node's timers overflow. */
const LONGEST = 2 ** 31 - 1;

const MS = 1_000_000;

interface Timer {
  /** A reading of the monotonic clock. */
  due: number;
  /** Reading at which the armed timeout ends. */
  armedFor: number;
  handle: NodeJS.Timeout;
}

/**
 * A machine's one-shot timers, by tag, on its own monotonic clock. A timer never fires early by that clock; it is late
 * by up to a millisecond, or for as long as the process was busy or stopped.
 */
export class Timers {
  private readonly timers = new Map<string, Timer>();
  private readonly clock: { monotonic(): number; rate(): number };
  private readonly fire: (tag: string) => void;
  private closed = false;

  constructor(clock: { monotonic(): number; rate(): number }, fire: (tag: string) => void) {
    this.clock = clock;
    this.fire = fire;
  }

  set(tag: string, delay: number): void {
    if (this.closed) return;
    const due = this.clock.monotonic() + Math.max(0, Math.floor(delay));
    const timer = this.timers.get(tag);
    if (timer === undefined) {
      this.timers.set(tag, { due, armedFor: due, handle: this.arm(tag, due) });
      return;
    }
    timer.due = due;
    // Put off, as most timeouts are again and again: the timeout that runs will find out.
    if (timer.armedFor > due) this.rearm(tag, timer);
  }

  clear(tag: string): void {
    const timer = this.timers.get(tag);
    if (timer === undefined) return;
    clearTimeout(timer.handle);
    this.timers.delete(tag);
  }

  /** The clock's rate has changed: every timeout ends at another time now. */
  rateChanged(): void {
    for (const [tag, timer] of this.timers) this.rearm(tag, timer);
  }

  /** Cancels all; those that are set from now on never fire. */
  close(): void {
    this.closed = true;
    for (const timer of this.timers.values()) clearTimeout(timer.handle);
    this.timers.clear();
  }

  private rearm(tag: string, timer: Timer): void {
    clearTimeout(timer.handle);
    timer.armedFor = timer.due;
    timer.handle = this.arm(tag, timer.due);
  }

  private arm(tag: string, due: number): NodeJS.Timeout {
    const real = (due - this.clock.monotonic()) / this.clock.rate();
    return setTimeout(() => this.wake(tag), Math.min(LONGEST, Math.max(0, Math.ceil(real / MS))));
  }

  private wake(tag: string): void {
    const timer = this.timers.get(tag);
    if (timer === undefined) return;
    if (this.clock.monotonic() < timer.due) {
      this.rearm(tag, timer);
      return;
    }
    this.timers.delete(tag);
    this.fire(tag);
  }
}
