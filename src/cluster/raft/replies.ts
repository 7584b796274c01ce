import type { NodeId } from '../host.ts';
import type { Result } from '../kv.ts';
import type { ErrorBody, OkBody } from '../wire.ts';
import type { Core } from './core.ts';

/** Tells a client what its request came to. `epoch` is the term in which this node led when it took effect, if it did. */
export function answer(
  core: Core,
  dest: NodeId,
  to: number,
  result: Result,
  epoch: number | null,
  position: number,
): void {
  const { incarnation } = core.host;
  if (result.ok) {
    const body: OkBody = { type: 'ok', in_reply_to: to, value: result.value, epoch, position, incarnation };
    core.host.send(dest, body);
  } else {
    const { code, text } = result;
    const body: ErrorBody = { type: 'error', in_reply_to: to, code, text, epoch, leader: null, incarnation };
    core.host.send(dest, body);
  }
}

/** Tells a client that its request was not executed here (definite codes), or may be (indefinite ones). */
export function refuse(core: Core, dest: NodeId, to: number, code: number, text: string): void {
  const { host, leader, role, term } = core;
  const body: ErrorBody = {
    type: 'error',
    in_reply_to: to,
    code,
    text,
    epoch: role === 'leader' ? term : null,
    leader: leader ?? null,
    incarnation: host.incarnation,
  };
  host.send(dest, body);
}
