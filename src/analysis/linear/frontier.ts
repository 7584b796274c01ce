import { INFO } from '../../history/history.ts';
import { type Decision, sortedBy } from './calls.ts';
import { ConfigSet } from './config-set.ts';
import type { Machine } from './machine.ts';
import type { Meter } from './meter.ts';
import { Spent } from './spent.ts';

/** Operations on one object of any kind: `type` is a machine's number. In order of `inv`; no fails among them. */
export interface TypedCalls {
  readonly n: number;
  readonly type: Int32Array;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly outcome: Uint8Array;
  /** As `eventsOf` gives them. */
  readonly events: Int32Array;
}

/**
 * Just-in-time linearization: every way in which the object could be now, kept from event to event.
 *
 * A configuration is a state, the pending operations that have taken effect (a mask over slots, as many words as the
 * concurrency needs), and how many operations of unknown outcome were used, by type. Operations take effect only when
 * some return forces one (Lowe, "Testing for linearizability", 2017). Three things keep the frontier small:
 *
 * - a configuration that used fewer unknown operations makes an equal one superfluous, since what it left unused stays
 *   optional forever; configurations are explored in order of how many they used;
 * - an operation that never changes the state takes effect as soon as the state allows it;
 * - of pending operations that are alike, the one that returns first takes effect first.
 *
 * One step is one transition tried. Exponential in the concurrency at worst.
 *
 * @param widest give up when one event needs more configurations than this.
 */
export function frontier(calls: TypedCalls, machine: Machine, meter: Meter, widest = 1 << 20): Decision {
  return new Frontier(calls, machine, meter, widest).run();
}

class Frontier {
  private readonly calls: TypedCalls;
  private readonly machine: Machine;
  private readonly meter: Meter;
  private readonly widest: number;
  private readonly spent = new Spent();
  private words = 1;
  private live: ConfigSet;
  private result: ConfigSet;
  private explored: ConfigSet;
  private scratch = new Int32Array(3);
  private readonly buckets: number[][] = [];
  /** By slot: the row pending there, or −1. */
  private readonly slotRow: number[] = [];
  private readonly slotOf: Int32Array;
  private readonly freeSlots: number[] = [];
  /** Slots in order of return. */
  private pending: number[] = [];
  private readonly unknownTypes: number[] = [];
  private readonly available = new Map<number, number>();
  private readonly stamp: Int32Array;
  private clock = 0;
  private width = 1;

  constructor(calls: TypedCalls, machine: Machine, meter: Meter, widest: number) {
    this.calls = calls;
    this.machine = machine;
    this.meter = meter;
    this.widest = widest;
    this.slotOf = new Int32Array(calls.n);
    this.stamp = new Int32Array(machine.actions.length);
    this.live = new ConfigSet(1, this.spent);
    this.result = new ConfigSet(1, this.spent);
    this.explored = new ConfigSet(1, this.spent);
  }

  run(): Decision {
    const { calls, meter, machine } = this;
    this.live.insert(Int32Array.of(machine.start, 0, 0), 0);
    for (const event of calls.events) {
      if (event >= 0) this.invoke(event);
      else {
        const row = ~event;
        const enough = this.return(row);
        if (meter.stopped !== '' || !enough) {
          return {
            answer: 'unknown',
            engine: 'frontier',
            reached: calls.ret[row],
            reason: meter.stopped || `more than ${this.widest} configurations at one event`,
            steps: meter.steps,
            width: this.width,
          };
        }
        if (this.result.living === 0) {
          return {
            answer: 'illegal',
            engine: 'frontier',
            culprit: row,
            steps: meter.steps,
            width: this.width,
            survivors: this.describe(),
          };
        }
        [this.live, this.result] = [this.result, this.live];
        if (this.live.living > this.width) this.width = this.live.living;
        const slot = this.slotOf[row];
        this.slotRow[slot] = -1;
        this.freeSlots.push(slot);
        this.pending.splice(this.pending.indexOf(slot), 1);
      }
    }
    return { answer: 'legal', engine: 'frontier', steps: meter.steps, width: this.width };
  }

  private invoke(row: number): void {
    const { calls, machine } = this;
    const type = calls.type[row];
    if (calls.outcome[row] === INFO) {
      // A read of unknown outcome tells nothing.
      if (machine.pure[type]) return;
      if (!this.available.has(type)) this.unknownTypes.push(type);
      this.available.set(type, (this.available.get(type) ?? 0) + 1);
      return;
    }
    let slot = this.freeSlots.pop();
    if (slot === undefined) {
      slot = this.slotRow.length;
      if (slot === 32 * this.words) this.widen();
    }
    this.slotRow[slot] = row;
    this.slotOf[row] = slot;
    let at = this.pending.length;
    while (at > 0 && calls.ret[this.slotRow[this.pending[at - 1]]] > calls.ret[row]) at--;
    this.pending.splice(at, 0, slot);
    if (!machine.pure[type]) return;
    const set = this.live;
    for (let i = 0; i < set.size; i++) {
      if (set.alive[i] === 0) continue;
      const c = i * set.stride;
      if (machine.step(set.cells[c], type) >= 0) set.cells[c + 2 + (slot >>> 5)] |= 1 << (slot & 31);
    }
  }

