import net from 'node:net';
import type { NodeId } from '../../cluster/host.ts';
import { LineWriter, readLines } from '../process/lines.ts';
import { readConfig } from '../process/node-config.ts';
import { Outbox } from '../process/outbox.ts';
import { BadFrame, FrameReader, parseHello, routeOf } from '../process/wire.ts';
import { Fabric } from './fabric.ts';
import { CONTROLLER, isClientId } from './ids.ts';
import {
  SWITCHBOARD_VARIABLE,
  type SwitchboardConfig,
  type SwitchboardOrder,
  type SwitchboardReport,
} from './protocol.ts';

const CONTROL_FD = 3;
const MS = 1_000_000;
const COUNTERS_EVERY = 250;
const REDIAL_AFTER = 20;

/** A node as the switchboard knows it. */
interface Station {
  readonly id: NodeId;
  readonly incarnation: number;
  readonly port: number;
  readonly pid: number;
  socket: net.Socket | undefined;
  outbox: Outbox | undefined;
  attached: ((error?: string) => void) | undefined;
}

/**
 * The life of the switchboard's process. It alone knows where nodes listen: it dials them, takes the controller's one
 * connection, on which all clients speak, and passes messages on through the fabric.
 */
export function runSwitchboard(env: NodeJS.ProcessEnv = process.env): void {
  new Switchboard(readConfig<SwitchboardConfig>(env, SWITCHBOARD_VARIABLE)).run();
}

class Switchboard {
  private readonly config: SwitchboardConfig;
  private readonly pipe = new net.Socket({ fd: CONTROL_FD, readable: true, writable: true });
  private readonly reports = new LineWriter(this.pipe);
  private readonly stations = new Map<NodeId, Station>();
  private readonly fabric: Fabric;
  private controller: Outbox | undefined;
  private reported = '';

  constructor(config: SwitchboardConfig) {
    this.config = config;
    const ports = {
      // Clients come and go under ids that are used once; the controller drops what is for none of them.
      incarnation: (id: NodeId) => {
        const station = this.stations.get(id);
        if (station !== undefined) return station.outbox === undefined ? undefined : station.incarnation;
        return this.controller !== undefined && isClientId(id) ? 0 : undefined;
      },
      deliver: (id: NodeId, text: Buffer) => {
        const station = this.stations.get(id);
        const outbox = station === undefined ? this.controller : station.outbox;
        return outbox?.bytes(text) ?? false;
      },
    };
    this.fabric = new Fabric(config, ports, () => performance.now() * MS);
  }

  run(): void {
    for (const end of ['end', 'close', 'error']) this.pipe.on(end, () => this.abandoned());
    readLines(this.pipe, (line) => this.obey(JSON.parse(line) as SwitchboardOrder));
    setInterval(() => this.count(), COUNTERS_EVERY);
    const server = net.createServer({ noDelay: true }, (socket) => this.admit(socket));
    server.on('error', (error) => {
      process.stderr.write(`cannot listen on 127.0.0.1: ${error.message}\n`);
      process.exit(1);
    });
    server.listen(0, '127.0.0.1', () => {
      this.report({ type: 'listening', port: (server.address() as net.AddressInfo).port });
    });
  }

  private report(report: SwitchboardReport): void {
    this.reports.write(report);
  }

  /** The supervisor is gone. It kills the nodes as it goes; should it have been killed itself, a stopped node cannot go alone. */
  private abandoned(): void {
    for (const { pid } of this.stations.values()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended already.
      }
    }
    process.exit(0);
  }

  private obey(order: SwitchboardOrder): void {
    const answer = (error?: string) => this.report({ type: 'answer', order: order.order, error });
    switch (order.do) {
      case 'attach':
        this.drop(order.node);
        this.dial({
          id: order.node,
          incarnation: order.incarnation,
          port: order.port,
          pid: order.pid,
          socket: undefined,
          outbox: undefined,
          attached: answer,
        });
        break;
      case 'detach':
        this.drop(order.node);
        answer();
        break;
      case 'links':
        this.fabric.apply(order.action);
        answer();
        break;
    }
  }

  private drop(id: NodeId): void {
    const station = this.stations.get(id);
    if (station === undefined) return;
    this.stations.delete(id);
    station.socket?.destroy();
    station.attached?.(`${id} ended before it was connected`);
    station.attached = undefined;
  }

  /** Connects to a node, and again whenever the connection is lost, until the node is dropped. */
  private dial(station: Station): void {
    this.stations.set(station.id, station);
    const socket = net.connect({ host: '127.0.0.1', port: station.port, noDelay: true });
    station.socket = socket;
    const outbox = new Outbox(socket, this.config.queueLimit);
    outbox.text(JSON.stringify({ token: this.config.token, id: station.id }));
    this.read(socket, (text) => {
      if (station.outbox !== undefined) {
        this.pass(text, (src) => src === station.id);
        return;
      }
      if (parseHello(text, this.config.token).id !== station.id) throw new BadFrame('another node answered');
      station.outbox = outbox;
      station.attached?.();
      station.attached = undefined;
    });
    socket.on('close', () => {
      station.outbox = undefined;
      if (this.stations.get(station.id) !== station) return;
      setTimeout(() => {
        if (this.stations.get(station.id) === station) this.dial(station);
      }, REDIAL_AFTER);
    });
  }

  /** Somebody connects: only the controller may. */
  private admit(socket: net.Socket): void {
    const outbox = new Outbox(socket, this.config.queueLimit);
    let greeted = false;
    this.read(socket, (text) => {
      if (greeted) {
        this.pass(text, isClientId);
        return;
      }
      if (parseHello(text, this.config.token).id !== CONTROLLER) throw new BadFrame('not the controller');
      greeted = true;
      this.controller = outbox;
      outbox.text(JSON.stringify({ token: this.config.token, id: CONTROLLER }));
    });
    socket.on('close', () => {
      if (this.controller === outbox) this.controller = undefined;
    });
  }

  private pass(text: Buffer, speaksFor: (src: NodeId) => boolean): void {
    const { src, dest } = routeOf(text);
    if (!speaksFor(src)) throw new BadFrame(`a message of ${src} on another's connection`);
    this.fabric.send(src, dest, text);
  }

  private read(socket: net.Socket, each: (text: Buffer) => void): void {
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk, each);
      } catch (error) {
        if (!(error instanceof BadFrame)) throw error;
        process.stderr.write(`closed a connection: ${error.message}\n`);
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
  }

  /** Tells the counters, when they have moved. */
  private count(): void {
    const text = JSON.stringify(this.fabric.counters);
    if (text === this.reported) return;
    this.reported = text;
    const { user, system } = process.cpuUsage();
    const cpu = Math.round((user + system) / 1000);
    this.report({ type: 'counters', counters: { ...this.fabric.counters, 'switchboard-cpu-ms': cpu } });
  }
}
