import { FAIL, INFO, NEVER, OK } from '../../history/history.ts';
import { type Calls, sortedBy } from './calls.ts';
import { Dense } from './dense.ts';

/** What a call on a queue did, in `kind`; `a` is the element, of a dequeue that found nothing there is none. */
export const ENQUEUE = 0;
export const DEQUEUE = 1;
export const EMPTY = 2;

export type QueueConflict =
  /** Dequeued, never enqueued (or only by a call that certainly failed: `failed`). */
  | { readonly kind: 'never-enqueued'; readonly row: number; readonly failed: number }
  /** Dequeued before its enqueue was invoked. */
  | { readonly kind: 'early'; readonly row: number; readonly enqueue: number }
  | { readonly kind: 'duplicate-dequeue'; readonly rows: readonly [number, number] }
  /** `first` was enqueued before `second`, but taken after it; `late` is −1 where it was never taken. */
  | {
      readonly kind: 'fifo-order' | 'lost';
      readonly first: number;
      readonly second: number;
      readonly taken: number;
      readonly late: number;
    }
  /** It found nothing although at every moment one of these elements was certainly inside. */
  | { readonly kind: 'wrong-empty'; readonly row: number; readonly inside: readonly number[] };

export interface FifoResult {
  readonly conflicts: readonly QueueConflict[];
  readonly count: number;
}

/**
 * Decides linearizability of a first-in-first-out queue whose elements are each enqueued once.
 *
 * Four rules are exact together (Henzinger, Sezgin & Vafeiadis, CONCUR 2013; Bouajjani et al. 2015): nothing is taken
 * that was not put before, nor twice; of two elements put one after the other, the second is not taken before the first;
 * nothing is found empty while some element is certainly inside, though not always the same one.
 *
 * A dequeue of unknown outcome may have taken any element. An element never seen again must have left before the first
 * element enqueued after it did: those deadlines, and the moments at which unknown dequeues were invoked, are matched
 * smallest first. Exact unless unknown dequeues and empty ones meet.
 *
 * Null when elements repeat, or unknown dequeues meet empty ones: another engine must decide. O(n) where positions are
 * dense, else O(n log n). Enqueues of unknown outcome count only where their element was taken.
 */
