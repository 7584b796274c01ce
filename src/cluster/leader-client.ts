import type { ClientHost, ClientMachine, ClientSetup, Outcome, Request } from './client.ts';
import { ErrorCode, isDefinite, isVerdict } from './errors.ts';
import { INCARNATION } from './gate.ts';
import type { Message, NodeId } from './host.ts';
import { isReadOnly } from './kv.ts';
import type { ErrorBody, OkBody, ReplyBody, RequestBody } from './wire.ts';

/** What a client knows when it chooses the node to ask. */
export interface ClientView {
  readonly setup: ClientSetup;
  readonly host: ClientHost;
  /** The leader, as last heard. */
  readonly leader: NodeId | undefined;
  /** Attempts of this operation so far that did not answer it. */
  readonly attempt: number;
  /** Whether the request only reads. */
  readonly reads: boolean;
  /** The highest log position this client has been told of; 0 at first. */
  readonly position: number;
  /** When the last write of this client was acknowledged, on its monotonic clock; undefined before the first. */
  readonly lastWrite: number | undefined;
}

export interface LeaderClientOptions {
  /** Numbers the operations, so that the state machine executes each once however often it is sent. */
  readonly sessions: boolean;
  /**
   * How often an operation is sent again after an attempt whose fate is unknown. Without sessions a write may then take
   * effect twice. Reads are sent again until the timeout in any case.
   */
  readonly retries: number;
  /** The node to ask; undefined for the leader, whoever that is. A hint in a refusal comes first. */
  readonly route?: (request: Request, view: ClientView) => NodeId | undefined;
  /** Whether a read must see what this client has seen and written: its position travels with every request. */
  readonly token?: boolean;
}

/** Nanoseconds to wait when nobody can say who leads; grows with each refusal up to eight times that. */
const BACKOFF = 10_000_000;

/**
 * A client of a system in which one node leads: finds it, follows redirects, sends again, and says honestly what became
 * of each operation.
 *
 * Of every attempt it keeps whether its fate is known. An operation is `ok` once any attempt's success arrives, a late
 * one's included. It is a `fail` if executing it was refused by the state machine (`isVerdict`), or if every attempt was
 * refused before execution. Otherwise it is `info`, reads excepted. That one attempt was refused says nothing of another
 * whose answer is missing.
 */
export class LeaderClient implements ClientMachine, ClientView {
  readonly setup: ClientSetup;
  readonly host: ClientHost;
  leader: NodeId | undefined = undefined;
  attempt = 0;
  reads = false;
  position = 0;
  lastWrite: number | undefined = undefined;

  private readonly options: LeaderClientOptions;
  private readonly incarnations = new Map<NodeId, number>();
  private request: Request | undefined;
  private done: ((outcome: Outcome) => void) | undefined;
  private seq = 0;
  private nextMessage = 1;
  /** Message ids of this operation's attempts whose fate is unknown. */
  private readonly unresolved = new Set<number>();
  /** Attempts given up without an answer; only these count as retries. */
  private lost = 0;
  private deadline = 0;
  private current = 0;
  private target: NodeId;
  private hint: NodeId | undefined;
  private turn: number;
  private refusals = 0;
  private waiting = false;
  private lastError: { readonly node: NodeId; readonly body: ErrorBody } | undefined;

  constructor(host: ClientHost, options: LeaderClientOptions, setup: ClientSetup) {
    this.host = host;
    this.options = options;
    this.setup = setup;
    this.target = setup.home;
    this.turn = setup.nodes.indexOf(setup.home);
  }

  invoke(request: Request, done: (outcome: Outcome) => void): void {
    this.request = request;
    this.done = done;
    this.reads = isReadOnly(request.f, request.value);
    this.seq++;
    this.attempt = 0;
    this.lost = 0;
    this.refusals = 0;
    this.hint = undefined;
    this.lastError = undefined;
    this.unresolved.clear();
    this.deadline = this.host.monotonic() + this.setup.timeout;
    this.send();
  }

  receive(message: Message): void {
    const body = message.body as ReplyBody;
    if (this.request === undefined || !this.unresolved.has(body.in_reply_to)) return;
    if (body.type === 'ok') this.succeed(message.src, body);
    else if (body.type === 'error') this.refused(message.src, body);
  }

