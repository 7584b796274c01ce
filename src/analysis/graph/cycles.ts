import { impliedBy } from '../models.ts';
import { inPieces } from '../pieces.ts';
import { buildCsr, type Csr, type Subgraph, subgraph, vertexScratch } from './csr.ts';
import { Edges } from './edges.ts';
import type { Intervals } from './intervals.ts';
import { kahn } from './kahn.ts';
import { DATA, EVERY, only, PROCESS, REALTIME, RWP, WR, WW } from './labels.ts';
import { cycleName, nameCycle, type Suffix, severity } from './names.ts';
import { addProcess, addRealtime, processOf } from './order.ts';
import { PartSearch } from './part.ts';
import type { CycleStep } from './search.ts';
import { zeros } from './small.ts';
import type { Steps } from './steps.ts';
import { strong } from './strong.ts';
import { cyclicParts, tarjan } from './tarjan.ts';

export interface CycleQuery {
  /** The data dependencies. Edges with the label PROCESS or REALTIME must not be among them. */
  readonly edges: Edges;
  /** By transaction. Turns on the `-realtime` cycles. */
  readonly intervals?: Intervals;
  /**
   * By transaction: its process p, −2 − p if nothing certainly follows it there, or −1 if it is not part of the order of any. Transactions
   * are numbered in order of invocation. Turns on the `-process` cycles.
   */
  readonly process?: Int32Array;
  /** Cycles to give in full per type. Further ones are only counted. */
  readonly witnesses: number;
  readonly steps: Steps;
}

export interface Cycle {
  readonly type: string;
  /** From transaction to transaction; the earliest transaction comes first. */
  readonly steps: readonly CycleStep[];
}

export interface CycleReport {
  /** Most severe type first, shortest first within a type. */
  readonly cycles: readonly Cycle[];
  /** By type: strongly connected parts in which it was found, and in which no type was that implies it. */
  readonly counts: ReadonlyMap<string, number>;
  /** The strongly connected parts of the whole graph, as graphs; `original` numbers transactions. Smallest first. */
  readonly parts: readonly Subgraph[];
  /** The steps ran out before all types were settled in all parts: the types found are there, others may be. */
  readonly cut: boolean;
}

const levels: readonly { suffix: Suffix; order: number }[] = [
  { suffix: '', order: 0 },
  { suffix: '-process', order: only(PROCESS) },
  { suffix: '-realtime', order: only(REALTIME) },
];

/**
 * Finds and names the cycles of a dependency graph, with one shortest witness per type and strongly connected part.
 *
 * The whole graph, orders included, is peeled first; only the strongly connected rest is looked at again, at each level (data, +process,
 * +realtime) in the parts that are strongly connected there. A type found in a part hides the types that it implies in all parts
 * around it. On an acyclic graph this is O(V + E).
 *
 * Every type reported is a simple cycle that exists. Which *models* are violated is exact; a type may go unreported only where a found one
 * implies it, or where a G-nonadjacent exists beside G0 or G1c, which rule out more.
 *
 * Source: Kingsbury & Alvaro, "Elle" (VLDB 2020) §4–5, with exact tests in the place of its time limits.
 */
export function findCycles(query: CycleQuery): CycleReport {
  const { edges, intervals, process } = query;
  // Real time contains the order of each process, so only one of the two is needed to tell what is acyclic.
  if (process && !intervals) addProcess(edges, ascending(edges.txns), process);
  const graph = buildCsr(edges);
  return findCyclesAmong(query, graph, strong(graph, kahn(graph, intervals), intervals));
}

/** As `findCycles`, where the caller knows that all cycles of data and order lie within `core`, ascending vertices (see `strong`). */
export function findCyclesAmong(query: CycleQuery, graph: Csr, core: Int32Array): CycleReport {
  const finder = new CycleFinder(query);
  if (core.length > 0) finder.search(withOrders(graph, core, query));
  return finder.report();
}

