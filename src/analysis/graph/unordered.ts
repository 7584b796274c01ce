import type { Csr } from './csr.ts';
import { ANTI } from './labels.ts';
import type { CycleStep } from './search.ts';
import { beginCommit } from './split.ts';
import { type Steps, spend } from './steps.ts';

/**
 * Transactions of which each precedes or follows each other by a dependency (ww), nobody knows in which order. The order of all groups is
 * to be such that no cycle of some class comes about. That is the polygraph problem of Papadimitriou (1979), NP-complete in general.
 */
export type Groups = readonly (readonly number[])[];

/**
 * Runs the transactions under snapshot isolation, one event at a time, such that those of a group never overlap. True proves that some
 * order of the groups leaves no cycle without adjacent anti-dependencies; false proves nothing.
 *
 * Kahn's algorithm on the begin-commit graph (see `split.ts`). Who can begin and commit at once does; another one begins only
 * where nobody can, and so holds up its groups no longer than somebody forces it to. O(V + E), and a step for each time that one
 * is woken.
 */
export function runsApart(graph: Csr, mask: number, groups: Groups, steps: Steps): boolean {
  const { txns } = graph;
  const split = beginCommit(graph, mask);
  const missing = new Int32Array(split.vertices);
  for (let e = 0; e < split.offset[split.vertices]; e++) missing[split.dst[e]]++;
  const groupsOf = membership(txns, groups);
  const holder = new Int32Array(groups.length).fill(-1);
  const parked = groups.map((): number[] => []);
  const begun = new Uint8Array(txns);
  /** Commits and hubs that nothing is missing of. */
  const free: number[] = [];
  /** Transactions that can begin: those that can commit then, and all. */
  const whole: number[] = [];
  const ready: number[] = [];
  let left = split.vertices;
  let spent = 0;

  const offer = (t: number): void => {
    if (begun[t] === 1 || missing[t] > 0) return;
    if (missing[txns + t] === 1) whole.push(t);
    else ready.push(t);
  };
  const complete = (event: number): void => {
    left--;
    for (let e = split.offset[event]; e < split.offset[event + 1]; e++) {
      const next = split.dst[e];
      missing[next]--;
      if (next < 2 * txns) offer(next < txns ? next : next - txns);
      if (next >= txns && missing[next] === 0) free.push(next);
    }
    if (event < txns || event >= 2 * txns) return;
    for (const g of groupsOf[event - txns]) {
      holder[g] = -1;
      spent += parked[g].length;
      for (const t of parked[g].splice(0)) offer(t);
    }
  };
  const begin = (t: number): void => {
    if (begun[t] === 1) return;
    const busy = groupsOf[t].find((g) => holder[g] >= 0);
    if (busy !== undefined) {
      parked[busy].push(t);
      return;
    }
    begun[t] = 1;
    for (const g of groupsOf[t]) holder[g] = t;
    complete(t);
  };

  for (let t = 0; t < txns; t++) offer(t);
  for (let v = 2 * txns; v < split.vertices; v++) if (missing[v] === 0) free.push(v);
  for (let next = 0; spent <= steps.left; ) {
    if (free.length > 0) complete(free.pop()!);
    else if (whole.length > 0) begin(whole.pop()!);
    else if (next < ready.length) begin(ready[next++]);
    else break;
  }
  spend(steps, spent);
  return left === 0;
}

/** By transaction: the groups that it is in. */
function membership(txns: number, groups: Groups): readonly (readonly number[])[] {
  const of: number[][] = Array.from({ length: txns }, () => NO_GROUPS);
  for (const [g, group] of groups.entries())
    for (const t of group) {
      if (of[t] === NO_GROUPS) of[t] = [];
      of[t].push(g);
    }
  return of;
}

const NO_GROUPS: number[] = [];

/** A class of cycles as reachability: an order a→b closes one iff `start(b)` reaches `goal(a)`, and adds the edges `links(a, b)`. */
export interface Closing {
  readonly graph: Csr;
  readonly start: (t: number) => number;
  readonly goal: (t: number) => number;
  readonly links: (a: number, b: number) => readonly (readonly [number, number])[];
  /** The vertex of the original graph that a vertex of `graph` stands for. */
  readonly vertex: (v: number) => number;
}

/** Cycles without adjacent anti-dependencies: a→b means that a commits before b begins. */
export function nonadjacentClosing(graph: Csr, mask: number): Closing {
  const { txns } = graph;
  return {
    graph: beginCommit(graph, mask),
    start: (t) => t,
    goal: (t) => txns + t,
    links: (a, b) => [[txns + a, b]],
    vertex: (v) => (v < txns ? v : v - txns),
  };
}

