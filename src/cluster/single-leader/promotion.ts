import type { NodeId } from '../host.ts';
import type { Tail } from './entry.ts';
import { upToDate } from './entry.ts';
import type { Member } from './member.ts';
import type { SuccessionBody, SurveyedBody } from './messages.ts';
import type { Succession } from './succession.ts';

interface Reached {
  readonly epoch: number;
  readonly tail: Tail;
}

/**
 * Succession without votes (fencing=none), as failover scripts around asynchronous replication do it: a node that holds
 * the leader for dead asks those it reaches how far they are, and has the furthest of them lead.
 *
 * Nobody asks whether the leader agrees to be dead, and no majority is needed. If it only was out of reach there are two
 * leaders from now on, each acknowledging writes, until they meet; two nodes that do this apart may even number their
 * epochs alike.
 */
export class Promotion implements Succession {
  private readonly member: Member;
  private readonly lead: () => void;
  private survey: Map<NodeId, Reached> | undefined;

  constructor(member: Member, lead: () => void) {
    this.member = member;
    this.lead = lead;
  }

  suspect(): void {
    const { member } = this;
    member.leader = undefined;
    member.become('candidate');
    this.survey = new Map([[member.host.id, { epoch: member.epoch, tail: member.log.tail }]]);
    member.broadcast({ type: 'survey' });
    member.host.setTimer('survey', Math.floor(member.options.failoverTimeout / 3));
  }

  receive(src: NodeId, body: SuccessionBody): void {
    const { member } = this;
    switch (body.type) {
      case 'survey': {
        const leads = member.role === 'leader';
        member.send(src, { type: 'surveyed', epoch: member.epoch, tail: member.log.tail, leads });
        break;
      }
      case 'surveyed':
        this.surveyed(src, body);
        break;
      case 'promote':
        if (member.role !== 'leader' && body.epoch > member.epoch) this.promote(body.epoch);
        break;
    }
  }

  timer(tag: string): boolean {
    if (tag !== 'survey') return false;
    const { member, survey } = this;
    this.survey = undefined;
    // Meanwhile a leader has been heard.
    if (survey === undefined || member.role !== 'candidate') return true;
    let best = member.host.id;
    let epoch = member.epoch;
    for (const [node, reached] of survey) {
      epoch = Math.max(epoch, reached.epoch);
      const { tail } = survey.get(best)!;
      if (upToDate(reached.tail, tail) && (node < best || !upToDate(tail, reached.tail))) best = node;
    }
    if (best === member.host.id) this.promote(epoch + 1);
    else member.send(best, { type: 'promote', epoch: epoch + 1 });
    return true;
  }

  private surveyed(src: NodeId, { epoch, tail, leads }: SurveyedBody): void {
    if (leads && epoch >= this.member.epoch) this.survey = undefined;
    this.survey?.set(src, { epoch, tail });
  }

  private promote(epoch: number): void {
    const { member } = this;
    member.leader = undefined;
    member.promises.make(epoch, member.host.id);
    member.promises.kept(() => {
      if (member.epoch === epoch && member.role !== 'leader' && member.leader === undefined) this.lead();
    });
  }
}
