import type { ClientHost, ClientMachine, ClientSetup, Outcome, Request } from '../client.ts';
import { isDefinite } from '../errors.ts';
import type { Message } from '../host.ts';
import { isReadOnly, malformed } from '../kv.ts';
import { NodeCoordinatedClient } from './node-client.ts';
import { type Answer, Operations } from './operations.ts';
import type { LeaderlessOptions } from './options.ts';
import { Quorum } from './quorum.ts';

/** The client of a leaderless cluster: it coordinates by itself or asks a node to, as the options say. */
export function leaderlessClient(
  host: ClientHost,
  options: LeaderlessOptions,
  setup: ClientSetup,
): ClientMachine {
  return options.coordinator === 'client'
    ? new CoordinatingClient(host, options, setup)
    : new NodeCoordinatedClient(host, options, setup);
}

/** A client that asks the replicas itself and stamps by its own clock. Reads and writes give up at half the timeout each. */
class CoordinatingClient implements ClientMachine {
  private readonly host: ClientHost;
  private readonly quorum: Quorum;
  private readonly operations: Operations;

  constructor(host: ClientHost, options: LeaderlessOptions, setup: ClientSetup) {
    this.host = host;
    // An add is two quorums, one after the other.
    const timeout = Math.floor(setup.timeout / 2);
    this.quorum = new Quorum(host, { timeout, readRepair: options.readRepair }, (node, body) =>
      host.send(node, body),
    );
    this.operations = new Operations(this.quorum, options, setup.nodes);
  }

  invoke(request: Request, done: (outcome: Outcome) => void): void {
    const { id, f, space, value, at } = request;
    const stamp = () => this.host.wallClock();
    const task = { id, f, space, value, owner: this.host.id, stamp };
    const answer = (result: Answer) => done(outcomeOf(request, result));
    const wrong = malformed(f, value);
    if (wrong !== undefined) throw new Error(wrong);
    if (at === undefined) this.operations.run(task, answer);
    else this.operations.readAt(task, at, answer);
  }

  receive(message: Message): void {
    const { body } = message;
    if (body.type === 'get_ok' || body.type === 'put_ok') this.quorum.receive(message.src, body as never);
  }

  timer(tag: string): void {
    this.quorum.timer(tag);
  }
}

function outcomeOf(request: Request, answer: Answer): Outcome {
  if (answer.ok) return { type: 'ok', value: answer.value, node: answer.node };
  const harmless = isReadOnly(request.f, request.value) || isDefinite(answer.code);
  const error = { code: answer.code, text: answer.text };
  return { type: harmless ? 'fail' : 'info', error };
}
