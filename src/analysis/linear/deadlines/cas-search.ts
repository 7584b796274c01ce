import type { Meter } from '../meter.ts';
import { CasDeadlines } from './cas-registers.ts';
import type { Plan } from './plan.ts';
import type { Run } from './registers.ts';

/** Configurations kept where all is well. */
const BEAM = 12;
/** By how much more each time that the beam dies at about the same place, and how often. */
const WIDER = 4;
const MOST_LEVELS = 4;
/** A death that going back this often did not mend is worth asking about. */
const ASK_AT = 2;
/** Events between checkpoints; a retry goes back some of them, twice as far each time. */
const EVERY = 64;
/** Events past a death that the beam stays wide. */
const PAST = 96;

interface Checkpoint {
  readonly event: number;
  readonly configs: Int32Array;
  readonly returns: readonly number[][];
  readonly cas: readonly number[];
  readonly dropped: boolean;
}

/**
 * A beam that goes back a little and widens where it dies, instead of being wide everywhere: what it had dropped, and
 * then needed, was nearly always dropped shortly before.
 */
export class CasSearch extends CasDeadlines {
  constructor(plan: Plan, meter: Meter) {
    super(plan, meter, false, { beam: BEAM });
  }

  /** @param onDeath asked when the beam died after dropping: an answer ends the search. */
  search(onDeath: (run: Run) => Run | undefined): Run {
    const checkpoints: Checkpoint[] = [];
    const end = this.plan.events.length;
    let level = 0;
    let wideUntil = -1;
    let asked = -1;
    this.beam = BEAM;
    this.seedInitial();
    for (let e = 0; e < end; e++) {
      if (e > wideUntil && level > 0) {
        level = 0;
        this.beam = BEAM;
      }
      if (e % EVERY === 0 && (checkpoints.length === 0 || checkpoints[checkpoints.length - 1].event < e)) {
        checkpoints.push(this.save(e));
        if (checkpoints.length > 1 << (MOST_LEVELS + 2)) checkpoints.shift();
      }
      const ended = this.step(e, true);
      if (ended === undefined) continue;
      if (ended.diedAt === undefined || !ended.dropped) return ended;
      if (level >= ASK_AT && e > asked) {
        asked = e;
        const answer = onDeath(ended);
        if (answer !== undefined) return answer;
      }
      level++;
      if (level > MOST_LEVELS || this.stopped) return ended;
      const back = e - EVERY * (1 << (level - 1));
      while (checkpoints.length > 1 && checkpoints[checkpoints.length - 1].event > back) checkpoints.pop();
      const from = checkpoints[checkpoints.length - 1];
      this.restore(from);
      this.beam = BEAM * WIDER ** level;
      wideUntil = Math.max(wideUntil, e + PAST);
      e = from.event - 1;
    }
    return this.legal();
  }

  private save(event: number): Checkpoint {
    const { stride, mem } = this.pool;
    const configs = new Int32Array(this.live.length * stride);
    this.live.forEach((c, i) => {
      configs.set(mem.subarray(c, c + stride), i * stride);
    });
    return {
      event,
      configs,
      returns: this.returns.map((list) => list.slice()),
      cas: this.cas.slice(),
      dropped: this.dropped,
    };
  }

  private restore({ configs, returns, cas, dropped }: Checkpoint): void {
    for (const c of this.live) this.pool.drop(c);
    const { stride } = this.pool;
    this.live = [];
    for (let at = 0; at < configs.length; at += stride) {
      const c = this.pool.make();
      this.pool.mem.set(configs.subarray(at, at + stride), c);
      this.live.push(c);
    }
    returns.forEach((list, value) => {
      this.returns[value].splice(0, this.returns[value].length, ...list);
    });
    this.cas.splice(0, this.cas.length, ...cas);
    this.dropped = dropped;
  }
}
