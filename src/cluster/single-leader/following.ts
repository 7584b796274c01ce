import type { NodeId } from '../host.ts';
import { type Ballot, outranks, sameBallot } from './entry.ts';
import type { Member } from './member.ts';
import type { ReplicateBody, ReplicatedBody } from './messages.ts';

/**
 * A follower takes the leader's stream, in order, and answers for what is on its disk.
 *
 * Two logs that have an entry of one ballot at one position are equal up to there. So the entry before a shipment is
 * compared; if it differs the leader goes back until they agree, and what the follower has beyond is thrown away.
 */
export class Following {
  private readonly member: Member;
  /** Up to here the log is known to be the leader's; of which `commit` is settled, as the leader says. */
  private verified = 0;
  private commit = 0;
  private of: Ballot | undefined;

  constructor(member: Member) {
    this.member = member;
  }

  replicate(src: NodeId, body: ReplicateBody): void {
    const { member } = this;
    const claim = { epoch: body.epoch, by: src };
    if (!this.accepts(claim)) {
      const { epoch } = member;
      const known = { epoch: member.leader?.epoch ?? epoch, by: member.leader?.by ?? null };
      member.send(src, {
        type: 'replicated',
        claim: claim.epoch,
        verdict: 'outranked',
        match: 0,
        ...known,
      });
      return;
    }
    if (member.leader === undefined || !sameBallot(member.leader, claim) || member.role !== 'follower')
      member.follow(claim.epoch, src);
    if (this.of === undefined || !sameBallot(this.of, claim)) this.begin(claim);
    member.heard = member.host.monotonic();
    member.watch();
    const gap = this.gap(body);
    if (gap !== undefined) {
      this.answer('gap', gap);
      return;
    }
    this.take(body);
    this.commit = Math.max(this.commit, body.commit);
    this.progress();
    // What is not on the disk yet is answered for when it is.
    if (body.entries.length === 0 || this.verified <= member.log.synced) this.answer('taken', this.match());
  }

  /** The log has come further on the disk. */
  synced(): void {
    const { member } = this;
    if (member.role === 'leader' || this.of === undefined) return;
    if (member.leader === undefined || !sameBallot(member.leader, this.of)) return;
    this.progress();
    this.answer('taken', this.match());
  }

  private begin(claim: Ballot): void {
    this.of = claim;
    this.verified = 0;
    this.commit = 0;
  }

  /**
   * With votes an epoch has one leader, and an older one is refused. Without them there may be two in one epoch; that
   * nodes which *meet* settle on one of them is not fencing: nobody asks before he leads, nobody confirms while he does.
   */
  private accepts(claim: Ballot): boolean {
    const { member } = this;
    if (claim.epoch < member.epoch) return false;
    const { leader } = member;
    if (leader === undefined || sameBallot(leader, claim)) return true;
    if (member.options.fencing === 'epoch' && leader.epoch === claim.epoch)
      throw new Error(`epoch ${claim.epoch} is led by ${leader.by} and by ${claim.by}`);
    return outranks(claim, leader);
  }

  /** From where the leader should go on if this shipment does not fit. */
  private gap(body: ReplicateBody): number | undefined {
    const { log } = this.member;
    if (body.position === 0) return undefined;
    const before = log.at(body.position);
    if (before === undefined) return log.length;
    if (sameBallot(before, { epoch: body.prevEpoch, by: body.prevBy })) return undefined;
    // Skip the whole run of the ballot that differs: of it the leader has a part at most.
    let at = body.position - 1;
    while (at > 0 && sameBallot(log.at(at)!, before)) at--;
    return at;
  }

  private take(body: ReplicateBody): void {
    const { log } = this.member;
    const { position, entries } = body;
    let known = 0;
    while (known < entries.length) {
      const mine = log.at(position + known + 1);
      if (mine === undefined || !sameBallot(mine, entries[known]!)) break;
      known++;
    }
    if (known < entries.length) {
      if (log.length > position + known) this.member.discard(position + known);
      log.append(...entries.slice(known));
    }
    this.verified = Math.max(this.verified, position + entries.length);
  }

  /** What is the leader's, and on the disk. */
  private match(): number {
    return Math.min(this.verified, this.member.log.synced);
  }

  /** A follower shows only what is settled, and what it has synced. */
  private progress(): void {
    if (this.commit > 0) this.member.settle(Math.min(this.commit, this.match()));
  }

  private answer(verdict: 'taken' | 'gap', match: number): void {
    const { member } = this;
    const { epoch, by } = this.of!;
    const body: ReplicatedBody = { type: 'replicated', claim: epoch, verdict, match, epoch, by };
    // Following this leader is a promise not to follow an older one: it has to be on the disk before it is told.
    member.promises.kept(() => {
      if (this.of?.epoch === epoch && this.of.by === by && member.epoch === epoch) member.send(by, body);
    });
  }
}
