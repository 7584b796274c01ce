import { ErrorCode } from './errors.ts';
import type { Host, NodeId } from './host.ts';
import type { ErrorBody, RequestBody } from './wire.ts';

/**
 * Lets each request of a client in at most once, so that a refusal is what it says: definite.
 *
 * The network duplicates. If one copy of a request were executed and the other refused, or refused first and executed
 * later, the client would record a failure of something that happened. So a node looks at one copy only (a client's
 * attempts are numbered, and it has one operation at a time: anything at or below the highest number seen is old). That
 * memory dies with the process; hence every request names the incarnation it is meant for, as TCP connections have
 * initial sequence numbers, and a client that does not know it asks first.
 */
export class Gate {
  private readonly seen = new Map<NodeId, number>();
  private readonly host: Host;

  constructor(host: Host) {
    this.host = host;
  }

  /** Whether the node is to deal with this request; if not, it has been answered or dropped here. */
  admit(src: NodeId, request: RequestBody): boolean {
    const { host, seen } = this;
    if (request.to !== host.incarnation) {
      // Never executed with -1, so that this refusal is definite; with another number an earlier incarnation may have.
      const code = request.to === -1 ? ErrorCode.unavailable : ErrorCode.crash;
      const body: ErrorBody = {
        type: 'error',
        in_reply_to: request.msg_id,
        code,
        text: INCARNATION,
        epoch: null,
        leader: host.id,
        incarnation: host.incarnation,
      };
      host.send(src, body);
      return false;
    }
    if ((seen.get(src) ?? 0) >= request.msg_id) return false;
    seen.set(src, request.msg_id);
    return true;
  }
}

/** The text of an answer that only tells a node's incarnation. */
export const INCARNATION = 'another incarnation';
