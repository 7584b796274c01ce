import { eventFrom, type Plan } from './plan.ts';
import type { Run } from './run.ts';

/** By how much wider each time that the beam dies at about the same place, and how often. */
const WIDER = 2;
const MOST_LEVELS = 8;
/** A death that going back this often did not mend is worth asking about. */
const ASK_AT = 4;
/** Events between checkpoints; a retry goes back one more of them each time. */
const EVERY = 64;
/** More than the levels go back in sum. */
const MOST_SAVED = 64;
/** Events past a death that the beam stays wide. */
const PAST = 96;

/** A search from event to event that keeps so many configurations, and can go back. */
export interface Beamed<C extends { readonly event: number }> {
  beam: number;
  begin(): void;
  /** Works on one event; the run, if it ends there. */
  step(e: number, begun: boolean): Run | undefined;
  legal(): Run;
  save(event: number): C;
  /** @param at the event at which the search is. */
  restore(saved: C, at: number): void;
}

/**
 * A beam that goes back a little and widens where it dies, instead of being wide everywhere: what it had dropped, and
 * then needed, was nearly always dropped shortly before.
 *
 * @param onDeath asked when the beam died after dropping and widening did not help: an answer ends the search.
 * @param every events between checkpoints
 */
export function widening<C extends { readonly event: number }>(
  search: Beamed<C>,
  plan: Plan,
  beam: number,
  onDeath: (run: Run) => Run | undefined,
  every = EVERY,
): Run {
  const events = plan.events.length;
  const checkpoints: C[] = [];
  let level = 0;
  let wideUntil = -1;
  let asked = -1;
  search.beam = beam;
  search.begin();
  for (let e = 0; e < events; e++) {
    if (e > wideUntil && level > 0) {
      level = 0;
      search.beam = beam;
    }
    if (e % every === 0 && (checkpoints.length === 0 || checkpoints[checkpoints.length - 1].event < e)) {
      checkpoints.push(search.save(e));
      if (checkpoints.length > MOST_SAVED) checkpoints.shift();
    }
    const ended = search.step(e, true);
    if (ended === undefined) continue;
    if (ended.diedAt === undefined || !ended.dropped) return ended;
    if (level >= ASK_AT && e > asked) {
      asked = e;
      const answer = onDeath(ended);
      if (answer !== undefined) return answer;
    }
    level++;
    if (level > MOST_LEVELS) return ended;
    // Had the call found its value when it was invoked, nothing would have been needed: that is where to look again.
    const invoked = ended.culprit === undefined ? e : eventFrom(plan, plan.calls.inv[ended.culprit]);
    const back = invoked - every * level;
    while (checkpoints.length > 1 && checkpoints[checkpoints.length - 1].event > back) checkpoints.pop();
    const from = checkpoints[checkpoints.length - 1];
    search.restore(from, e);
    search.beam = beam * WIDER ** level;
    wideUntil = Math.max(wideUntil, e + PAST);
    e = from.event - 1;
  }
  return search.legal();
}
