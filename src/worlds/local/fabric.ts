import type { NodeId } from '../../cluster/host.ts';
import { type Draw, draws, hashText } from '../../random.ts';
import { Agenda } from '../sim/agenda.ts';
import type { Action, Link } from '../world.ts';
import { isClientId } from './ids.ts';

export type LinkAction = Extract<Action, { readonly links: readonly Link[] }>;

/** One directed link and what has been done to it. */
interface Wire {
  readonly salt: number;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Messages accepted so far: the number of a message is what its fate is drawn from. */
  sent: number;
  /** A cut drops all that is under way: what set out under an earlier number is not delivered. */
  generation: number;
  state: 'whole' | 'cut' | 'held';
  loss: number;
  duplicate: number;
  delay: readonly [min: number, max: number];
  /** Messages and bytes under way or held. */
  flying: number;
  bytes: number;
  readonly held: Flight[];
}

/** A message under way. */
interface Flight {
  readonly wire: Wire;
  readonly generation: number;
  /** Of the destination when the message was sent. */
  readonly incarnation: number;
  readonly text: Buffer;
}

/** Who is connected to the fabric. */
export interface Ports {
  /** Which incarnation of a machine is connected; undefined when none is. */
  incarnation(id: NodeId): number | undefined;
  /** Hands a message over; false when the machine's queue is full. */
  deliver(id: NodeId, text: Buffer): boolean;
}

export interface FabricOptions {
  readonly seed: number;
  /** One-way latency of every link, ns, uniform. */
  readonly latency: readonly [min: number, max: number];
  /** Bytes that a link keeps, under way or held; what comes after is dropped and counted. */
  readonly queueLimit: number;
}

export interface FabricCounters {
  sent: number;
  delivered: number;
  /** Dropped by a cut. */
  cut: number;
  /** Dropped by a degraded link. */
  lost: number;
  duplicated: number;
  /** Did not fit into a queue. */
  overflow: number;
  /** Meant for an incarnation that has ended, or for nobody. */
  stale: number;
}

const MS = 1_000_000;

/** A flight shorter than this may keep alive the chunk of the socket that it came in. */
const SHORT = 20 * MS;

const CROWD = 10_000;

/**
 * The network between the processes of a run: datagrams over directed links, each with a latency, and what nemeses do
 * to them. It knows no sockets: messages come in by `send` and go out by `Ports`.
 *
 * All flights share one timeout, for the earliest: a message costs two heap operations and no timer.
 */
export class Fabric {
  readonly counters: FabricCounters = {
    sent: 0,
    delivered: 0,
    cut: 0,
    lost: 0,
    duplicated: 0,
    overflow: 0,
    stale: 0,
  };
  private readonly wires = new Map<NodeId, Map<NodeId, Wire>>();
  private readonly flights = new Agenda<Flight>();
  private readonly options: FabricOptions;
  private readonly ports: Ports;
  private readonly now: () => number;
  private readonly draw: Draw;
  /** Links that are known. */
  private count = 0;
  /** At how many of them the idle ones of clients are let go. */
  private crowded = CROWD;
  private timeout: NodeJS.Timeout | undefined;
  private wakeUp = Number.POSITIVE_INFINITY;

  /** `now`: a monotonic clock, ns. */
  constructor(options: FabricOptions, ports: Ports, now: () => number) {
    this.options = options;
    this.ports = ports;
    this.now = now;
    this.draw = draws(options.seed, 'fabric');
  }

  /** How many links it keeps an account of. */
  get links(): number {
    return this.count;
  }

  /** Takes a message that `src` sends to `dest`; `text` is kept until it is delivered. */
  send(src: NodeId, dest: NodeId, text: Buffer): void {
    const { counters } = this;
    counters.sent++;
    const incarnation = this.ports.incarnation(dest);
    if (incarnation === undefined) {
      counters.stale++;
      return;
    }
    const wire = this.wire(src, dest);
    const number = wire.sent++;
    if (wire.state === 'cut') {
      counters.cut++;
      return;
    }
    if (wire.loss > 0 && this.draw(wire.salt, number, 0) < wire.loss) {
      counters.lost++;
      return;
    }
    if (wire.bytes + text.length > this.options.queueLimit) {
      counters.overflow++;
      return;
    }
    const extra = wire.delay[0] + this.draw(wire.salt, number, 1) * (wire.delay[1] - wire.delay[0]);
    const kept = extra > SHORT ? Buffer.from(text) : text;
    const flight = { wire, generation: wire.generation, incarnation, text: kept };
    this.depart(flight, extra + this.latency(wire, number, 2));
    if (wire.duplicate > 0 && this.draw(wire.salt, number, 3) < wire.duplicate) {
      counters.duplicated++;
      this.depart(flight, extra + this.latency(wire, number, 4));
    }
    this.arm();
  }

