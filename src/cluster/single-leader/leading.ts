import { ErrorCode } from '../errors.ts';
import type { NodeId } from '../host.ts';
import type { Command, Result } from '../kv.ts';
import type { RequestBody } from '../wire.ts';
import type { Ballot } from './entry.ts';
import type { Member } from './member.ts';
import type { ReplicatedBody } from './messages.ts';
import { PATIENCE } from './options.ts';
import { executed, refused } from './replies.ts';

/** What a leader knows of a follower. */
interface Follower {
  /** It has this much of the log on its disk. */
  match: number;
  /** What to ship next; `sent` is the last position that is on its way. */
  next: number;
  sent: number;
  /** When it last answered, on the monotonic clock. */
  heard: number;
}

interface Asked {
  readonly src: NodeId;
  readonly request: RequestBody;
}

/** Entries in one message. */
const BATCH = 256;

/**
 * A leader: it puts every write into its log, ships the log, and acknowledges what is settled.
 *
 * **sync=all with fenced epochs is linearizable.** The record that opens a leadership names all nodes as the synchronous
 * set, and nothing is settled before that record is: on the disks of all nodes, a majority included.
 *
 * 1. *What is settled stays.* Position p is settled in epoch e when every node has synced the leader's log up to p, the
 *    record of e included. A node that follows or votes in a later epoch takes nothing from e any more. So everyone who
 *    votes in an epoch above e, the candidate first, had p before; and a log is only cut where it contradicts that of a
 *    leader, who has p. By induction over epochs every later leader has p.
 * 2. *What is shown is settled.* A write is executed and answered when it is settled, in log order. A new leader shows
 *    nothing until its record is settled, and with it its whole tail: all that any leader before it may have answered.
 * 3. *Reads.* A leader answers them from its settled state, and asks nobody: the synchronous set of every later epoch
 *    contains this very node. Before anything is settled there this node has synced the record of that epoch, and so
 *    has ceased to lead. While it leads, every write ever acknowledged is therefore of its epoch or an earlier one, and in
 *    its state. (A set that can do without the old leader would need its reads confirmed by those it cannot do without.)
 *    Hence reads go on while a follower is down and writes block.
 *
 * With sync=none a write is settled once it is on the leader's own disk, and nobody else knows.
 * With an appointed leader that never changes (failover=manual) this is linearizable all the same.
 */
export class Leading {
  private readonly member: Member;
  private readonly followers = new Map<NodeId, Follower>();
  private readonly writes = new Map<number, Asked>();
  /** Reads that came before this leadership's record was settled. */
  private reads: Asked[] = [];
  private ballot: Ballot | undefined;
  /** The position of the record that opens this leadership. */
  private start = 0;
  private gathering = false;

  constructor(member: Member) {
    this.member = member;
  }

  /** Precondition: the promise to lead this epoch is on the disk. */
  begin(): void {
    const { member } = this;
    const { host, log, epoch, options } = member;
    this.ballot = { epoch, by: host.id };
    member.leader = this.ballot;
    member.become('leader');
    host.clearTimer('suspect');
    for (const peer of member.peers)
      this.followers.set(peer, { match: 0, next: log.length + 1, sent: 0, heard: host.monotonic() });
    const set = options.sync === 'all' ? member.nodes : [host.id];
    this.start = log.append({ ...this.ballot, command: null, set });
    this.beat();
  }

  request(src: NodeId, request: RequestBody, readOnly: boolean): void {
    if (readOnly) {
      if (this.settled) this.answer(src, request);
      else this.reads.push({ src, request });
      return;
    }
    const { id, session, seq, f, space, value } = request;
    const command: Command = { id, session, seq, f, space, value };
    const position = this.member.log.append({ ...this.ballot!, command, set: null });
    this.writes.set(position, { src, request });
  }

  replicated(src: NodeId, body: ReplicatedBody): void {
    const { member } = this;
    if (body.verdict === 'outranked') {
      this.outranked(body);
      return;
    }
    const follower = this.followers.get(src);
    if (follower === undefined || body.claim !== this.ballot!.epoch) return;
    follower.heard = member.host.monotonic();
    if (body.verdict === 'gap') {
      follower.next = Math.max(follower.match, Math.min(body.match, follower.next - 1)) + 1;
      this.ship(src, follower);
    } else {
      follower.match = Math.max(follower.match, body.match);
      follower.next = Math.max(follower.next, follower.match + 1);
      const behind = member.log.synced - follower.match;
      const waits = member.options.sync === 'all' || behind > BATCH;
      if (behind > 0 && waits && follower.match >= follower.sent) this.ship(src, follower);
    }
    this.settle();
  }

