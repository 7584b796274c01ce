import { NEVER } from '../../history/history.ts';
import type { Csr } from '../graph/csr.ts';
import type { Intervals } from '../graph/kahn.ts';
import type { Versions } from './versions.ts';
import { type Lines, linesOf, type Zones, zonesOf } from './zones.ts';

/**
 * Tries to lay the transactions out in a serial order that extends real time, and a graph where one is given; `true` is a proof, `false` proves
 * nothing.
 *
 * A transaction may go next when what it read is current, no read is outstanding of a version that it replaces, and all that precede it are
 * gone. The graph only saves it from dead ends.
 *
 * Real time leaves few to choose from at any moment: as many as run at once. The one that must be over soonest goes first. A wrong choice
 * shows soon, since its consequences must be over soon too: at a dead end the last choice is taken back and the next one made, depth first, with a
 * memory of the states that failed. (They are known by a hash: that two are confused can cost an order, never prove one.) One who only
 * reads is never in the way, so that going first is never wrong for it.
 *
 * O(n · concurrency), if dead ends are near. After `patience` choices taken back without getting further it gives up.
 */
export function timedOrderFound(
  versions: Versions,
  graph: Csr | undefined,
  priority: Float64Array,
  intervals: Intervals,
  patience: number,
): boolean {
  return new TimedSchedule(versions, graph, priority, intervals).run(patience);
}

/** Above every priority: positions, and NEVER. */
const WRITERS = 2 ** 32;

class TimedSchedule {
  private readonly versions: Versions;
  private readonly graph: Csr | undefined;
  /** By transaction, its place in line: those who only read, then by priority. */
  private readonly line: Float64Array;
  private readonly inv: Int32Array;
  private readonly ret: Int32Array;
  private readonly waits: Int32Array;
  private readonly current: Int32Array;
  private readonly before: Int32Array;
  private readonly pending: Int32Array;
  private readonly whose: Int32Array;
  private readonly placed: Uint8Array;
  private readonly byReturn: Int32Array;
  private readonly rank: Int32Array;
  private readonly byInvocation: Int32Array;
  private readonly order: number[] = [];
  /** Transactions that have begun and are not placed. */
  private readonly active: number[] = [];
  private begun = 0;
  private oldest = 0;
  /** A hash of what is placed and which versions are current. */
  private high = 0;
  private low = 0;
  private readonly failed = new Set<number>();
  private readonly zones: Zones;
  private readonly lines: Lines;
  /** By key: the place in its line of the first version that is not placed, or before it. */
  private readonly front: Int32Array;

  constructor(versions: Versions, graph: Csr | undefined, priority: Float64Array, { inv, ret }: Intervals) {
    const { registers, written, count, readsStart, reads, reader } = versions;
    const { n, keys } = registers;
    this.versions = versions;
    this.graph = graph;
    this.inv = inv;
    this.ret = ret;
    this.waits = new Int32Array(graph === undefined ? n : graph.vertices);
    if (graph !== undefined)
      for (let e = 0; e < graph.offset[graph.vertices]!; e++) this.waits[graph.dst[e]!]!++;
    this.line = new Float64Array(n);
    for (let t = 0; t < n; t++)
      this.line[t] = priority[t]! + (registers.writeStart[t] === registers.writeStart[t + 1] ? 0 : WRITERS);
    this.current = new Int32Array(keys);
    for (let x = 0; x < keys; x++) this.current[x] = written + x;
    this.before = new Int32Array(written);
    this.pending = new Int32Array(count);
    this.whose = new Int32Array(count);
    const { pending, whose } = this;
    for (let v = 0; v < count; v++) {
      const end = readsStart[v + 1]!;
      pending[v] = end - readsStart[v]!;
      let all = 0;
      for (let i = readsStart[v]!; i < end; i++) all ^= reader[reads[i]!]!;
      whose[v] = all;
    }
    this.placed = new Uint8Array(n);
    this.byInvocation = ordered(inv);
    this.byReturn = ordered(ret);
    this.rank = new Int32Array(n).fill(NEVER);
    for (let i = 0; i < this.byReturn.length; i++) this.rank[this.byReturn[i]!] = i;
    this.zones = zonesOf(versions, inv, ret);
    this.lines = linesOf(versions, this.zones.lo);
    this.front = this.lines.start.slice(0, keys);
    for (let v = n; v < this.waits.length; v++) if (this.waits[v] === 0) this.fire(v, -1);
  }

