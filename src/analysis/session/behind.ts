import { grownInts } from '../../history/growable.ts';
import type { Steps } from '../graph/steps.ts';
import { type Evidence, Rule } from '../weak/evidence.ts';
import type { KeyWriters } from '../weak/key-writers.ts';
import type { WeakLevels } from '../weak/levels.ts';
import { INITIAL, type Indexed } from '../weak/transactions.ts';

/** Which of the session guarantees are taken together. */
export interface Guarantees {
  readonly readYourWrites: boolean;
  readonly monotonicReads: boolean;
  readonly monotonicWrites: boolean;
  readonly writesFollowReads: boolean;
}

/**
 * Demands of any set of the session guarantees. What a transaction sees is the least visibility closed under the rules of Terry et
 * al., "Session Guarantees for Weakly Consistent Replicated Data" (1994), so for session order:
 *
 *     reads-from ⊆ vis                             read your writes    so|wr→rd ⊆ vis
 *     monotonic reads      vis ; so|rd→rd ⊆ vis      monotonic writes    so|wr→wr ; vis ⊆ vis
 *     writes follow reads  vis ; so|rd→wr ; vis ⊆ vis  (a transaction reads before it writes)
 *
 * What is seen so is no prefix of its session, so that one clock for all keys cannot stand for it. But of one key only the last
 * write seen of each session matters, as arbitration extends session order: so each key has clocks of its own,
 * over the sessions that write it, walked from its first writer to the last read in question. Those are the reads of
 * which causality, which sees no less, demands something.
 *
 * O(Σ stretches between a key's first write and last such read · sessions that write it).
 *
 * @precondition session order ∪ reads-from has no cycle
 * @param steps of which one is a transaction walked over for one key
 * @returns whether they ran out, or the time did
 */
export function demandSeen(levels: WeakLevels, rules: Guarantees, steps: Steps, out: Evidence): boolean {
  const { t, writersOf, causalOrder } = levels;
  const place = new Int32Array(t.n);
  for (let at = 0; at < t.n; at++) place[causalOrder.order[at]!] = at;
  const walk = new Walk(t, writersOf, causalOrder.order, rules, out);
  for (const [key, reads] of readsInQuestion(levels)) {
    const first = firstWriter(writersOf, place, key);
    let last = -1;
    for (const read of reads) last = Math.max(last, place[t.reader[read]!]!);
    steps.left -= last - first + 1;
    if (steps.left < 0 || steps.expired?.() === true) return true;
    walk.along(key, first, last, reads);
  }
  return false;
}

function firstWriter({ keyStart, groupStart, writer }: KeyWriters, place: Int32Array, key: number): number {
  let first = place.length;
  for (let g = keyStart[key]!; g < keyStart[key + 1]!; g++)
    first = Math.min(first, place[writer[groupStart[g]!]!]!);
  return first;
}

/** By key. Other reads see nothing that causality does not order before what they returned. */
function readsInQuestion(levels: WeakLevels): Map<number, Set<number>> {
  const { t } = levels;
  const { demands, core } = levels.causal();
  const found = new Map<number, Set<number>>();
  const add = (read: number): void => {
    const key = t.readKey[read]!;
    const reads = found.get(key);
    if (reads === undefined) found.set(key, new Set([read]));
    else reads.add(read);
  };
  for (let e = 0; e < demands.count; e++) {
    const which = core.component[demands.from[e]!]!;
    if (which !== -1 && which === core.component[demands.to[e]!] && demands.read[e]! >= 0)
      add(demands.read[e]!);
  }
  if (3 * demands.impossibleCount === demands.impossible.length)
    for (let i = 0; i < demands.impossible.length; i += 3) add(demands.impossible[i]!);
  else for (let r = 0; r < t.reader.length; r++) if (t.readFrom[r] === INITIAL) add(r);
  return found;
}

/** Walks clocks of single keys. In a clock: by session that writes the key, how many of its writers are seen. */
class Walk {
  private readonly t: Indexed;
  private readonly writersOf: KeyWriters;
  private readonly order: Int32Array;
  private readonly rules: Guarantees;
  private readonly out: Evidence;
  /** By transaction, its slot among `carried`, or -1, and how many reads of its writes are yet to come. */
  private readonly slot: Int32Array;
  private readonly pending: Int32Array;
  private carried = new Int32Array(1024);
  private free: number[] = [];
  private slots = 0;
  /** By session, its place in the clocks of the key at hand. */
  private readonly groupOf: Int32Array;

