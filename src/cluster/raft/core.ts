import type { Json } from '../../history/op.ts';
import type { Body, Host, NodeId } from '../host.ts';
import { Kv } from '../kv.ts';
import { Journal, type SnapshotHead } from './journal.ts';
import { Log } from './log.ts';
import type { RaftBody } from './messages.ts';
import type { RaftOptions } from './options.ts';

export type Role = 'follower' | 'candidate' | 'leader';

/** A snapshot as it is kept for followers that need it. */
export type Snapshot = { readonly head: SnapshotHead; readonly records: readonly Json[] };

/** What the parts of a Raft node tell each other through the core. */
export interface Parts {
  /** The role, the term or both have changed. `before` is what the node was. */
  changed(before: Role): void;
  /** The commit position has moved. */
  committed(): void;
  /** The log's entries from `position` on are gone. */
  truncated(position: number): void;
  /** A snapshot has taken the place of everything up to `position`. */
  installed(position: number): void;
  durable(): void;
  /** The ballot is durable. */
  saved(): void;
}

/**
 * The state that all parts of a node share: ballot, role, log, positions. Every change of term or role goes through
 * here, and so does every message to a peer, because none may leave before the ballot it speaks for is durable.
 */
export class Core {
  readonly host: Host;
  readonly options: RaftOptions;
  readonly peers: readonly NodeId[];
  /** How many nodes, this one included, decide. */
  readonly quorum: number;
  readonly log = new Log();
  readonly kv = new Kv();
  readonly journal: Journal;
  parts!: Parts;

  term = 0;
  vote: NodeId | null = null;
  role: Role = 'follower';
  leader: NodeId | undefined = undefined;
  commit = 0;
  applied = 0;
  /** Of every entry up to `applied`. */
  digest = 0;
  snapshot: Snapshot | undefined = undefined;
  /** When this node last heard a leader, on its monotonic clock. */
  lastHeard = Number.NEGATIVE_INFINITY;

  private readonly outbox: { readonly dest: NodeId; readonly body: Body }[] = [];

  constructor(host: Host, options: RaftOptions, nodes: readonly NodeId[]) {
    this.host = host;
    this.options = options;
    this.peers = nodes.filter((node) => node !== host.id);
    this.quorum = Math.floor(nodes.length / 2) + 1;
    this.journal = new Journal(host.disk, this.log, options.bug !== 'no-fsync', {
      durable: () => this.parts.durable(),
      saved: () => this.flush(),
      again: () => host.setTimer('disk', options.heartbeat),
    });
  }

  /** To a peer; waits until the ballot is durable. */
  send(dest: NodeId, body: RaftBody): void {
    if (this.journal.unsure) this.outbox.push({ dest, body });
    else this.host.send(dest, body);
  }

  follow(term: number, leader: NodeId | undefined): void {
    const before = this.role;
    const newTerm = term > this.term;
    this.role = 'follower';
    this.leader = leader;
    if (newTerm) this.ballot(term, null);
    if (newTerm || before !== 'follower') this.announce(before);
  }

  /** A vote of this node for `candidate` in a term that it is in or enters. */
  cast(term: number, candidate: NodeId): void {
    this.ballot(term, candidate);
    this.host.emit({ type: 'vote', epoch: term, for: candidate });
  }

  stand(): void {
    const before = this.role;
    this.role = 'candidate';
    this.leader = undefined;
    this.cast(this.term + 1, this.host.id);
    this.announce(before);
  }

  lead(): void {
    const before = this.role;
    this.role = 'leader';
    this.leader = this.host.id;
    this.announce(before);
  }

  commitTo(position: number): void {
    if (position <= this.commit) return;
    this.commit = position;
    this.parts.committed();
  }

  truncate(position: number): void {
    if (position <= this.commit)
      throw new Error(`the leader of ${this.term} contradicts committed ${position}`);
    this.host.emit({ type: 'truncate', from: position, to: this.log.last, epoch: this.log.term(position) });
    this.log.truncate(position);
    this.journal.truncated(position);
    this.parts.truncated(position);
  }

  private ballot(term: number, vote: NodeId | null): void {
    this.term = term;
    this.vote = vote;
    this.journal.saveBallot({ term, vote: this.options.bug === 'vote-not-persisted' ? null : vote });
  }

  private announce(before: Role): void {
    this.host.emit({ type: 'role', role: this.role, epoch: this.term });
    this.parts.changed(before);
  }

  private flush(): void {
    for (const { dest, body } of this.outbox) this.host.send(dest, body);
    this.outbox.length = 0;
    this.parts.saved();
  }
}