  run(patience: number): boolean {
    if (this.keysCross()) return false;
    const n = this.placed.length;
    let furthest = 0;
    let taken = 0;
    // The choice that was taken back last in this state: the next in line is after it.
    let after = -1;
    while (this.order.length < n) {
      if (this.order.length > furthest) {
        furthest = this.order.length;
        taken = 0;
      }
      const i = this.choose(after);
      if (i >= 0) {
        const t = this.active[i]!;
        this.active[i] = this.active[this.active.length - 1]!;
        this.active.pop();
        this.place(t);
        after = -1;
        if (taken === 0 || !this.failed.has(this.state())) continue;
      } else this.failed.add(this.state());
      do {
        if (this.order.length === 0 || ++taken > patience) return false;
        after = this.takeBack();
      } while (this.onlyReads(after));
    }
    return true;
  }

  /** Whether a key by itself has no order in time: then there is none of all, and no need to look. */
  private keysCross(): boolean {
    const { versions, lines, zones } = this;
    const { lo, hi } = zones;
    const { registers, written } = versions;
    for (let x = 0; x < registers.keys; x++) {
      const initial = hi[written + x]!;
      let last = -1;
      for (let i = lines.start[x]!; i < lines.start[x + 1]!; i++) {
        const v = lines.version[i]!;
        if (lo[v]! < initial) return true;
        // Zones of one key come by their ends; those that span a time are apart, and the others outside of them.
        if (last >= 0 && lo[v]! < hi[last]! && lo[last]! < hi[v]!) return true;
        if (lo[v]! < hi[v]!) last = v;
      }
    }
    return false;
  }

  private onlyReads(t: number): boolean {
    const { writeStart } = this.versions.registers;
    return writeStart[t] === writeStart[t + 1];
  }

  private state(): number {
    return this.high * 0x200000 + (this.low & 0x1fffff);
  }