/** Cycles with at most one anti-dependency: the graph twice, before the anti-dependency and after it. */
export function singleClosing(graph: Csr, mask: number): Closing {
  const { txns, vertices, offset, dst, label } = graph;
  const src: number[] = [];
  const to: number[] = [];
  const add = (u: number, w: number): void => {
    src.push(u);
    to.push(w);
  };
  for (let u = 0; u < vertices; u++) {
    add(u, vertices + u);
    for (let e = offset[u]; e < offset[u + 1]; e++) {
      if (((mask >>> label[e]) & 1) === 0) continue;
      if (u < txns && (ANTI >>> label[e]) & 1) add(u, vertices + dst[e]);
      else {
        add(u, dst[e]);
        add(vertices + u, vertices + dst[e]);
      }
    }
  }
  return {
    graph: plainCsr(2 * vertices, src, to),
    start: (t) => t,
    goal: (t) => vertices + t,
    links: (a, b) => [
      [a, b],
      [vertices + a, vertices + b],
    ],
    vertex: (v) => v % vertices,
  };
}

/**
 * A shortest way by which `a` precedes `b` in the sense of `closing`, as steps from transaction to transaction of `graph`; null for none.
 * Of parallel edges, `graph` must hold one only (see `subgraph`). O(V + E).
 */
export function pathOf(graph: Csr, closing: Closing, a: number, b: number): CycleStep[] | null {
  const { offset, dst } = closing.graph;
  const goal = closing.goal(b);
  const parent = new Map<number, number>([[closing.start(a), -1]]);
  for (const v of parent.keys()) {
    if (v === goal) break;
    for (let e = offset[v]; e < offset[v + 1]; e++) if (!parent.has(dst[e])) parent.set(dst[e], v);
  }
  if (!parent.has(goal)) return null;
  const way: number[] = [];
  for (let v = goal; v >= 0; v = parent.get(v)!)
    if (way[0] !== closing.vertex(v)) way.unshift(closing.vertex(v));
  const steps: CycleStep[] = [];
  for (let i = 1, from = way[0], first = -1; i < way.length; i++) {
    const edge = edgeBetween(graph, way[i - 1], way[i]);
    if (first < 0) first = edge;
    if (way[i] >= graph.txns) continue;
    steps.push({ from, to: way[i], label: graph.label[edge], why: graph.why[first], whyTo: graph.why[edge] });
    from = way[i];
    first = -1;
  }
  return steps;
}

function edgeBetween({ offset, dst }: Csr, u: number, w: number): number {
  let e = offset[u];
  while (dst[e] !== w) e++;
  return e;
}

/** What came of looking for an order of the groups. */
export type Ordering =
  | { readonly found: true }
  /** There is none. `pair`: neither order of these two is possible by itself, whatever that of the others; or null. */
  | { readonly found: false; readonly pair: readonly [number, number] | null }
  /** The steps ran out, or the pairs are too many to begin with. */
  | { readonly found: 'cut' };

/** Pairs beyond this number are not looked at one by one. */
const MOST_PAIRS = 1 << 18;

/**
 * Whether the groups can be ordered without closing a cycle. Orders that the cycles force are drawn until none is left; then one pair
 * after the other is tried both ways. Exact unless cut short. A round costs a search from each member; a step is one
 * edge looked at.
 */
export function orderGroups(closing: Closing, groups: Groups, steps: Steps): Ordering {
  let pairs = 0;
  for (const { length } of groups) pairs += (length * (length - 1)) / 2;
  return pairs > MOST_PAIRS ? { found: 'cut' } : new Orderer(closing, groups, steps).run();
}

interface Pair {
  readonly a: number;
  readonly b: number;
  decided: boolean;
  /** Where it is decided: b comes first. */
  turned: boolean;
}

class Orderer {
  private readonly closing: Closing;
  private readonly steps: Steps;
  private readonly pairs: Pair[] = [];
  /** By transaction that is in a group: its pairs. */
  private readonly pairsOf = new Map<number, Pair[]>();
  /** Edges drawn, by vertex that they leave. */
  private readonly drawn = new Map<number, number[]>();
  private readonly trail: Pair[] = [];
  private readonly stamp: Int32Array;
  private now = 0;

