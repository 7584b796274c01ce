import { FAIL, INFO, NEVER, OK } from '../../history/history.ts';
import { CAS, type Calls, MISS, READ, sortedBy, writersThatFailed } from './calls.ts';
import { Dense } from './dense.ts';

/** Why no order of the calls exists. Rows are rows of the calls judged; −1 stands for the initial value's writer. */
export type Conflict =
  /** The value was written by nobody (`failed` = −1), or only by a call that certainly failed. */
  | { readonly kind: 'unwritten'; readonly row: number; readonly failed: number }
  /** The value was returned before its write was invoked. */
  | { readonly kind: 'future'; readonly row: number; readonly writer: number }
  /** Two compare-and-sets succeeded from one value that was written once. */
  | { readonly kind: 'double-cas'; readonly rows: readonly [number, number]; readonly writer: number }
  /** Compare-and-sets that each build on the value of another. */
  | { readonly kind: 'cas-ring'; readonly rows: readonly number[] }
  /**
   * Two runs of calls, each of which must be contiguous: `first` of the one returned before `second` of the other was
   * invoked, and the other way round. `ours` and `theirs` link the calls of each run: writers and compare-and-sets.
   */
  | {
      readonly kind: 'crossing';
      readonly ours: readonly number[];
      readonly ourEnd: number;
      readonly ourStart: number;
      readonly theirs: readonly number[];
      readonly theirEnd: number;
      readonly theirStart: number;
    }
  /** Along one run of compare-and-sets, `later` returned before `earlier` was invoked. */
  | {
      readonly kind: 'chain';
      readonly later: number;
      readonly earlier: number;
      readonly link: readonly number[];
    };

export interface Zones {
  /** The first conflicts found, at most as many as asked for; empty means linearizable. */
  readonly conflicts: readonly Conflict[];
  /** How many there are, at least. */
  readonly count: number;
  readonly steps: number;
}

/**
 * Decides linearizability of a register whose values are each written once, compare-and-set included.
 *
 * The write of a value and the calls that saw it form a block, contiguous in any linearization; a compare-and-set glues
 * the block of the value it saw to the block of the value it set, so blocks form chains. Chain X must precede chain Y
 * when some call of X returned before some call of Y was invoked: `lo(X) < hi(Y)`, with `lo` the least return and
 * `hi` the greatest invocation. Any cycle of that relation contains a cycle of two chains, so looking at pairs is
 * enough, and pairs in conflict are found by sorting zones: two that overlap with lo < hi, or one with hi ≤ lo inside
 * one of them. Gibbons & Korach, "Testing shared memories", SIAM J. Comput. 1997; the chains are an extension.
 *
 * O(n) where positions are dense, else O(n log n). Null when the values are not unique, or a definite failed
 * compare-and-set makes "not this value" an observation: another engine must decide.
 */
