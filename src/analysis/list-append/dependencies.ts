import { APPEND, INFO, OK, R } from '../../history/history.ts';
import type { Csr } from '../graph/csr.ts';
import { Edges } from '../graph/edges.ts';
import { RW, WR, WW } from '../graph/labels.ts';
import { lastWriter } from './scan.ts';
import type { Transactions } from './transactions.ts';
import type { Versions } from './versions.ts';
import type { Writers } from './writers.ts';

/**
 * The dependency graph of the transactions, in two forms: lean, without labels, to peel it; and explained, for the few that remain.
 *
 * w → w′ for consecutive writers of a key (ww), w → r from the writer of a version to those who read it (wr), r → w′ from these to the
 * writer of the next version (rw). Versions of failed writers are passed over in both directions: a list that goes on after such an
 * element still holds what came before it. Adya (1999) §4; at most two edges a read and one a write.
 */
export class Dependencies {
  private readonly txns: Transactions;
  private readonly versions: Versions;
  /** What comes after the last version that anybody saw, and the reads that diverge: few, so explicit. */
  private readonly extra: Edges;

  constructor(txns: Transactions, writers: Writers, versions: Versions, unobserved: readonly number[]) {
    this.txns = txns;
    this.versions = versions;
    this.extra = new Edges(txns.count);
    addUnobserved(this.extra, txns, versions, unobserved);
    for (const m of versions.divergent) {
      const w = lastWriter(txns, writers, m);
      if (w >= 0) this.extra.add(w, txns.txnOf[m], WR, m);
    }
  }

  /** Edges without labels, to peel: counted in one pass, placed in another. O(micro-operations + versions). */
  lean(): Csr {
    const { extra } = this;
    const { vertices } = extra;
    const degree = new Int32Array(vertices + 1);
    this.each(degree, null);
    for (let e = 0; e < extra.length; e++) degree[extra.src[e]]++;
    const offset = new Int32Array(vertices + 1);
    for (let v = 0; v < vertices; v++) offset[v + 1] = offset[v] + degree[v];
    const next = degree;
    next.set(offset);
    const dst = new Int32Array(offset[vertices]);
    this.each(next, dst);
    for (let e = 0; e < extra.length; e++) dst[next[extra.src[e]]++] = extra.dst[e];
    const label = new Uint8Array(0);
    return { txns: extra.txns, vertices, offset, dst, label, why: new Int32Array(0) };
  }

  /** Advances `cursor` at the source of every edge, and where there is a `dst` puts its target there. */
  private each(cursor: Int32Array, dst: Int32Array | null): void {
    const { count, from, to, outcome, history } = this.txns;
    const { mopF } = history;
    const { of, txn } = this.versions;
    for (let t = 0; t < count; t++) {
      if (outcome[t] !== OK) continue;
      for (let m = from[t]; m < to[t]; m++) {
        const version = of[m];
        if (version < 0 || mopF[m] !== R) continue;
        let w = txn[version];
        if (w < -1) w = txn[this.versions.settled(version)];
        if (w >= 0 && w !== t) {
          if (dst === null) cursor[w]++;
          else dst[cursor[w]++] = t;
        }
        w = txn[version + 1];
        if (w < -1) w = this.nextWriter(version);
        if (w >= 0 && w !== t) {
          if (dst === null) cursor[t]++;
          else dst[cursor[t]++] = w;
        }
      }
    }
    let before = -1;
    for (let v = 0; v < txn.length; v++) {
      const w = txn[v];
      if (w < -1) continue;
      if (w >= 0 && before >= 0 && before !== w) {
        if (dst === null) cursor[before]++;
        else dst[cursor[before]++] = w;
      }
      before = w;
    }
  }

  private nextWriter(version: number): number {
    const next = this.versions.next(version);
    return next < 0 ? -1 : this.versions.txn[next];
  }

