import type { Csr } from '../graph/csr.ts';
import type { Intervals } from '../graph/kahn.ts';
import { Heap } from './heap.ts';
import type { Versions } from './versions.ts';

/**
 * Tries to lay all transactions out in one serial order that extends a graph.
 *
 * A transaction can go next when all that precede it are gone and nobody is left who still has to read a version that it
 * replaces. So no order that is finished has a wrong read: `true` is a proof. `false` proves nothing: among the
 * transactions that can go, the one that must be over soonest goes, and nothing is ever taken back.
 *
 * O((V + E) log n), while few writers wait for one key.
 */
export function serialOrderFound(versions: Versions, graph: Csr, priority: Float64Array): boolean {
  const { registers, written, count, key, readsStart, ofRead } = versions;
  const { n, keys, readStart, writeStart } = registers;
  const { offset, dst, vertices } = graph;
  const waits = new Int32Array(vertices);
  for (let e = 0; e < offset[vertices]!; e++) waits[dst[e]!]!++;

  const current = new Int32Array(keys);
  for (let x = 0; x < keys; x++) current[x] = written + x;
  // Reads still to come of each version, and the exclusive or of their readers: with one left, that is the reader.
  const pending = new Int32Array(count);
  const whose = new Int32Array(count);
  for (let v = 0; v < count; v++) {
    pending[v] = readsStart[v + 1]! - readsStart[v]!;
    for (let i = readsStart[v]!; i < readsStart[v + 1]!; i++)
      whose[v]! ^= versions.reader[versions.reads[i]!]!;
  }
  const ready = new Heap(priority);
  const blocked: (Heap | undefined)[] = new Array(keys);
  const placed = new Uint8Array(n);
  let left = n;
  const hubs: number[] = [];
  const free = (v: number): void => {
    if (v < n) ready.push(v);
    else hubs.push(v);
  };
  for (let v = 0; v < vertices; v++) if (waits[v] === 0) free(v);
  release();
  for (let t = ready.pop(); t !== undefined; t = ready.pop()) {
    if (placed[t] === 1) continue;
    const x = blockedOn(t);
    if (x === -1) place(t);
    else {
      (blocked[x] ??= new Heap(priority)).push(t);
      // It may have been let try for another key, which is still free: the next in line there has its turn.
      for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++)
        if (key[w] !== x && pending[current[key[w]!]!] === 0) wake(key[w]!, current[key[w]!]!);
    }
  }
  return left === 0;

  function blockedOn(t: number): number {
    for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) {
      const v = current[key[w]!]!;
      if (pending[v] !== 0 && !(pending[v] === 1 && whose[v] === t)) return key[w]!;
    }
    return -1;
  }

  function place(t: number): void {
    placed[t] = 1;
    left--;
    for (let r = readStart[t]!; r < readStart[t + 1]!; r++) {
      const v = ofRead[r]!;
      whose[v]! ^= t;
      if (--pending[v]! <= 1) wake(key[v]!, v);
    }
    for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) {
      current[key[w]!] = w;
      if (pending[w]! <= 1) wake(key[w]!, w);
    }
    for (let e = offset[t]!; e < offset[t + 1]!; e++) if (--waits[dst[e]!]! === 0) free(dst[e]!);
    release();
  }

  /** One writer at a time is let try: the first in line, or the one whose own read is the last that is awaited. */
  function wake(x: number, v: number): void {
    if (current[x] !== v) return;
    if (pending[v] === 1) {
      const last = whose[v]!;
      if (waits[last] === 0 && placed[last] === 0) ready.push(last);
      return;
    }
    const heap = blocked[x];
    for (let t = heap?.pop(); t !== undefined; t = heap?.pop()) {
      if (placed[t] === 1) continue;
      ready.push(t);
      return;
    }
  }

  function release(): void {
    for (let h = hubs.pop(); h !== undefined; h = hubs.pop())
      for (let e = offset[h]!; e < offset[h + 1]!; e++) if (--waits[dst[e]!]! === 0) free(dst[e]!);
  }
}

/** Soonest over first: by the earliest return among a transaction and those that read from it. */
export function deadlines(versions: Versions, { ret }: Intervals): Float64Array {
  const { registers, reader } = versions;
  const deadline = new Float64Array(registers.n);
  for (let t = 0; t < registers.n; t++) deadline[t] = ret[t]!;
  for (let r = 0; r < reader.length; r++) {
    const from = registers.readFrom[r]!;
    if (from >= 0 && ret[reader[r]!]! < deadline[from]!) deadline[from] = ret[reader[r]!]!;
  }
  return deadline;
}
