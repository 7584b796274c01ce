import { inPieces } from '../pieces.ts';
import type { Evidence } from './evidence.ts';
import { INITIAL, type Indexed } from './transactions.ts';

/** What every arbitration must extend, beside reads-from and the demands. */
export interface Base {
  /** Session order counts. */
  readonly sessions: boolean;
}

/**
 * The part of session order ∪ reads-from ∪ demands that has cycles. `component[i]` is -1 for a transaction on no
 * cycle; the others share a number with those they are on a cycle with. A total commit order that meets all demands exists
 * exactly when `components` is 0.
 */
export interface Core {
  readonly components: number;
  readonly component: Int32Array;
  /** Members of each component, ascending. */
  readonly members: readonly Int32Array[];
}

/** Demands as adjacency: edges of i are `index[start[i] … start[i + 1] - 1]`. */
export interface DemandIndex {
  readonly start: Int32Array;
  readonly index: Int32Array;
}

export function demandsByWriter(n: number, demands: Evidence): DemandIndex {
  const start = new Int32Array(n + 1);
  const { from, count } = demands;
  inPieces(count, (first, last) => {
    for (let e = first; e < last; e++) start[from[e]! + 1]!++;
  });
  inPieces(n, (first, last) => {
    for (let i = first; i < last; i++) start[i + 1]! += start[i]!;
  });
  const cursor = start.slice(0, n);
  const index = new Int32Array(count);
  inPieces(count, (first, last) => {
    for (let e = first; e < last; e++) index[cursor[from[e]!]!++] = e;
  });
  return { start, index };
}

/** Kahn first, for most histories end there; Tarjan on what is left. Linear. */
export function core(t: Indexed, base: Base, demands: Evidence, by = demandsByWriter(t.n, demands)): Core {
  const component = new Int32Array(t.n).fill(-1);
  const rest = unpeeled(t, base, demands, by);
  if (rest.length === 0) return { components: 0, component, members: [] };
  return tarjan(t, base, demands, by, rest, component);
}

function unpeeled(t: Indexed, base: Base, demands: Evidence, by: DemandIndex): number[] {
  const waiting = new Int32Array(t.n);
  const { n, next, previous, readStart, readFrom, readersStart, readers, reader } = t;
  inPieces(n, (first, last) => {
    for (let i = first; i < last; i++) {
      if (base.sessions && previous[i] !== -1) waiting[i] = 1;
      for (let r = readStart[i]!; r < readStart[i + 1]!; r++) if (readFrom[r] !== INITIAL) waiting[i]!++;
    }
  });
  inPieces(demands.count, (first, last) => {
    for (let e = first; e < last; e++) waiting[demands.to[e]!]!++;
  });
  // Most edges lead to later transactions: in the order of their numbers, only those that were passed by have to be remembered.
  const { sessions } = base;
  const passed: number[] = [];
  let peeled = 0;
  const peelFrom = (i: number): void => {
    for (let v: number | undefined = i; v !== undefined; v = passed.pop()) {
      peeled++;
      if (sessions && next[v] !== -1 && --waiting[next[v]!]! === 0 && next[v]! < i) passed.push(next[v]!);
      for (let e = readersStart[v]!; e < readersStart[v + 1]!; e++) {
        const to = reader[readers[e]!]!;
        if (--waiting[to]! === 0 && to < i) passed.push(to);
      }
      for (let e = by.start[v]!; e < by.start[v + 1]!; e++) {
        const to = demands.to[by.index[e]!]!;
        if (--waiting[to]! === 0 && to < i) passed.push(to);
      }
    }
  };
  for (let i = 0; i < n; i++) if (waiting[i] === 0) peelFrom(i);
  const rest: number[] = [];
  if (peeled < n) for (let i = 0; i < n; i++) if (waiting[i]! > 0) rest.push(i);
  return rest;
}

/** The e-th successor of i, numbering session, then readers, then demands; -1 beyond the last. */
function successor(t: Indexed, base: Base, demands: Evidence, by: DemandIndex, i: number, e: number): number {
  if (base.sessions && t.next[i] !== -1) {
    if (e === 0) return t.next[i]!;
    e--;
  }
  const readers = t.readersStart[i + 1]! - t.readersStart[i]!;
  if (e < readers) return t.reader[t.readers[t.readersStart[i]! + e]!]!;
  e -= readers;
  return by.start[i]! + e < by.start[i + 1]! ? demands.to[by.index[by.start[i]! + e]!]! : -1;
}

function tarjan(
  t: Indexed,
  base: Base,
  demands: Evidence,
  by: DemandIndex,
  roots: readonly number[],
  component: Int32Array,
): Core {
  const number = new Int32Array(t.n);
  const low = new Int32Array(t.n);
  const edge = new Int32Array(t.n);
  const onStack = new Uint8Array(t.n);
  const stack: number[] = [];
  const path: number[] = [];
  const members: Int32Array[] = [];
  let count = 0;
  for (const root of roots) {
    if (number[root] !== 0) continue;
    enter(root);
    while (path.length > 0) {
      const i = path[path.length - 1]!;
      const to = successor(t, base, demands, by, i, edge[i]!++);
      if (to === -1) {
        path.pop();
        if (path.length > 0) low[path[path.length - 1]!] = Math.min(low[path[path.length - 1]!]!, low[i]!);
        if (low[i] === number[i]) close(i);
      } else if (number[to] === 0) enter(to);
      else if (onStack[to] === 1) low[i] = Math.min(low[i]!, number[to]!);
    }
  }
  return { components: members.length, component, members };

  function enter(i: number): void {
    number[i] = low[i] = ++count;
    onStack[i] = 1;
    stack.push(i);
    path.push(i);
  }

  function close(i: number): void {
    const found: number[] = [];
    let last: number;
    do {
      last = stack.pop()!;
      onStack[last] = 0;
      found.push(last);
    } while (last !== i);
    if (found.length === 1) return;
    for (const member of found) component[member] = members.length;
    members.push(Int32Array.from(found).sort());
  }
}
