import { INFO } from '../../history/history.ts';
import type { Decision } from './calls.ts';
import type { TypedCalls } from './frontier.ts';
import type { Machine } from './machine.ts';
import type { Meter } from './meter.ts';
import { Visited } from './visited.ts';

/**
 * Depth-first search for one order (Wing & Gong 1993, with the cache of Lowe 2017, exact here): the partner of the
 * frontier, lucky on legal histories where keeping every possibility is too much.
 *
 * One step is one transition tried. Exponential at worst; the cache holds a state and a set of operations per entry.
 */
export function depthFirst(calls: TypedCalls, machine: Machine, meter: Meter): Decision {
  const { n, type, outcome, events } = calls;
  // A list of events: call nodes 0..n-1, return nodes n..2n-1, head 2n. Unknown outcomes have no return.
  const head = 2 * n;
  const next = new Int32Array(2 * n + 1).fill(-1);
  const prev = new Int32Array(2 * n + 1).fill(-1);
  let tail = head;
  const lastLike = new Map<number, number>();
  // Of unknown operations that are alike, the one invoked first is used first.
  const before = new Int32Array(n).fill(-1);
  let required = 0;
  for (const event of events) {
    const row = event >= 0 ? event : ~event;
    if (event >= 0 && outcome[row] === INFO) {
      if (machine.pure[type[row]]) continue;
      before[row] = lastLike.get(type[row]) ?? -1;
      lastLike.set(type[row], row);
    } else if (event >= 0) required++;
    const node = event >= 0 ? row : n + row;
    next[tail] = node;
    prev[node] = tail;
    tail = node;
  }
  const unlink = (node: number) => {
    next[prev[node]] = next[node];
    if (next[node] >= 0) prev[next[node]] = prev[node];
  };
  const relink = (node: number) => {
    next[prev[node]] = node;
    if (next[node] >= 0) prev[next[node]] = node;
  };
  const done = new Int32Array((n + 31) >>> 5);
  const has = (row: number) => (done[row >>> 5] & (1 << (row & 31))) !== 0;
  const flip = (row: number) => {
    done[row >>> 5] ^= 1 << (row & 31);
  };
  const visited = new Visited();
  const stackRow: number[] = [];
  const stackState: number[] = [];
  const stackChoice: number[] = [];
  let state = machine.start;
  let linearized = 0;
  let reached = -1;
  let culprit = -1;
  let node = next[head];
  let choice = 0;
  while (linearized < required) {
    if (!meter.spend(1) || ((meter.steps & 1023) === 0 && !meter.holds(visited.bytes + machine.bytes)))
      return { answer: 'unknown', engine: 'depth-first', reached, reason: meter.stopped, steps: meter.steps };
    if (node >= 0 && node < n) {
      const unknown = outcome[node] === INFO;
      let after = -1;
      if (!unknown) after = choice === 0 ? machine.step(state, type[node]) : -1;
      else if (before[node] < 0 || has(before[node])) {
        const ways = machine.successors(state, type[node]);
        // Where it changes nothing it is not needed.
        while (choice < ways.length && ways[choice] === state) choice++;
        if (choice < ways.length) after = ways[choice];
      }
      if (after >= 0) {
        flip(node);
        if (visited.add(after, done)) {
          stackRow.push(node);
          stackState.push(state);
          stackChoice.push(choice);
          state = after;
          unlink(node);
          if (!unknown) {
            unlink(n + node);
            linearized++;
          }
          node = next[head];
          choice = 0;
          continue;
        }
        flip(node);
        if (unknown) {
          choice++;
          continue;
        }
      }
      node = next[node];
      choice = 0;
      continue;
    }
    // At a return that nothing satisfied, or past the end: go back.
    if (node >= n) {
      const row = node - n;
      if (calls.ret[row] > reached) {
        reached = calls.ret[row];
        culprit = row;
      }
    }
    for (;;) {
      if (stackRow.length === 0)
        return { answer: 'illegal', engine: 'depth-first', culprit, steps: meter.steps };
      const row = stackRow.pop()!;
      state = stackState.pop()!;
      choice = stackChoice.pop()! + 1;
      flip(row);
      if (outcome[row] !== INFO) {
        relink(n + row);
        linearized--;
      }
      relink(row);
      // What only looks, and could take effect here, need not be tried later.
      if (outcome[row] !== INFO && machine.pure[type[row]]) continue;
      node = row;
      if (outcome[row] !== INFO) {
        node = next[row];
        choice = 0;
      }
      break;
    }
  }
  return { answer: 'legal', engine: 'depth-first', steps: meter.steps };
}
