import { grownInts } from '../../history/growable.ts';
import { type CausalOrder, causalOrder } from './causal.ts';
import { Evidence, Rule } from './evidence.ts';
import { INITIAL, type Indexed } from './transactions.ts';

/** What a session's reads demand of the order in which that session alone saw the writes behind it. */
export interface HappenedBefore {
  readonly session: number;
  /**
   * Orders of two writers beside causality, each with the session's read that demands it, in the order in which they were derived:
   * what makes the earlier writer happen before the reader are causality and demands before this one.
   */
  readonly demands: Evidence;
  /** Reads of initial values behind a write of the key: pairs (writer, read). */
  readonly initial: readonly number[];
  /** No demand contradicts causality's topological order: there is no cycle. Otherwise there may be one. */
  readonly ordered: boolean;
}

/** Visits between two looks at the clock. */
const POLL = 4096;

const UNREACHED = 0x7fffffff;

/**
 * Causal memory (Ahamad et al., "Causal Memory", 1995; Bouajjani, Enea, Guerraoui & Hamza, "On Verifying Causal
 * Consistency", POPL 2017, §4): each session can put everything in its causal past into one order of its own, which extends causality
 * and explains its own reads. Its happened-before relation is the least transitive one that contains causality there and
 * puts t2 before t1 wherever a transaction of the session reads x from t1 and t2, which writes x too, happened before
 * it. A history is causal memory exactly when no session's relation is cyclic (CyclicHB) or puts a write before a read
 * of the initial value (WriteHBInitRead). The relation grows along a session, so that its last transaction's is enough.
 *
 * The pasts of a session's transactions are nested. So each transaction has one number, the place of the first
 * member that it happened before, which only sinks; and of each key it writes, it need be put before what the first read at
 * or behind that place returned: what later reads returned comes later still.
 */
export class CausalMemory {
  /** Visits left; once below 0, as it is too when the time is up, the last answer is not to be used. */
  steps: number;
  private readonly t: Indexed;
  private readonly expired: () => boolean;
  private unpolled = 0;
  private readonly topological: Int32Array;
  /** By transaction, the place in the session of the first member that it happened before, or that it is. */
  private readonly level: Int32Array;
  private reached: number[] = [];
  /** By write, the read that it was last put before. */
  private readonly putFor: Int32Array;
  /** The demands that put others before a transaction, as chains: the latest, and by demand the one before it. */
  private readonly latest: Int32Array;
  private chain = new Int32Array(1024);

  /** @precondition session order ∪ reads-from has no cycle */
  constructor(
    t: Indexed,
    steps: number,
    causal: CausalOrder = causalOrder(t),
    expired: () => boolean = () => false,
  ) {
    this.t = t;
    this.expired = expired;
    this.steps = steps;
    this.topological = new Int32Array(t.n);
    for (let at = 0; at < t.n; at++) this.topological[causal.order[at]!] = at;
    this.level = new Int32Array(t.n).fill(UNREACHED);
    this.putFor = new Int32Array(t.writeStart[t.n]!).fill(-1);
    this.latest = new Int32Array(t.n).fill(-1);
  }

  /** O(size of the session's causal past), times how often a transaction sinks: nearly always once. */
  of(session: number): HappenedBefore {
    const { t, level, latest, putFor } = this;
    const demands = new Evidence();
    const initial: number[] = [];
    let ordered = true;

    const put = (earlier: number, later: number, read: number): void => {
      if (earlier === later || earlier === INITIAL) return;
      if (later === INITIAL) {
        initial.push(earlier, read);
        return;
      }
      const e = demands.count;
      demands.demand(earlier, later, read, Rule.Causal);
      if (e >= this.chain.length) this.chain = grownInts(this.chain, e + 1);
      this.chain[e] = latest[later]!;
      latest[later] = e;
      if (this.topological[earlier]! > this.topological[later]!) ordered = false;
    };
    const agenda: number[] = [];
    const sink = (i: number, to: number): void => {
      if (level[i]! <= to) return;
      if (level[i] === UNREACHED) this.reached.push(i);
      level[i] = to;
      agenda.push(i);
    };

    const readsOfKey = this.readsByKey(session);
    for (const reads of readsOfKey.values())
      for (let i = 1; i < reads.length; i++) {
        const [a, b] = [reads[i - 1]!, reads[i]!];
        put(t.readFrom[a]!, t.readFrom[b]!, b);
        if (t.reader[a] === t.reader[b]) put(t.readFrom[b]!, t.readFrom[a]!, a);
      }
    const first = t.sessionStart[session]!;
    for (let m = first; m < t.sessionStart[session + 1]!; m++) {
      sink(t.members[m]!, m - first);
      for (let i = agenda.pop(); i !== undefined && this.steps >= 0; i = agenda.pop())
        visit(i, level[i]!, this);
    }
    for (const i of this.reached) {
      level[i] = UNREACHED;
      for (let w = t.writeStart[i]!; w < t.writeStart[i + 1]!; w++) putFor[w] = -1;
    }
    this.reached = [];
    for (let e = 0; e < demands.count; e++) latest[demands.to[e]!] = -1;
    return { session, demands, initial, ordered };

    function visit(i: number, to: number, memory: CausalMemory): void {
      memory.steps--;
      memory.poll();
      if (t.previous[i] !== -1) sink(t.previous[i]!, to);
      for (let r = t.readStart[i]!; r < t.readStart[i + 1]!; r++)
        if (t.readFrom[r] !== INITIAL) sink(t.readFrom[r]!, to);
      for (let e = latest[i]!; e !== -1; e = memory.chain[e]!) sink(demands.from[e]!, to);
      // What a member writes comes behind its own reads.
      const place = t.session[i] === session ? Math.max(to, t.position[i]! + 1) : to;
      for (let w = t.writeStart[i]!; w < t.writeStart[i + 1]!; w++) {
        memory.steps--;
        const reads = readsOfKey.get(t.writeKey[w]!);
        const read = reads === undefined ? -1 : firstAt(t, reads, place);
        if (read === -1 || read === putFor[w]) continue;
        putFor[w] = read;
        const from = t.readFrom[read]!;
        put(i, from, read);
        if (from !== INITIAL && from !== i) sink(i, level[from]!);
      }
    }
  }

  private poll(): void {
    if (++this.unpolled < POLL) return;
    this.unpolled = 0;
    if (this.expired()) this.steps = -1;
  }

  private readsByKey(session: number): Map<number, number[]> {
    const { t } = this;
    const found = new Map<number, number[]>();
    for (let m = t.sessionStart[session]!; m < t.sessionStart[session + 1]!; m++) {
      const i = t.members[m]!;
      for (let r = t.readStart[i]!; r < t.readStart[i + 1]!; r++) {
        const list = found.get(t.readKey[r]!);
        if (list === undefined) found.set(t.readKey[r]!, [r]);
        else list.push(r);
      }
    }
    return found;
  }
}

/** The first of a session's reads by a member at this place or behind it, or -1. */
function firstAt(t: Indexed, reads: readonly number[], place: number): number {
  let low = 0;
  let high = reads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t.position[t.reader[reads[middle]!]!]! < place) low = middle + 1;
    else high = middle;
  }
  return low < reads.length ? reads[low]! : -1;
}