  private widen(): void {
    const before = this.live;
    this.words *= 2;
    this.scratch = new Int32Array(2 + this.words);
    this.live = new ConfigSet(this.words, this.spent);
    this.result = new ConfigSet(this.words, this.spent);
    this.explored = new ConfigSet(this.words, this.spent);
    const wide = new Int32Array(2 + this.words);
    for (let i = 0; i < before.size; i++) {
      if (before.alive[i] === 0) continue;
      wide.fill(0);
      for (let w = 0; w < before.stride; w++) wide[w] = before.cells[i * before.stride + w];
      this.live.insert(wide, 0);
    }
  }

  /** Finds every configuration in which the returning operation has taken effect; false when there are too many. */
  private return(row: number): boolean {
    const { live, result, explored, buckets, meter } = this;
    const slot = this.slotOf[row];
    const word = 2 + (slot >>> 5);
    const bit = 1 << (slot & 31);
    result.clear();
    explored.clear();
    for (let i = 0; i < live.size; i++) {
      if (live.alive[i] === 0) continue;
      const c = i * live.stride;
      if ((live.cells[c + word] & bit) !== 0) {
        live.cells[c + word] &= ~bit;
        result.insert(live.cells, c);
        live.cells[c + word] |= bit;
      } else this.explore(live.cells, c);
    }
    for (let level = 0; level < buckets.length; level++) {
      const bucket = buckets[level];
      while (bucket !== undefined && bucket.length > 0) {
        const index = bucket.pop()!;
        if (explored.alive[index] === 0) continue;
        if (!this.expand(index, word, bit)) {
          for (const left of buckets) if (left !== undefined) left.length = 0;
          return meter.stopped !== '';
        }
      }
    }
    return true;
  }

  private explore(from: Int32Array, at: number): void {
    const index = this.explored.insert(from, at);
    if (index < 0) return;
    const level = this.spent.total(from[at + 1]);
    while (this.buckets.length <= level) this.buckets.push([]);
    this.buckets[level].push(index);
  }

  private expand(index: number, word: number, bit: number): boolean {
    const { calls, machine, explored, scratch, pending, meter } = this;
    const { stride } = explored;
    const state = explored.cells[index * stride];
    const used = explored.cells[index * stride + 1];
    const clock = ++this.clock;
    for (let p = 0; p < pending.length; p++) {
      const j = pending[p];
      const c = index * stride;
      if ((explored.cells[c + 2 + (j >>> 5)] & (1 << (j & 31))) !== 0) continue;
      const type = calls.type[this.slotRow[j]];
      if (this.stamp[type] === clock) continue;
      this.stamp[type] = clock;
      const next = machine.step(state, type);
      if (next < 0) continue;
      for (let w = 0; w < stride; w++) scratch[w] = explored.cells[c + w];
      scratch[0] = next;
      scratch[2 + (j >>> 5)] |= 1 << (j & 31);
      this.land(word, bit);
    }
    for (const type of this.unknownTypes) {
      if (this.spent.count(used, type) >= this.available.get(type)!) continue;
      for (const next of machine.successors(state, type)) {
        if (next === state) continue;
        const c = index * stride;
        for (let w = 0; w < stride; w++) scratch[w] = explored.cells[c + w];
        scratch[0] = next;
        scratch[1] = this.spent.plus(used, type);
        this.land(word, bit);
      }
    }
    if (!meter.spend(pending.length + this.unknownTypes.length)) return false;
    if (!meter.holds(explored.bytes + this.result.bytes + machine.bytes)) return false;
    return explored.living <= this.widest;
  }

  /** Whatever only looks takes effect now; then the configuration is done, or to be explored. */
  private land(word: number, bit: number): void {
    const { scratch, pending, machine, calls } = this;
    for (let p = 0; p < pending.length; p++) {
      const j = pending[p];
      const type = calls.type[this.slotRow[j]];
      if (machine.pure[type] && machine.step(scratch[0], type) >= 0) scratch[2 + (j >>> 5)] |= 1 << (j & 31);
    }
    if ((scratch[word] & bit) === 0) {
      this.explore(scratch, 0);
      return;
    }
    scratch[word] &= ~bit;
    this.result.insert(scratch, 0);
  }

  private describe(): string[] {
    const { live, machine } = this;
    const states = new Set<string>();
    for (let i = 0; i < live.size && states.size < 8; i++)
      if (live.alive[i] === 1) states.add(machine.describe(live.cells[i * live.stride]));
    return [...states];
  }
}

/** Events of typed calls, all rows of which count. */
export function typedEvents(calls: Omit<TypedCalls, 'events'>): Int32Array {
  const rows = Int32Array.from({ length: calls.n }, (_, i) => i);
  const ends = sortedBy(
    rows.filter((i) => calls.outcome[i] !== INFO),
    calls.ret,
  );
  const events = new Int32Array(calls.n + ends.length);
  let out = 0;
  let r = 0;
  for (let i = 0; i < calls.n; i++) {
    while (r < ends.length && calls.ret[ends[r]] < calls.inv[i]) events[out++] = ~ends[r++];
    events[out++] = i;
  }
  while (r < ends.length) events[out++] = ~ends[r++];
  return events;
}
