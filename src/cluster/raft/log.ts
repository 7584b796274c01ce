import type { Command } from '../kv.ts';

/**
 * One log entry: position, term, command. `null` is the no-op that begins a leader's term. The same object is the disk's
 * record, what messages carry, and what every simulated node holds: it is never changed.
 */
export type Entry = { readonly i: number; readonly t: number; readonly c: Command | null };

/**
 * The log in memory: the entries after `base`. What came before is in a snapshot, of which only the last position and
 * its term matter here. All access by position is O(1).
 */
export class Log {
  base = 0;
  baseTerm = 0;
  private entries: Entry[] = [];

  get last(): number {
    return this.base + this.entries.length;
  }

  get lastTerm(): number {
    const { entries } = this;
    return entries.length === 0 ? this.baseTerm : entries[entries.length - 1]!.t;
  }

  /** The entry at a position in (base, last]. */
  get(position: number): Entry {
    return this.entries[position - this.base - 1]!;
  }

  /** The term at a position, -1 where the log does not know (beyond the end, or forgotten). */
  term(position: number): number {
    if (position === this.base) return this.baseTerm;
    return this.entries[position - this.base - 1]?.t ?? -1;
  }

  append(entry: Entry): void {
    if (entry.i !== this.last + 1) throw new Error(`entry ${entry.i} cannot follow ${this.last}`);
    this.entries.push(entry);
  }

  /** Removes the entries from `position` on. */
  truncate(position: number): void {
    this.entries.length = position - this.base - 1;
  }

  /** The entries in [from, to]. O(to - from). */
  slice(from: number, to: number): readonly Entry[] {
    return this.entries.slice(from - this.base - 1, to - this.base);
  }

  /** Forgets the entries up to `position`, which the log has. O(entries kept). */
  compact(position: number): void {
    const term = this.term(position);
    if (term < 0) throw new Error(`cannot compact to ${position}: the log is (${this.base}, ${this.last}]`);
    this.entries = this.entries.slice(position - this.base);
    this.base = position;
    this.baseTerm = term;
  }

  /** Forgets everything: a snapshot that ends at `position` in `term` takes its place. */
  reset(position: number, term: number): void {
    this.entries = [];
    this.base = position;
    this.baseTerm = term;
  }

  /** The first position after `base` from which the term has been that of `position`. */
  firstOfTerm(position: number): number {
    const term = this.term(position);
    let first = position;
    while (first - 1 > this.base && this.term(first - 1) === term) first--;
    return first;
  }

  /** The last position at or before `from` whose term is at most `term`; `base` if there is none. */
  lastWithin(term: number, from: number): number {
    let position = Math.min(from, this.last);
    while (position > this.base && this.term(position) > term) position--;
    return position;
  }
}
