import { ErrorCode } from '../errors.ts';
import { Gate } from '../gate.ts';
import type { DiskImage, DiskResult, Host, Message, NodeId, Replica } from '../host.ts';
import { isReadOnly, malformed } from '../kv.ts';
import type { RequestBody } from '../wire.ts';
import { Election } from './election.ts';
import { Following } from './following.ts';
import { Leading } from './leading.ts';
import { Member } from './member.ts';
import type { PeerBody } from './messages.ts';
import type { SingleLeaderOptions } from './options.ts';
import { Promotion } from './promotion.ts';
import { executed, refused } from './replies.ts';
import type { Succession } from './succession.ts';

/** A node of a cluster in which one node takes all writes and streams its log to the others. */
export class SingleLeaderReplica implements Replica {
  private readonly host: Host;
  private readonly options: SingleLeaderOptions;
  private readonly gate: Gate;
  private readonly member: Member;
  private readonly leading: Leading;
  private readonly following: Following;
  private readonly succession: Succession;

  constructor(host: Host, options: SingleLeaderOptions, nodes: readonly NodeId[]) {
    this.host = host;
    this.options = options;
    this.gate = new Gate(host);
    const member = new Member(host, options, nodes, {
      synced: () => (member.role === 'leader' ? this.leading.synced() : this.following.synced()),
      executed: (position, result) => this.leading.executed(position, result),
      deposed: () => this.leading.end(),
    });
    this.member = member;
    this.leading = new Leading(member);
    this.following = new Following(member);
    const lead = () => this.leading.begin();
    this.succession = options.fencing === 'epoch' ? new Election(member, lead) : new Promotion(member, lead);
  }

  start(disk: DiskImage): void {
    const { member, host } = this;
    member.promises.recover(disk);
    member.log.recover(disk);
    if (host.incarnation > 0) {
      host.emit({ type: 'recovered', position: member.log.length });
      host.emit({ type: 'role', role: member.role, epoch: member.epoch });
    }
    // The log may have reached the disk before the promise to follow its leader did.
    const { epoch } = member.log.tail;
    if (epoch > member.epoch) member.promises.make(epoch, null);
    const first = host.id === member.nodes[0];
    if (this.options.failover === 'manual') {
      if (first) this.appoint();
    } else if (first && host.incarnation === 0) this.succession.suspect();
    member.watch();
  }

  receive(message: Message): void {
    const { src } = message;
    const body = message.body as PeerBody | RequestBody;
    switch (body.type) {
      case 'request':
        this.request(src, body);
        break;
      case 'replicate':
        this.following.replicate(src, body);
        break;
      case 'replicated':
        if (this.member.role === 'leader') this.leading.replicated(src, body);
        break;
      default:
        this.succession.receive(src, body);
    }
  }

  timer(tag: string): void {
    if (tag === 'suspect') {
      if (this.member.role === 'leader') return;
      this.member.suspected();
      this.succession.suspect();
    } else if (!this.succession.timer(tag)) this.leading.timer(tag);
  }

  disk(tag: string, result: DiskResult): void {
    if (!this.member.promises.disk(tag, result)) this.member.log.disk(tag, result);
  }

  /**
   * Without automatic failover the first node leads the first epoch, for good: after a restart it goes on in it. That is
   * sound because it ships only what is on its disk, so that nobody has more of its log than itself.
   */
  private appoint(): void {
    const { promises } = this.member;
    if (promises.epoch === 0) promises.make(1, this.host.id);
    promises.kept(() => this.leading.begin());
  }

  private request(src: NodeId, request: RequestBody): void {
    if (!this.gate.admit(src, request)) return;
    const { member } = this;
    const { f, space, value } = request;
    const wrong = malformed(f, value);
    if (wrong !== undefined) {
      refused(member, src, request, ErrorCode.malformed, wrong, null);
      return;
    }
    const readOnly = isReadOnly(f, value);
    const own = request.local || this.options.reads !== 'leader';
    if (readOnly && own && member.informed) {
      executed(member, src, request, member.machine.query(f, space, value), member.machine.applied);
    } else if (member.role === 'leader') {
      this.leading.request(src, request, readOnly);
    } else {
      const text = readOnly && own ? 'has not caught up since its start' : 'does not lead';
      refused(member, src, request, ErrorCode.unavailable, text, member.leader?.by ?? null);
    }
  }
}
