import type {
  Body,
  ClusterEvent,
  Disk,
  DiskImage,
  Host,
  Message,
  NodeId,
} from '../../../src/cluster/host.ts';
import type { SingleLeaderOptions } from '../../../src/cluster/single-leader/options.ts';
import { SingleLeaderReplica } from '../../../src/cluster/single-leader/replica.ts';
import type { Json } from '../../../src/history/op.ts';
import { singleLeader } from '../../../src/systems/single-leader.ts';

interface Waiting {
  readonly tag: string;
  readonly does: () => void;
}

/** A node held by strings: its disk completes when told to, its messages are collected, its timers fire by hand. */
export class Puppet {
  readonly replica: SingleLeaderReplica;
  readonly events: ClusterEvent[] = [];
  readonly files = new Map<string, Json[]>();
  private sent: { readonly dest: NodeId; readonly body: Body }[] = [];
  private readonly waiting: Waiting[] = [];
  private readonly id: NodeId;

  constructor(
    id: NodeId,
    nodes: readonly NodeId[],
    options: Partial<SingleLeaderOptions>,
    image: DiskImage = new Map(),
  ) {
    this.id = id;
    for (const [name, records] of image) this.files.set(name, [...records]);
    const file = (name: string) => this.files.get(name) ?? this.files.set(name, []).get(name)!;
    const start = (tag: string, does: () => void) => void this.waiting.push({ tag, does });
    const disk: Disk = {
      append: (name, records, tag) => start(tag, () => void file(name).push(...records)),
      sync: (_name, tag) => start(tag, () => {}),
      truncate: (name, keep, tag) => start(tag, () => void file(name).splice(keep)),
      replace: (name, records, tag) => start(tag, () => void this.files.set(name, [...records])),
    };
    const host: Host = {
      id,
      incarnation: image.size > 0 ? 1 : 0,
      wallClock: () => 0,
      monotonic: () => 0,
      random: () => 0.5,
      send: (dest, body) => void this.sent.push({ dest, body }),
      setTimer: () => {},
      clearTimer: () => {},
      disk,
      emit: (event) => void this.events.push(event),
    };
    this.replica = new SingleLeaderReplica(
      host,
      singleLeader.options.parse(options) as SingleLeaderOptions,
      nodes,
    );
    this.replica.start(image);
  }

  hear(src: NodeId, body: Body): void {
    const message: Message = { src, dest: this.id, body };
    this.replica.receive(message);
  }

  /** Completes all disk operations that have been started, and those that follow from them. */
  settleDisk(): void {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      next.does();
      this.replica.disk(next.tag, { ok: true });
    }
  }

  failDisk(): void {
    this.replica.disk(this.waiting.shift()!.tag, { ok: false, error: 'EIO' });
  }

  /** Messages of that type sent since the last look. */
  said(type: string): { readonly dest: NodeId; readonly body: Body }[] {
    const found = this.sent.filter(({ body }) => body.type === type);
    this.sent = this.sent.filter(({ body }) => body.type !== type);
    return found;
  }
}
