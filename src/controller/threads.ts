import type { ClientHost, ClientMachine, Outcome, Request } from '../cluster/client.ts';
import type { NodeId } from '../cluster/host.ts';
import type { OpenClient, World } from '../worlds/world.ts';

/** How a client machine is made for a process. */
export type MakeClient = (host: ClientHost, process: number, home: NodeId) => ClientMachine;

/**
 * Client threads and the processes that work on them. A thread whose operation ended `info` goes on as a new process
 * with a new client: nobody may take an answer to the old one for an answer to the new.
 */
export class Threads {
  readonly all: readonly number[];
  private readonly world: World;
  private readonly make: MakeClient;
  private readonly processes: number[];
  private readonly clients: (OpenClient | undefined)[];
  private readonly busy: boolean[];
  private freeList: readonly number[] | undefined;

  constructor(world: World, concurrency: number, make: MakeClient) {
    this.world = world;
    this.make = make;
    this.all = Array.from({ length: concurrency }, (_, i) => i);
    this.processes = [...this.all];
    this.clients = this.all.map(() => undefined);
    this.busy = this.all.map(() => false);
  }

  /** Threads without an outstanding operation, ascending. */
  get free(): readonly number[] {
    this.freeList ??= this.all.filter((t) => !this.busy[t]);
    return this.freeList;
  }

  /** The client machine that each thread works with. */
  get clientIds(): readonly string[] {
    return this.processes.map((process) => `c${process}`);
  }

  process(thread: number): number {
    return this.processes[thread]!;
  }

  take(thread: number): void {
    this.busy[thread] = true;
    this.freeList = undefined;
  }

  invoke(thread: number, request: Request, done: (outcome: Outcome) => void): void {
    const process = this.processes[thread]!;
    const home = this.world.nodes[thread % this.world.nodes.length]!;
    const client = (this.clients[thread] ??= this.world.openClient(`c${process}`, (host) =>
      this.make(host, process, home),
    ));
    client.machine.invoke(request, (outcome) => {
      if (outcome.type === 'info') {
        client.close();
        this.clients[thread] = undefined;
        this.processes[thread] = process + this.all.length;
      }
      this.busy[thread] = false;
      this.freeList = undefined;
      done(outcome);
    });
  }

  close(): void {
    for (const client of this.clients) client?.close();
  }
}