  constructor(closing: Closing, groups: Groups, steps: Steps) {
    this.closing = closing;
    this.steps = steps;
    this.stamp = new Int32Array(closing.graph.vertices);
    for (const group of groups)
      for (const [i, a] of group.entries()) for (const b of group.slice(i + 1)) this.enter(a, b);
  }

  private enter(a: number, b: number): void {
    const pair = { a, b, decided: false, turned: false };
    this.pairs.push(pair);
    for (const t of [a, b]) {
      const of = this.pairsOf.get(t);
      if (of === undefined) this.pairsOf.set(t, [pair]);
      else of.push(pair);
    }
  }

  run(): Ordering {
    const first = this.round();
    if (first.clash !== null) return { found: false, pair: [first.clash.a, first.clash.b] };
    const found = this.settle();
    return found === false ? { found, pair: null } : { found };
  }

  /** Draws what is forced, then decides what is not. Takes back what it drew unless it found an order. */
  private settle(): boolean | 'cut' {
    const mark = this.trail.length;
    for (;;) {
      const { clash, forced } = this.round();
      if (this.steps.left <= 0 || this.steps.expired?.()) return 'cut';
      if (clash !== null) {
        this.takeBack(mark);
        return false;
      }
      if (forced.length === 0) break;
      for (const [pair, turned] of forced) this.draw(pair, turned);
    }
    const open = this.pairs.find((p) => !p.decided);
    if (open === undefined) return true;
    for (const turned of [false, true]) {
      const here = this.trail.length;
      this.draw(open, turned);
      const found = this.settle();
      if (found !== false) return found;
      this.takeBack(here);
    }
    this.takeBack(mark);
    return false;
  }

  /** A pair that has no order left, or else those of which one is. */
  private round(): { clash: Pair | null; forced: [Pair, boolean][] } {
    const after = new Map<Pair, boolean>();
    const forced: [Pair, boolean][] = [];
    for (const [t, pairs] of this.pairsOf) {
      this.visit(this.closing.start(t));
      for (const pair of pairs) {
        const other = pair.a === t ? pair.b : pair.a;
        if (this.stamp[this.closing.goal(other)] !== this.now) continue;
        // `t` comes first, or a cycle would close.
        if (after.has(pair)) return { clash: pair, forced };
        after.set(pair, t === pair.b);
      }
    }
    for (const [pair, turned] of after) if (!pair.decided) forced.push([pair, turned]);
    return { clash: null, forced };
  }

  /** Stamps all that `from` reaches. */
  private visit(from: number): void {
    const { offset, dst } = this.closing.graph;
    const { stamp, drawn } = this;
    const now = ++this.now;
    const queue = [from];
    stamp[from] = now;
    let spent = 0;
    const arrive = (w: number): void => {
      spent++;
      if (stamp[w] === now) return;
      stamp[w] = now;
      queue.push(w);
    };
    for (let head = 0; head < queue.length && spent <= this.steps.left; head++) {
      const v = queue[head];
      for (let e = offset[v]; e < offset[v + 1]; e++) arrive(dst[e]);
      for (const w of drawn.get(v) ?? []) arrive(w);
    }
    this.steps.left -= spent;
  }

  private draw(pair: Pair, turned: boolean): void {
    pair.decided = true;
    pair.turned = turned;
    this.trail.push(pair);
    for (const [u, w] of this.links(pair)) {
      const out = this.drawn.get(u);
      if (out === undefined) this.drawn.set(u, [w]);
      else out.push(w);
    }
  }

  private takeBack(mark: number): void {
    while (this.trail.length > mark) {
      const pair = this.trail.pop()!;
      pair.decided = false;
      // Last drawn, first gone: each is the last edge of its vertex.
      for (const [u] of this.links(pair)) this.drawn.get(u)!.pop();
    }
  }

  private links({ a, b, turned }: Pair): ReturnType<Closing['links']> {
    return turned ? this.closing.links(b, a) : this.closing.links(a, b);
  }
}

function plainCsr(vertices: number, src: readonly number[], to: readonly number[]): Csr {
  const offset = new Int32Array(vertices + 1);
  for (const u of src) offset[u + 1]++;
  for (let v = 0; v < vertices; v++) offset[v + 1] += offset[v];
  const next = offset.slice();
  const dst = new Int32Array(src.length);
  for (const [i, u] of src.entries()) dst[next[u]++] = to[i];
  const none = new Int32Array(0);
  return { txns: vertices, vertices, offset, dst, label: new Uint8Array(0), why: none };
}
