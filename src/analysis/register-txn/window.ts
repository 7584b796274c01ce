import type { Csr } from '../graph/csr.ts';
import type { Intervals } from '../graph/kahn.ts';
import { Source, VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';

/** Transactions that one look for a path may visit. Beyond, the question stays open: sound, not complete. */
const VISITS = 4096;

/** Places in the list of pairs between two looks at the clock: a power of two. */
const POLL = 1024;

/** Positions of a stretch of time, as a power of two. */
const STRETCH = 5;

export interface Saturated {
  /** Orders that were forced. */
  readonly forced: VersionPairs;
  /** Pairs that are still open, flat. */
  readonly open: Int32Array;
  /** A pair of which neither order fits, or undefined. */
  readonly contradiction?: readonly [number, number];
}

/**
 * Saturation under real time: wherever one order of two writes would close a cycle, the other is forced, until nothing more
 * is. No closure is needed: a transaction on a path to another cannot have begun after that one returned (or real time itself closes the
 * cycle), so every look stays among transactions that run at about the same time.
 *
 * O(passes · pairs · neighbourhood). Once `expired` what was not looked at is open.
 */
export function saturateInTime(
  versions: Versions,
  graph: Csr,
  { inv, ret }: Intervals,
  undecided: Int32Array,
  expired?: () => boolean,
): Saturated {
  const { writer, reader, readsStart, reads } = versions;
  const { txns, offset, dst } = graph;
  const forced = new VersionPairs();
  // Edges that were forced, as linked lists beside the rows of the graph.
  const head = new Int32Array(txns).fill(-1);
  const targets: number[] = [];
  const following: number[] = [];
  const seen = new Int32Array(graph.vertices);
  const goal = new Int32Array(graph.vertices);
  let stamp = 0;
  const agenda: number[] = [];

  // By stretch of time: the pass in which an edge was last added there. A pair is looked at again only if one was.
  let last = 0;
  for (let t = 0; t < txns; t++) if (inv[t]! > last) last = inv[t]!;
  const changed = new Int32Array((last >> STRETCH) + 1);
  let pass = 1;

  let open = undecided;
  for (let progress = true; progress; pass++) {
    progress = false;
    const rest: number[] = [];
    for (let i = 0; i < open.length; i += 2) {
      const [a, b] = [open[i]!, open[i + 1]!];
      if ((i & (POLL - 1)) === 0 && expired?.() === true)
        return { forced, open: Int32Array.from([...rest, ...open.subarray(i)]) };
      if (pass > 1 && !stirred(a, b)) {
        rest.push(a, b);
        continue;
      }
      const noFirst = contradicts(a, b);
      const noSecond = contradicts(b, a);
      if (noFirst && noSecond) return { forced, open: Int32Array.from(rest), contradiction: [a, b] };
      if (noFirst) force(b, a);
      else if (noSecond) force(a, b);
      else {
        rest.push(a, b);
        continue;
      }
      progress = true;
    }
    open = Int32Array.from(rest);
  }
  return { forced, open };

  function force(a: number, b: number): void {
    forced.add(a, b, Source.Forced);
    connect(writer[a]!, writer[b]!);
    for (let i = readsStart[a]!; i < readsStart[a + 1]!; i++) connect(reader[reads[i]!]!, writer[b]!);
  }

  /** Whether anything was added, in this pass or the last, where paths between these versions can run. */
  function stirred(a: number, b: number): boolean {
    let first = Math.min(inv[writer[a]!]!, inv[writer[b]!]!);
    let until = first;
    for (const v of [a, b]) {
      if (ret[writer[v]!]! > until) until = ret[writer[v]!]!;
      for (let i = readsStart[v]!; i < readsStart[v + 1]!; i++) {
        const t = reader[reads[i]!]!;
        if (inv[t]! < first) first = inv[t]!;
        if (ret[t]! > until) until = ret[t]!;
      }
    }
    const end = Math.min(until >> STRETCH, changed.length - 1);
    for (let s = first >> STRETCH; s <= end; s++) if (changed[s]! >= pass - 1) return true;
    return false;
  }

  function connect(from: number, to: number): void {
    if (from === to) return;
    changed[inv[from]! >> STRETCH] = pass;
    changed[inv[to]! >> STRETCH] = pass;
    following.push(head[from]!);
    targets.push(to);
    head[from] = targets.length - 1;
  }

  /** Whether a before b closes a cycle: b's writer leads to a's writer, or to one who read a. */
  function contradicts(a: number, b: number): boolean {
    stamp++;
    const start = writer[b]!;
    let lastInv = -1;
    let lastRet = -1;
    const aim = (t: number): void => {
      if (t === start) return;
      goal[t] = stamp;
      if (inv[t]! > lastInv) lastInv = inv[t]!;
      if (ret[t]! > lastRet) lastRet = ret[t]!;
    };
    aim(writer[a]!);
    for (let i = readsStart[a]!; i < readsStart[a + 1]!; i++) aim(reader[reads[i]!]!);
    agenda.length = 0;
    agenda.push(start);
    seen[start] = stamp;
    let visits = 0;
    for (let v = agenda.pop(); v !== undefined; v = agenda.pop()) {
      if (v < txns && ret[v]! < lastInv) return true;
      if (++visits > VISITS) return false;
      for (let e = offset[v]!; e < offset[v + 1]!; e++) if (visit(dst[e]!, lastRet)) return true;
      if (v < txns)
        for (let e = head[v]!; e !== -1; e = following[e]!) if (visit(targets[e]!, lastRet)) return true;
    }
    return false;
  }

  function visit(v: number, lastRet: number): boolean {
    if (goal[v] === stamp) return true;
    if (seen[v] === stamp || (v < txns && inv[v]! > lastRet)) return false;
    seen[v] = stamp;
    agenda.push(v);
    return false;
  }
}
