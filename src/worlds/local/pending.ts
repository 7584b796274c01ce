import type { Confirmation } from '../world.ts';
import type { Alarms } from './alarms.ts';

/** The actions that are not confirmed yet: each is answered exactly once, whatever becomes of the world. */
export class Pending {
  private readonly alarms: Alarms;
  private readonly now: () => number;
  private readonly open = new Set<(error: string) => void>();

  constructor(alarms: Alarms, now: () => number) {
    this.alarms = alarms;
    this.now = now;
  }

  /**
   * Returns how to confirm an action: the first confirmation counts and reaches `done` later than the call that gives
   * it. When there is none after `patience` ns, `late` gives it.
   */
  add(
    patience: number,
    done: (confirmation: Confirmation) => void,
    late: () => Confirmation,
  ): (confirmation: Confirmation) => void {
    let answered = false;
    const answer = (confirmation: Confirmation) => {
      if (answered) return;
      answered = true;
      cancel();
      this.open.delete(fail);
      setImmediate(() => done(confirmation));
    };
    const fail = (error: string) => answer({ ok: false, error });
    const cancel = this.alarms.at(this.now() + patience, () => answer(late()));
    this.open.add(fail);
    return answer;
  }

  /** Answers all that are open. */
  failAll(error: string): void {
    for (const fail of [...this.open]) fail(error);
  }
}
