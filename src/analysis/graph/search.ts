import type { Csr } from './csr.ts';
import { ANTI } from './labels.ts';
import { Scratch } from './small.ts';
import type { Steps } from './steps.ts';

/** One step of a cycle from transaction to transaction; a passage through hubs is one step. */
export interface CycleStep {
  readonly from: number;
  readonly to: number;
  readonly label: number;
  /** `why` of the edge that leaves `from`, and of the edge that enters `to`: the same edge unless a hub lies between. */
  readonly why: number;
  readonly whyTo: number;
}

/** What a cycle may be made of after its first edge. */
export interface Pattern {
  /** Labels of the steps after the first. */
  readonly mask: number;
  /** No two anti-dependencies next to each other, the last and the first step included. */
  readonly nonadjacent: boolean;
}

/** The number of the last search. */
let epoch = 0;
const STAMP = new Scratch();
const PARENT = new Scratch();
const PARENT_EDGE = new Scratch();
const QUEUE = new Scratch();

/**
 * Breadth-first search for short cycles in the product of a graph with the little automaton of a pattern (its one bit of state: was
 * the last step an anti-dependency?). The visited table is stamped with the number of the search, so that a search costs what it
 * visits and nothing to begin.
 */
export class CycleSearch {
  private readonly graph: Csr;
  private readonly stamp: Int32Array;
  private readonly parent: Int32Array;
  private readonly parentEdge: Int32Array;
  private readonly queue: Int32Array;
  private readonly hubs: number[] = [];
  private tail = 0;

  constructor(graph: Csr) {
    this.graph = graph;
    // A key is vertex · 2 + (1 if the step that led there was an anti-dependency and that matters).
    const keys = graph.vertices * 2;
    this.stamp = STAMP.take(keys);
    this.parent = PARENT.take(keys);
    this.parentEdge = PARENT_EDGE.take(keys);
    this.queue = QUEUE.take(keys);
  }

  /**
   * A shortest cycle of at most `bound` steps that begins with the edge `first`, which leaves `source`; null when there is none, or
   * when `steps` ran out. With `nonadjacent` it may run through a transaction twice (see `simple`).
   */
  shortest(source: number, first: number, pattern: Pattern, bound: number, steps: Steps): CycleStep[] | null {
    const { txns, offset, dst, label } = this.graph;
    const { queue } = this;
    // Never the number of an earlier search, whichever graph that was in.
    const now = ++epoch;
    this.tail = 0;
    const goal = source * 2;
    // Stamped from the start, so that no walk runs through the source; the goal itself is recognized before its stamp is.
    this.stamp[goal] = this.stamp[goal + 1] = now;
    const bit = pattern.nonadjacent ? (ANTI >>> label[first]) & 1 : 0;
    this.arrive(dst[first], bit, goal, first, -1);
    let head = 0;
    let spent = 0;
    for (let depth = 2; depth <= bound && head < this.tail; depth++) {
      for (const end = this.tail; head < end; head++) {
        const key = queue[head];
        const v = key >> 1;
        const mask = key & 1 ? pattern.mask & ~ANTI : pattern.mask;
        for (let e = offset[v]; e < offset[v + 1]; e++) {
          if (((mask >>> label[e]) & 1) === 0) continue;
          const anti = pattern.nonadjacent ? (ANTI >>> label[e]) & 1 : 0;
          const w = dst[e];
          if (w < txns && w !== source && this.stamp[w * 2 + anti] === now) continue;
          if (this.arrive(w, anti, key, e, goal)) {
            steps.left -= spent;
            return this.path(source, first);
          }
        }
        spent += offset[v + 1] - offset[v];
      }
      if (steps.left <= spent || steps.expired?.()) break;
    }
    steps.left -= spent;
    return null;
  }

  /** Marks a vertex, and, if it is a hub, all that lies behind it at no cost. True when that reached the goal. */
  private arrive(vertex: number, bit: number, from: number, edge: number, goal: number): boolean {
    const { txns, offset, dst } = this.graph;
    const { stamp, parent, parentEdge, hubs } = this;
    let key = vertex * 2 + bit;
    if (key === goal) {
      parent[goal] = from;
      parentEdge[goal] = edge;
      return true;
    }
    if (stamp[key] === epoch) return false;
    stamp[key] = epoch;
    parent[key] = from;
    parentEdge[key] = edge;
    if (vertex < txns) {
      this.queue[this.tail++] = key;
      return false;
    }
    hubs.length = 0;
    hubs.push(key);
    while (hubs.length > 0) {
      const hub = hubs.pop()!;
      for (let e = offset[hub >> 1]; e < offset[(hub >> 1) + 1]; e++) {
        const w = dst[e];
        key = w * 2 + bit;
        if (key === goal) {
          parent[goal] = hub;
          parentEdge[goal] = e;
          return true;
        }
        if (stamp[key] === epoch) continue;
        stamp[key] = epoch;
        parent[key] = hub;
        parentEdge[key] = e;
        if (w < txns) this.queue[this.tail++] = key;
        else hubs.push(key);
      }
    }
    return false;
  }

  /** The cycle that the parents record, from `source` back to it. */
  private path(source: number, first: number): CycleStep[] {
    const { txns, label, why } = this.graph;
    const out: CycleStep[] = [];
    let key = source * 2;
    for (let done = false; !done; ) {
      const to = key >> 1;
      const last = this.parentEdge[key];
      let edge = last;
      key = this.parent[key];
      while (key >> 1 >= txns) {
        edge = this.parentEdge[key];
        key = this.parent[key];
      }
      done = edge === first;
      out.push({ from: key >> 1, to, label: label[edge], why: why[edge], whyTo: why[last] });
    }
    return out.reverse();
  }
}

/**
 * Cuts a closed walk down to a cycle through each transaction at most once. Where a transaction occurs twice the walk is two
 * closed walks; `prefers` says which of the two to keep when asked of the first. The result has at least two steps.
 */
export function simple(
  walk: readonly CycleStep[],
  prefers: (part: readonly CycleStep[]) => boolean,
): CycleStep[] {
  const seen = new Map<number, number>();
  for (let i = 0; i < walk.length; i++) {
    const before = seen.get(walk[i].from);
    if (before !== undefined) {
      const inner = walk.slice(before, i);
      const outer = [...walk.slice(0, before), ...walk.slice(i)];
      return simple(prefers(inner) ? inner : outer, prefers);
    }
    seen.set(walk[i].from, i);
  }
  return [...walk];
}
