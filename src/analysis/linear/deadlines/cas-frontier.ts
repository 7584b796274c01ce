import { CasConfigs } from './cas-configs.ts';
import { INF } from './plan.ts';

/** Of what one event leads to, so many times the beam are kept before the best are chosen. */
const CROWD = 8;

/**
 * What one event leads to, and the choice of what goes on: equal configurations are found by hash as they come; only
 * those that may stay are compared with each other, the most promising first.
 */
export class CasFrontier extends CasConfigs {
  protected next: number[] = [];
  protected dropped = false;
  /** How many configurations are kept. */
  beam = INF;
  /** The position of the return being worked on. */
  protected now = 0;
  /** Configurations of `next` by hash, plus one; those that were there before the event are not among them. */
  private table = new Int32Array(256);
  private entries = 0;

  /** Begins an event: these configurations stay as they are. */
  protected gather(staying: number[]): void {
    this.next = staying;
    this.table.fill(0);
    this.entries = 0;
  }

  protected insert(d: number): void {
    const { stride } = this.pool;
    if (!this.meter.spend(stride)) return;
    if (2 * this.entries >= this.table.length) this.widen();
    const { mem } = this.pool;
    const mask = this.table.length - 1;
    let at = this.hash(d) & mask;
    for (; this.table[at] !== 0; at = (at + 1) & mask) {
      const c = this.table[at] - 1;
      let i = 0;
      while (i < stride && mem[c + i] === mem[d + i]) i++;
      if (i < stride) continue;
      this.pool.drop(d);
      return;
    }
    this.table[at] = d + 1;
    this.entries++;
    this.next.push(d);
    if (this.next.length > CROWD * this.beam) this.gatherAgain(this.select(2 * this.beam));
    this.meter.holds(this.pool.bytes);
  }

  private gatherAgain(chosen: number[]): void {
    this.gather(chosen);
    for (const c of chosen) this.place(c);
  }

  private place(c: number): void {
    const mask = this.table.length - 1;
    let at = this.hash(c) & mask;
    while (this.table[at] !== 0) at = (at + 1) & mask;
    this.table[at] = c + 1;
    this.entries++;
  }

  private widen(): void {
    const before = this.table;
    this.table = new Int32Array(before.length * 4);
    this.entries = 0;
    for (const entry of before) if (entry !== 0) this.place(entry - 1);
  }

  private hash(c: number): number {
    const { mem, stride } = this.pool;
    let h = 0;
    for (let i = 0; i < stride; i++) h = (Math.imul(h, 31) + mem[c + i]) | 0;
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    return h ^ (h >>> 13);
  }

  /** The most promising of `next` of which none makes another superfluous; the others are dropped. */
  protected select(most: number): number[] {
    const { next } = this;
    if (next.length === 1) return next;
    const scored = next.map((c) => ({ c, score: this.promise(c, this.now) }));
    scored.sort((p, q) => q.score - p.score || p.c - q.c);
    const kept: number[] = [];
    let i = 0;
    for (; i < scored.length; i++) {
      const { c } = scored[i];
      if (this.superfluous(c, kept)) this.pool.drop(c);
      else if (kept.length < most) kept.push(c);
      else break;
    }
    if (i < scored.length) this.dropped = true;
    for (; i < scored.length; i++) this.pool.drop(scored[i].c);
    return kept;
  }

  /** Whether one of those kept is as good; where it is better than some of them, it takes their place. */
  private superfluous(d: number, kept: number[]): boolean {
    this.meter.spend(5 * kept.length);
    for (const c of kept) if (this.makesSuperfluous(c, d)) return true;
    let left = 0;
    for (const c of kept) {
      if (this.makesSuperfluous(d, c)) this.pool.drop(c);
      else kept[left++] = c;
    }
    kept.length = left;
    return false;
  }
}
