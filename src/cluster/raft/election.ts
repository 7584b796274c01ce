import type { NodeId } from '../host.ts';
import type { Core } from './core.ts';
import type { VoteBody, VotedBody } from './messages.ts';

/**
 * Elections with pre-vote (Ongaro 2014, §9.6): a node that has not heard a leader for its randomised timeout first asks
 * whether it would be elected, and raises its term only if it would, so that a node coming back from a partition does
 * not depose a leader who is well.
 *
 * A node that has heard a leader within the shortest timeout gives no vote (§4.2.3). Leases rest on that promise; see
 * `Leadership.leaseHolds`.
 */
export class Election {
  private readonly core: Core;
  /** Elections begun since a leader was heard; each draws its own timeout. */
  private attempt = 0;
  private timeout = 0;
  /** Since when the timeout runs. */
  private since = 0;
  private pre = false;
  private readonly votes = new Set<NodeId>();

  constructor(core: Core) {
    this.core = core;
  }

  /**
   * A restarted node has forgotten when it last heard the leader, who may hold a lease on the strength of it: so where
   * there are leases it behaves as if that had been just now.
   */
  start(): void {
    const { core } = this;
    this.since = core.host.monotonic();
    if (core.host.incarnation > 0 && core.options.reads === 'lease') core.lastHeard = this.since;
    this.draw();
    core.host.setTimer('election', this.timeout);
  }

  /** The leader has been heard. The timer is left as it is and set again when it fires: most never matter. */
  heard(): void {
    const { core } = this;
    core.lastHeard = this.since = core.host.monotonic();
    if (this.attempt > 0) {
      this.attempt = 0;
      this.draw();
    }
    this.pre = false;
  }

  /** Leads no more: the timeout runs from now. */
  deposed(): void {
    this.since = this.core.host.monotonic();
    this.draw();
  }

  timer(): void {
    const { core } = this;
    const now = core.host.monotonic();
    const due = this.since + this.timeout;
    if (core.role !== 'leader' && now >= due) this.campaign(now);
    const next = core.role === 'leader' ? now + this.timeout : this.since + this.timeout;
    core.host.setTimer('election', Math.max(1, next - now));
  }

  onVote(src: NodeId, body: VoteBody): void {
    const { core } = this;
    const granted = body.pre ? this.wouldVote(body) : this.gives(src, body);
    core.send(src, {
      type: 'voted',
      term: granted ? body.term : core.term,
      pre: body.pre,
      granted,
    });
  }

  onVoted(src: NodeId, body: VotedBody): void {
    const { core } = this;
    if (!body.granted) {
      if (body.term > core.term) core.follow(body.term, undefined);
      return;
    }
    if (body.pre) {
      if (!this.pre || body.term !== core.term + 1) return;
      this.votes.add(src);
      if (this.votes.size >= core.quorum) this.stand();
    } else if (core.role === 'candidate' && body.term === core.term) {
      this.votes.add(src);
      this.count();
    }
  }

  /** The ballot is durable: this node's own vote counts from now on. */
  saved(): void {
    if (this.core.role === 'candidate') this.count();
  }

  private campaign(now: number): void {
    const { core } = this;
    this.attempt++;
    this.since = now;
    this.draw();
    core.leader = undefined;
    this.votes.clear();
    this.votes.add(core.host.id);
    this.pre = true;
    if (core.role === 'candidate') core.follow(core.term, undefined);
    if (core.quorum === 1) this.stand();
    else this.ask(core.term + 1, true);
  }

  private stand(): void {
    const { core } = this;
    this.pre = false;
    this.votes.clear();
    this.votes.add(core.host.id);
    this.since = core.host.monotonic();
    core.stand();
    this.ask(core.term, false);
  }

  private ask(term: number, pre: boolean): void {
    const { core } = this;
    const body: VoteBody = { type: 'vote', term, pre, last: core.log.last, lastTerm: core.log.lastTerm };
    for (const peer of core.peers) core.send(peer, body);
  }

  private count(): void {
    const { core } = this;
    if (this.votes.size >= core.quorum && !core.journal.unsure) core.lead();
  }

  private wouldVote(body: VoteBody): boolean {
    return body.term > this.core.term && !this.promised() && this.isCurrent(body);
  }

  private gives(src: NodeId, body: VoteBody): boolean {
    const { core } = this;
    if (body.term < core.term) return false;
    if (body.term > core.term) {
      if (this.promised()) return false;
      core.follow(body.term, undefined);
    }
    if (core.role !== 'follower' || !this.isCurrent(body)) return false;
    if (core.vote !== null && core.vote !== src) return false;
    if (core.vote === null) core.cast(core.term, src);
    this.since = core.host.monotonic();
    return true;
  }

  private promised(): boolean {
    const { host, options, lastHeard } = this.core;
    return host.monotonic() - lastHeard < options.electionTimeout;
  }

  /** Whether the candidate's log is at least as up to date (Ongaro & Ousterhout 2014, §5.4.1). */
  private isCurrent(body: VoteBody): boolean {
    const { log } = this.core;
    return body.lastTerm > log.lastTerm || (body.lastTerm === log.lastTerm && body.last >= log.last);
  }

  private draw(): void {
    const { host, options, term } = this.core;
    this.timeout = Math.floor(options.electionTimeout * (1 + host.random('election', term, this.attempt)));
  }
}