  /** The labelled edges among the vertices of `core` (ascending). Why: the read, or for ww the later append. O(size of the core). */
  among(core: Int32Array): Edges {
    const { txns, versions, extra } = this;
    const { from, to, outcome, count } = txns;
    const { of, txn } = versions;
    const inside = new Uint8Array(extra.vertices);
    for (const v of core) inside[v] = 1;
    const edges = new Edges(count, core.length * 8);
    edges.vertices = extra.vertices;
    const add = (a: number, b: number, label: number, why: number): void => {
      if (a >= 0 && b >= 0 && a !== b && inside[a] === 1 && inside[b] === 1) edges.add(a, b, label, why);
    };
    for (const t of core) {
      if (t >= count || (outcome[t] !== OK && outcome[t] !== INFO)) continue;
      for (let m = from[t]; m < to[t]; m++) {
        const version = of[m];
        if (version < 0) continue;
        if (txns.history.mopF[m] === APPEND) {
          if (txn[version] === t) add(txn[versions.settled(version - 1)], t, WW, m);
        } else {
          add(txn[versions.settled(version)], t, WR, m);
          add(t, this.nextWriter(version), RW, m);
        }
      }
    }
    for (let e = 0; e < extra.length; e++) add(extra.src[e], extra.dst[e], extra.label[e], extra.why[e]);
    return edges;
  }
}

/**
 * Appends that had effect and that no read shows come after everything that the longest read shows, in no order among themselves:
 * writer of the last version → each (ww), readers of the last version → each (rw). Where both sides are large, hubs carry the rw: one
 * chain over the appenders from either end, so that a reader who appends too can be led past itself.
 */
function addUnobserved(edges: Edges, txns: Transactions, versions: Versions, mops: readonly number[]): void {
  if (mops.length === 0) return;
  const { keyOf, txnOf, keys } = txns;
  const { first, txn } = versions;
  // By key: 1 + its place in the lists, where it has such appends at all.
  const slot = new Int32Array(keys);
  const appends: number[][] = [];
  const readers: number[][] = [];
  for (const m of mops) {
    const k = keyOf[m];
    if (slot[k] === 0) {
      slot[k] = appends.push([m]);
      readers.push([]);
      continue;
    }
    // One edge a transaction is enough: the first of its appends stands for all.
    const list = appends[slot[k] - 1];
    if (txnOf[list[list.length - 1]] !== txnOf[m]) list.push(m);
  }
  for (const m of versions.complete) {
    if (slot[keyOf[m]] === 0) continue;
    const list = readers[slot[keyOf[m]] - 1];
    if (list.length === 0 || txnOf[list[list.length - 1]] !== txnOf[m]) list.push(m);
  }
  for (const [i, list] of appends.entries()) {
    const writer = txn[versions.settled(first[keyOf[list[0]] + 1] - 1)];
    for (const m of list) if (writer >= 0 && writer !== txnOf[m]) edges.add(writer, txnOf[m], WW, m);
    const reads = readers[i];
    if (reads.length * list.length <= 4 * (reads.length + list.length)) {
      for (const r of reads)
        for (const m of list) if (txnOf[r] !== txnOf[m]) edges.add(txnOf[r], txnOf[m], RW, r);
    } else addChains(edges, txnOf, reads, list);
  }
}

function addChains(
  edges: Edges,
  txnOf: Int32Array,
  reads: readonly number[],
  appends: readonly number[],
): void {
  const place = new Map(appends.map((m, i) => [txnOf[m], i]));
  // up[i] leads to appenders i, i + 1, …; down[i] to i, i − 1, ….
  const up = appends.map(() => edges.hub());
  const down = appends.map(() => edges.hub());
  for (const [i, m] of appends.entries()) {
    edges.add(up[i], txnOf[m], RW, m);
    edges.add(down[i], txnOf[m], RW, m);
    if (i > 0) {
      edges.add(up[i - 1], up[i], RW, -1);
      edges.add(down[i], down[i - 1], RW, -1);
    }
  }
  for (const r of reads) {
    const own = place.get(txnOf[r]);
    if (own === undefined) edges.add(txnOf[r], up[0], RW, r);
    else {
      if (own > 0) edges.add(txnOf[r], down[own - 1], RW, r);
      if (own + 1 < appends.length) edges.add(txnOf[r], up[own + 1], RW, r);
    }
  }
}
