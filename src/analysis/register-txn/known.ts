import { buildCsr, type Csr } from '../graph/csr.ts';
import type { Edges } from '../graph/edges.ts';
import { addProcess } from '../graph/order.ts';
import { dependencies } from './dependencies.ts';
import type { Question } from './question.ts';
import type { VersionPairs } from './version-order.ts';

/** What is known, as a graph with the order of processes where it counts; real time is left to the clock. */
export class Known {
  readonly pairs: VersionPairs;
  readonly edges: Edges;
  readonly graph: Csr;

  constructor({ versions, order, process }: Question, pairs: VersionPairs) {
    this.pairs = pairs;
    this.edges = dependencies(versions, pairs);
    if (order === 'process') addProcess(this.edges, all(versions.registers.n), process);
    this.graph = buildCsr(this.edges);
  }
}

export const all = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);