function ascending(n: number): Int32Array {
  const numbers = zeros(n);
  for (let i = 0; i < n; i++) numbers[i] = i;
  return numbers;
}

/** The part `core` of the graph, with the orders of the query among its transactions. */
function withOrders(graph: Csr, core: Int32Array, { intervals, process }: CycleQuery): Subgraph {
  const number = vertexScratch(graph);
  if (!intervals) return subgraph(graph, core, EVERY, number);
  const { offset, dst, label, why } = graph;
  let txns = 0;
  for (let i = 0; i < core.length; i++) {
    number[core[i]] = i;
    if (core[i] < graph.txns) txns++;
  }
  const edges = new Edges(txns, 4 * core.length + 4 * txns);
  edges.vertices = core.length;
  inPieces(core.length, (first, end) => {
    for (let i = first; i < end; i++)
      for (let e = offset[core[i]]; e < offset[core[i] + 1]; e++)
        if (number[dst[e]] >= 0) edges.add(i, number[dst[e]], label[e], why[e]);
  });
  const which = core.subarray(0, txns);
  const at = (i: number): number => i;
  addRealtime(edges, which, intervals, at);
  if (process) addProcess(edges, which, process, at);
  const original = new Int32Array(edges.vertices).fill(-1);
  original.set(core);
  return { ...buildCsr(edges), original };
}

/** All but anti-dependencies. */
const CALM = only(WW, WR, PROCESS, REALTIME);

class CycleFinder {
  private readonly query: CycleQuery;
  private readonly found = new Map<string, Cycle[]>();
  private readonly counts = new Map<string, number>();
  private readonly parts: Subgraph[] = [];
  private cut = false;

  constructor(query: CycleQuery) {
    this.query = query;
  }

  search(graph: Subgraph): void {
    const scratch = vertexScratch(graph);
    for (const members of cyclicParts(graph, tarjan(graph, EVERY))) {
      const part = renumber(subgraph(graph, members, EVERY, scratch), graph.original);
      this.parts.push(part);
      this.searchPart(part);
    }
  }

  private searchPart(part: Subgraph): void {
    const scratch = vertexScratch(part);
    const found: { vertex: number; type: string }[] = [];
    const quiet = tarjan(part, CALM, true).count === part.vertices;
    const predicates = part.label.includes(RWP);
    // What is around everything hides the same with more edges: then there is nothing to look for.
    const around = new Set<string>();
    for (const { suffix, order } of levels) {
      if (suffix !== '' && !has(part, order)) continue;
      if (around.size > 0 && names(suffix, quiet, predicates).every((name) => around.has(name))) continue;
      const components = tarjan(part, DATA | order);
      for (const members of cyclicParts(part, components)) {
        const here = components.component[members[0]];
        const hidden = new Set<string>();
        for (const f of found) if (components.component[f.vertex] === here) hide(f.type, hidden);
        // Where all transactions of the part hang together, there is nothing to cut out: the search goes by labels.
        const all = members.length >= part.txns && members[part.txns - 1] === part.txns - 1;
        const graph = all ? whole(part) : subgraph(part, members, DATA | order, scratch);
        const types = this.searchLevel(graph, part, suffix, order, hidden, quiet);
        for (const type of types) found.push({ vertex: members[0], type });
        if (all) for (const type of types) hide(type, around);
      }
    }
  }

  /** Looks for the classes of one level in a part that is strongly connected at that level. Gives the types found. */
  private searchLevel(
    graph: Subgraph,
    around: Subgraph,
    suffix: Suffix,
    order: number,
    hidden: Set<string>,
    quiet: boolean,
  ): string[] {
    const types: string[] = [];
    const search = new PartSearch(graph, order, this.query.steps, quiet);
    for (const kind of severity) {
      for (const item of kind === 'G0' || kind === 'G1c' || !search.predicates ? [true] : [true, false]) {
        const type = cycleName(kind, item, suffix);
        if (hidden.has(type)) continue;
        const once = (this.found.get(type)?.length ?? 0) >= this.query.witnesses;
        const { cycle, cut } = search.find(kind, item, once);
        if (cut) this.cut = true;
        if (cycle === null) continue;
        const steps = this.explain(cycle, graph, around);
        const named = nameCycle(steps.map((s) => s.label));
        // A walk that cut down to another class than was asked for may be one that is known.
        if (named !== type && hidden.has(named)) continue;
        this.note(named, steps);
        types.push(named);
        hide(named, hidden);
      }
    }
    return types;
  }

