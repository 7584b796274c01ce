import { APPEND, INFO, OK } from '../../history/history.ts';
import type { Csr } from '../graph/csr.ts';
import { Edges } from '../graph/edges.ts';
import { RW, WR, WW } from '../graph/labels.ts';
import { inPieces } from '../pieces.ts';
import type { Pass } from './pass.ts';
import { lastWriter } from './scan.ts';
import type { Transactions } from './transactions.ts';
import { INITIAL, type Versions } from './versions.ts';

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
  private readonly placed: Uint8Array;
  private readonly pass: Pass;
  /**
   * By key with appends of several transactions that no read shows: one append of each. Either of two such transactions comes before the
   * other (ww), nobody knows which.
   */
  readonly unordered: readonly (readonly number[])[];
  /** What comes after the last version that anybody saw, and the reads that diverge: few, so explicit. */
  private readonly extra: Edges;

  constructor(txns: Transactions, versions: Versions, placed: Uint8Array, pass: Pass) {
    this.txns = txns;
    this.placed = placed;
    this.pass = pass;
    this.versions = versions;
    this.extra = new Edges(txns.count);
    this.unordered = addUnobserved(this.extra, txns, versions, pass);
    for (const m of pass.divergent) {
      if (versions.unordered.has(txns.keyOf[m])) continue;
      const w = lastWriter(txns, versions, m);
      if (w >= 0) this.extra.add(w, txns.txnOf[m], WR, m);
    }
  }

  /** The vertices that may be on cycles, ascending. */
  vertices(): Int32Array {
    const { placed, extra, txns } = this;
    const vertices = new Int32Array(extra.vertices);
    let n = 0;
    for (let v = 0; v < extra.vertices; v++) if (v >= txns.count || placed[v] === 0) vertices[n++] = v;
    return vertices.subarray(0, n);
  }

  /** Edges without labels, but those that only concern who has a place: counted, then put there. O(reads + versions). */
  lean(): Csr {
    const { extra } = this;
    const { vertices } = extra;
    const next = new Int32Array(vertices + 1);
    this.walk(next, null);
    const offset = new Int32Array(vertices + 1);
    for (let v = 0; v < vertices; v++) {
      offset[v + 1] = offset[v] + next[v];
      next[v] = offset[v];
    }
    const dst = new Int32Array(offset[vertices]);
    this.walk(next, dst);
    return {
      txns: extra.txns,
      vertices,
      offset,
      dst,
      label: new Uint8Array(0),
      why: new Int32Array(0),
    };
  }

  /** Counts what leaves each vertex in `next`; or, where that says the next free place, puts it into `dst`. */
  private walk(next: Int32Array, dst: Int32Array | null): void {
    const { extra, pass, placed } = this;
    const { reader, writer, overwriter, reads } = pass;
    const { txn } = this.versions;
    const add = (from: number, to: number): void => {
      const at = next[from]++;
      if (dst !== null) dst[at] = to;
    };
    inPieces(reads, (first, end) => {
      for (let i = first; i < end; i++) {
        if (writer[i] >= 0) add(writer[i], reader[i]);
        if (overwriter[i] >= 0) add(reader[i], overwriter[i]);
      }
    });
    let last = INITIAL;
    inPieces(txn.length, (first, end) => {
      let before = last;
      for (let v = first; v < end; v++) {
        const w = txn[v];
        if (w < INITIAL) continue;
        if (w >= 0 && before >= 0 && before !== w && placed[before] === 0) add(before, w);
        before = w;
      }
      last = before;
    });
    for (let e = 0; e < extra.length; e++) add(extra.src[e], extra.dst[e]);
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
    const explain = (t: number): void => {
      if (t >= count || (outcome[t] !== OK && outcome[t] !== INFO)) return;
      for (let m = from[t]; m < to[t]; m++) {
        const version = of[m];
        if (version < 0) continue;
        if (txns.history.mopF[m] === APPEND) {
          if (txn[version] === t) add(txn[versions.settled(version - 1)], t, WW, m);
        } else {
          add(txn[versions.settled(version)], t, WR, m);
          add(t, versions.nextWriter(version), RW, m);
        }
      }
    };
    for (const t of core) explain(t);
    for (let e = 0; e < extra.length; e++) add(extra.src[e], extra.dst[e], extra.label[e], extra.why[e]);
    return edges;
  }
}

/**
 * Appends that had effect and that no read shows come after everything that the longest read shows, in no order among themselves:
 * writer of the last version → each (ww), readers of the last version → each (rw). Gives those of keys that have several. Where
 * both sides are large, hubs carry the rw: one chain over the appenders from either end, so that a reader who appends too can be led past itself.
 */
function addUnobserved(edges: Edges, txns: Transactions, versions: Versions, pass: Pass): number[][] {
  const several: number[][] = [];
  if (pass.unobserved.length === 0) return several;
  const { keyOf, txnOf, keys } = txns;
  const { first, txn } = versions;
  const appendsOf = grouped(pass.unobserved, keyOf, keys);
  const readsOf = grouped(pass.complete, keyOf, keys);
  const appends: number[] = [];
  const reads: number[] = [];
  for (let k = 0; k < keys; k++) {
    if (appendsOf.first[k] < 0) continue;
    // One edge a transaction is enough: its first micro-operation stands for all.
    collect(appendsOf, pass.unobserved, k, txnOf, appends);
    collect(readsOf, pass.complete, k, txnOf, reads);
    if (appends.length > 1) several.push(appends.slice());
    const writer = txn[versions.settled(first[k + 1] - 1)];
    for (const m of appends) if (writer >= 0 && writer !== txnOf[m]) edges.add(writer, txnOf[m], WW, m);
    if (reads.length * appends.length <= 4 * (reads.length + appends.length)) {
      for (const r of reads)
        for (const m of appends) if (txnOf[r] !== txnOf[m]) edges.add(txnOf[r], txnOf[m], RW, r);
    } else addChains(edges, txnOf, reads, appends);
  }
  return several;
}

/** Chains through a list of micro-operations, one a key, in order. */
interface Grouped {
  /** By key: the index of its first in the list, or −1. By index: that of the next of the same key, or −1. */
  readonly first: Int32Array;
  readonly next: Int32Array;
}

function grouped(mops: readonly number[], keyOf: Int32Array, keys: number): Grouped {
  const first = new Int32Array(keys).fill(-1);
  const next = new Int32Array(mops.length);
  for (let i = mops.length - 1; i >= 0; i--) {
    const k = keyOf[mops[i]];
    next[i] = first[k];
    first[k] = i;
  }
  return { first, next };
}

/** Puts the micro-operations of a key into `into`, of consecutive ones of one transaction the first. */
function collect(
  { first, next }: Grouped,
  mops: readonly number[],
  key: number,
  txnOf: Int32Array,
  into: number[],
): void {
  into.length = 0;
  let last = -1;
  for (let i = first[key]; i >= 0; i = next[i]) {
    if (txnOf[mops[i]] !== last) into.push(mops[i]);
    last = txnOf[mops[i]];
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
