import type { NodeId } from '../host.ts';
import type { Command } from '../kv.ts';
import type { Core } from './core.ts';
import type { Entry } from './log.ts';
import type { AppendBody, AppendedBody, InstalledBody } from './messages.ts';
import { nthLargest, Progress } from './progress.ts';

/** Records of a snapshot in one message. */
const CHUNK = 64;
/** Rounds whose beginning is remembered; an answer to an older one confirms nothing. */
const ROUNDS = 1024;

/**
 * One term of leadership: replication, commitment, and the proof that it still leads.
 *
 * Proof goes by rounds. Every message carries the number of the latest round and every answer echoes it. Once a quorum
 * has echoed round r, nobody else had been elected when r began: the members of that quorum were in this term after
 * that moment.
 */
export class Leadership {
  /** The no-op of this term. Once it is committed, everything that any earlier leader committed is. */
  readonly first: number;
  /** The latest round begun, and the latest that a quorum has answered. */
  round = 0;
  confirmed = 0;

  private readonly core: Core;
  private readonly followers = new Map<NodeId, Progress>();
  private readonly began = new Float64Array(ROUNDS);
  private readonly scratch: Float64Array;
  /** When the latest confirmed round began: until a while after that, nobody else can have been elected. */
  private since: number;
  /** The latest slice of the log, which is often wanted for every follower. */
  private batch: { from: number; to: number; entries: readonly Entry[] } = { from: 0, to: -1, entries: [] };

  constructor(core: Core) {
    this.core = core;
    this.scratch = new Float64Array(core.peers.length + 1);
    this.since = core.host.monotonic();
    this.first = core.log.last + 1;
    for (const peer of core.peers) this.followers.set(peer, new Progress(peer, this.first));
    this.heartbeat();
    this.append(null);
  }

  /** Appends a command of this term and sends it on its way. Its position. */
  append(command: Command | null): number {
    const { core } = this;
    const position = core.log.last + 1;
    core.log.append({ i: position, t: core.term, c: command });
    core.journal.flush();
    for (const follower of this.followers.values()) this.feed(follower);
    return position;
  }

  /** Every `options.heartbeat`: a new round for everyone, and an end to a leadership that no quorum answers. */
  heartbeat(): void {
    const { core } = this;
    const now = core.host.monotonic();
    if (core.peers.length > 0 && now - this.since > core.options.electionTimeout * 2) {
      core.follow(core.term, undefined);
      return;
    }
    this.begin();
    core.host.setTimer('heartbeat', core.options.heartbeat);
  }

  /** Begins a round now. */
  begin(): void {
    const { core } = this;
    this.round++;
    this.began[this.round % ROUNDS] = core.host.monotonic();
    for (const follower of this.followers.values()) {
      const { install } = follower;
      if (install !== undefined && !install.moved) this.sendChunk(follower);
      else {
        if (install !== undefined) install.moved = false;
        this.sendAppend(follower, []);
      }
    }
    if (core.peers.length === 0) this.confirmed = this.round;
  }

  /**
   * Whether the lease holds *now*. To be asked after the state has been read: if it holds then, it held when the state
   * was read, and that is the moment at which the read takes effect. How long the answer then takes, a pause of the
   * process included, does not matter.
   *
   * Why it is safe: a quorum answered a round that began at `since`. Each of its members heard this leader after
   * `since` and from then on gives no vote, nor stands itself, for `electionTimeout` of its own monotonic clock,
   * nor after a restart (`Election.start`). Any election needs one of them, and this leader counts itself among them
   * on the same terms. So none succeeds before `since` + electionTimeout by the fastest clock. If no clock runs more than
   * `driftBound` times as fast as this one, that is not before `since` + electionTimeout / driftBound by this one. Bumps and strobes
   * move wall clocks only; monotonic clocks run on through a pause. Beyond the bound the lease is void, and nothing here
   * can notice.
   */
  leaseHolds(): boolean {
    const { host, options, peers } = this.core;
    if (peers.length === 0) return true;
    if (this.confirmed === 0) return false;
    return host.monotonic() - this.since < options.electionTimeout / options.driftBound;
  }

  onAppended(src: NodeId, body: AppendedBody): void {
    const follower = this.followers.get(src)!;
    this.answered(follower, body.round);
    if (body.ok) {
      if (follower.install !== undefined && body.match >= follower.install.snapshot.head.last)
        follower.install = undefined;
      if (follower.matched(body.match)) this.count();
    } else if (follower.install === undefined && this.isNews(follower, body.match)) {
      follower.backTo(this.retreat(body));
    }
    this.feed(follower);
  }

