import { NEVER } from '../../history/history.ts';
import type { Csr } from '../graph/csr.ts';
import type { Intervals } from '../graph/kahn.ts';
import type { Versions } from './versions.ts';

/** Transactions taken back at a dead end, at most. */
const MAX_BACK = 512;

/**
 * Tries to lay the transactions out in a serial order that extends a graph and real time; `true` is a proof, `false` proves nothing.
 *
 * As in `serialOrderFound`, a transaction may go next when all that precede it are gone and no read is outstanding of a version that it
 * replaces. Real time leaves few to choose from at any moment: as many as run at once. At a dead end the last choices are taken back and
 * made in another order. A wrong choice shows within a few steps, since its consequences must be over soon.
 *
 * O(n · concurrency), if dead ends are rare. Each of the `attempts` at one goes further back than the last and follows the deadlines less.
 */
export function timedOrderFound(
  versions: Versions,
  graph: Csr,
  priority: Float64Array,
  intervals: Intervals,
  attempts: number,
): boolean {
  return new TimedSchedule(versions, graph, priority, intervals).run(attempts);
}

class TimedSchedule {
  private readonly versions: Versions;
  private readonly graph: Csr;
  private readonly priority: Float64Array;
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

  constructor(versions: Versions, graph: Csr, priority: Float64Array, { inv, ret }: Intervals) {
    const { registers, written, count, readsStart, reads, reader } = versions;
    const { n, keys } = registers;
    this.versions = versions;
    this.graph = graph;
    this.priority = priority;
    this.inv = inv;
    this.ret = ret;
    this.waits = new Int32Array(graph.vertices);
    for (let e = 0; e < graph.offset[graph.vertices]!; e++) this.waits[graph.dst[e]!]!++;
    this.current = Int32Array.from({ length: keys }, (_, x) => written + x);
    this.before = new Int32Array(written);
    this.pending = new Int32Array(count);
    this.whose = new Int32Array(count);
    for (let v = 0; v < count; v++) {
      this.pending[v] = readsStart[v + 1]! - readsStart[v]!;
      for (let i = readsStart[v]!; i < readsStart[v + 1]!; i++) this.whose[v]! ^= reader[reads[i]!]!;
    }
    this.placed = new Uint8Array(n);
    this.byInvocation = ordered(n, inv);
    this.byReturn = ordered(n, ret).filter((t) => ret[t] !== NEVER);
    this.rank = new Int32Array(n).fill(NEVER);
    this.byReturn.forEach((t, i) => {
      this.rank[t] = i;
    });
    for (let v = n; v < graph.vertices; v++) if (this.waits[v] === 0) this.fire(v, -1);
  }

  run(attempts: number): boolean {
    const n = this.placed.length;
    let furthest = 0;
    let attempt = 0;
    while (this.order.length < n) {
      if (this.order.length > furthest) {
        furthest = this.order.length;
        attempt = 0;
      }
      const i = this.choose(attempt);
      if (i >= 0) {
        const t = this.active[i]!;
        this.active[i] = this.active[this.active.length - 1]!;
        this.active.pop();
        this.place(t);
        continue;
      }
      if (++attempt > attempts) return false;
      const back = Math.min(MAX_BACK, 4 << Math.min(attempt >> 2, 10));
      for (let b = 0; b < back && this.order.length > 0; b++) this.takeBack();
    }
    return true;
  }

  /** The place in `active` of the transaction that goes next; -1 at a dead end. */
  private choose(attempt: number): number {
    const { byReturn, byInvocation, placed, active, inv, ret, priority } = this;
    while (this.oldest < byReturn.length && placed[byReturn[this.oldest]!] === 1) this.oldest++;
    const horizon = this.oldest < byReturn.length ? ret[byReturn[this.oldest]!]! : NEVER;
    for (; this.begun < byInvocation.length && inv[byInvocation[this.begun]!]! <= horizon; this.begun++)
      active.push(byInvocation[this.begun]!);
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < active.length; i++) {
      const t = active[i]!;
      if (this.waits[t]! > 0 || inv[t]! > horizon) continue;
      const p = attempt === 0 ? priority[t]! : disturbed(priority[t]!, t, attempt);
      if (p < least && !this.blocked(t)) {
        least = p;
        best = i;
      }
    }
    return best;
  }

  private blocked(t: number): boolean {
    const { registers, key } = this.versions;
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
      const v = this.current[key[w]!]!;
      if (this.pending[v] !== 0 && !(this.pending[v] === 1 && this.whose[v] === t)) return true;
    }
    return false;
  }

  private place(t: number): void {
    const { registers, ofRead, key } = this.versions;
    this.placed[t] = 1;
    this.order.push(t);
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) {
      this.pending[ofRead[r]!]!--;
      this.whose[ofRead[r]!]! ^= t;
    }
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
      this.before[w] = this.current[key[w]!]!;
      this.current[key[w]!] = w;
    }
    this.fire(t, -1);
  }

  private takeBack(): void {
    const { registers, ofRead, key } = this.versions;
    const t = this.order.pop()!;
    this.placed[t] = 0;
    this.active.push(t);
    if (this.rank[t]! < this.oldest) this.oldest = this.rank[t]!;
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) {
      this.pending[ofRead[r]!]!++;
      this.whose[ofRead[r]!]! ^= t;
    }
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++)
      this.current[key[w]!] = this.before[w]!;
    this.fire(t, 1);
  }

  /** Lets go of (by -1), or holds again (by 1), what waits for a vertex, through hubs that have nothing else to wait for. */
  private fire(vertex: number, by: 1 | -1): void {
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

/** A deadline moved by an amount that depends on the transaction and the attempt alone. */
function disturbed(priority: number, t: number, attempt: number): number {
  let h = Math.imul(t ^ Math.imul(attempt, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return priority + (((h ^ (h >>> 16)) >>> 0) % (16 << Math.min(attempt >> 3, 8)));
}

function ordered(n: number, by: Int32Array): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = 1; i < n; i++) if (by[i - 1]! > by[i]!) return order.sort((a, b) => by[a]! - by[b]!);
  return order;
}