export function zones(calls: Calls, initial: number, most = 8): Zones | null {
  const { n, kind, a, b, inv, ret, outcome } = calls;
  const values = new Dense(n);
  const first = values.of(initial);
  const seen = new Int32Array(n);
  const set = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const k = kind[i];
    if (k === MISS && outcome[i] === OK) return null;
    if (outcome[i] === FAIL || k === MISS) {
      seen[i] = set[i] = -1;
      continue;
    }
    seen[i] = k === READ || k === CAS ? values.of(a[i]) : -1;
    set[i] = k === READ ? -1 : values.of(k === CAS ? b[i] : a[i]);
  }
  const V = values.size;
  const writer = new Int32Array(V).fill(-1);
  for (let i = 0; i < n; i++) {
    const v = set[i];
    if (v < 0) continue;
    if (writer[v] >= 0 || v === first) return null;
    writer[v] = i;
  }

  // An unknown outcome counts only if somebody saw its value; seeing one compare-and-set shows the one before it.
  const kept = new Uint8Array(n);
  const todo: number[] = [];
  const see = (value: number) => {
    const w = writer[value];
    if (w >= 0 && outcome[w] === INFO && kept[w] === 0) {
      kept[w] = 1;
      todo.push(w);
    }
  };
  for (let i = 0; i < n; i++) {
    if (outcome[i] !== OK) continue;
    kept[i] = 1;
    if (seen[i] >= 0) see(seen[i]);
  }
  while (todo.length > 0) {
    const w = todo.pop()!;
    if (seen[w] >= 0) see(seen[w]);
  }

  const found = new Found(most);
  const lo = new Int32Array(V).fill(NEVER);
  const hi = new Int32Array(V).fill(-1);
  const loRow = new Int32Array(V).fill(-1);
  const hiRow = new Int32Array(V).fill(-1);
  const next = new Int32Array(V).fill(-1);
  const linked = new Uint8Array(V);
  lo[first] = -1;
  let failedWriters: Map<number, number> | undefined;
  for (let i = 0; i < n; i++) {
    if (kept[i] === 0) continue;
    const reads = seen[i];
    const writes = set[i];
    const v = writes >= 0 ? writes : reads;
    if (ret[i] < lo[v]) {
      lo[v] = ret[i];
      loRow[v] = i;
    }
    if (inv[i] > hi[v]) {
      hi[v] = inv[i];
      hiRow[v] = i;
    }
    if (reads < 0) continue;
    const w = writer[reads];
    if (w < 0 && reads !== first) {
      failedWriters ??= writersThatFailed(calls);
      const failed = failedWriters.get(values.id(reads)) ?? -1;
      found.add(() => ({ kind: 'unwritten', row: i, failed }));
    } else if (w >= 0 && ret[i] < inv[w]) found.add(() => ({ kind: 'future', row: i, writer: w }));
    else if (writes >= 0) {
      if (next[reads] < 0) {
        next[reads] = writes;
        linked[writes] = 1;
      } else found.add(() => ({ kind: 'double-cas', rows: [writer[next[reads]], i], writer: w }));
    }
  }
  if (found.count > 0) return found.result(n);

  // Chains: heads are blocks that no compare-and-set glued to another. A block per value that certainly was there.
  const zoneLo = new Int32Array(V);
  const zoneHi = new Int32Array(V);
  const heads = new Int32Array(V);
  let chains = 0;
  let walked = 0;
  let blocks = 0;
  for (let v = 0; v < V; v++) {
    const there = v === first || (writer[v] >= 0 && kept[writer[v]] === 1);
    if (!there) continue;
    blocks++;
    if (linked[v] === 1) continue;
    let least = NEVER;
    let most = -1;
    let mostBlock = v;
    let blamed = -1;
    for (let u = v; u >= 0; u = next[u]) {
      walked++;
      if (lo[u] < most) {
        // The blocks beyond conflict with the same call: the first shows it with the fewest links.
        const from = mostBlock;
        if (from === blamed) found.count++;
        else
          found.add(() => ({
            kind: 'chain',
            later: loRow[u],
            earlier: hiRow[from],
            link: links(from, u, next, writer),
          }));
        blamed = from;
      }
      if (lo[u] < least) least = lo[u];
      if (hi[u] > most) {
        most = hi[u];
        mostBlock = u;
      }
    }
    zoneLo[v] = least;
    zoneHi[v] = most;
    heads[chains++] = v;
  }
  if (walked < blocks)
    found.add(() => ({ kind: 'cas-ring', rows: ring(next, writer, heads.subarray(0, chains)) }));
  if (found.count > 0) return found.result(n);

  const forward: number[] = [];
  for (let c = 0; c < chains; c++) if (zoneLo[heads[c]] < zoneHi[heads[c]]) forward.push(heads[c]);
  // Keys must not be negative; the initial value's zone starts before everything, at −1.
  const key = zoneLo.map((x) => x + 1);
  const sorted = sortedBy(Int32Array.from(forward), key);
  const crossing = (x: number, y: number) =>
    found.add(() => {
      const ours = nearest(x, next, lo, hi, zoneLo[y], zoneHi[y]);
      const theirs = nearest(y, next, lo, hi, lo[ours.end], hi[ours.start]);
      return {
        kind: 'crossing',
        ours: span(x, ours.end, ours.start, next, writer),
        ourEnd: loRow[ours.end],
        ourStart: hiRow[ours.start],
        theirs: span(y, theirs.end, theirs.start, next, writer),
        theirEnd: loRow[theirs.end],
        theirStart: hiRow[theirs.start],
      };
    });
  let widest = -1;
  for (let i = 0; i < sorted.length; i++) {
    const z = sorted[i];
    if (widest >= 0 && zoneLo[z] < zoneHi[widest]) crossing(widest, z);
    if (widest < 0 || zoneHi[z] > zoneHi[widest]) widest = z;
  }
  if (found.count > 0) return found.result(n);
  // Forward zones are disjoint now: a backward zone can lie inside one only, the last to start before its end.
  for (let c = 0; c < chains; c++) {
    const z = heads[c];
    if (zoneLo[z] < zoneHi[z] || sorted.length === 0) continue;
    let from = 0;
    let to = sorted.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (zoneLo[sorted[middle]] < zoneHi[z]) from = middle + 1;
      else to = middle;
    }
    if (from > 0 && zoneLo[z] < zoneHi[sorted[from - 1]]) crossing(sorted[from - 1], z);
  }
  return found.result(n);
}

