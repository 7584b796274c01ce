import type { ClientHost, ClientMachine, Outcome, Request } from '../../src/cluster/client.ts';
import type { Action, Confirmation, OpenClient, World } from '../../src/worlds/world.ts';

/**
 * A world whose system is a map in this process, answered on the next turn of the event loop: what is left to measure
 * is the controller, its generators and its recording.
 */
export class MemoryWorld implements World {
  readonly name = 'memory';
  readonly virtual = false;
  readonly capabilities = new Set<never>();
  readonly nodes = ['n1'];
  private readonly store = new Map<string, unknown>();
  private readonly started = process.hrtime.bigint();
  private waiting: (() => void)[] = [];
  private finish: () => void = () => {};
  private readonly finished = new Promise<void>((resolve) => {
    this.finish = resolve;
  });

  now(): number {
    return Number(process.hrtime.bigint() - this.started);
  }

  at(time: number, fn: () => void): () => void {
    const timer = setTimeout(fn, Math.max(0, (time - this.now()) / 1e6));
    return () => clearTimeout(timer);
  }

  setUp(done: (error?: Error) => void): void {
    setImmediate(done);
  }

  openClient(_id: string, _create: (host: ClientHost) => ClientMachine): OpenClient {
    const machine: ClientMachine = {
      invoke: (request, done) => this.later(() => done(this.answer(request))),
      receive: () => {},
      timer: () => {},
    };
    return { machine, close: () => {} };
  }

  apply(_action: Action, done: (confirmation: Confirmation) => void): void {
    done({ ok: false, error: 'nothing can be done to a map' });
  }

  dispose(done: () => void): void {
    done();
    this.finish();
  }

  drive(): Promise<void> {
    return this.finished;
  }

  counters(): { readonly [name: string]: number } {
    return {};
  }

  private later(fn: () => void): void {
    if (this.waiting.push(fn) > 1) return;
    setImmediate(() => {
      const now = this.waiting;
      this.waiting = [];
      for (const each of now) each();
    });
  }

  private answer({ f, value }: Request): Outcome {
    const [key, given] = value as [number, unknown];
    const known = this.store.get(String(key)) ?? null;
    if (f === 'read') return { type: 'ok', value: [key, known] as never };
    if (f === 'cas') {
      const [old, fresh] = given as [unknown, unknown];
      if (old !== known) return { type: 'fail', error: 'precondition' };
      this.store.set(String(key), fresh);
    } else this.store.set(String(key), given);
    return { type: 'ok' };
  }
}
