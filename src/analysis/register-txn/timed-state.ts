import { NEVER } from '../../history/history.ts';
import type { Csr } from '../graph/csr.ts';
import { byPosition, type Intervals } from '../graph/intervals.ts';
import type { Versions } from './versions.ts';
import { type Crossing, type Lines, linesOf, type Zones, zonesOf } from './zones.ts';

/**
 * The beginning of a serial order in real time: what is placed, which version of each key is current, who could go next. Transactions are placed
 * and taken back one at a time, each in time linear in its accesses and in the reads of what it wrote.
 *
 * A transaction is ready when all that it read is current, all that precede it in the graph are placed, and it has begun. It stays ready until it
 * is placed: whoever would replace what it read has to wait for it.
 */
export class TimedState {
  readonly order: Int32Array;
  /** How many of `order` are placed. */
  length = 0;
  /** Transactions that are ready, in no order: `ready[0 … readyCount - 1]`. */
  readonly ready: Int32Array;
  readyCount = 0;
  /** The earliest return of what is not placed: nobody can go next who began after it. */
  horizon = -1;

  private readonly versions: Versions;
  private readonly graph: Csr | undefined;
  private readonly inv: Int32Array;
  private readonly ret: Int32Array;
  /** By transaction, and hub of the graph: how much it still waits for, reads included. */
  readonly held: Int32Array;
  private readonly place: Int32Array;
  private readonly current: Int32Array;
  private readonly before: Int32Array;
  /** By version, how many of its readers are not placed. */
  private readonly pending: Int32Array;
  readonly placed: Uint8Array;
  private readonly byReturn: Int32Array;
  private readonly rank: Int32Array;
  private readonly byInvocation: Int32Array;
  private begun = 0;
  private reached = -1;
  private oldest = 0;
  private readonly zones: Zones;
  private readonly lines: Lines;
  /** By key: the place in its line of the first version that is not placed, or before it. */
  private readonly front: Int32Array;
  /** Scratch of `fire`. */
  private readonly hubs: number[] = [];
  /** Hashes of what is placed and which versions are current: together hardly ever the same for two states. */
  high = 0;
  low = 0;

  /** `beginning`: what is to be placed at once, in an order that was found in intervals no wider than these. */
  constructor(
    versions: Versions,
    graph: Csr | undefined,
    { inv, ret }: Intervals,
    beginning: Int32Array | undefined,
  ) {
    const { registers, written, count, ofRead } = versions;
    const { n, keys, readStart, readFrom } = registers;
    this.versions = versions;
    this.graph = graph;
    this.inv = inv;
    this.ret = ret;
    const held = new Int32Array(graph === undefined ? n : graph.vertices);
    if (graph !== undefined) for (let e = 0; e < graph.offset[graph.vertices]!; e++) held[graph.dst[e]!]!++;
    for (let t = 0; t < n; t++)
      for (let r = readStart[t]!; r < readStart[t + 1]!; r++) if (readFrom[r]! >= 0) held[t]!++;
    this.held = held;
    this.order = new Int32Array(n);
    this.ready = new Int32Array(n);
    this.place = new Int32Array(n).fill(-1);
    this.current = new Int32Array(keys);
    for (let x = 0; x < keys; x++) this.current[x] = written + x;
    this.before = new Int32Array(written);
    const pending = new Int32Array(count);
    for (let r = 0; r < ofRead.length; r++) pending[ofRead[r]!]!++;
    this.pending = pending;
    this.placed = new Uint8Array(n);
    this.byInvocation = byPosition(inv);
    this.byReturn = byPosition(ret);
    this.rank = new Int32Array(n).fill(NEVER);
    for (let i = 0; i < this.byReturn.length; i++) this.rank[this.byReturn[i]!] = i;
    this.zones = zonesOf(versions, inv, ret);
    this.lines = linesOf(versions, this.zones.lo);
    this.front = this.lines.start.slice(0, keys);
    for (let v = n; v < held.length; v++) if (held[v] === 0) this.fire(v, -1);
    if (beginning !== undefined) this.begin(beginning);
    this.advance();
  }

