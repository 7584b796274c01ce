import type { NodeId } from '../host.ts';
import type { Result } from '../kv.ts';
import type { ErrorBody, OkBody, RequestBody } from '../wire.ts';
import type { Member } from './member.ts';

/** Tells a client what executing its request came to. */
export function executed(
  member: Member,
  dest: NodeId,
  request: RequestBody,
  result: Result,
  position: number,
): void {
  if (!result.ok) {
    refused(member, dest, request, result.code, result.text, null);
    return;
  }
  const body: OkBody = {
    type: 'ok',
    in_reply_to: request.msg_id,
    value: result.value,
    epoch: epochLed(member),
    position,
    incarnation: member.host.incarnation,
  };
  member.host.send(dest, body);
}

export function refused(
  member: Member,
  dest: NodeId,
  request: RequestBody,
  code: number,
  text: string,
  leader: NodeId | null,
): void {
  const body: ErrorBody = {
    type: 'error',
    in_reply_to: request.msg_id,
    code,
    text,
    epoch: epochLed(member),
    leader,
    incarnation: member.host.incarnation,
  };
  member.host.send(dest, body);
}

function epochLed(member: Member): number | null {
  return member.role === 'leader' ? member.epoch : null;
}