  /** One timer for all: the end of an attempt, of the operation, or of a pause between attempts. */
  timer(): void {
    if (this.request === undefined) return;
    if (this.host.monotonic() >= this.deadline) this.giveUp();
    else if (this.waiting) this.send();
    else {
      if (this.leader === this.target) this.leader = undefined;
      // It may have been restarted: better ask than be turned away with an operation that must not be sent twice.
      this.incarnations.delete(this.target);
      this.rotate();
      this.retry();
    }
  }

  private send(): void {
    const request = this.request!;
    this.waiting = false;
    const chosen = request.at ?? this.hint ?? this.options.route?.(request, this) ?? this.leader;
    this.target = chosen ?? this.setup.nodes[this.turn]!;
    this.hint = undefined;
    this.current = this.nextMessage++;
    const body: RequestBody = {
      type: 'request',
      msg_id: this.current,
      to: this.incarnations.get(this.target) ?? -1,
      id: request.id,
      f: request.f,
      space: request.space,
      value: request.value,
      session: this.host.id,
      seq: this.options.sessions ? this.seq : 0,
      after: this.options.token === true ? this.position : 0,
      local: request.at !== undefined,
    };
    this.unresolved.add(this.current);
    this.wake(this.setup.attemptTimeout);
    this.host.send(this.target, body);
  }

  private succeed(node: NodeId, body: OkBody): void {
    this.incarnations.set(node, body.incarnation);
    if (body.position > this.position) this.position = body.position;
    if (body.epoch !== null) this.leader = node;
    if (!this.reads) this.lastWrite = this.host.monotonic();
    this.finish({ type: 'ok', value: body.value, node, epoch: body.epoch ?? undefined });
  }

  private refused(node: NodeId, body: ErrorBody): void {
    this.lastError = { node, body };
    this.incarnations.set(node, body.incarnation);
    const definite = isDefinite(body.code);
    if (definite) this.unresolved.delete(body.in_reply_to);
    // With a session, what the state machine said of one attempt it says of all.
    const settled = isVerdict(body.code) && (this.options.sessions || this.unresolved.size === 0);
    if (settled) this.fail(node, body);
    else if (body.in_reply_to !== this.current || this.waiting) return;
    else if (!definite) this.retry();
    else if (body.text === INCARNATION) {
      this.hint = node;
      this.send();
    } else if (body.code === ErrorCode.unavailable) this.redirected(node, body.leader);
    else this.giveUp();
  }

  private redirected(node: NodeId, leader: NodeId | null): void {
    this.attempt++;
    this.refusals++;
    if (this.leader === node) this.leader = undefined;
    // Two nodes may each take the other for the leader: after two hops breathe first.
    if (leader !== null && leader !== node && this.refusals % 3 !== 0) {
      this.leader = leader;
      this.hint = leader;
      this.send();
      return;
    }
    this.rotate();
    this.pause();
  }

  /** After an attempt whose fate is unknown. */
  private retry(): void {
    this.attempt++;
    this.lost++;
    if (!this.reads && this.lost > this.options.retries) this.giveUp();
    else this.pause();
  }

  private pause(): void {
    this.waiting = true;
    const step = BACKOFF * Math.min(8, this.attempt);
    const wait = Math.floor(step * (0.5 + this.host.random('backoff', this.request!.id, this.attempt)));
    this.wake(wait);
  }

  private wake(delay: number): void {
    this.host.setTimer('client', Math.max(1, Math.min(delay, this.deadline - this.host.monotonic())));
  }

  private rotate(): void {
    this.turn = (this.turn + 1) % this.setup.nodes.length;
  }

  private giveUp(): void {
    const last = this.lastError;
    if (last !== undefined && this.unresolved.size === 0) {
      this.fail(last.node, last.body);
      return;
    }
    // A refusal of one attempt is not why another's fate is unknown.
    const error =
      last === undefined || isDefinite(last.body.code)
        ? { code: ErrorCode.timeout, text: 'no answer in time' }
        : { code: last.body.code, text: last.body.text };
    this.finish({ type: this.reads ? 'fail' : 'info', error, node: this.target });
  }

  private fail(node: NodeId, body: ErrorBody): void {
    const error = { code: body.code, text: body.text };
    this.finish({ type: 'fail', error, node, epoch: body.epoch ?? undefined });
  }

  private finish(outcome: Outcome): void {
    const done = this.done!;
    this.request = undefined;
    this.done = undefined;
    this.host.clearTimer('client');
    done(outcome);
  }
}
