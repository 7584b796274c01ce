import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { DiskResult, Host, NodeId, Replica } from '../../cluster/host.ts';
import { CorruptDisk } from '../../cluster/storage/frames.ts';
import type { Json } from '../../history/op.ts';
import type { NodeOrder, NodeReport } from './control.ts';
import { ProcessDisk, recover } from './disk.ts';
import { LineWriter, readLines } from './lines.ts';
import {
  EXIT_CORRUPT_DISK,
  EXIT_ENVIRONMENT,
  EXIT_PROGRAM,
  NODE_VARIABLE,
  type NodeConfig,
  readConfig,
} from './node-config.ts';
import { NodeHost } from './node-host.ts';
import { Outbox } from './outbox.ts';
import { BadFrame, FrameReader, parseHello, parseMessage } from './wire.ts';

/** Makes the program of a node from its host, the ids of all nodes and the settings that its world was given. */
export type CreateReplica = (host: Host, nodes: readonly NodeId[], settings: Json) => Replica;

/** The pipe to the supervisor. */
const CONTROL_FD = 3;

/** Bytes of reports that may wait for a supervisor that is busy; beyond, events are lost and their numbers show it. */
const REPORT_LIMIT = 16 * 1024 * 1024;

/**
 * The life of a node's process: recovers its disk, listens, says where, and starts its program once the network is
 * connected. It ends when the supervisor's pipe closes, and with any exception of the program.
 */
export function runNode(create: CreateReplica, env: NodeJS.ProcessEnv = process.env): void {
  const config = readConfig<NodeConfig>(env, NODE_VARIABLE);
  const pipe = new net.Socket({ fd: CONTROL_FD, readable: true, writable: true });
  const reports = new LineWriter(pipe, REPORT_LIMIT);
  const report = (message: NodeReport) => void reports.write(message);
  for (const end of ['end', 'close', 'error']) pipe.on(end, () => process.exit(0));
  process.on('uncaughtException', (error) => {
    // The events of the same turn are the ones that tell most.
    reports.flush();
    fs.writeSync(process.stderr.fd, `${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(EXIT_PROGRAM);
  });

  const { image, found } = recoverOrExit(config);
  let replica: Replica | undefined;
  const complete = (tag: string, result: DiskResult) => replica?.disk(tag, result);
  const host = new NodeHost(config, new ProcessDisk(config.directory, found, complete), report);
  readLines(pipe, (line) => {
    const { order, clock } = JSON.parse(line) as NodeOrder;
    report({ type: 'answer', order, clock: host.changeClock(clock) });
  });

  listen(config, host, report, () => {
    if (replica !== undefined) return;
    replica = create(host, config.nodes, config.settings);
    host.run(replica);
    replica.start(image);
    report({ type: 'started' });
  });
}

function recoverOrExit(config: NodeConfig): ReturnType<typeof recover> {
  try {
    return recover(config.directory);
  } catch (error) {
    const corrupt = error instanceof CorruptDisk;
    const reason = corrupt ? `refuses to start on a corrupt disk: ${error.message}` : String(error);
    process.stderr.write(`${config.id} ${reason} (${path.resolve(config.directory)})\n`);
    process.exit(corrupt ? EXIT_CORRUPT_DISK : EXIT_ENVIRONMENT);
  }
}

/** Serves the one connection that greets as the switchboard of this run; a new one takes the place of the old. */
function listen(
  config: NodeConfig,
  host: NodeHost,
  report: (report: NodeReport) => void,
  connected: () => void,
): void {
  let current: net.Socket | undefined;
  const server = net.createServer({ noDelay: true }, (socket) => {
    const reader = new FrameReader();
    let greeted = false;
    const greet = (text: Buffer) => {
      parseHello(text, config.token);
      greeted = true;
      current?.destroy();
      current = socket;
      const outbox = new Outbox(socket, config.queueLimit);
      outbox.text(JSON.stringify({ token: config.token, id: config.id }));
      host.connect(outbox);
      connected();
    };
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk, (text) => {
          if (!greeted) return greet(text);
          host.receive(parseMessage(text));
        });
      } catch (error) {
        if (!(error instanceof BadFrame)) throw error;
        process.stderr.write(`closed a connection: ${error.message}\n`);
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (current !== socket) return;
      current = undefined;
      host.connect(undefined);
    });
  });
  server.on('error', (error) => {
    process.stderr.write(`cannot listen on 127.0.0.1: ${error.message}\n`);
    process.exit(EXIT_ENVIRONMENT);
  });
  server.listen(0, '127.0.0.1', () =>
    report({ type: 'listening', port: (server.address() as net.AddressInfo).port }),
  );
}
