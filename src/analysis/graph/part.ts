import type { Subgraph } from './csr.ts';
import { ANTI, only, RW, RWP, WR, WW } from './labels.ts';
import { type CycleClass, cycleClass, severity } from './names.ts';
import { closedEdges } from './reach.ts';
import { CycleSearch, type CycleStep, type Pattern, simple } from './search.ts';
import { zeros } from './small.ts';
import { onNonadjacentCycle } from './split.ts';
import type { Steps } from './steps.ts';
import { type Components, tarjan } from './tarjan.ts';

/** Up to so many candidates, one search each is as good as the bit-parallel pass. */
const FEW = 64;
/** Up to so many edges looked at in all, searching is as good as sorting candidates out first. */
const SMALL = 4096;

const CALM = only(WW, WR);
const WRITES = only(WW);
const READS = only(WR);
const ITEM = only(RW);

/** The outcome of looking for one class of cycle in one strongly connected part. */
export interface PartFinding {
  /** A shortest cycle of the class, or, where the search of all starts was too dear, a short one. */
  readonly cycle: CycleStep[] | null;
  /** The steps ran out before it was settled whether there is one. */
  readonly cut: boolean;
}

/** Edges of one part that every cycle of some class must contain one of. */
interface Starts {
  readonly edges: Int32Array;
  readonly sources: Int32Array;
}

/**
 * Finds cycles of each class in one strongly connected part, whose edges are data dependencies and at most one kind of order.
 *
 * For every class, whether it is there is settled first, by a linear test that also gives the edges to start from; only then comes the
 * search, which therefore cannot fail. This holds if the classes are asked for in order of severity, and not at all after a class that
 * implies them was found: that is what makes "≥ 2 anti-dependencies" or "≥ 1 process edge" need no memory in the search.
 */
export class PartSearch {
  /** Whether there are anti-dependencies on predicates. */
  readonly predicates: boolean;
  private readonly graph: Subgraph;
  private readonly orders: number;
  private readonly steps: Steps;
  /** Made when first needed: most classes are ruled out without. */
  private sources: Int32Array | null = null;
  private searcher: CycleSearch | null = null;
  private calmParts: Components | null = null;
  private readonly quiet: boolean;
  private readonly on = new Map<number, Uint8Array>();

  /**
   * `orders` is the mask of the non-data labels in the part. `quiet`: the caller knows of no cycle without anti-dependencies, because there is
   * none.
   */
  constructor(graph: Subgraph, orders: number, steps: Steps, quiet = false) {
    this.graph = graph;
    this.orders = orders;
    this.steps = steps;
    this.quiet = quiet;
    this.predicates = graph.label.includes(RWP);
  }

  /** Components without anti-dependencies: what G0, G1c and G-single are all about. */
  private get calm(): Components {
    this.calmParts ??= tarjan(this.graph, CALM | this.orders, true);
    return this.calmParts;
  }

  /** See `onNonadjacentCycle`. */
  private onNonadjacent(mask: number): Uint8Array {
    const known = this.on.get(mask) ?? onNonadjacentCycle(this.graph, mask);
    this.on.set(mask, known);
    return known;
  }

  /** By edge: the vertex that it leaves. */
  private get source(): Int32Array {
    if (this.sources !== null) return this.sources;
    const { vertices, offset, dst } = this.graph;
    const sources = zeros(dst.length);
    for (let v = 0; v < vertices; v++) sources.fill(v, offset[v], offset[v + 1]);
    this.sources = sources;
    return sources;
  }

  private get search(): CycleSearch {
    this.searcher ??= new CycleSearch(this.graph);
    return this.searcher;
  }

  /** `item`: anti-dependencies on predicates do not count as edges. `once`: the first cycle will do. */
  find(kind: CycleClass, item: boolean, once: boolean): PartFinding {
    const anti = item ? ITEM : ANTI;
    const all = CALM | anti | this.orders;
    // Without anti-dependencies there is mostly no cycle at all.
    if ((kind === 'G0' || kind === 'G1c') && (this.quiet || this.calm.count === this.graph.vertices))
      return { cycle: null, cut: false };
    switch (kind) {
      case 'G0':
        return this.within(
          kind,
          WRITES | this.orders,
          WRITES,
          once,
          tarjan(this.graph, WRITES | this.orders),
        );
      case 'G1c':
        return this.within(kind, CALM | this.orders, READS, once, this.calm);
      case 'G2':
        // All of the part is strongly connected, so every anti-dependency will do, unless predicates are to be left out.
        return this.within(kind, all, anti, once, item && this.predicates ? tarjan(this.graph, all) : null);
      case 'G-single':
        return this.single(CALM | this.orders, anti, once);
      case 'G-nonadjacent': {
        const on = this.onNonadjacent(all);
        return this.shortest(
          kind,
          this.starts(anti, (e) => on[e] === 1),
          { mask: all, nonadjacent: true },
          once,
          true,
        );
      }
    }
  }

