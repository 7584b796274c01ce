import type { Subgraph } from '../graph/csr.ts';
import { ANTI } from '../graph/labels.ts';
import { type Steps, spend } from '../graph/steps.ts';
import { SHRINK_RUNS } from './limits.ts';
import { type Choice, Polygraph, type Solution } from './polygraph.ts';
import type { Isolation } from './question.ts';
import type { Versions } from './versions.ts';

/** One group of transactions as a polygraph. Under snapshot isolation a transaction is two nodes, its begin and its commit. */
export class Part {
  readonly graph: Subgraph;
  readonly pairs: Int32Array;
  readonly nodes: number;
  private readonly versions: Versions;
  private readonly split: boolean;
  private readonly local: Map<number, number>;
  private readonly tableBytes: number;

  constructor(
    versions: Versions,
    graph: Subgraph,
    pairs: Int32Array,
    isolation: Isolation,
    tableBytes: number,
  ) {
    this.tableBytes = tableBytes;
    this.graph = graph;
    this.pairs = pairs;
    this.versions = versions;
    this.split = isolation === 'snapshot';
    this.nodes = graph.vertices + (this.split ? graph.txns : 0);
    this.local = new Map();
    for (let i = 0; i < graph.txns; i++) this.local.set(graph.original[i]!, i);
  }

  /** The node of a vertex's begin; hubs come after all commits. */
  private begin(v: number): number {
    return this.split && v >= this.graph.txns ? v + this.graph.txns : v;
  }

  private commit(v: number): number {
    return this.split ? v + this.graph.txns : v;
  }

  /**
   * `used`, where given, receives the places of the pairs that had a part in the answer "no", or of those that come the other way round in the
   * order behind a "yes".
   */
  solve(pairs: Int32Array, allowance: Steps, used?: number[]): Solution {
    const { graph } = this;
    const polygraph = new Polygraph(this.nodes);
    const edges: number[] = [];
    if (this.split) for (let t = 0; t < graph.txns; t++) edges.push(this.begin(t), this.commit(t));
    for (let u = 0; u < graph.vertices; u++)
      for (let e = graph.offset[u]!; e < graph.offset[u + 1]!; e++) {
        const anti = ((ANTI >>> graph.label[e]!) & 1) === 1;
        const w = graph.dst[e]!;
        edges.push(anti ? this.begin(u) : this.commit(u), anti ? this.commit(w) : this.begin(w));
      }
    if (!polygraph.close(Int32Array.from(edges), allowance)) return 'no';
    const choices: Choice[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      if ((i & 4095) === 0 && !spend(allowance, 0)) return 'cut';
      choices.push({
        first: this.edgesOf(pairs[i]!, pairs[i + 1]!),
        second: this.edgesOf(pairs[i + 1]!, pairs[i]!),
      });
    }
    const solution = polygraph.solve(choices, allowance, this.tableBytes);
    if (used !== undefined)
      choices.forEach((choice, i) => {
        const told =
          solution === 'no'
            ? polygraph.used.has(choice)
            : !polygraph.reaches(choice.first[0]!, choice.first[1]!);
        if (told) used.push(2 * i);
      });
    return solution;
  }

  /** What follows from version a coming before version b. */
  private edgesOf(a: number, b: number): Int32Array {
    const { writer, reader, readsStart, reads } = this.versions;
    const wb = this.local.get(writer[b]!)!;
    const edges = [this.commit(this.local.get(writer[a]!)!), this.begin(wb)];
    for (let i = readsStart[a]!; i < readsStart[a + 1]!; i++) {
      const r = this.local.get(reader[reads[i]!]!);
      if (r !== undefined && r !== wb) edges.push(this.begin(r), this.commit(wb));
    }
    return Int32Array.from(edges);
  }

  /** Leaves out pairs, larger and then smaller runs of them, while the rest still contradict each other. */
  shrink(allowance: Steps): Int32Array {
    let kept: number[] = [];
    for (let i = 0; i < this.pairs.length; i += 2) kept.push(i);
    const select = (which: readonly number[]): Int32Array =>
      Int32Array.from(which.flatMap((i) => [this.pairs[i]!, this.pairs[i + 1]!]));
    let runs = SHRINK_RUNS;
    const goesOn = (): boolean => runs > 0 && spend(allowance, 0);
    const without = (rest: readonly number[]): boolean => {
      runs--;
      const used: number[] = [];
      if (this.solve(select(rest), allowance, used) !== 'no') return false;
      kept = used.map((i) => rest[i >> 1]!);
      return true;
    };
    if (goesOn()) without(kept);
    for (let size = kept.length >> 1; size >= 1; size >>= 1)
      for (let i = 0; i < kept.length && goesOn(); ) {
        const rest = [...kept.slice(0, i), ...kept.slice(i + size)];
        if (!without(rest)) i += size;
      }
    return select(kept);
  }
}
