import { FAIL, INFO, OK } from '../../../history/history.ts';
import { CAS, type Calls, eventsOf, READ, WRITE } from '../calls.ts';
import { Dense } from '../dense.ts';

/** No deadline. */
export const INF = 0x7fffffff;

/** A register history made ready: what cannot matter left out, values numbered densely, events in order. */
export interface Plan {
  readonly calls: Calls;
  /** Rows in order of events: `row` for an invocation, `~row` for a return. */
  readonly events: Int32Array;
  /** By row: number of the value read or written; of a compare-and-set the value expected. */
  readonly value: Int32Array;
  /** By row: number of the value a compare-and-set sets. */
  readonly to: Int32Array;
  readonly values: Dense;
  readonly initial: number;
  /** By value: where its observations (ok reads, compare-and-sets from it) begin in `seenAt`. */
  readonly seenFrom: Int32Array;
  /** Positions at which observations are invoked, ascending, value by value. */
  readonly seenAt: Int32Array;
  readonly hasCas: boolean;
  readonly hasMiss: boolean;
}

/**
 * How long a value can stay with nobody in between, at most: a read that is yet to be invoked and sees another value has
 * ended the stay when it returns. By event: the least return of ok reads invoked from there on, its value, and the
 * least of those with another value.
 */
export interface Stays {
  readonly until: Int32Array;
  readonly value: Int32Array;
  readonly otherwise: Int32Array;
}

/** O(events). */
export function staysOf({ events, calls, value }: Plan): Stays {
  const n = events.length;
  const stays = { until: new Int32Array(n), value: new Int32Array(n), otherwise: new Int32Array(n) };
  let until = INF;
  let of = -1;
  let otherwise = INF;
  for (let e = n - 1; e >= 0; e--) {
    const row = events[e];
    if (row >= 0 && calls.kind[row] === READ) {
      const v = value[row];
      const at = calls.ret[row];
      if (at < until) {
        if (v !== of) otherwise = until;
        until = at;
        of = v;
      } else if (v !== of && at < otherwise) otherwise = at;
    }
    stays.until[e] = until;
    stays.value[e] = of;
    stays.otherwise[e] = otherwise;
  }
  return stays;
}

/**
 * Leaves out fails, reads of unknown outcome, and writes of unknown outcome whose value nobody saw afterwards: such a
 * write is optional, and without it everything that it would have hidden can hide behind the next effect.
 */
export function planOf(calls: Calls, initial: number): Plan {
  const { n, kind, a, b, inv, ret, outcome } = calls;
  const values = new Dense(n);
  const start = values.of(initial);
  const value = new Int32Array(n);
  const to = new Int32Array(n).fill(-1);
  let hasCas = false;
  let hasMiss = false;
  for (let i = 0; i < n; i++) {
    value[i] = values.of(a[i]);
    if (outcome[i] === FAIL) continue;
    if (kind[i] === CAS) {
      to[i] = values.of(b[i]);
      hasCas = true;
    } else if (kind[i] > CAS && outcome[i] === OK) hasMiss = true;
  }
  const V = values.size;
  const lastSeen = new Int32Array(V).fill(-1);
  const seenFrom = new Int32Array(V + 1);
  for (let i = 0; i < n; i++) {
    if (outcome[i] === FAIL || (kind[i] !== READ && kind[i] !== CAS)) continue;
    if (kind[i] === READ && outcome[i] === INFO) continue;
    seenFrom[value[i] + 1]++;
    if (ret[i] > lastSeen[value[i]]) lastSeen[value[i]] = ret[i];
  }
  for (let v = 0; v < V; v++) seenFrom[v + 1] += seenFrom[v];
  const seenAt = new Int32Array(seenFrom[V]);
  const fill = seenFrom.slice();
  const rows = new Int32Array(n);
  let kept = 0;
  for (let i = 0; i < n; i++) {
    if (outcome[i] === FAIL) continue;
    const k = kind[i];
    if (outcome[i] === INFO) {
      if (k !== WRITE && k !== CAS) continue;
      const sets = k === WRITE ? value[i] : to[i];
      // A miss can depend on a value that no one saw: then nothing is dropped.
      if (!hasMiss && lastSeen[sets] < inv[i]) {
        if (k === CAS) seenAt[fill[value[i]]++] = inv[i];
        continue;
      }
    }
    if (k === READ || k === CAS) seenAt[fill[value[i]]++] = inv[i];
    rows[kept++] = i;
  }
  return {
    calls,
    events: eventsOf(calls, rows.subarray(0, kept)),
    value,
    to,
    values,
    initial: start,
    seenFrom,
    seenAt,
    hasCas,
    hasMiss,
  };
}

/** The first observation of a value invoked at or after a position, or INF. O(log observations). */
export function firstSeenFrom(plan: Plan, value: number, position: number): number {
  let low = plan.seenFrom[value];
  const end = plan.seenFrom[value + 1];
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (plan.seenAt[middle] < position) low = middle + 1;
    else high = middle;
  }
  return low < end ? plan.seenAt[low] : INF;
}

/** The last observation of a value invoked at or before a position, or −1. O(log observations). */
export function lastSeenUpTo(plan: Plan, value: number, position: number): number {
  const begin = plan.seenFrom[value];
  let low = begin;
  let high = plan.seenFrom[value + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (plan.seenAt[middle] <= position) low = middle + 1;
    else high = middle;
  }
  return low > begin ? plan.seenAt[low - 1] : -1;
}

/** The position in the history of an event. */
export function positionOf(plan: Plan, event: number): number {
  const row = plan.events[event];
  return row >= 0 ? plan.calls.inv[row] : plan.calls.ret[~row];
}

/** The first event at or after a position of the history. O(log events). */
export function eventFrom(plan: Plan, position: number): number {
  let low = 0;
  let high = plan.events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positionOf(plan, middle) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