  /** Places transactions as long as nothing holds them. Nobody is ready yet. */
  private begin(beginning: Int32Array): void {
    const { registers, ofRead, key, readsStart, reads, reader } = this.versions;
    const { pending, held } = this;
    for (const t of beginning) {
      if (held[t] !== 0) return;
      this.placed[t] = 1;
      this.order[this.length++] = t;
      for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) pending[ofRead[r]!]!--;
      for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
        this.before[w] = this.current[key[w]!]!;
        this.current[key[w]!] = w;
        for (let i = readsStart[w]!; i < readsStart[w + 1]!; i++) held[reader[reads[i]!]!]!--;
      }
      if (this.graph !== undefined) this.fire(t, -1);
    }
  }

  /** Two versions of a key that have no order in time, if there are such: then there is no order of all, and no need to look. */
  crossing(): Crossing | undefined {
    const { lines, zones } = this;
    const { lo, hi } = zones;
    const { registers, written } = this.versions;
    for (let x = 0; x < registers.keys; x++) {
      const initial = hi[written + x]!;
      let last = -1;
      for (let i = lines.start[x]!; i < lines.start[x + 1]!; i++) {
        const v = lines.version[i]!;
        if (lo[v]! < initial) return [written + x, v];
        // Zones of one key come by their ends; those that span a time are apart, and the others outside of them.
        if (last >= 0 && lo[v]! < hi[last]! && lo[last]! < hi[v]!) return [last, v];
        if (lo[v]! < hi[v]!) last = v;
      }
    }
    return undefined;
  }

  /** When a version was over for somebody. */
  over(version: number): number {
    return this.zones.lo[version]!;
  }

  hasBegun(t: number): boolean {
    return this.inv[t]! <= this.horizon;
  }

  /** Whether a transaction that is ready can go next: it has begun by now, and nobody has yet to read what it replaces. */
  free(t: number): boolean {
    if (this.inv[t]! > this.horizon) return false;
    const { key, registers } = this.versions;
    const { current, pending } = this;
    const end = registers.writeStart[t + 1]!;
    for (let w = registers.writeStart[t]!; w < end; w++) {
      const x = key[w]!;
      const v = current[x]!;
      if (pending[v] !== 0 && !(pending[v] === 1 && this.reads(t, v))) return false;
      if (this.overtakes(w, x)) return false;
    }
    return true;
  }

  private reads(t: number, v: number): boolean {
    const { ofRead, registers } = this.versions;
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++)
      if (ofRead[r] === v) return true;
    return false;
  }

  /** Whether a version that is not there yet has to come before version w: it was over before w's last reader began. */
  private overtakes(w: number, x: number): boolean {
    const v = this.nextInLine(w, x);
    return v !== -1 && this.zones.lo[v]! < this.zones.hi[w]!;
  }

  /** Of the versions of key x that are not there yet, w left out, the one that must be over first; -1 when there is none. */
  private nextInLine(w: number, x: number): number {
    const { lines, placed, front } = this;
    const { writer } = this.versions;
    const end = lines.start[x + 1]!;
    let i = front[x]!;
    while (i < end && placed[writer[lines.version[i]!]!] === 1) i++;
    front[x] = i;
    if (lines.version[i] === w) for (i++; i < end && placed[writer[lines.version[i]!]!] === 1; ) i++;
    return i < end ? lines.version[i]! : -1;
  }

  add(t: number): void {
    const { registers, ofRead, key, readsStart, reads, reader } = this.versions;
    const { pending, held, inv, reached } = this;
    this.placed[t] = 1;
    this.order[this.length++] = t;
    this.unready(t);
    this.mark(t);
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) pending[ofRead[r]!]!--;
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
      const x = key[w]!;
      const was = this.current[x]!;
      this.before[w] = was;
      this.current[x] = w;
      this.mark(~w);
      this.mark(~was);
      for (let i = readsStart[w]!; i < readsStart[w + 1]!; i++) {
        const other = reader[reads[i]!]!;
        if (--held[other]! === 0 && inv[other]! <= reached) this.getReady(other);
      }
    }
    if (this.graph !== undefined) this.fire(t, -1);
    if (this.rank[t] === this.oldest) this.advance();
  }

  /** Takes the last one back, and gives it. */
  remove(): number {
    const { registers, ofRead, key, readsStart, reads, reader } = this.versions;
    const { pending, held } = this;
    const t = this.order[--this.length]!;
    this.placed[t] = 0;
    this.getReady(t);
    this.mark(t);
    if (this.rank[t]! < this.oldest) {
      this.oldest = this.rank[t]!;
      this.horizon = this.ret[t]!;
    }
    for (let r = registers.readStart[t]!; r < registers.readStart[t + 1]!; r++) pending[ofRead[r]!]!++;
    for (let w = registers.writeStart[t]!; w < registers.writeStart[t + 1]!; w++) {
      const x = key[w]!;
      this.current[x] = this.before[w]!;
      this.mark(~w);
      this.mark(~this.before[w]!);
      if (this.lines.place[w]! < this.front[x]!) this.front[x] = this.lines.place[w]!;
      for (let i = readsStart[w]!; i < readsStart[w + 1]!; i++) {
        const other = reader[reads[i]!]!;
        if (held[other]!++ === 0) this.unready(other);
      }
    }
    if (this.graph !== undefined) this.fire(t, 1);
    return t;
  }

  private getReady(t: number): void {
    this.place[t] = this.readyCount;
    this.ready[this.readyCount++] = t;
  }

  private unready(t: number): void {
    const at = this.place[t]!;
    if (at === -1) return;
    const last = this.ready[--this.readyCount]!;
    this.ready[at] = last;
    this.place[last] = at;
    this.place[t] = -1;
  }

  /** Moves the horizon on, and lets those begin that it reaches. */
  private advance(): void {
    const { byReturn, byInvocation, placed, inv, ret } = this;
    while (this.oldest < byReturn.length && placed[byReturn[this.oldest]!] === 1) this.oldest++;
    const horizon = this.oldest < byReturn.length ? ret[byReturn[this.oldest]!]! : NEVER;
    this.horizon = horizon;
    if (horizon > this.reached) this.reached = horizon;
    for (; this.begun < byInvocation.length && inv[byInvocation[this.begun]!]! <= horizon; this.begun++) {
      const t = byInvocation[this.begun]!;
      if (this.held[t] === 0 && this.place[t] === -1 && placed[t] === 0) this.getReady(t);
    }
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
    const { offset, dst } = this.graph!;
    const { held, inv, reached, hubs } = this;
    const n = this.placed.length;
    for (let v: number | undefined = vertex; v !== undefined; v = hubs.length === 0 ? undefined : hubs.pop())
      for (let e = offset[v]!; e < offset[v + 1]!; e++) {
        const w = dst[e]!;
        const turning = by === -1 ? held[w] === 1 : held[w] === 0;
        held[w]! += by;
        if (!turning) continue;
        if (w >= n) hubs.push(w);
        else if (by === 1) this.unready(w);
        else if (inv[w]! <= reached && this.placed[w] === 0) this.getReady(w);
      }
  }
}
