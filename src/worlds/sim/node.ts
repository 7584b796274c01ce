import type { ClusterEvent, Disk, DiskImage, DiskResult, Host, Replica } from '../../cluster/host.ts';
import type { Json } from '../../history/op.ts';
import { hash, hashText } from '../../random.ts';
import { type DiskOp, SimDisk } from './disk.ts';
import { type Occurrence, SimMachine, type Surroundings } from './machine.ts';
import type { SimOptions } from './options.ts';

/** What a node needs of its world beyond what a machine does. */
export interface NodeSurroundings extends Surroundings {
  emit(node: SimNode, event: ClusterEvent): void;
  /** Calls `node.diskDone(op, incarnation)` at that time. */
  diskBusy(time: number, node: SimNode, op: DiskOp, incarnation: number): void;
}

export type Life = 'down' | 'up' | 'paused';

/** A simulated node: a machine with a disk and a program that may be down, up or paused. */
export class SimNode extends SimMachine implements Host {
  life: Life = 'down';
  readonly disk: Disk;
  /** What came while the node was paused, in order. */
  readonly backlog: Occurrence[] = [];
  eventSeq = 0;
  private started = false;
  private replica: Replica | undefined;
  private readonly platters = new SimDisk();
  private readonly pending: DiskOp[] = [];
  /** World time until which each file is busy. */
  private readonly busy = new Map<string, number>();
  private diskTime = -1;
  private diskTie = 0;
  private readonly options: SimOptions;
  private readonly world: NodeSurroundings;
  private readonly salt: number;

  constructor(id: string, options: SimOptions, world: NodeSurroundings) {
    super(id, options.seed, world);
    this.options = options;
    this.world = world;
    this.salt = hash(options.seed, [hashText(id), hashText('disk')]);
    this.disk = {
      append: (file, records, tag) => this.begin({ kind: 'append', file, records: this.coded(records), tag }),
      sync: (file, tag) => this.begin({ kind: 'sync', file, tag }),
      truncate: (file, keep, tag) => this.begin({ kind: 'truncate', file, keep, tag }),
      replace: (file, records, tag) =>
        this.begin({ kind: 'replace', file, records: this.coded(records), tag }),
    };
  }

  emit(event: ClusterEvent): void {
    this.world.emit(this, event);
  }

  boot(create: (host: Host) => Replica): void {
    if (this.started) this.restart();
    this.started = true;
    this.life = 'up';
    this.eventSeq = 0;
    const image: DiskImage = this.platters.image();
    this.replica = create(this);
    this.replica.start(image);
  }

  /** The process dies. What it had started on its disk may or may not have reached the kernel. */
  kill(powerFailure: boolean): void {
    this.life = 'down';
    this.replica = undefined;
    this.backlog.length = 0;
    const now = this.world.now();
    const draw = (kind: number) => (n: number) => hash(this.salt, [now, kind, n]) / 0x100000000;
    this.platters.crash(this.pending, draw(0));
    this.pending.length = 0;
    this.busy.clear();
    if (powerFailure) this.platters.powerFailure(draw(1));
  }

  /** Hands an occurrence to the program. */
  run(occurrence: Occurrence): void {
    const replica = this.replica;
    if (replica === undefined) return;
    switch (occurrence.kind) {
      case 'message':
        replica.receive(occurrence.message);
        break;
      case 'timer':
        replica.timer(occurrence.tag);
        break;
      case 'disk':
        replica.disk(occurrence.tag, occurrence.result);
        break;
    }
  }

  /** An operation on the disk ends: it takes effect whether or not the program, being paused, can hear of it. */
  diskDone(op: DiskOp, incarnation: number): void {
    if (incarnation !== this.incarnation || this.life === 'down') return;
    this.pending.splice(this.pending.indexOf(op), 1);
    const result: DiskResult = this.platters.perform(op);
    this.world.occur(this, { kind: 'disk', tag: op.tag, result });
  }

  private begin(op: DiskOp): void {
    const now = this.world.now();
    const slow = op.kind === 'sync' || op.kind === 'replace';
    const [min, max] = slow ? this.options.syncLatency : this.options.writeLatency;
    this.diskTie = now === this.diskTime ? this.diskTie + 1 : 0;
    this.diskTime = now;
    const fate = hash(this.salt, [now, this.diskTie]) / 0x100000000;
    const ready = Math.max(now, this.busy.get(op.file) ?? 0) + Math.floor(min + fate * (max - min));
    this.busy.set(op.file, ready);
    this.pending.push(op);
    this.world.diskBusy(ready, this, op, this.incarnation);
  }

  private coded(records: readonly Json[]): readonly Json[] {
    return this.options.codec ? (JSON.parse(JSON.stringify(records)) as Json[]) : records;
  }
}