  /** Cycles over `mask` that begin with a label in `must`: exactly those edges that stay inside one component. */
  private within(
    kind: CycleClass,
    mask: number,
    must: number,
    once: boolean,
    parts: Components | null,
  ): PartFinding {
    const { source, graph } = this;
    const starts = this.starts(
      must,
      (e) => parts === null || parts.component[source[e]] === parts.component[graph.dst[e]],
    );
    return this.shortest(kind, starts, { mask, nonadjacent: false }, once, true);
  }

  /**
   * One anti-dependency u→v, and a path v ⇝ u without any. First a look around every candidate: most are closed within a few steps, if at
   * all. Only if that finds nothing, the bit-parallel pass settles which candidates are closed by longer paths.
   */
  private single(mask: number, anti: number, once: boolean): PartFinding {
    const { graph, source } = this;
    const parts = this.calm;
    let candidates = this.starts(anti, (e) => parts.component[graph.dst[e]] >= parts.component[source[e]]);
    const cost = 2 * candidates.edges.length * graph.dst.length;
    if (candidates.edges.length > FEW || cost > Math.min(SMALL, this.steps.left)) {
      const on = this.onNonadjacent(mask | anti);
      candidates = this.starts(
        anti,
        (e) => on[e] === 1 && parts.component[graph.dst[e]] >= parts.component[source[e]],
      );
    }
    if (candidates.edges.length === 0) return { cycle: null, cut: false };
    const pattern = { mask, nonadjacent: false };
    const near = this.shortest(
      'G-single',
      candidates,
      pattern,
      once,
      false,
      candidates.edges.length > FEW ? 4 : undefined,
    );
    if (near.cycle !== null || candidates.edges.length <= FEW) return near;
    const closed = closedEdges(graph, mask, parts, candidates.edges, candidates.sources, this.steps);
    if (closed === null) return { cycle: null, cut: true };
    const sources = closed.map((e) => source[e]);
    return this.shortest('G-single', { edges: closed, sources }, pattern, once, true);
  }

  private starts(mask: number, admits: (edge: number) => boolean): Starts {
    const { offset, txns, label } = this.graph;
    const { source } = this;
    const edges: number[] = [];
    for (let e = 0; e < offset[txns]; e++) if ((mask >>> label[e]) & 1 && admits(e)) edges.push(e);
    const chosen = zeros(edges.length);
    const sources = zeros(edges.length);
    for (let i = 0; i < edges.length; i++) {
      chosen[i] = edges[i];
      sources[i] = source[edges[i]];
    }
    return { edges: chosen, sources };
  }

  /**
   * The shortest cycle over all starts. Past an allowance in proportion to the part, the best one so far will do: in a part of a hundred
   * thousand transactions an exactly shortest cycle is worth no quadratic search. Where every start is known to close (`sure`), the
   * first search may take what it takes, since it is linear and cannot fail.
   */
  private shortest(
    kind: CycleClass,
    { edges, sources }: Starts,
    pattern: Pattern,
    once: boolean,
    sure: boolean,
    longest = 2 * this.graph.txns,
  ): PartFinding {
    const { steps } = this;
    const allowance = steps.left - (100_000 + 8 * this.graph.dst.length);
    const near = longest < this.graph.txns;
    let best: CycleStep[] | null = null;
    let other: CycleStep[] | null = null;
    for (let i = 0; i < edges.length; i++) {
      const bound: number = best === null ? longest : best.length - 1;
      if (bound < 2) break;
      const free = sure && best === null && other === null;
      const budget: Steps = free ? { left: Number.MAX_SAFE_INTEGER, expired: steps.expired } : steps;
      const walk = this.search.shortest(sources[i], edges[i], pattern, bound, budget);
      if (walk !== null) {
        const cycle = pattern.nonadjacent ? simple(walk, (part) => classOf(part) === kind) : walk;
        const found = classOf(cycle);
        // A walk may cut down to a milder class, whose turn has yet to come; then its own search finds a shorter one.
        if (found === kind) {
          if (best === null || cycle.length < best.length) best = cycle;
        } else if (severity.indexOf(found) < severity.indexOf(kind)) other = cycle;
        if (once && (best ?? other) !== null) break;
      }
      if (steps.left <= 0 || (steps.left < allowance && (best !== null || near))) break;
    }
    return { cycle: best ?? other, cut: best === null && other === null && steps.left <= 0 };
  }
}

const classOf = (cycle: readonly CycleStep[]): CycleClass => cycleClass(cycle.map((s) => s.label));