export function fifo(calls: Calls, most = 8): FifoResult | null {
  const { n, kind, a, inv, ret, outcome } = calls;
  const values = new Dense(n);
  // By element: the rows that put it and took it, or −1. There are no more elements than rows.
  const enqueued = new Int32Array(n).fill(-1);
  const dequeued = new Int32Array(n).fill(-1);
  const failed = new Map<number, number>();
  const unknownTakes: number[] = [];
  const empties: number[] = [];
  const conflicts: QueueConflict[] = [];
  let count = 0;
  const add = (conflict: QueueConflict) => {
    count++;
    if (conflicts.length < most) conflicts.push(conflict);
  };
  const repeats: [number, number][] = [];
  // Rows are in order of invocation, and so are the elements put.
  const puts = new Int32Array(n);
  let put = 0;
  for (let i = 0; i < n; i++) {
    if (kind[i] === ENQUEUE) {
      const v = values.of(a[i]);
      if (outcome[i] === FAIL) {
        failed.set(v, i);
        continue;
      }
      if (enqueued[v] >= 0) return null;
      enqueued[v] = i;
      puts[put++] = v;
    } else if (outcome[i] === INFO) unknownTakes.push(i);
    else if (outcome[i] === FAIL) continue;
    else if (kind[i] === EMPTY) empties.push(i);
    else {
      const v = values.of(a[i]);
      if (dequeued[v] >= 0) repeats.push([dequeued[v], i]);
      else dequeued[v] = i;
    }
  }
  if (unknownTakes.length > 0 && empties.length > 0) return null;
  for (const rows of repeats) add({ kind: 'duplicate-dequeue', rows });
  const V = values.size;
  const takeInv = new Int32Array(V);
  const putInv = new Int32Array(V);
  const putRet = new Int32Array(V);
  const returned = new Int32Array(V);
  for (let v = 0; v < V; v++) {
    const put = enqueued[v];
    const taken = dequeued[v];
    takeInv[v] = taken < 0 ? NEVER : inv[taken];
    putRet[v] = NEVER;
    if (put < 0) {
      if (taken >= 0) add({ kind: 'never-enqueued', row: taken, failed: failed.get(v) ?? -1 });
      continue;
    }
    putInv[v] = inv[put];
    putRet[v] = ret[put];
    if (taken >= 0 && ret[taken] < inv[put]) add({ kind: 'early', row: taken, enqueue: put });
  }
  if (count > 0) return { conflicts, count };

  let present = 0;
  let ends = 0;
  for (let i = 0; i < put; i++) {
    const v = puts[i];
    if (outcome[enqueued[v]] !== OK && dequeued[v] < 0) continue;
    puts[present++] = v;
    if (putRet[v] !== NEVER) returned[ends++] = v;
  }
  const order = puts.subarray(0, present);
  const byPutRet = sortedBy(returned.subarray(0, ends), putRet);
  // Of the elements certainly inside before y was put, the one taken last: it must not be later than y.
  const ignoreLeft = unknownTakes.length > 0;
  let f = 0;
  let latest = -1;
  let last = -1;
  for (let i = 0; i < present; i++) {
    const y = order[i];
    for (const begun = putInv[y]; f < ends && putRet[byPutRet[f]] < begun; f++) {
      const x = byPutRet[f];
      if (takeInv[x] <= last || (ignoreLeft && takeInv[x] === NEVER)) continue;
      latest = x;
      last = takeInv[x];
    }
    const taken = dequeued[y];
    if (taken < 0 || latest < 0 || ret[taken] >= last) continue;
    const late = dequeued[latest];
    add({
      kind: late < 0 ? 'lost' : 'fifo-order',
      first: enqueued[latest],
      second: enqueued[y],
      taken,
      late,
    });
  }
  if (count > 0) return { conflicts, count };

  if (unknownTakes.length > 0) {
    // An element never taken must have gone before any that was put after it was taken.
    let earliest = NEVER;
    let taker = -1;
    let y = order.length - 1;
    const deadlines: { at: number; x: number; y: number }[] = [];
    for (let i = byPutRet.length - 1; i >= 0; i--) {
      const x = byPutRet[i];
      for (; y >= 0 && putInv[order[y]] > putRet[x]; y--) {
        const taken = dequeued[order[y]];
        if (taken >= 0 && ret[taken] < earliest) {
          earliest = ret[taken];
          taker = order[y];
        }
      }
      if (dequeued[x] < 0 && earliest !== NEVER) deadlines.push({ at: earliest, x, y: taker });
    }
    deadlines.sort((p, q) => p.at - q.at);
    const starts = unknownTakes.map((i) => inv[i]).sort((p, q) => p - q);
    deadlines.forEach(({ at, x, y: second }, i) => {
      if (i < starts.length && starts[i] < at) return;
      add({ kind: 'lost', first: enqueued[x], second: enqueued[second], taken: dequeued[second], late: -1 });
    });
    return { conflicts, count };
  }
  if (empties.length === 0) return { conflicts, count };

  // Stretches during which something was certainly inside, merged where one begins before the other ends.
  const sure = byPutRet.filter((v) => putRet[v] < takeInv[v]);
  let stretch: { from: number; to: number; inside: number[] } | undefined;
  const stretches: { from: number; to: number; inside: number[] }[] = [];
  for (const v of sure) {
    if (stretch === undefined || putRet[v] >= stretch.to) {
      stretch = { from: putRet[v], to: takeInv[v], inside: [v] };
      stretches.push(stretch);
    } else if (takeInv[v] > stretch.to) {
      stretch.to = takeInv[v];
      stretch.inside.push(v);
    }
  }
  for (const row of empties) {
    let low = 0;
    let high = stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stretches[middle].from < inv[row]) low = middle + 1;
      else high = middle;
    }
    const around = stretches[low - 1];
    if (around === undefined || ret[row] >= around.to) continue;
    // Looking up what was inside costs as much as the stretch is long.
    const shown = conflicts.length < most;
    const inside = shown ? around.inside.filter((v) => takeInv[v] > inv[row] && putRet[v] < ret[row]) : [];
    add({ kind: 'wrong-empty', row, inside: inside.map((v) => enqueued[v]) });
  }
  return { conflicts, count };
}
