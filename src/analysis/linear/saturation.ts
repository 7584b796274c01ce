import { INFO, OK } from '../../history/history.ts';
import type { Meter } from './meter.ts';

/** In `reads` and `writes`: it does not. */
export const NOTHING = -0x80000000;
/** Entries of the table of what each access comes after, at most. */
const MOST_ENTRIES = 40_000_000;

/** Reads and writes of registers, in order of invocation; a compare-and-set does both. No fails. */
export interface Accesses {
  readonly n: number;
  readonly process: Int32Array;
  readonly key: Int32Array;
  /** Value ids, or NOTHING. */
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  readonly outcome: Uint8Array;
}

/** Accesses that no order of all, true to every process, can have: one that read what nobody wrote, or a cycle. */
export interface Impossible {
  readonly rows: readonly number[];
}

/**
 * Refutes sequential consistency of registers whose values are each written once, without any search.
 *
 * What must come before what is known from the order of each process, and from every read of another's write. If a
 * read r saw w, any other write of the key that must come before r must come before w, and any that must come after w
 * must come after r. That is repeated until nothing is new: a cycle is a proof, and no cycle is none, since the problem
 * is NP-complete (Gibbons & Korach 1997; the rules as in Biswas & Enea, OOPSLA 2019, for serializability).
 *
 * O(rounds · accesses · processes). Null: no contradiction; `undefined`: values repeat, or it would cost too much.
 */
export function refuteSequential(a: Accesses, initial: number, meter: Meter): Impossible | null | undefined {
  const kept = keptOf(a, initial);
  if (kept === undefined || 'rows' in kept) return kept;
  const saturation = new Saturation(a, kept);
  return saturation.tooLarge ? undefined : saturation.run(meter);
}

interface Kept {
  /** Rows that certainly took effect, in order. */
  readonly of: number[];
  /** By row: the row whose write it read, −1 for the initial value or where it reads nothing. */
  readonly writer: Int32Array;
}

/** Unknown outcomes count only if somebody saw what they wrote. */
function keptOf(
  { n, key, reads, writes, outcome }: Accesses,
  initial: number,
): Kept | Impossible | undefined {
  const byKey = new Map<number, Map<number, number>>();
  for (let i = 0; i < n; i++) {
    if (writes[i] === NOTHING) continue;
    let values = byKey.get(key[i]);
    if (values === undefined) {
      values = new Map();
      byKey.set(key[i], values);
    }
    if (writes[i] === initial || values.has(writes[i])) return undefined;
    values.set(writes[i], i);
  }
  const writer = new Int32Array(n).fill(-1);
  const keep = new Uint8Array(n);
  const todo: number[] = [];
  for (let i = 0; i < n; i++) if (outcome[i] === OK) todo.push(i);
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    keep[next] = 1;
    if (reads[next] === NOTHING || reads[next] === initial) continue;
    const w = byKey.get(key[next])?.get(reads[next]);
    if (w === undefined) return { rows: [next] };
    writer[next] = w;
    if (outcome[w] === INFO && keep[w] === 0) todo.push(w);
  }
  return { of: Array.from({ length: n }, (_, i) => i).filter((i) => keep[i] === 1), writer };
}

class Saturation {
  readonly tooLarge: boolean;
  private readonly a: Accesses;
  private readonly rows: readonly number[];
  private readonly writer: Int32Array;
  /** By row: its process, numbered densely, and its place there. */
  private readonly process: Int32Array;
  private readonly at: Int32Array;
  private readonly P: number;
  /** By row and process: the last place of that process which the row comes after, or is; −1 none. */
  private readonly after: Int32Array;
  private readonly head: Int32Array;
  private readonly next: number[] = [];
  private readonly to: number[] = [];
  /** By key: by process that writes it, its writes in order. */
  private readonly writes = new Map<number, Map<number, number[]>>();

  constructor(a: Accesses, { of, writer }: Kept) {
    this.a = a;
    this.rows = of;
    this.writer = writer;
    this.process = new Int32Array(a.n);
    this.at = new Int32Array(a.n);
    this.head = new Int32Array(a.n).fill(-1);
    const numbers = new Map<number, number>();
    const last: number[] = [];
    const length: number[] = [];
    for (const row of of) {
      let p = numbers.get(a.process[row]);
      if (p === undefined) {
        p = numbers.size;
        numbers.set(a.process[row], p);
        length.push(0);
        last.push(-1);
      }
      this.process[row] = p;
      this.at[row] = length[p]++;
      if (last[p] >= 0) this.edge(last[p], row);
      last[p] = row;
      if (writer[row] >= 0) this.edge(writer[row], row);
      if (a.writes[row] === NOTHING) continue;
      let writers = this.writes.get(a.key[row]);
      if (writers === undefined) {
        writers = new Map();
        this.writes.set(a.key[row], writers);
      }
      const list = writers.get(p);
      if (list === undefined) writers.set(p, [row]);
      else list.push(row);
    }
    this.P = numbers.size;
    this.tooLarge = a.n * this.P > MOST_ENTRIES;
    this.after = new Int32Array(this.tooLarge ? 0 : a.n * this.P);
  }