  constructor(t: Indexed, writersOf: KeyWriters, order: Int32Array, rules: Guarantees, out: Evidence) {
    this.t = t;
    this.writersOf = writersOf;
    this.order = order;
    this.rules = rules;
    this.out = out;
    this.slot = new Int32Array(t.n).fill(-1);
    this.pending = new Int32Array(t.n);
    this.groupOf = new Int32Array(t.sessions);
  }

  along(key: number, first: number, last: number, reads: ReadonlySet<number>): void {
    const { t, rules, slot } = this;
    const { keyStart, groupStart, groupSession, writer } = this.writersOf;
    const size = keyStart[key + 1]! - keyStart[key]!;
    const groupOf = this.groupOf.fill(-1);
    for (let g = 0; g < size; g++) groupOf[groupSession[keyStart[key]! + g]!] = g;
    // By session: what its readers have seen, and what whoever sees one of its writes sees.
    const seen = new Int32Array(t.sessions * size);
    const carries = new Int32Array(t.sessions * size);
    const written = new Int32Array(t.sessions);
    const now = new Int32Array(size);
    this.free = [];
    this.slots = 0;
    const used: number[] = [];

    for (let at = first; at <= last; at++) {
      const i = this.order[at]!;
      const s = t.session[i]! * size;
      const [readStart, readEnd] = [t.readStart[i]!, t.readStart[i + 1]!];
      if (readStart < readEnd) {
        for (let g = 0; g < size; g++) now[g] = 0;
        for (let r = readStart; r < readEnd; r++) {
          const from = t.readFrom[r]!;
          if (from === INITIAL || slot[from] === -1) continue;
          join(now, 0, this.carried, slot[from]! * size, size);
          if (--this.pending[from]! === 0) this.free.push(slot[from]!);
        }
        if (rules.monotonicReads) join(now, 0, seen, s, size);
        if (rules.readYourWrites) join(now, 0, carries, s, size);
        join(seen, s, now, 0, size);
        for (let r = readStart; r < readEnd; r++)
          if (t.readKey[r] === key && reads.has(r)) demand(this.out, r);
      }
      if (t.writeStart[i] === t.writeStart[i + 1]) continue;
      for (let g = 0; g < size; g++) now[g] = 0;
      if (rules.writesFollowReads) join(now, 0, seen, s, size);
      if (rules.monotonicWrites) join(now, 0, carries, s, size);
      const group = groupOf[t.session[i]!]!;
      if (group !== -1 && writesNext(i, keyStart[key]! + group)) now[group] = ++written[t.session[i]!]!;
      join(carries, s, now, 0, size);
      if (t.readersStart[i] === t.readersStart[i + 1]) continue;
      this.keep(i, now);
      used.push(i);
    }
    for (const i of used) slot[i] = -1;

    /** The writers of a session come in its order. */
    function writesNext(i: number, g: number): boolean {
      const e = groupStart[g]! + written[t.session[i]!]!;
      return e < groupStart[g + 1]! && writer[e] === i;
    }

    function demand(out: Evidence, read: number): void {
      const t1 = t.readFrom[read]!;
      for (let g = 0; g < size; g++) {
        if (now[g] === 0) continue;
        const t2 = writer[groupStart[keyStart[key]! + g]! + now[g]! - 1]!;
        if (t2 === t1 || t2 === t.reader[read]) continue;
        if (t1 !== INITIAL && t.session[t1] === t.session[t2] && t.position[t2]! < t.position[t1]!) continue;
        out.demand(t2, t1, read, Rule.BehindSeen);
      }
    }
  }

  private keep(i: number, clock: Int32Array): void {
    const mine = this.free.pop() ?? this.slots++;
    const at = mine * clock.length;
    if (at + clock.length > this.carried.length) this.carried = grownInts(this.carried, at + clock.length);
    for (let g = 0; g < clock.length; g++) this.carried[at + g] = clock[g]!;
    this.slot[i] = mine;
    this.pending[i] = this.t.readersStart[i + 1]! - this.t.readersStart[i]!;
  }
}

function join(into: Int32Array, at: number, other: Int32Array, from: number, size: number): void {
  for (let g = 0; g < size; g++) if (other[from + g]! > into[at + g]!) into[at + g] = other[from + g]!;
}