  /** Does something to links; it is in effect when this returns. */
  apply(action: LinkAction): void {
    for (const [from, to] of action.links) {
      const wire = this.wire(from, to);
      switch (action.do) {
        case 'cut':
          wire.state = action.held === true ? 'held' : 'cut';
          if (wire.state === 'cut') this.dropUnderWay(wire);
          break;
        case 'mend':
          wire.state = 'whole';
          // In the order it came and at once: a TCP connection's backlog arrives as a burst.
          for (const flight of wire.held.splice(0)) this.arrive(flight);
          break;
        case 'degrade':
          wire.loss = action.loss ?? 0;
          wire.duplicate = action.duplicate ?? 0;
          wire.delay = action.delay ?? [0, 0];
          break;
        case 'restore':
          wire.loss = 0;
          wire.duplicate = 0;
          wire.delay = [0, 0];
          break;
      }
    }
  }

  private latency(wire: Wire, number: number, which: number): number {
    const [min, max] = this.options.latency;
    return min + this.draw(wire.salt, number, which) * (max - min);
  }

  private depart(flight: Flight, latency: number): void {
    flight.wire.flying++;
    flight.wire.bytes += flight.text.length;
    this.flights.push(this.now() + latency, flight);
  }

  private dropUnderWay(wire: Wire): void {
    this.counters.cut += wire.flying;
    wire.held.length = 0;
    wire.generation++;
    wire.flying = 0;
    wire.bytes = 0;
  }

  private arrive(flight: Flight): void {
    const { wire, text } = flight;
    if (flight.generation !== wire.generation) return;
    if (wire.state === 'held') {
      wire.held.push({ ...flight, text: Buffer.from(text) });
      return;
    }
    wire.flying--;
    wire.bytes -= text.length;
    if (this.ports.incarnation(wire.to) !== flight.incarnation) this.counters.stale++;
    else if (this.ports.deliver(wire.to, text)) this.counters.delivered++;
    else this.counters.overflow++;
  }

  private arm(): void {
    const next = this.flights.nextTime;
    if (next >= this.wakeUp) return;
    clearTimeout(this.timeout);
    this.wakeUp = next;
    this.timeout = setTimeout(() => this.wake(), Math.max(0, Math.ceil((next - this.now()) / MS)));
  }

  private wake(): void {
    this.wakeUp = Number.POSITIVE_INFINITY;
    const now = this.now();
    while (this.flights.nextTime <= now) this.arrive(this.flights.pop());
    this.arm();
  }

  private wire(from: NodeId, to: NodeId): Wire {
    return this.wires.get(from)?.get(to) ?? this.newWire(from, to);
  }

  private newWire(from: NodeId, to: NodeId): Wire {
    if (this.count >= this.crowded) this.sweep();
    const wire: Wire = {
      salt: hashText(`${from}>${to}`),
      from,
      to,
      sent: 0,
      generation: 0,
      state: 'whole',
      loss: 0,
      duplicate: 0,
      delay: [0, 0],
      flying: 0,
      bytes: 0,
      held: [],
    };
    let out = this.wires.get(from);
    if (out === undefined) this.wires.set(from, (out = new Map()));
    out.set(to, wire);
    this.count++;
    return wire;
  }

  /** Client processes are retired by the thousand in a long run: forgets links on which nothing is and nothing was done. */
  private sweep(): void {
    for (const [from, out] of this.wires) {
      for (const [to, wire] of out) {
        if (wire.flying === 0 && isUntouched(wire) && (isClientId(from) || isClientId(to)) && out.delete(to))
          this.count--;
      }
      if (out.size === 0) this.wires.delete(from);
    }
    this.crowded = Math.max(CROWD, 2 * this.count);
  }
}

function isUntouched({ state, loss, duplicate, delay }: Wire): boolean {
  return state === 'whole' && loss === 0 && duplicate === 0 && delay[1] === 0;
}
