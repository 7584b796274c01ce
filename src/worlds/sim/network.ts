import type { Message } from '../../cluster/host.ts';
import { hash, hashText } from '../../random.ts';
import type { Link } from '../world.ts';
import type { SimOptions } from './options.ts';

/** One directed link: its name as a number, and how many messages were sent on it at the latest send time. */
interface Wire {
  readonly salt: number;
  time: number;
  tie: number;
  damage: Damage | undefined;
}

/** What has been done to a link. */
interface Damage {
  cut: boolean;
  held: boolean;
  loss: number;
  duplicate: number;
  delay: readonly [number, number];
  readonly queue: Message[];
}

export interface NetworkCounters {
  sent: number;
  delivered: number;
  cut: number;
  lost: number;
  duplicated: number;
  overflow: number;
  stale: number;
}

/**
 * The simulated network: datagrams over directed links with a base latency, and what nemeses do to them. A message's
 * fate is a function of its link, its send time and its number among the messages sent there at that time.
 */
export class SimNetwork {
  readonly counters: NetworkCounters = {
    sent: 0,
    delivered: 0,
    cut: 0,
    lost: 0,
    duplicated: 0,
    overflow: 0,
    stale: 0,
  };
  private readonly wires = new Map<string, Map<string, Wire>>();
  private readonly salt: number;
  private readonly options: SimOptions;
  private readonly plan: (time: number, message: Message) => void;

  constructor(options: SimOptions, plan: (time: number, message: Message) => void) {
    this.options = options;
    this.plan = plan;
    this.salt = hash(options.seed, [hashText('network')]);
  }

  send(message: Message, now: number): void {
    this.counters.sent++;
    this.transmit(message, now);
  }

  private transmit(message: Message, now: number): void {
    const wire = this.wire(message.src, message.dest);
    if (wire.time === now) wire.tie++;
    else {
      wire.time = now;
      wire.tie = 0;
    }
    const fate = hash(wire.salt, [now, wire.tie]);
    const { damage } = wire;
    const [min, max] = this.options.latency;
    let latency = min + share(fate, 0) * (max - min);
    if (damage !== undefined) {
      if (this.stopped(damage, message)) return;
      if (damage.loss > 0 && share(fate, 1) < damage.loss) {
        this.counters.lost++;
        return;
      }
      latency += damage.delay[0] + share(fate, 2) * (damage.delay[1] - damage.delay[0]);
      if (damage.duplicate > 0 && share(fate, 3) < damage.duplicate) {
        this.counters.duplicated++;
        this.plan(now + Math.floor(latency + min + share(fate, 4) * (max - min)), message);
      }
    }
    this.plan(now + Math.floor(latency), message);
  }

  /** True if the message, which has crossed its link, may be handed over; a cut takes what is under way as well. */
  arrives(message: Message): boolean {
    const { damage } = this.wire(message.src, message.dest);
    return damage === undefined || !this.stopped(damage, message);
  }

  cut(links: readonly Link[], held: boolean): void {
    for (const link of links) {
      const damage = this.damage(link);
      damage.cut = true;
      damage.held = held;
    }
  }

  mend(links: readonly Link[], now: number): void {
    for (const link of links) {
      const wire = this.wire(link[0], link[1]);
      if (wire.damage === undefined) continue;
      wire.damage.cut = false;
      const waiting = wire.damage.queue.splice(0);
      forgetIfWhole(wire);
      for (const message of waiting) this.transmit(message, now);
    }
  }

  degrade(
    links: readonly Link[],
    by: { loss?: number; duplicate?: number; delay?: readonly [number, number] },
  ): void {
    for (const link of links) {
      const damage = this.damage(link);
      damage.loss = by.loss ?? 0;
      damage.duplicate = by.duplicate ?? 0;
      damage.delay = by.delay ?? [0, 0];
    }
  }

  restore(links: readonly Link[]): void {
    for (const link of links) {
      const wire = this.wire(link[0], link[1]);
      if (wire.damage === undefined) continue;
      wire.damage.loss = 0;
      wire.damage.duplicate = 0;
      wire.damage.delay = [0, 0];
      forgetIfWhole(wire);
    }
  }

  private stopped(damage: Damage, message: Message): boolean {
    if (!damage.cut) return false;
    if (!damage.held) this.counters.cut++;
    else if (damage.queue.length < this.options.queueLimit) damage.queue.push(message);
    else this.counters.overflow++;
    return true;
  }

  private damage([from, to]: Link): Damage {
    const wire = this.wire(from, to);
    wire.damage ??= { cut: false, held: false, loss: 0, duplicate: 0, delay: [0, 0], queue: [] };
    return wire.damage;
  }

  private wire(from: string, to: string): Wire {
    let out = this.wires.get(from);
    if (out === undefined) this.wires.set(from, (out = new Map()));
    let wire = out.get(to);
    if (wire === undefined) {
      wire = { salt: hash(this.salt, [hashText(from), hashText(to)]), time: -1, tie: 0, damage: undefined };
      out.set(to, wire);
    }
    return wire;
  }
}

function forgetIfWhole(wire: Wire): void {
  const { damage } = wire;
  if (damage === undefined || damage.cut || damage.loss > 0 || damage.duplicate > 0 || damage.delay[1] > 0)
    return;
  wire.damage = undefined;
}

/** Several shares in [0, 1) of one fate. */
function share(fate: number, which: number): number {
  return which === 0 ? fate / 0x100000000 : hash(fate, [which]) / 0x100000000;
}
