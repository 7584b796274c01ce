import type { Body, ClusterEvent, Disk, Host, Message, NodeId, Replica } from '../../cluster/host.ts';
import { type ClockAction, type ClockState, changeClock, monotonicAt, realTime, wallAt } from './clocks.ts';
import type { NodeReport } from './control.ts';
import type { NodeConfig } from './node-config.ts';
import type { Outbox } from './outbox.ts';
import { machineRandom } from './randomness.ts';
import { Timers } from './timers.ts';
import { isWireId, messageText } from './wire.ts';

/** A node's host in a process of its own. Everything that happens to the replica comes from the event loop. */
export class NodeHost implements Host {
  readonly id: NodeId;
  readonly incarnation: number;
  readonly disk: Disk;
  readonly random: Host['random'];
  private readonly real: () => number;
  private readonly report: (report: NodeReport) => void;
  private readonly timers: Timers;
  private clock: ClockState;
  private seq = 0;
  private dropped = 0;
  private outbox: Outbox | undefined;
  private replica: Replica | undefined;

  constructor(config: NodeConfig, disk: Disk, report: (report: NodeReport) => void) {
    this.id = config.id;
    this.incarnation = config.incarnation;
    this.disk = disk;
    this.random = machineRandom(config.seed, config.id, config.incarnation);
    this.real = realTime(BigInt(config.epoch));
    this.clock = config.clock;
    this.report = report;
    this.timers = new Timers({ monotonic: () => this.monotonic(), rate: () => this.clock.rate }, (tag) =>
      this.replica?.timer(tag),
    );
  }

  wallClock(): number {
    return wallAt(this.clock, this.real());
  }

  monotonic(): number {
    return monotonicAt(this.clock, this.real());
  }

  send(dest: NodeId, body: Body): void {
    if (!isWireId(dest)) throw new Error(`nobody can be called ${JSON.stringify(dest)}`);
    if (this.outbox?.text(messageText(this.id, dest, body)) === true) return;
    if (this.dropped++ === 0) setImmediate(() => this.reportDropped());
  }

  setTimer(tag: string, delay: number): void {
    this.timers.set(tag, delay);
  }

  clearTimer(tag: string): void {
    this.timers.clear(tag);
  }

  emit(event: ClusterEvent): void {
    this.report({
      type: 'event',
      seq: this.seq++,
      time: this.real(),
      nodeTime: this.wallClock(),
      event,
    });
  }

  // What the process does with its host.

  run(replica: Replica): void {
    this.replica = replica;
  }

  /** Where messages go from now on. */
  connect(outbox: Outbox | undefined): void {
    this.outbox = outbox;
  }

  receive(message: Message): void {
    if (message.dest === this.id) this.replica?.receive(message);
  }

  changeClock(action: ClockAction): ClockState {
    const before = this.clock.rate;
    this.clock = changeClock(this.clock, action, this.real());
    if (this.clock.rate !== before) this.timers.rateChanged();
    return this.clock;
  }

  private reportDropped(): void {
    const count = this.dropped;
    this.dropped = 0;
    this.report({ type: 'dropped', count });
  }
}
