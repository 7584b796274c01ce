import type { Body, ClusterEvent, Disk, DiskResult, Host, Message } from '../../../src/cluster/host.ts';
import type { RaftBody } from '../../../src/cluster/raft/messages.ts';
import { Raft } from '../../../src/cluster/raft/raft.ts';
import { MS } from '../../../src/duration.ts';
import type { Json } from '../../../src/history/op.ts';
import { raft } from '../../../src/systems/raft.ts';

/** A node whose every message, timer and clock reading is in the hands of the test. Its disk is instant and safe. */
class Puppet implements Host {
  readonly id: string;
  incarnation = 0;
  readonly disk: Disk;
  readonly files = new Map<string, readonly Json[]>();
  readonly events: ClusterEvent[] = [];
  readonly timers = new Map<string, number>();
  replica!: Raft;
  private readonly stage: Stage;
  private readonly completions: { tag: string; result: DiskResult }[] = [];

  constructor(id: string, stage: Stage) {
    this.id = id;
    this.stage = stage;
    const change = (file: string, to: (records: readonly Json[]) => readonly Json[], tag: string) => {
      this.files.set(file, to(this.files.get(file) ?? []));
      this.completions.push({ tag, result: { ok: true } });
    };
    this.disk = {
      append: (file, records, tag) => change(file, (old) => [...old, ...records], tag),
      sync: (file, tag) => change(file, (old) => old, tag),
      truncate: (file, keep, tag) => change(file, (old) => old.slice(0, keep), tag),
      replace: (file, records, tag) => change(file, () => records, tag),
    };
  }

  monotonic(): number {
    return this.stage.now;
  }
  wallClock(): number {
    return this.stage.now;
  }
  random(): number {
    return 0.5;
  }
  send(dest: string, body: Body): void {
    this.stage.mail.push({ src: this.id, dest, body });
  }
  setTimer(tag: string, delay: number): void {
    this.timers.set(tag, this.stage.now + delay);
  }
  clearTimer(tag: string): void {
    this.timers.delete(tag);
  }
  emit(event: ClusterEvent): void {
    this.events.push(event);
  }

  boot(): void {
    this.completions.length = 0;
    this.timers.clear();
    this.replica = this.stage.create(this);
    this.replica.start(this.files);
    this.settle();
  }

  settle(): void {
    for (let n = this.completions.shift(); n !== undefined; n = this.completions.shift())
      this.replica.disk(n.tag, n.result);
  }
}

/** Raft nodes as puppets: the test says which node's timers fire and which messages arrive; the rest is lost. */
export class Stage {
  now = 0;
  mail: Message[] = [];
  /** What clients were sent. */
  readonly answers: Message[] = [];
  readonly nodes = new Map<string, Puppet>();
  readonly create: (host: Host) => Raft;

  constructor(ids: readonly string[], options: { readonly [name: string]: Json }) {
    const checked = raft.options.parse(options);
    this.create = (host) => new Raft(host, checked, ids);
    for (const id of ids) {
      const node = new Puppet(id, this);
      this.nodes.set(id, node);
      node.boot();
    }
  }

  node(id: string): Puppet {
    return this.nodes.get(id)!;
  }

  /** Restarts a node with what its disk holds. */
  restart(id: string): void {
    const node = this.node(id);
    node.incarnation++;
    node.boot();
  }

  /** Delivers the messages that pass, and what they cause, until none is left. All others are lost. */
  deliver(passes: (message: Message, body: RaftBody) => boolean): void {
    for (let m = this.mail.shift(); m !== undefined; m = this.mail.shift()) {
      const node = this.nodes.get(m.dest);
      if (node === undefined) this.answers.push(m);
      if (node === undefined || !passes(m, m.body as RaftBody)) continue;
      node.replica.receive(m);
      node.settle();
    }
  }

  /** Time passes for everyone; only `id` notices. */
  elapse(id: string, ms: number): void {
    this.now += ms * MS;
    const node = this.node(id);
    for (const [tag, due] of [...node.timers]) {
      if (due > this.now) continue;
      node.timers.delete(tag);
      node.replica.timer(tag);
      node.settle();
    }
  }

  /** Lets `candidate` be elected by `voters`; whatever it sends once it leads is lost, but for what passes. */
  elect(
    candidate: string,
    voters: readonly string[],
    passes: (m: Message, b: RaftBody) => boolean = () => false,
  ): void {
    const among = new Set([candidate, ...voters]);
    // A first try may only teach the candidate the term.
    for (let n = 0; n < 3 && this.role(candidate)?.role !== 'leader'; n++) {
      this.elapse(candidate, 1000);
      this.deliver((m, body) => {
        if (body.type === 'vote' || body.type === 'voted') return among.has(m.src) && among.has(m.dest);
        return passes(m, body);
      });
    }
  }

  /** What a node last said of itself. */
  role(id: string): ClusterEvent | undefined {
    return this.node(id).events.findLast((event) => event.type === 'role');
  }

  /** A request of a client as if it had been let in by this node before. */
  request(id: string, operation: number, key: number): void {
    const node = this.node(id);
    node.replica.receive({
      src: `c${operation}`,
      dest: id,
      body: {
        type: 'request',
        msg_id: 1,
        to: node.incarnation,
        id: operation,
        f: 'txn',
        space: 's',
        value: [['append', key, operation]],
        session: `c${operation}`,
        seq: 1,
        after: 0,
        local: false,
      },
    });
    node.settle();
  }
}