  run(meter: Meter): Impossible | null | undefined {
    for (;;) {
      const order = this.order();
      if (order.length < this.rows.length) return { rows: this.cycle(order) };
      this.reach(order);
      if (!meter.spend(4 * this.rows.length * this.P)) return undefined;
      if (!this.derive()) return null;
    }
  }

  private edge(from: number, to: number): void {
    this.next.push(this.head[from]);
    this.to.push(to);
    this.head[from] = this.to.length - 1;
  }

  /** The rows in an order that the edges allow, as far as there is one. */
  private order(): number[] {
    const { head, next, to } = this;
    const before = new Int32Array(this.a.n);
    for (const row of this.rows) for (let e = head[row]; e >= 0; e = next[e]) before[to[e]]++;
    const ready = this.rows.filter((row) => before[row] === 0);
    for (let i = 0; i < ready.length; i++)
      for (let e = head[ready[i]]; e >= 0; e = next[e]) if (--before[to[e]] === 0) ready.push(to[e]);
    return ready;
  }

  private reach(order: readonly number[]): void {
    const { P, after, head, next, to } = this;
    after.fill(-1);
    for (const row of order) {
      const mine = row * P;
      after[mine + this.process[row]] = this.at[row];
      for (let e = head[row]; e >= 0; e = next[e]) {
        const theirs = to[e] * P;
        for (let p = 0; p < P; p++)
          if (after[mine + p] > after[theirs + p]) after[theirs + p] = after[mine + p];
      }
    }
  }

  private precedes(x: number, y: number): boolean {
    return this.after[y * this.P + this.process[x]] >= this.at[x];
  }

  /** Adds what the reads imply; false if there was nothing new. */
  private derive(): boolean {
    const { a, writer } = this;
    const before = this.to.length;
    for (const r of this.rows) {
      if (a.reads[r] === NOTHING) continue;
      const writers = this.writes.get(a.key[r]);
      if (writers === undefined) continue;
      const w = writer[r];
      for (const [p, list] of writers) {
        // The last write of the key in this process that comes before r.
        const bound = this.after[r * this.P + p];
        let earlier = countWhile(list, (x) => this.at[x] <= bound) - 1;
        if (earlier >= 0 && list[earlier] === r) earlier--;
        if (w >= 0 && earlier >= 0 && list[earlier] !== w && !this.precedes(list[earlier], w))
          this.edge(list[earlier], w);
        // The first that comes after w.
        let later = w < 0 ? 0 : countWhile(list, (x) => !this.precedes(w, x));
        while (later < list.length && (list[later] === w || list[later] === r)) later++;
        if (later < list.length && !this.precedes(r, list[later])) this.edge(r, list[later]);
      }
    }
    return this.to.length > before;
  }

  /** A short cycle among the rows that have no place in the order. */
  private cycle(order: readonly number[]): number[] {
    const { head, next, to } = this;
    const placed = new Set(order);
    // Whoever walks against the edges from a row without a place never gets out: the walk closes a cycle.
    const from = new Map<number, number>();
    for (const row of this.rows)
      if (!placed.has(row)) for (let e = head[row]; e >= 0; e = next[e]) from.set(to[e], row);
    const seen = new Set<number>();
    let row = this.rows.find((one) => !placed.has(one))!;
    for (; !seen.has(row); row = from.get(row)!) seen.add(row);
    const walk = [...seen];
    const closed = walk.slice(walk.indexOf(row)).reverse();
    let best = closed;
    for (const start of closed.slice(0, 32)) {
      const found = this.shortest(start, best.length);
      if (found.length > 0 && found.length < best.length) best = found;
    }
    return best;
  }

  /** The shortest way from a row back to it, of fewer than so many rows; none: empty. */
  private shortest(start: number, fewer: number): number[] {
    const { head, next, to } = this;
    const parent = new Map<number, number>([[start, -1]]);
    let layer = [start];
    for (let length = 1; length < fewer && layer.length > 0; length++) {
      const ahead: number[] = [];
      for (const row of layer)
        for (let e = head[row]; e >= 0; e = next[e]) {
          if (to[e] === start) {
            const path: number[] = [];
            for (let x = row; x >= 0; x = parent.get(x)!) path.push(x);
            return path.reverse();
          }
          if (parent.has(to[e])) continue;
          parent.set(to[e], row);
          ahead.push(to[e]);
        }
      layer = ahead;
    }
    return [];
  }
}

/** How many of the first rows fulfil a condition that only the first ones do. O(log rows). */
function countWhile(list: readonly number[], holds: (row: number) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
