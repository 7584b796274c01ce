import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import type { Json } from '../../history/op.ts';
import { LineWriter, readLines } from '../process/lines.ts';
import { inWords } from './environment.ts';
import type { Signal, SupervisorOrder, SupervisorReport } from './protocol.ts';

/** How a process of the run is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  /** Where its output goes. */
  readonly log: string;
}

/** What a child of the supervisor tells, in this order. */
export interface ChildListener {
  spawned?(pid: number): void;
  told(what: Json): void;
  /** Once, last; also when it could not be spawned at all. */
  ended(how: string): void;
}

/** How long the supervisor may take to end once it is told to, ms. It gives its children less. */
const LAST_WAIT = 3000;

function launch(command: Omit<Command, 'log'>) {
  return execa(command.file, [...command.args], {
    env: command.env,
    // A session of its own: Ctrl-C in the controller's terminal is not for it, nor for any node.
    detached: true,
    cleanup: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
  });
}

/** The controller's end of the supervisor: starts it, gives it orders, and knows what is left when it is lost. */
export class Supervision {
  /** Processes that have been spawned and have not ended. */
  private readonly pids = new Map<string, number>();
  private readonly children = new Map<string, ChildListener>();
  private readonly answers = new Map<number, (error?: string) => void>();
  private readonly lost: (reason: string) => void;
  private stdin: Writable | undefined;
  private orders: LineWriter | undefined;
  private pid: number | undefined;
  /** The last of what it wrote to stderr. */
  private words = '';
  private order = 0;
  private over = false;
  private stopping = false;
  private readonly stopped: (() => void)[] = [];

  /** `lost` is called when the supervisor ends without having been told to; nothing of the run lives any more then. */
  constructor(lost: (reason: string) => void) {
    this.lost = lost;
  }

  /** A supervisor that cannot be started is `lost`. */
  start(command: Omit<Command, 'log'>): void {
    const subprocess = launch(command);
    this.pid = subprocess.pid;
    this.stdin = subprocess.stdin as Writable;
    this.orders = new LineWriter(this.stdin);
    // Writing to a supervisor that has just ended is no error of its own: its end is reported below.
    this.stdin.on('error', () => {});
    const stdout = subprocess.stdout as Readable;
    stdout.on('error', () => {});
    readLines(stdout, (line) => this.hear(JSON.parse(line) as SupervisorReport));
    const stderr = subprocess.stderr as Readable;
    stderr.setEncoding('utf8');
    stderr.on('data', (text: string) => {
      this.words = (this.words + text).slice(-2000);
    });
    void subprocess.then(({ exitCode, signal, shortMessage }) => {
      if (exitCode !== undefined) this.ended(`ended with exit code ${exitCode}`);
      else this.ended(signal === undefined ? (shortMessage ?? 'ended') : `was ended by ${signal}`);
    });
  }

  spawn(child: string, command: Command, listener: ChildListener): void {
    if (this.over || this.stopping) {
      setImmediate(() => listener.ended('was not started: the world is ending'));
      return;
    }
    this.children.set(child, listener);
    this.send({ do: 'spawn', child, ...command });
  }

  tell(child: string, what: Json): void {
    this.send({ do: 'tell', child, what });
  }

  /** `done` tells once the signal has taken effect: the process is gone, stopped, or runs again. */
  signal(child: string, signal: Signal, done: (error?: string) => void): void {
    if (this.over) {
      done('the supervisor has ended');
      return;
    }
    const order = this.order++;
    this.answers.set(order, done);
    this.send({ do: 'signal', order, child, signal });
  }

  /** Ends everything; `done` when nothing is left. Idempotent. */
  stop(done: () => void): void {
    if (this.pid === undefined || this.over) {
      this.over = true;
      done();
      return;
    }
    this.stopped.push(done);
    if (this.stopping) return;
    this.stopping = true;
    this.orders?.flush();
    this.stdin?.end();
    setTimeout(() => this.killAll(), LAST_WAIT).unref();
  }

  private send(order: SupervisorOrder): void {
    this.orders?.write(order);
  }

  private hear(report: SupervisorReport): void {
    switch (report.type) {
      case 'spawned':
        this.pids.set(report.child, report.pid);
        this.children.get(report.child)?.spawned?.(report.pid);
        break;
      case 'not-spawned':
        this.forget(report.child, `could not be started: ${inWords(report)}`);
        break;
      case 'told':
        this.children.get(report.child)?.told(report.what);
        break;
      case 'ended':
        this.forget(
          report.child,
          report.signal === null ? `ended with exit code ${report.code}` : `was ended by ${report.signal}`,
        );
        break;
      case 'signalled': {
        const done = this.answers.get(report.order);
        this.answers.delete(report.order);
        done?.(report.error);
        break;
      }
    }
  }

  private forget(child: string, how: string): void {
    this.pids.delete(child);
    const listener = this.children.get(child);
    this.children.delete(child);
    listener?.ended(how);
  }

  private ended(how: string): void {
    this.over = true;
    // It should have taken everything with it; if it was killed it could not.
    this.killAll();
    for (const done of this.answers.values()) done('the supervisor has ended');
    this.answers.clear();
    if (!this.stopping) {
      const words = this.words.trim();
      this.lost(words === '' ? how : `${how}: ${words}`);
    }
    for (const child of [...this.children.keys()]) this.forget(child, 'was ended with its supervisor');
    for (const done of this.stopped.splice(0)) done();
  }

  private killAll(): void {
    const pids = [...this.pids.values()];
    this.pids.clear();
    if (!this.over && this.pid !== undefined) pids.push(this.pid);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended already.
      }
    }
  }
}
