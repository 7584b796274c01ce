const MS = 1_000_000;

/** Beyond this Node's timers overflow. */
const LONGEST = 2 ** 31 - 1;

/** Calls at given times of a world's clock; none of them once all have been cancelled. */
export class Alarms {
  private readonly now: () => number;
  private readonly pending = new Set<() => void>();
  private cancelled = false;

  /** `now`: the world's clock, ns. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** Calls `fn` at `time`, or as soon as it can; never early, never before returning. */
  at(time: number, fn: () => void): () => void {
    if (this.cancelled) return () => {};
    let cancel = () => {};
    const forget = () => {
      cancel();
      this.pending.delete(forget);
    };
    const arm = () => {
      const left = time - this.now();
      const ring = () => {
        if (this.now() < time) {
          arm();
          return;
        }
        this.pending.delete(forget);
        fn();
      };
      if (left <= 0) {
        const handle = setImmediate(ring);
        cancel = () => clearImmediate(handle);
      } else {
        const handle = setTimeout(ring, Math.min(LONGEST, Math.ceil(left / MS)));
        cancel = () => clearTimeout(handle);
      }
    };
    this.pending.add(forget);
    arm();
    return forget;
  }

  /** Cancels all, for good. */
  cancelAll(): void {
    this.cancelled = true;
    for (const forget of [...this.pending]) forget();
  }
}
