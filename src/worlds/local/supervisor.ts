import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { LineWriter, readLines } from '../process/lines.ts';
import { awaitStopped } from './proc.ts';
import type { Signal, SupervisorOrder, SupervisorReport } from './protocol.ts';

const CONTROL_FD = 3;

/** Children killed by SIGKILL are gone within this, ms; beyond, the kernel holds them and waiting is no use. */
const LAST_WAIT = 900;

/**
 * The life of the supervisor's process: the parent of every other process of the run, in a session of its own, so that
 * no terminal's signal reaches it. When the pipe from the controller closes, for whatever reason, it kills them all.
 * SIGKILL works on stopped processes too.
 */
export function runSupervisor(): void {
  new Supervisor().run();
}

class Supervisor {
  private readonly children = new Map<string, ChildProcess>();
  private readonly reports = new LineWriter(process.stdout);
  private ending = false;

  run(): void {
    process.stdin.on('error', () => this.end());
    process.stdin.on('close', () => this.end());
    process.stdin.on('end', () => this.end());
    process.stdout.on('error', () => this.end());
    process.stderr.on('error', () => {});
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => this.end());
    // Whatever goes wrong here, the children go first.
    process.on('uncaughtException', (error) => {
      console.error(error);
      this.end();
    });
    readLines(process.stdin, (line) => this.obey(JSON.parse(line) as SupervisorOrder));
  }

  private report(report: SupervisorReport): void {
    this.reports.write(report);
  }

  private obey(order: SupervisorOrder): void {
    if (this.ending) return;
    switch (order.do) {
      case 'spawn':
        this.spawn(order);
        break;
      case 'signal':
        this.signal(order.child, order.signal, (error) =>
          this.report({ type: 'signalled', order: order.order, error }),
        );
        break;
      case 'tell': {
        const pipe = this.children.get(order.child)?.stdio[CONTROL_FD] as Writable | undefined;
        if (pipe?.writable) pipe.write(`${JSON.stringify(order.what)}\n`);
        break;
      }
    }
  }

  private spawn(order: Extract<SupervisorOrder, { readonly do: 'spawn' }>): void {
    const { child: name } = order;
    let child: ChildProcess;
    try {
      fs.mkdirSync(path.dirname(order.log), { recursive: true });
      const log = fs.openSync(order.log, 'a');
      try {
        child = spawn(order.file, order.args, {
          env: { ...process.env, ...order.env },
          stdio: ['ignore', log, log, 'pipe'],
        });
      } finally {
        fs.closeSync(log);
      }
    } catch (error) {
      this.notSpawned(name, error as NodeJS.ErrnoException);
      return;
    }
    child.on('error', (error) => {
      if (child.pid === undefined) this.notSpawned(name, error);
    });
    if (child.pid === undefined) return;
    this.children.set(name, child);
    this.report({ type: 'spawned', child: name, pid: child.pid });
    const pipe = child.stdio[CONTROL_FD] as Readable;
    // A child that ends closes its end under our feet.
    pipe.on('error', () => {});
    readLines(pipe, (line) =>
      this.reports.writeText(`{"type":"told","child":${JSON.stringify(name)},"what":${line}}`),
    );
    // Not `exit`: by `close` all that the child said has been read.
    child.on('close', (code, signal) => {
      this.children.delete(name);
      this.report({ type: 'ended', child: name, code, signal });
      if (this.ending && this.children.size === 0) this.exit(0);
    });
  }

  private notSpawned(child: string, error: NodeJS.ErrnoException): void {
    this.report({ type: 'not-spawned', child, code: error.code ?? '', message: error.message });
  }

  private signal(name: string, signal: Signal, done: (error?: string) => void): void {
    const child = this.children.get(name);
    if (child?.pid === undefined || !child.kill(signal)) {
      done('it has ended');
      return;
    }
    if (signal === 'SIGKILL') {
      child.once('close', () => done());
      return;
    }
    awaitStopped(child.pid, signal === 'SIGSTOP', done);
  }

  private end(): void {
    if (this.ending) return;
    this.ending = true;
    for (const child of this.children.values()) child.kill('SIGKILL');
    if (this.children.size === 0) this.exit(0);
    setTimeout(() => this.exit(1), LAST_WAIT);
  }

  private exit(code: number): void {
    this.reports.flush();
    process.exit(code);
  }
}