  /** The place in `active` of the transaction that goes next, of those behind `after` in line; -1 when there is none. */
  private choose(after: number): number {
    const { byReturn, byInvocation, placed, active, inv, ret } = this;
    while (this.oldest < byReturn.length && placed[byReturn[this.oldest]!] === 1) this.oldest++;
    const horizon = this.oldest < byReturn.length ? ret[byReturn[this.oldest]!]! : NEVER;
    for (; this.begun < byInvocation.length && inv[byInvocation[this.begun]!]! <= horizon; this.begun++)
      active.push(byInvocation[this.begun]!);
    const { line, waits } = this;
    const behind = after === -1 ? -1 : line[after]!;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < active.length; i++) {
      const t = active[i]!;
      const place = line[t]!;
      if (place > least || place < behind) continue;
      if (place === least && t > active[best]!) continue;
      if (place === behind && t <= after) continue;
      if (waits[t]! > 0 || inv[t]! > horizon || this.blocked(t)) continue;
      best = i;
      least = place;
    }
    return best;
  }

  private blocked(t: number): boolean {
    const { registers, key, ofRead } = this.versions;
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++)
      if (this.current[registers.readKey[r]!] !== ofRead[r]) return true;
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
      const v = this.current[key[w]!]!;
      if (this.pending[v] !== 0 && !(this.pending[v] === 1 && this.whose[v] === t)) return true;
      if (this.overtakes(w, key[w]!)) return true;
    }
    return false;
  }

  /** Whether a version that is not there yet has to come before version w: it was over before w's last reader began. */
  private overtakes(w: number, x: number): boolean {
    const { lines, placed, front } = this;
    const { writer } = this.versions;
    const end = lines.start[x + 1]!;
    let i = front[x]!;
    while (i < end && placed[writer[lines.version[i]!]!] === 1) i++;
    front[x] = i;
    if (lines.version[i] === w) for (i++; i < end && placed[writer[lines.version[i]!]!] === 1; ) i++;
    return i < end && this.zones.lo[lines.version[i]!]! < this.zones.hi[w]!;
  }

  private place(t: number): void {
    const { registers, ofRead, key } = this.versions;
    this.placed[t] = 1;
    this.order.push(t);
    this.mark(t);
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) {
      this.pending[ofRead[r]!]!--;
      this.whose[ofRead[r]!]! ^= t;
    }
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
      this.before[w] = this.current[key[w]!]!;
      this.current[key[w]!] = w;
      this.mark(~w);
      this.mark(~this.before[w]!);
    }
    this.fire(t, -1);
  }

  private takeBack(): number {
    const { registers, ofRead, key } = this.versions;
    const t = this.order.pop()!;
    this.placed[t] = 0;
    this.active.push(t);
    this.mark(t);
    if (this.rank[t]! < this.oldest) this.oldest = this.rank[t]!;
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) {
      this.pending[ofRead[r]!]!++;
      this.whose[ofRead[r]!]! ^= t;
    }
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
      const x = key[w]!;
      this.current[x] = this.before[w]!;
      this.mark(~w);
      this.mark(~this.before[w]!);
      if (this.lines.place[w]! < this.front[x]!) this.front[x] = this.lines.place[w]!;
    }
    this.fire(t, 1);
    return t;
  }

  /** Puts something into the hash of the state, or takes it out. */
  private mark(what: number): void {
    let h = Math.imul(what ^ 0x5bd1e995, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    this.high ^= h ^ (h >>> 13);
    h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
    this.low ^= h ^ (h >>> 14);
  }

  /** Lets go of (by -1), or holds again (by 1), what waits for a vertex, through hubs that have nothing else to wait for. */
  private fire(vertex: number, by: 1 | -1): void {
    if (this.graph === undefined) return;
    const { offset, dst } = this.graph;
    const n = this.placed.length;
    const agenda = [vertex];
    for (let v = agenda.pop(); v !== undefined; v = agenda.pop())
      for (let e = offset[v]!; e < offset[v + 1]!; e++) {
        const w = dst[e]!;
        const turning = by === -1 ? this.waits[w] === 1 : this.waits[w] === 0;
        this.waits[w]! += by;
        if (turning && w >= n) agenda.push(w);
      }
  }
}

/** Transactions by a position, those that have one. Linear where positions are dense. */
function ordered(by: Int32Array): Int32Array {
  const n = by.length;
  let last = -1;
  let negative = false;
  let ascending = true;
  let count = 0;
  for (let t = 0; t < n; t++) {
    if (by[t] === NEVER) continue;
    count++;
    if (by[t]! < 0) negative = true;
    if (by[t]! < last) ascending = false;
    else last = by[t]!;
  }
  const order = new Int32Array(count);
  if (ascending || negative || last > 16 * n + 1024) {
    let filled = 0;
    for (let t = 0; t < n; t++) if (by[t] !== NEVER) order[filled++] = t;
    return ascending ? order : order.sort((a, b) => by[a]! - by[b]!);
  }
  const start = new Int32Array(last + 2);
  for (let t = 0; t < n; t++) if (by[t] !== NEVER) start[by[t]! + 1]!++;
  for (let i = 1; i <= last; i++) start[i]! += start[i - 1]!;
  for (let t = 0; t < n; t++) if (by[t] !== NEVER) order[start[by[t]!]!++] = t;
  return order;
}
