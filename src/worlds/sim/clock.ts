/**
 * The two clocks of a simulated machine, as functions of world time (ns).
 *
 * Both run at the same rate. The wall clock can also be moved and strobed; the monotonic clock never jumps, whatever is
 * done to it.
 */
export class SimClock {
  rate = 1;
  private since = 0;
  private mono = 0;
  private wall = 0;
  private strobeBy = 0;
  private strobePeriod = 0;

  monotonic(now: number): number {
    return Math.floor(this.mono + (now - this.since) * this.rate);
  }

  wallClock(now: number): number {
    const steady = Math.floor(this.wall + (now - this.since) * this.rate);
    if (this.strobePeriod === 0) return steady;
    return Math.floor(now / this.strobePeriod) % 2 === 0 ? steady : steady + this.strobeBy;
  }

  /** World time at which the monotonic clock will show `reading`, if the rate stays as it is. */
  when(reading: number, now: number): number {
    let at = Math.max(Math.ceil(this.since + (reading - this.mono) / this.rate), now);
    // What was rounded on the way must not name a moment just before: a timer set anew at once would never get past it.
    while (this.monotonic(at) < reading) at++;
    return at;
  }

  bump(by: number): void {
    this.wall += by;
  }

  drift(rate: number, now: number): void {
    this.settle(now);
    this.rate = rate;
  }

  strobe(by: number, period: number): void {
    this.strobeBy = by;
    this.strobePeriod = period;
  }

  reset(now: number): void {
    this.settle(now);
    this.rate = 1;
    this.wall = now;
    this.strobePeriod = 0;
  }

  private settle(now: number): void {
    const passed = (now - this.since) * this.rate;
    this.mono += passed;
    this.wall += passed;
    this.since = now;
  }
}
