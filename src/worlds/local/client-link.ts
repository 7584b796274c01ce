import net from 'node:net';
import type { ClientHost, ClientMachine } from '../../cluster/client.ts';
import type { Body, Message, NodeId } from '../../cluster/host.ts';
import { Outbox } from '../process/outbox.ts';
import { machineRandom } from '../process/randomness.ts';
import { Timers } from '../process/timers.ts';
import { BadFrame, FrameReader, isWireId, messageText, parseHello, parseMessage } from '../process/wire.ts';
import { CONTROLLER } from './ids.ts';

/** The one connection on which all client machines of the controller speak. */
export class ClientLink {
  /** Messages that clients sent and that did not fit, or found no connection. */
  dropped = 0;
  private readonly token: string;
  private readonly clients = new Map<NodeId, (message: Message) => void>();
  private socket: net.Socket | undefined;
  private outbox: Outbox | undefined;

  constructor(token: string) {
    this.token = token;
  }

  /** `ready` once the switchboard has answered; `lost` when the connection ends. */
  connect(port: number, queueLimit: number, ready: () => void, lost: (reason: string) => void): void {
    const socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket = socket;
    const outbox = new Outbox(socket, queueLimit);
    outbox.text(JSON.stringify({ token: this.token, id: CONTROLLER }));
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk, (text) => {
          if (this.outbox !== undefined) {
            const message = parseMessage(text);
            this.clients.get(message.dest)?.(message);
            return;
          }
          parseHello(text, this.token);
          this.outbox = outbox;
          ready();
        });
      } catch (error) {
        if (!(error instanceof BadFrame)) throw error;
        socket.destroy(error);
      }
    });
    let reason = 'the connection was closed';
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => {
      this.outbox = undefined;
      lost(reason);
    });
  }

  send(src: NodeId, dest: NodeId, body: Body): void {
    if (!isWireId(dest)) throw new Error(`nobody can be called ${JSON.stringify(dest)}`);
    if (this.outbox?.text(messageText(src, dest, body)) !== true) this.dropped++;
  }

  /** Registers a client; the returned function takes it off. Throws when the id is taken. */
  register(id: NodeId, receive: (message: Message) => void): () => void {
    if (this.clients.has(id)) throw new Error(`client ${id} is open already`);
    this.clients.set(id, receive);
    return () => void this.clients.delete(id);
  }

  close(): void {
    this.clients.clear();
    this.socket?.destroy();
  }
}

/** A client's machine: its clocks are the world's and always right. */
export class LocalClient implements ClientHost {
  readonly id: NodeId;
  readonly incarnation: number;
  readonly random: ClientHost['random'];
  readonly machine: ClientMachine;
  private readonly link: ClientLink;
  private readonly now: () => number;
  private readonly timers: Timers;
  private readonly unregister: () => void;

  constructor(
    id: NodeId,
    incarnation: number,
    seed: number,
    link: ClientLink,
    now: () => number,
    create: (host: ClientHost) => ClientMachine,
  ) {
    this.id = id;
    this.incarnation = incarnation;
    this.random = machineRandom(seed, id, incarnation);
    this.link = link;
    this.now = now;
    this.timers = new Timers({ monotonic: now, rate: () => 1 }, (tag) => this.machine.timer(tag));
    this.unregister = link.register(id, (message) => this.machine.receive(message));
    this.machine = create(this);
  }

  wallClock(): number {
    return this.now();
  }

  monotonic(): number {
    return this.now();
  }

  send(dest: NodeId, body: Body): void {
    this.link.send(this.id, dest, body);
  }

  setTimer(tag: string, delay: number): void {
    this.timers.set(tag, delay);
  }

  clearTimer(tag: string): void {
    this.timers.clear(tag);
  }

  close(): void {
    this.unregister();
    this.timers.close();
  }
}
