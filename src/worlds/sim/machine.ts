import type { Body, DiskResult, Message, NodeId } from '../../cluster/host.ts';
import { hash, hashText } from '../../random.ts';
import { SimClock } from './clock.ts';

/** What can happen to the program on a machine. */
export type Occurrence =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'timer'; readonly tag: string }
  | { readonly kind: 'disk'; readonly tag: string; readonly result: DiskResult };

interface Timer {
  /** A reading of the monotonic clock; Infinity when cleared. */
  deadline: number;
  /** World time of the wake-up that is on the agenda, Infinity when there is none. */
  wakeUp: number;
}

/** What a machine needs of its world. */
export interface Surroundings {
  now(): number;
  send(message: Message): void;
  /** Calls `machine.wake(tag, incarnation)` at that time. */
  wake(time: number, machine: SimMachine, tag: string, incarnation: number): void;
  /** Hands something to the program, or keeps it while the machine is paused. */
  occur(machine: SimMachine, occurrence: Occurrence): void;
}

/**
 * A machine in the simulator: clocks, timers, randomness and a network card. Nodes and clients both run on one; it is
 * the part of a host that they have in common.
 */
export class SimMachine {
  readonly id: NodeId;
  readonly clock = new SimClock();
  incarnation = 0;
  private readonly surroundings: Surroundings;
  private readonly seed: number;
  private readonly timers = new Map<string, Timer>();
  private readonly salts = new Map<string, number>();

  constructor(id: NodeId, seed: number, surroundings: Surroundings) {
    this.id = id;
    this.surroundings = surroundings;
    this.seed = hash(seed, [hashText(id)]);
  }

  wallClock(): number {
    return this.clock.wallClock(this.surroundings.now());
  }

  monotonic(): number {
    return this.clock.monotonic(this.surroundings.now());
  }

  random(what: string, ...at: readonly number[]): number {
    let salt = this.salts.get(what);
    if (salt === undefined) {
      salt = hash(this.seed, [this.incarnation, hashText(what)]);
      this.salts.set(what, salt);
    }
    return hash(salt, at) / 0x100000000;
  }

  send(dest: NodeId, body: Body): void {
    this.surroundings.send({ src: this.id, dest, body });
  }

  /** A timer that is put off again and again keeps the wake-up it has: most timeouts never cost an agenda item. */
  setTimer(tag: string, delay: number): void {
    const deadline = this.monotonic() + Math.max(0, Math.floor(delay));
    let timer = this.timers.get(tag);
    if (timer === undefined) this.timers.set(tag, (timer = { deadline, wakeUp: Number.POSITIVE_INFINITY }));
    timer.deadline = deadline;
    this.arm(tag, timer);
  }

  clearTimer(tag: string): void {
    const timer = this.timers.get(tag);
    if (timer === undefined) return;
    if (timer.wakeUp === Number.POSITIVE_INFINITY) this.timers.delete(tag);
    else timer.deadline = Number.POSITIVE_INFINITY;
  }

  /** A wake-up came: the timer fires if it is due by this machine's own clock. */
  wake(tag: string, incarnation: number): void {
    if (incarnation !== this.incarnation) return;
    const timer = this.timers.get(tag);
    if (timer === undefined) return;
    const now = this.surroundings.now();
    // A wake-up that was superseded by an earlier one.
    if (timer.wakeUp > now) return;
    timer.wakeUp = Number.POSITIVE_INFINITY;
    if (timer.deadline === Number.POSITIVE_INFINITY) {
      this.timers.delete(tag);
    } else if (this.monotonic() >= timer.deadline) {
      this.timers.delete(tag);
      this.surroundings.occur(this, { kind: 'timer', tag });
    } else {
      this.arm(tag, timer);
    }
  }

  /** The clock's rate has changed: every timer is due at another time now. */
  rearm(): void {
    for (const [tag, timer] of this.timers) {
      if (timer.deadline !== Number.POSITIVE_INFINITY) this.arm(tag, timer);
    }
  }

  /** The program is gone, its timers with it. */
  restart(): void {
    this.incarnation++;
    this.timers.clear();
    this.salts.clear();
  }

  private arm(tag: string, timer: Timer): void {
    const at = this.clock.when(timer.deadline, this.surroundings.now());
    if (timer.wakeUp <= at) return;
    timer.wakeUp = at;
    this.surroundings.wake(at, this, tag, this.incarnation);
  }
}