class Found {
  readonly conflicts: Conflict[] = [];
  count = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** @param conflict called only where one more is to be shown: chains may be long */
  add(conflict: () => Conflict): void {
    this.count++;
    if (this.conflicts.length < this.most) this.conflicts.push(conflict());
  }

  result(steps: number): Zones {
    return { conflicts: this.conflicts, count: this.count, steps };
  }
}

/**
 * Of one chain the block with a call that returned before the other zone's `latest` invocation, and the one with a call
 * invoked after its `earliest` return, as few links apart as there are.
 */
function nearest(
  head: number,
  next: Int32Array,
  lo: Int32Array,
  hi: Int32Array,
  earliest: number,
  latest: number,
): { end: number; start: number } {
  const found = { end: head, start: head };
  let least = NEVER;
  let end = -1;
  let endAt = -NEVER;
  let start = -1;
  let startAt = -NEVER;
  for (let u = head, at = 0; u >= 0; u = next[u], at++) {
    if (lo[u] < latest) {
      end = u;
      endAt = at;
    }
    if (hi[u] > earliest) {
      start = u;
      startAt = at;
    }
    const apart = Math.abs(endAt - startAt);
    if (end < 0 || start < 0 || apart >= least) continue;
    least = apart;
    found.end = end;
    found.start = start;
  }
  return found;
}

/** Writers of the blocks from `from` to `to` along a chain, both included. */
function links(from: number, to: number, next: Int32Array, writer: Int32Array): number[] {
  const rows: number[] = [];
  for (let u = from; ; u = next[u]) {
    rows.push(writer[u]);
    if (u === to) return rows;
  }
}

/** The writers between two blocks of one chain, in chain order. */
function span(head: number, x: number, y: number, next: Int32Array, writer: Int32Array): number[] {
  for (let u = head; u >= 0; u = next[u]) {
    if (u === x) return links(x, y, next, writer);
    if (u === y) return links(y, x, next, writer);
  }
  return [];
}

/** A ring of compare-and-sets: what no walk from a head reaches. */
function ring(next: Int32Array, writer: Int32Array, heads: Int32Array): number[] {
  const reached = new Uint8Array(next.length);
  for (const head of heads) for (let u = head; u >= 0; u = next[u]) reached[u] = 1;
  for (let v = 0; v < next.length; v++) {
    if (reached[v] === 1 || next[v] < 0) continue;
    const rows: number[] = [];
    let u = v;
    do {
      rows.push(writer[u]);
      u = next[u];
    } while (u !== v);
    return rows;
  }
  return [];
}