  /** Counts a cycle, and keeps it while fewer than enough are kept. */
  private note(type: string, steps: CycleStep[]): void {
    this.counts.set(type, (this.counts.get(type) ?? 0) + 1);
    const kept = this.found.get(type) ?? [];
    if (kept.length < this.query.witnesses) kept.push({ type, steps });
    this.found.set(type, kept);
  }

  /**
   * Puts the transactions' own numbers into a cycle, the earliest first, and a plainer label on steps of an order where the class has one:
   * never one that would make it another class, since the cycle as it was found may violate a model that the other does not.
   */
  private explain(cycle: readonly CycleStep[], graph: Subgraph, around: Subgraph): CycleStep[] {
    const { process } = this.query;
    const own = (v: number): number => around.original[graph.original[v]];
    const plainest = cycle.some((s) => s.label !== WW && s.label < PROCESS) ? WR : WW;
    const steps = cycle.map((step): CycleStep => {
      const from = own(step.from);
      const to = own(step.to);
      if (step.label < PROCESS) return { ...step, from, to };
      for (let e = graph.offset[step.from]; e < graph.offset[step.from + 1]; e++)
        if (graph.dst[e] === step.to && graph.label[e] <= plainest)
          return { from, to, label: graph.label[e], why: graph.why[e], whyTo: graph.why[e] };
      if (
        step.label === REALTIME &&
        process &&
        process[from] >= 0 &&
        process[from] === processOf(process[to])
      )
        return { from, to, label: PROCESS, why: -1, whyTo: -1 };
      return { ...step, from, to };
    });
    let first = 0;
    for (let i = 1; i < steps.length; i++) if (steps[i].from < steps[first].from) first = i;
    return [...steps.slice(first), ...steps.slice(0, first)];
  }

  report(): CycleReport {
    const cycles = [...this.found.values()].flatMap((kept) =>
      kept.sort((a, b) => a.steps.length - b.steps.length || a.steps[0].from - b.steps[0].from),
    );
    return { cycles, counts: this.counts, parts: this.parts, cut: this.cut };
  }
}

/** Adds a type and all that it implies. */
function hide(type: string, hidden: Set<string>): void {
  if (hidden.has(type)) return;
  let implied = IMPLIED.get(type);
  if (implied === undefined) IMPLIED.set(type, (implied = [...impliedBy([type])]));
  for (const name of implied) hidden.add(name);
}

const IMPLIED = new Map<string, readonly string[]>();

/** What may be found at a level: without cycles of anything but anti-dependencies, none of the classes that have none. */
function names(suffix: Suffix, quiet: boolean, predicates: boolean): string[] {
  const kinds = severity.filter((kind) => !(quiet && (kind === 'G0' || kind === 'G1c')));
  return kinds.flatMap((kind) =>
    (predicates ? [true, false] : [true]).map((item) => cycleName(kind, item, suffix)),
  );
}

function has(graph: Csr, mask: number): boolean {
  for (let e = 0; e < graph.label.length; e++) if ((mask >>> graph.label[e]) & 1) return true;
  return false;
}

/** The part as a part of itself. */
const whole = (part: Subgraph): Subgraph => ({ ...part, original: ascending(part.vertices) });

function renumber(part: Subgraph, original: Int32Array): Subgraph {
  const numbers = zeros(part.vertices);
  for (let v = 0; v < part.vertices; v++) numbers[v] = original[part.original[v]];
  return { ...part, original: numbers };
}