  /** The log has come further on the disk: only now does it leave this node. */
  synced(): void {
    const { member } = this;
    this.settle();
    if (member.options.sync === 'none') this.gather();
    else
      for (const [peer, follower] of this.followers)
        if (follower.match >= follower.sent) this.ship(peer, follower);
  }

  executed(position: number, result: Result): void {
    const asked = this.writes.get(position);
    if (asked === undefined) return;
    this.writes.delete(position);
    executed(this.member, asked.src, asked.request, result, position);
  }

  /** True if the timer was the leader's. */
  timer(tag: string): boolean {
    if (tag === 'heartbeat') this.beat();
    else if (tag === 'ship') {
      this.gathering = false;
      for (const [peer, follower] of this.followers) this.ship(peer, follower);
    } else return false;
    return true;
  }

  /** What it has taken on may yet become of it; what it has not answered it can no longer answer. */
  end(): void {
    const { host, leader } = this.member;
    host.clearTimer('heartbeat');
    host.clearTimer('ship');
    this.gathering = false;
    const hint = leader?.by ?? null;
    for (const { src, request } of this.writes.values())
      refused(this.member, src, request, ErrorCode.crash, 'deposed before the write was settled', hint);
    for (const { src, request } of this.reads) {
      host.emit({ type: 'deposed-read', epoch: this.ballot!.epoch });
      refused(
        this.member,
        src,
        request,
        ErrorCode.unavailable,
        'deposed before the read could be answered',
        hint,
      );
    }
    this.writes.clear();
    this.reads = [];
    this.followers.clear();
  }

  private gather(): void {
    if (this.gathering || this.member.peers.length === 0) return;
    this.gathering = true;
    this.member.host.setTimer('ship', this.member.options.shipInterval);
  }

  private beat(): void {
    const { member } = this;
    if (this.isolated()) {
      member.follow(member.epoch, undefined);
      return;
    }
    for (const [peer, follower] of this.followers) this.ship(peer, follower);
    member.host.setTimer('heartbeat', member.heartbeat);
  }

  /** A fenced leader that no majority answers may long have been replaced: it stops, so that its clients look elsewhere. */
  private isolated(): boolean {
    const { member } = this;
    const { fencing, failover, failoverTimeout } = member.options;
    if (fencing === 'none' || failover === 'manual') return false;
    const since = member.host.monotonic() - PATIENCE * failoverTimeout;
    let reached = 1;
    for (const { heard } of this.followers.values()) if (heard >= since) reached++;
    return reached < member.majority;
  }

  /** Ships what is on the disk and not known to be there; nothing to ship is a heartbeat. */
  private ship(peer: NodeId, follower: Follower): void {
    const { log, commit } = this.member;
    const position = follower.next - 1;
    const before = log.at(position);
    const entries = log.slice(follower.next, Math.min(log.synced, position + BATCH));
    follower.sent = Math.max(follower.match, position + entries.length);
    this.member.send(peer, {
      type: 'replicate',
      epoch: this.ballot!.epoch,
      position,
      prevEpoch: before?.epoch ?? 0,
      prevBy: before?.by ?? '',
      entries,
      commit,
    });
  }

  /** Entries of earlier leaders are settled only together with this one's record, never by counting alone. */
  private settle(): void {
    const { member } = this;
    let position = member.log.synced;
    if (member.options.sync === 'all')
      for (const { match } of this.followers.values()) position = Math.min(position, match);
    if (position < this.start) return;
    member.settle(position);
    for (const { src, request } of this.reads.splice(0)) this.answer(src, request);
  }

  /** Whether all is settled that any leader before this one may have answered. */
  private get settled(): boolean {
    return this.member.commit >= this.start;
  }

  private answer(src: NodeId, request: RequestBody): void {
    const { machine } = this.member;
    const result = machine.query(request.f, request.space, request.value);
    executed(this.member, src, request, result, machine.applied);
  }

  private outranked(body: ReplicatedBody): void {
    const { member } = this;
    const mine = this.ballot!;
    if (body.epoch < mine.epoch) return;
    // Of two who lead one epoch, which only happens without votes, the greater name goes on.
    if (body.epoch === mine.epoch && (body.by === null || body.by <= mine.by)) return;
    member.follow(body.epoch, undefined);
  }
}
