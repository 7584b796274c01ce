import { ErrorCode } from '../errors.ts';
import type { NodeId } from '../host.ts';
import type { Command, Result } from '../kv.ts';
import type { RequestBody } from '../wire.ts';
import type { Ballot } from './entry.ts';
import type { Member } from './member.ts';
import type { ReplicatedBody } from './messages.ts';
import { PATIENCE } from './options.ts';
import { executed, refused } from './replies.ts';
import { Synchrony } from './synchrony.ts';

/** What a leader knows of a follower. */
interface Follower {
  /** It has this much of the log on its disk. */
  match: number;
  /** What to ship next; `sent` is the last position that is on its way. */
  next: number;
  sent: number;
  /** When it last answered, on the monotonic clock. */
  heard: number;
  /** It has taken something in this leadership, so that `match` is not a guess. */
  follows: boolean;
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
 * With sync=one the set is the leader and one follower, another when that falls silent; for what is settled see
 * `Synchrony`. Reads go through the log: they are answered when that follower has them, which tells that it has not been
 * made leader, and nobody else could have been.
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
  /** The position of this leadership's first record. */
  private start = 0;
  private gathering = false;
  private readonly synchrony: Synchrony;

  constructor(member: Member) {
    this.member = member;
    this.synchrony = new Synchrony(member.options.sync === 'none' ? 1 : member.majority);
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
      this.followers.set(peer, {
        match: 0,
        next: log.length + 1,
        sent: 0,
        heard: host.monotonic(),
        follows: false,
      });
    this.synchrony.clear();
    this.start = Number.POSITIVE_INFINITY;
    // With sync=one the set waits for a follower to answer.
    if (options.sync !== 'one') this.open(options.sync === 'all' ? member.nodes : [host.id]);
    this.beat();
  }

  request(src: NodeId, request: RequestBody, readOnly: boolean): void {
    if (readOnly && this.member.options.sync !== 'one') {
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
      follower.follows = true;
      follower.match = Math.max(follower.match, body.match);
      follower.next = Math.max(follower.next, follower.match + 1);
      if (this.synchrony.set === undefined) this.appoint();
      if (member.options.sync !== 'none') this.shipIdle();
      else if (member.log.synced - follower.match > BATCH && follower.match >= follower.sent)
        this.ship(src, follower);
    }
    this.settle();
  }

  /** The log has come further on the disk: only now does it leave this node. */
  synced(): void {
    this.settle();
    if (this.member.options.sync === 'none') this.gather();
    else this.shipIdle();
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
    this.appoint();
    for (const [peer, follower] of this.followers) this.ship(peer, follower);
    member.host.setTimer('heartbeat', member.heartbeat);
  }

  /** Writes the record of a synchronous set. */
  private open(set: readonly NodeId[]): void {
    const position = this.member.log.append({ ...this.ballot!, command: null, set });
    this.start = Math.min(this.start, position);
    this.synchrony.open(position, set);
  }

  /** With sync=one: sees to it that the synchronous follower is one that answers, the furthest of those. */
  private appoint(): void {
    const { host, options } = this.member;
    if (options.sync !== 'one') return;
    const since = host.monotonic() - options.failoverTimeout;
    const current = this.synchrony.set?.find((node) => node !== host.id);
    if (current !== undefined && this.followers.get(current)!.heard >= since) return;
    let best: NodeId | undefined;
    for (const [peer, { follows, heard, match }] of this.followers)
      if (follows && heard >= since && (best === undefined || match > this.followers.get(best)!.match))
        best = peer;
    if (best !== undefined) this.open([host.id, best]);
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

  /**
   * How much of the log a follower may have. One that is not synchronous gets nothing that the synchronous one lacks: a
   * log that is longer than its own would keep it from being elected.
   */
  private limit(peer: NodeId): number {
    const { log, host, options } = this.member;
    const { set } = this.synchrony;
    if (options.sync !== 'one' || set === undefined || set.includes(peer)) return log.synced;
    return this.followers.get(set.find((node) => node !== host.id)!)!.match;
  }

  /** Ships to those who lack something and have answered for all that is on its way. */
  private shipIdle(): void {
    for (const [peer, follower] of this.followers)
      if (follower.match < this.limit(peer) && follower.match >= follower.sent) this.ship(peer, follower);
  }

  /** Ships what is on the disk and not known to be there; nothing to ship is a heartbeat. */
  private ship(peer: NodeId, follower: Follower): void {
    const { log, commit } = this.member;
    const position = follower.next - 1;
    const before = log.at(position);
    const entries = log.slice(follower.next, Math.min(this.limit(peer), position + BATCH));
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
    const matches = new Map([[member.host.id, member.log.synced]]);
    for (const [peer, { match }] of this.followers) matches.set(peer, match);
    const position = this.synchrony.settled(matches);
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
