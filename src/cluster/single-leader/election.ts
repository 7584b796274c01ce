import type { NodeId } from '../host.ts';
import { upToDate } from './entry.ts';
import type { Member } from './member.ts';
import type { CanvassBody, CanvassedBody, SuccessionBody } from './messages.ts';
import type { Succession } from './succession.ts';

/**
 * Succession by votes (fencing=epoch), after Raft: Ongaro & Ousterhout, In Search of an Understandable Consensus
 * Algorithm, USENIX ATC 2014, §5.2 and §5.4.1; canvassing first is Ongaro's pre-vote (dissertation, 2014, §9.6).
 *
 * A node votes once in an epoch, for a log that ends at least where its own does, by epoch first and then position, and
 * says so only when the vote is on its disk. So an epoch has one leader at most. A node canvasses before it opens an
 * epoch: one that was merely cut off would otherwise come back with a high epoch and depose a leader that works.
 */
export class Election implements Succession {
  private readonly member: Member;
  private readonly lead: () => void;
  private readonly granted = new Set<NodeId>();
  private stage: 'none' | 'canvass' | 'solicit' = 'none';
  /** The epoch that this node stands for. */
  private epoch = 0;

  constructor(member: Member, lead: () => void) {
    this.member = member;
    this.lead = lead;
  }

  suspect(): void {
    this.member.leader = undefined;
    if (!this.eligible()) return;
    this.member.become('candidate');
    this.stand('canvass', this.member.epoch + 1);
    this.count(this.member.host.id);
  }

  receive(src: NodeId, body: SuccessionBody): void {
    switch (body.type) {
      case 'canvass':
        this.canvassed(src, body);
        break;
      case 'solicit':
        this.solicited(src, body);
        break;
      case 'canvassed':
      case 'solicited':
        this.answered(src, body);
        break;
    }
  }

  timer(): boolean {
    return false;
  }

  /** With sync=one only a member of the last set is sure to have all that was settled; see `Synchrony`. */
  private eligible(): boolean {
    const { options, log, host } = this.member;
    return options.sync !== 'one' || (log.set?.includes(host.id) ?? true);
  }

  private stand(stage: 'canvass' | 'solicit', epoch: number): void {
    this.stage = stage;
    this.epoch = epoch;
    this.granted.clear();
    this.member.broadcast({ type: stage, epoch, tail: this.member.log.tail });
  }

  private canvassed(src: NodeId, body: CanvassBody): void {
    const { member } = this;
    const silent = member.host.monotonic() - member.heard >= member.options.failoverTimeout;
    const granted =
      member.role !== 'leader' && silent && body.epoch > member.epoch && upToDate(body.tail, member.log.tail);
    member.send(src, { type: 'canvassed', epoch: body.epoch, granted, known: member.epoch });
  }

  private solicited(src: NodeId, body: CanvassBody): void {
    const { member } = this;
    const { epoch } = body;
    if (epoch > member.epoch) this.learn(epoch);
    const { promises } = member;
    const free = promises.vote === null || promises.vote === src;
    const granted = epoch === member.epoch && free && upToDate(body.tail, member.log.tail);
    if (granted) {
      if (promises.vote === null) {
        promises.make(epoch, src);
        member.host.emit({ type: 'vote', epoch, for: src });
      }
      member.watch();
    }
    // Both that it voted and that it has moved on to this epoch are promises.
    promises.kept(() => member.send(src, { type: 'solicited', epoch, granted, known: member.epoch }));
  }

  private answered(src: NodeId, body: CanvassedBody): void {
    if (body.known > this.member.epoch) this.learn(body.known);
    else if (body.granted && body.epoch === this.epoch && body.type === STAGE_ANSWER[this.stage])
      this.count(src);
  }

  private count(voter: NodeId): void {
    const { member } = this;
    this.granted.add(voter);
    if (this.granted.size < member.majority || member.role !== 'candidate' || !this.eligible()) return;
    if (this.stage === 'canvass') {
      const { epoch } = this;
      this.stand('solicit', epoch);
      member.promises.make(epoch, member.host.id);
      member.host.emit({ type: 'vote', epoch, for: member.host.id });
      member.promises.kept(() => {
        if (this.stage === 'solicit' && this.epoch === epoch && member.epoch === epoch)
          this.count(member.host.id);
      });
    } else if (this.stage === 'solicit') {
      this.stage = 'none';
      this.lead();
    }
  }

  private learn(epoch: number): void {
    this.stage = 'none';
    this.member.follow(epoch, undefined);
  }
}

const STAGE_ANSWER = { none: undefined, canvass: 'canvassed', solicit: 'solicited' } as const;
