import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ClientHost, ClientMachine } from '../../../src/cluster/client.ts';
import type { Body, Message } from '../../../src/cluster/host.ts';
import type { Json } from '../../../src/history/op.ts';
import type { LocalOptions } from '../../../src/worlds/local/options.ts';
import { LocalWorld } from '../../../src/worlds/local/world.ts';
import type { Action, Confirmation, Crash, ObservedEvent } from '../../../src/worlds/world.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/**
 * Compiles the fixtures and what they import, because the processes of a run are started by plain Node. Returns the
 * directory of the compiled fixtures. It lies below `node_modules` so that packages resolve from there.
 */
export function compileFixtures(name: string): string {
  const out = path.join(root, 'node_modules/.cache/ordeal-test', name);
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  fs.writeFileSync(path.join(out, 'package.json'), '{"type":"module"}');
  const project = path.join(root, 'test/worlds/local/fixtures/tsconfig.json');
  execFileSync(path.join(root, 'node_modules/.bin/tsc'), ['-p', project, '--outDir', out], {
    stdio: 'inherit',
  });
  return path.join(out, 'test/worlds/local/fixtures');
}

export function scratch(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'ordeal-local-'));
}

/** Sends requests and hands replies to whoever waits for them. */
class Probe implements ClientMachine {
  private readonly host: ClientHost;
  private readonly waiting = new Map<number, (body: Body) => void>();
  private next = 0;

  constructor(host: ClientHost) {
    this.host = host;
  }

  invoke(): void {}

  receive(message: Message): void {
    const id = message.body.in_reply_to;
    if (id === undefined) return;
    this.waiting.get(id)?.(message.body);
    this.waiting.delete(id);
  }

  timer(): void {}

  /** Resolves with the reply; never, if none comes. */
  call(node: string, type: string, fields: { readonly [name: string]: Json } = {}): Promise<Body> {
    const id = this.next++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.host.send(node, { type, msg_id: id, ...fields });
    });
  }

  /** Asks again and again, for a link that loses messages or a node that may be down. */
  async insist(node: string, type: string, fields: { readonly [name: string]: Json } = {}): Promise<Body> {
    for (;;) {
      const reply = await Promise.race([this.call(node, type, fields), pass(100)]);
      if (reply !== undefined) return reply;
    }
  }
}

export function pass(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

/** Waits for a condition. A test that waits for what never comes ends by its own limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pass(5);
}

/** A world under test, with promises around it. */
export class TestWorld {
  readonly world: LocalWorld;
  readonly directory: string;
  readonly events: ObservedEvent[] = [];
  readonly crashes: Crash[] = [];
  readonly probe: Probe;

  constructor(
    fixtures: string,
    program: string,
    nodes: readonly string[] = ['n1', 'n2', 'n3'],
    options: Partial<LocalOptions> = {},
    directory = scratch(),
  ) {
    this.directory = directory;
    this.world = new LocalWorld({
      nodes,
      directory,
      command: (role, args) => ({
        file: process.execPath,
        args: [path.join(fixtures, 'entry.js'), role, ...args],
      }),
      settings: { program },
      listener: { event: (event) => this.events.push(event), crash: (crash) => this.crashes.push(crash) },
      options,
    });
    let probe: Probe | undefined;
    this.world.openClient('c0', (host) => (probe = new Probe(host)));
    this.probe = probe!;
  }

  setUp(): Promise<Error | undefined> {
    return new Promise((resolve) => this.world.setUp(resolve));
  }

  apply(action: Action): Promise<Confirmation> {
    return new Promise((resolve) => this.world.apply(action, resolve));
  }

  async dispose(): Promise<void> {
    await new Promise<void>((resolve) => this.world.dispose(resolve));
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Processes of a run that are alive, zombies aside: by the run's id in their command line or environment. */
export function processesOf(run: string): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const marked =
          fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(run) ||
          fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(run);
        return marked && !fs.readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** The TCP ports on which these processes listen, from the kernel's tables. */
export function listeningPorts(pids: readonly number[]): number[] {
  const inodes = new Set(
    pids.flatMap((pid) =>
      fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
        try {
          return fs.readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/^socket:\[(\d+)\]$/, '$1');
        } catch {
          return '';
        }
      }),
    ),
  );
  return fs
    .readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === '0A' && inodes.has(columns[9]!))
    .map((columns) => Number.parseInt(columns[1]!.split(':')[1]!, 16));
}

/** Process group and session. */
export function groupOf(pid: number): readonly string[] {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(2, 4);
}
