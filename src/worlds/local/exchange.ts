/** Orders to a process of the run and their answers, which may be late or never come. */
export class Exchange<A> {
  private readonly waiting = new Map<number, (answer: A | undefined) => void>();
  private next = 0;

  /** Sends an order under a number of its own; `done` gets the answer, or undefined when the exchange is abandoned. */
  ask(send: (order: number) => void, done: (answer: A | undefined) => void): void {
    const order = this.next++;
    this.waiting.set(order, done);
    send(order);
  }

  answered(order: number, answer: A): void {
    const done = this.waiting.get(order);
    this.waiting.delete(order);
    done?.(answer);
  }

  /** The other side is gone: nothing that is still open will be answered. */
  abandon(): void {
    const open = [...this.waiting.values()];
    this.waiting.clear();
    for (const done of open) done(undefined);
  }
}