  onInstalled(src: NodeId, body: InstalledBody): void {
    const follower = this.followers.get(src)!;
    this.answered(follower, body.round);
    const { install } = follower;
    if (install === undefined || install.snapshot.head.last !== body.last || body.have === install.have)
      return;
    install.have = body.have;
    install.moved = true;
    this.sendChunk(follower);
  }

  /** More of this node's own log is durable, which counts like a follower's. */
  durable(): void {
    this.count();
  }

  /** Whether a refusal to follow `prev` is of something sent since the last one: those before say nothing new. */
  private isNews(follower: Progress, prev: number): boolean {
    // As in `sendAppend`, a follower that is behind the log was asked to follow its base.
    return prev >= follower.match && prev <= Math.max(follower.next - 1, this.core.log.base);
  }

  /** Where to try next after a refusal (Ongaro & Ousterhout 2014, end of §5.3). */
  private retreat(body: AppendedBody): number {
    const { log } = this.core;
    if (body.conflictTerm === 0) return body.conflictAt;
    const within = log.lastWithin(body.conflictTerm, body.match);
    // Up to its last entry of that term the logs may agree; if this log has none of it they differ from its start.
    return log.term(within) === body.conflictTerm ? within + 1 : Math.min(body.conflictAt, within + 1);
  }

  private answered(follower: Progress, round: number): void {
    if (round <= follower.round) return;
    follower.round = round;
    const { core, scratch } = this;
    let n = 0;
    scratch[n++] = this.round;
    for (const { round } of this.followers.values()) scratch[n++] = round;
    const confirmed = nthLargest(scratch, core.quorum);
    if (confirmed <= this.confirmed) return;
    this.confirmed = confirmed;
    if (confirmed > this.round - ROUNDS) {
      this.since = this.began[confirmed % ROUNDS]!;
      // The leader's own vote is promised like its followers'.
      core.lastHeard = this.since;
    }
  }

  /**
   * Commits what a quorum has, if it is of this term: an entry of an earlier term on a quorum may still be replaced
   * (Ongaro & Ousterhout 2014, §5.4.2 and figure 8), but not once an entry of this term follows it there.
   */
  private count(): void {
    const { core, scratch } = this;
    let n = 0;
    scratch[n++] = core.journal.durable;
    for (const { match } of this.followers.values()) scratch[n++] = match;
    const position = nthLargest(scratch, core.quorum);
    if (position <= core.commit) return;
    if (core.log.term(position) === core.term || core.options.bug === 'commit-old-term')
      core.commitTo(position);
  }

  /** Sends a follower what it lacks, as far as its window allows. */
  private feed(follower: Progress): void {
    const { core } = this;
    const { log } = core;
    if (follower.install !== undefined) return;
    while (follower.next <= log.last && !follower.full) {
      if (follower.next <= log.base) {
        this.offerSnapshot(follower);
        return;
      }
      const to = Math.min(log.last, follower.next + core.options.maxBatch - 1);
      this.sendAppend(follower, this.slice(follower.next, to));
      follower.sent(to);
    }
  }

  private slice(from: number, to: number): readonly Entry[] {
    if (this.batch.from !== from || this.batch.to !== to)
      this.batch = { from, to, entries: this.core.log.slice(from, to) };
    return this.batch.entries;
  }

  private sendAppend(follower: Progress, entries: readonly Entry[]): void {
    const { core } = this;
    // A follower behind the log is sent a snapshot; what it gets meanwhile only says that the leader is there.
    const prev = Math.max(follower.next - 1, core.log.base);
    const body: AppendBody = {
      type: 'append',
      term: core.term,
      prev,
      prevTerm: core.log.term(prev),
      entries,
      commit: core.commit,
      round: this.round,
    };
    core.send(follower.id, body);
  }

  private offerSnapshot(follower: Progress): void {
    const { snapshot } = this.core;
    if (snapshot === undefined) throw new Error('the log has a base but there is no snapshot');
    follower.backTo(snapshot.head.last + 1);
    follower.install = { snapshot, have: 0, moved: true };
    this.sendChunk(follower);
  }

  private sendChunk(follower: Progress): void {
    const { core } = this;
    const { snapshot, have } = follower.install!;
    core.send(follower.id, {
      type: 'install',
      term: core.term,
      last: snapshot.head.last,
      lastTerm: snapshot.head.lastTerm,
      digest: snapshot.head.digest,
      offset: have,
      total: snapshot.records.length,
      records: snapshot.records.slice(have, have + CHUNK),
      round: this.round,
    });
  }
}
