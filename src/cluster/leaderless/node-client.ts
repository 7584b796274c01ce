import type { ClientHost, ClientMachine, ClientSetup, Outcome, Request } from '../client.ts';
import { ErrorCode, isDefinite } from '../errors.ts';
import { INCARNATION } from '../gate.ts';
import type { Message, NodeId } from '../host.ts';
import { isReadOnly } from '../kv.ts';
import type { ErrorBody, ReplyBody } from '../wire.ts';
import type { CoordinateBody } from './messages.ts';
import type { LeaderlessOptions } from './options.ts';

/** What the client is waiting for: an answer that cannot have changed anything, or one that may have. */
type Phase = 'idle' | 'harmless' | 'committed';

/**
 * A client that has its requests coordinated by a node, another one for each operation, as behind a load balancer.
 *
 * A write is sent for good to one node only, and only to one that has just answered: first the client asks for the node's
 * incarnation, which costs nothing when it gets lost, where a write that gets lost has an unknown outcome. That a write
 * goes to one coordinator, once, is also what the proof in operations.ts stands on.
 */
export class NodeCoordinatedClient implements ClientMachine {
  private readonly host: ClientHost;
  private readonly options: LeaderlessOptions;
  private readonly setup: ClientSetup;
  private readonly incarnations = new Map<NodeId, number>();
  private request!: Request;
  private done!: (outcome: Outcome) => void;
  private phase: Phase = 'idle';
  private reads = false;
  private deadline = 0;
  private turn = 0;
  private target!: NodeId;
  private current = 0;
  private lastError: { readonly code: number; readonly text: string } | undefined;

  constructor(host: ClientHost, options: LeaderlessOptions, setup: ClientSetup) {
    this.host = host;
    this.options = options;
    this.setup = setup;
  }

  invoke(request: Request, done: (outcome: Outcome) => void): void {
    this.request = request;
    this.done = done;
    this.reads = isReadOnly(request.f, request.value);
    this.deadline = this.host.monotonic() + this.setup.timeout;
    this.turn = Math.floor(this.host.random('coordinator', request.id) * this.setup.nodes.length);
    this.lastError = undefined;
    this.approach();
  }

  receive(message: Message): void {
    const body = message.body as ReplyBody;
    if (this.phase === 'idle' || body.in_reply_to !== this.current) return;
    this.incarnations.set(message.src, body.incarnation);
    if (body.type === 'ok') this.finish({ type: 'ok', value: body.value, node: message.src });
    else if (body.type === 'error') this.refused(body);
  }

  timer(): void {
    if (this.phase === 'idle') return;
    if (this.host.monotonic() >= this.deadline) this.giveUp();
    else if (this.phase === 'harmless') this.next();
  }

  /** Turns to a node: with the read itself when its incarnation is known, or with a request that it will not execute. */
  private approach(): void {
    const { nodes } = this.setup;
    this.target = this.request.at ?? nodes[this.turn % nodes.length]!;
    const known = this.reads ? this.incarnations.get(this.target) : undefined;
    this.phase = 'harmless';
    this.send(known ?? -1, this.setup.attemptTimeout);
  }

  private next(): void {
    this.incarnations.delete(this.target);
    this.turn++;
    this.approach();
  }

  private send(to: number, wait: number): void {
    const { id, f, space, value, at } = this.request;
    this.current++;
    const body: CoordinateBody = {
      type: 'request',
      msg_id: this.current,
      to,
      id,
      f,
      space,
      value,
      session: this.host.id,
      seq: 0,
      after: 0,
      local: at !== undefined,
      stamp: this.options.clock === 'client' ? this.host.wallClock() : null,
    };
    const left = this.deadline - this.host.monotonic();
    this.host.setTimer('client', Math.max(1, Math.min(wait, left)));
    this.host.send(this.target, body);
  }

  private refused(body: ErrorBody): void {
    if (this.phase === 'harmless' && body.text === INCARNATION) {
      if (!this.reads) this.phase = 'committed';
      this.send(body.incarnation, this.reads ? this.setup.attemptTimeout : this.setup.timeout);
      return;
    }
    this.lastError = { code: body.code, text: body.text };
    if (body.code === ErrorCode.notSupported)
      this.finish({ type: 'fail', error: this.lastError, node: this.target });
    else if (this.reads || isDefinite(body.code)) this.next();
    else this.giveUp();
  }

  private giveUp(): void {
    const error = this.lastError ?? { code: ErrorCode.timeout, text: 'no answer in time' };
    this.finish({ type: this.phase === 'committed' ? 'info' : 'fail', error, node: this.target });
  }

  private finish(outcome: Outcome): void {
    this.phase = 'idle';
    this.host.clearTimer('client');
    this.done(outcome);
  }
}
