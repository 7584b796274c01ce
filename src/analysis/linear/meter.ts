import { type Budget, DEFAULT_BUDGET } from '../verdict.ts';

/** Counts what a search spends. One meter serves all engines that work on one history, so that the budget is shared. */
export class Meter {
  steps = 0;
  /** Why the search must end; empty while it may go on. */
  stopped = '';
  private readonly budget: Budget;
  /** What others had spent of the same budget when this one began: only the budget's polls are told. */
  private readonly before: number;
  private nextPoll = POLL;

  constructor(budget: Budget = DEFAULT_BUDGET, before = 0) {
    this.budget = budget;
    this.before = before;
  }

  get left(): number {
    return this.stopped ? 0 : Math.max(0, this.budget.steps - this.steps);
  }

  /** Spends steps. False: stop. */
  spend(steps: number): boolean {
    this.steps += steps;
    if (this.steps < this.nextPoll) return this.stopped === '';
    this.nextPoll = this.steps + POLL;
    if (this.steps >= this.budget.steps) this.stopped ||= `budget of ${this.budget.steps} steps spent`;
    else if (this.budget.expired?.(this.before + this.steps)) this.stopped ||= 'time limit reached';
    return this.stopped === '';
  }

  /** Says how many bytes of tables are held. False: stop. */
  holds(bytes: number): boolean {
    if (bytes > this.budget.tableBytes) this.stopped ||= `tables outgrew ${this.budget.tableBytes} bytes`;
    return this.stopped === '';
  }

  /** A meter that may spend at most this much of what is left; what it spends counts here too once `join`ed. */
  part(steps: number): Meter {
    const most = Math.min(steps, this.left);
    return new Meter({ ...this.budget, steps: most }, this.before + this.steps);
  }

  join(part: Meter): void {
    this.spend(part.steps);
    if (part.stopped === 'time limit reached') this.stopped ||= part.stopped;
  }
}

const POLL = 4096;
