import type { DiskImage, DiskResult, Host, Message, NodeId, Replica } from '../host.ts';
import type { RequestBody } from '../wire.ts';
import { Core, type Role } from './core.ts';
import { Election } from './election.ts';
import { Follower } from './follower.ts';
import { Journal } from './journal.ts';
import { Leadership } from './leadership.ts';
import type { Entry } from './log.ts';
import type { RaftBody } from './messages.ts';
import type { RaftOptions } from './options.ts';
import { Service } from './service.ts';
import { restoreSnapshot, Snapshots } from './snapshots.ts';

/**
 * A node of Raft (Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm, 2014; Ongaro, Consensus:
 * Bridging Theory and Practice, 2014), with a fixed set of nodes.
 *
 * This class only hands out what happens: elections to `Election`, what a leader sends to `Follower`, a term of
 * leadership to `Leadership`, clients to `Service`. What they share is `Core`.
 */
export class Raft implements Replica {
  private readonly core: Core;
  private readonly election: Election;
  private readonly follower: Follower;
  private readonly service: Service;
  private readonly snapshots: Snapshots;
  private leadership: Leadership | undefined;
  /** The term of `leadership`. */
  private led = 0;

  constructor(host: Host, options: RaftOptions, nodes: readonly NodeId[]) {
    this.core = new Core(host, options, nodes);
    this.election = new Election(this.core);
    this.follower = new Follower(this.core);
    this.service = new Service(this.core);
    this.snapshots = new Snapshots(this.core);
    this.core.parts = {
      changed: (before) => this.changed(before),
      committed: () => this.committed(),
      truncated: (position) => this.service.truncated(position),
      installed: (position) => this.service.skipped(position),
      durable: () => this.durable(),
      saved: () => this.election.saved(),
    };
  }

  start(image: DiskImage): void {
    const { core } = this;
    const { ballot, head, records, entries, exact } = Journal.read(image);
    core.term = ballot.term;
    core.vote = ballot.vote;
    if (head !== undefined) {
      restoreSnapshot(core, { head, records });
      if (core.options.bug === 'forget-snapshot') core.kv.restore([]);
    }
    this.recover(entries);
    core.journal.begin(entries[0]?.i ?? 0, entries.length, exact);
    if (core.host.incarnation > 0) core.host.emit({ type: 'recovered', position: core.log.last });
    core.host.emit({ type: 'role', role: core.role, epoch: core.term });
    this.election.start();
  }

  receive(message: Message): void {
    const { core } = this;
    const body = message.body as RaftBody | RequestBody;
    switch (body.type) {
      case 'request':
        this.service.onRequest(message.src, body);
        break;
      case 'append':
        this.follower.onAppend(message.src, body);
        if (body.term === core.term) this.heard();
        break;
      case 'appended':
      case 'installed':
        if (body.term > core.term) core.follow(body.term, undefined);
        else if (body.term === core.term && this.leadership !== undefined) {
          if (body.type === 'appended') this.leadership.onAppended(message.src, body);
          else this.leadership.onInstalled(message.src, body);
          this.service.confirm();
        }
        break;
      case 'vote':
        this.election.onVote(message.src, body);
        break;
      case 'voted':
        this.election.onVoted(message.src, body);
        break;
      case 'install':
        this.follower.onInstall(message.src, body);
        if (body.term === core.term) this.heard();
        break;
    }
  }

  timer(tag: string): void {
    if (tag === 'election') this.election.timer();
    else if (tag === 'disk') this.core.journal.retry();
    else if (this.leadership !== undefined) {
      this.leadership.heartbeat();
      this.service.tick(0);
    }
  }

  disk(tag: string, result: DiskResult): void {
    this.core.journal.completed(tag, result);
  }

  /** Rebuilds the log from what the file holds after the snapshot, if that follows it. */
  private recover(entries: readonly Entry[]): void {
    const { log } = this.core;
    const first = entries[0]?.i ?? log.base + 1;
    if (first > log.base + 1) throw new Error(`the log begins at ${first}, the snapshot ends at ${log.base}`);
    // A snapshot from a leader may have been written when the log held something else at its end, or ended before.
    const joint = entries[log.base - first];
    if (first <= log.base && joint?.t !== log.baseTerm) return;
    for (const entry of entries) if (entry.i > log.base) log.append(entry);
  }

  private heard(): void {
    this.election.heard();
    this.service.tick(this.core.options.heartbeat);
  }

  private changed(before: Role): void {
    const { core } = this;
    if (core.role === 'leader') {
      this.led = core.term;
      this.leadership = new Leadership(core);
      this.service.lead(this.leadership);
    } else if (before === 'leader') {
      this.leadership = undefined;
      core.host.clearTimer('heartbeat');
      this.election.deposed();
      this.service.deposed(this.led);
    }
  }

  private committed(): void {
    this.service.apply();
    this.snapshots.consider();
  }

  private durable(): void {
    if (this.leadership !== undefined) this.leadership.durable();
    else this.follower.durable();
  }
}
