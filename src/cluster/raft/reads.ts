import { ErrorCode } from '../errors.ts';
import type { NodeId } from '../host.ts';
import type { RequestBody } from '../wire.ts';
import type { Core } from './core.ts';
import type { Leadership } from './leadership.ts';
import { answer, refuse } from './replies.ts';

interface Waiting {
  readonly src: NodeId;
  readonly request: RequestBody;
  /** Confirmed only by this round or a later one. */
  readonly round: number;
  /** The position that must have been applied. */
  readonly position: number;
}

/**
 * Reads that do not go through the log (Ongaro 2014, §6.4). Under a lease they are answered at once. Otherwise the
 * leader notes how far it has committed, and answers once a round begun after that is confirmed and that much is
 * applied; all reads that come during one round share the next.
 */
export class Reads {
  private readonly core: Core;
  private readonly leadership: Leadership;
  private readonly queue: Waiting[] = [];
  private head = 0;

  constructor(core: Core, leadership: Leadership) {
    this.core = core;
    this.leadership = leadership;
  }

  read(src: NodeId, request: RequestBody): void {
    const { core, leadership } = this;
    const { commit, options } = core;
    if (options.reads === 'lease' && commit >= leadership.first) {
      const result = core.kv.query(request.f, request.space, request.value);
      // In this order: see `leaseHolds`.
      if (leadership.leaseHolds()) {
        answer(core, src, request.msg_id, result, core.term, core.applied);
        return;
      }
    }
    // Until the no-op is committed the leader does not know what its predecessors have.
    const position = Math.max(commit, leadership.first);
    const idle = leadership.confirmed >= leadership.round;
    this.queue.push({ src, request, round: leadership.round + 1, position });
    if (idle) leadership.begin();
    this.serve();
  }

  /** Answers what can be answered now, and begins the next round if some must wait for it. */
  serve(): void {
    const { core, leadership, queue } = this;
    if (this.head === queue.length) return;
    while (this.head < queue.length) {
      const { src, request, round, position } = queue[this.head]!;
      if (round > leadership.confirmed || position > core.applied) break;
      this.head++;
      const result = core.kv.query(request.f, request.space, request.value);
      answer(core, src, request.msg_id, result, core.term, core.applied);
    }
    if (this.head === queue.length) {
      this.head = queue.length = 0;
      return;
    }
    if (this.head > 1024) {
      queue.splice(0, this.head);
      this.head = 0;
    }
    const waits = queue[queue.length - 1]!.round > leadership.round;
    if (waits && leadership.confirmed >= leadership.round) leadership.begin();
  }

  /** This leadership is over: what it could not confirm it must not answer. */
  refuseAll(epoch: number): void {
    const { core, queue } = this;
    if (this.head < queue.length) core.host.emit({ type: 'deposed-read', epoch });
    for (let n = this.head; n < queue.length; n++)
      refuse(core, queue[n]!.src, queue[n]!.request.msg_id, ErrorCode.unavailable, 'not the leader any more');
    this.head = queue.length = 0;
  }
}
