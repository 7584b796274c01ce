import type { Host, NodeId } from '../host.ts';
import type { Result } from '../kv.ts';
import type { Ballot } from './entry.ts';
import { DurableLog } from './log.ts';
import { Machine } from './machine.ts';
import type { PeerBody } from './messages.ts';
import { HEARTBEATS, type SingleLeaderOptions } from './options.ts';
import { Promises } from './promises.ts';

export type Role = 'follower' | 'candidate' | 'leader';

/** What the parts of a replica tell each other. */
export interface Parts {
  /** The log has come further on the disk. */
  synced(): void;
  executed(position: number, result: Result): void;
  /** This node no longer leads. */
  deposed(): void;
}

/** What a node is whatever its role: its log, its promises, whom it follows, and how far it knows the log to be settled. */
export class Member {
  readonly host: Host;
  readonly options: SingleLeaderOptions;
  readonly nodes: readonly NodeId[];
  readonly peers: readonly NodeId[];
  readonly majority: number;
  readonly log: DurableLog;
  readonly promises: Promises;
  readonly machine: Machine;
  role: Role = 'follower';
  /** The leader and its epoch; this node itself if it leads. */
  leader: Ballot | undefined;
  /** Everything up to here may be seen. */
  commit = 0;
  /** When the leader was last heard, on the monotonic clock. */
  heard = Number.NEGATIVE_INFINITY;
  /** Whether `commit` has been learnt since the start: before that this node knows less than it once showed. */
  informed = false;
  private readonly parts: Parts;
  private suspicions = 0;
  private reported = { at: Number.NEGATIVE_INFINITY, position: 0 };

  constructor(host: Host, options: SingleLeaderOptions, nodes: readonly NodeId[], parts: Parts) {
    this.host = host;
    this.options = options;
    this.nodes = nodes;
    this.peers = nodes.filter((node) => node !== host.id);
    this.majority = Math.floor(nodes.length / 2) + 1;
    this.parts = parts;
    this.log = new DurableLog(host, () => parts.synced());
    this.promises = new Promises(host);
    this.machine = new Machine(this.log);
  }

  get heartbeat(): number {
    return Math.floor(this.options.failoverTimeout / HEARTBEATS);
  }

  get epoch(): number {
    return this.promises.epoch;
  }

  send(dest: NodeId, body: PeerBody): void {
    this.host.send(dest, body);
  }

  broadcast(body: PeerBody): void {
    for (const peer of this.peers) this.host.send(peer, body);
  }

  /** Begins to wait for a sign of the leader, anew. Each node waits for its own time, so that they rarely stand together. */
  watch(): void {
    if (this.options.failover === 'manual') return;
    const { failoverTimeout } = this.options;
    const share = this.host.random('failover', this.epoch, this.suspicions);
    this.host.setTimer('suspect', Math.floor(failoverTimeout * (1 + share)));
  }

  suspected(): void {
    this.suspicions++;
    this.watch();
  }

  become(role: Role): void {
    if (role === this.role) return;
    const led = this.role === 'leader';
    this.role = role;
    this.host.emit({ type: 'role', role, epoch: this.epoch });
    if (led) this.parts.deposed();
  }

  /** Takes note of an epoch, and of who leads it where that is known; leads no more. */
  follow(epoch: number, by: NodeId | undefined): void {
    if (epoch > this.epoch) this.promises.make(epoch, null);
    this.leader = by === undefined ? undefined : { epoch, by };
    this.become('follower');
    this.watch();
  }

  /** Everything up to `position` may be seen from now on. */
  settle(position: number): void {
    this.informed = true;
    if (position > this.commit) {
      this.commit = position;
      this.machine.advance(position, (at, result) => this.parts.executed(at, result));
    }
    this.report();
  }

  /** Throws away what follows `keep`, and tells which writes that were. */
  discard(keep: number): void {
    const { log, options } = this;
    const to = log.length;
    const safe = options.sync !== 'none' && options.fencing === 'epoch';
    if (safe && keep < this.commit) throw new Error(`${this.commit} is settled, but ${keep} is to be kept`);
    const cut = log.truncate(keep);
    this.commit = Math.min(this.commit, keep);
    this.machine.cut(keep);
    this.host.emit({ type: 'truncate', from: keep + 1, to, epoch: this.epoch });
    const writes = cut.flatMap(({ command }) => (command === null ? [] : [command.id]));
    if (writes.length > 0) this.host.emit({ type: 'discard', writes });
  }

  /** Tells the watchers how far the log is settled, at most once a heartbeat. Where nobody agrees on a log it is this node's own. */
  private report(): void {
    const now = this.host.monotonic();
    const position = this.machine.applied;
    if (now - this.reported.at < this.heartbeat || position === this.reported.position) return;
    this.reported = { at: now, position };
    const { epoch } = this;
    if (this.options.sync === 'none') this.host.emit({ type: 'apply', position });
    else this.host.emit({ type: 'commit', position, epoch, digest: this.machine.digest });
  }
}
