import path from 'node:path';
import type { NodeId } from '../../cluster/host.ts';
import type { Json } from '../../history/op.ts';
import { draws, hashText } from '../../random.ts';
import { type ClockAction, type ClockState, changeClock, RIGHT_CLOCK } from '../process/clocks.ts';
import type { NodeReport } from '../process/control.ts';
import { NODE_VARIABLE, type NodeConfig } from '../process/node-config.ts';
import { cutPower } from '../process/power-failure.ts';
import { environmentError } from './environment.ts';
import { Exchange } from './exchange.ts';
import { logLength, logTail } from './log-tail.ts';
import type { LocalOptions } from './options.ts';
import type { Command, Supervision } from './supervision.ts';
import type { SwitchboardLine } from './switchboard-line.ts';

const MS = 1_000_000;
const SECOND = 1000 * MS;

type Life = 'down' | 'starting' | 'up' | 'paused';

/** What became of an action on one node: whether it took effect, or why it could not. */
export type Effect = boolean | Error;

/** What a node needs of its world. */
export interface NodeSurroundings {
  readonly supervision: Supervision;
  readonly switchboard: SwitchboardLine;
  now(): number;
  command(config: NodeConfig): Command;
  config(id: NodeId): Omit<NodeConfig, 'incarnation' | 'clock' | 'directory'>;
  event(node: LocalNode, report: Extract<NodeReport, { readonly type: 'event' }>): void;
  crash(node: LocalNode, reason: string): void;
  dropped(count: number): void;
}

/** One machine of the cluster: a process while it is up, a disk and two clocks always. */
export class LocalNode {
  readonly id: NodeId;
  life: Life = 'down';
  incarnation = -1;
  readonly log: string;
  private readonly data: string;
  private readonly options: Pick<LocalOptions, 'tear' | 'startLimit'>;
  private readonly world: NodeSurroundings;
  private clock: ClockState = RIGHT_CLOCK;
  private readonly exchange = new Exchange<ClockState>();
  /** Set while the node is being killed: its end is expected. */
  private killed: (() => void) | undefined;
  /** Set while it starts. */
  private starting: ((error?: Error) => void) | undefined;
  /** Set when it is ended because it did not start in time. */
  private late = false;
  private readonly queue: ((next: () => void) => void)[] = [];
  private working = false;

  constructor(
    id: NodeId,
    directory: string,
    options: Pick<LocalOptions, 'tear' | 'startLimit'>,
    world: NodeSurroundings,
  ) {
    this.id = id;
    this.log = path.join(directory, 'log.txt');
    this.data = path.join(directory, 'data');
    this.options = options;
    this.world = world;
  }

  start(done: (effect: Effect) => void): void {
    this.enqueue((next) => {
      const finish = (effect: Effect) => {
        done(effect);
        next();
      };
      if (this.life !== 'down') finish(false);
      else this.boot((error) => finish(error ?? true));
    });
  }

  kill(powerFailure: boolean, done: (effect: Effect) => void): void {
    this.enqueue((next) => {
      const finish = (effect: Effect) => {
        done(effect);
        next();
      };
      if (this.life === 'down') {
        finish(false);
        return;
      }
      this.killed = () =>
        this.world.switchboard.detach(this.id, (error) => {
          if (error !== undefined) finish(error);
          else finish(powerFailure ? this.failPower() : true);
        });
      this.world.supervision.signal(this.child(), 'SIGKILL', () => {});
    });
  }

  pause(done: (effect: Effect) => void): void {
    this.signal('up', 'SIGSTOP', 'paused', done);
  }

  resume(done: (effect: Effect) => void): void {
    this.signal('paused', 'SIGCONT', 'up', done);
  }

  /** The clocks are the machine's: they can be changed while no process runs on it. */
  changeClock(action: ClockAction, done: (effect: Effect) => void): void {
    const here = () => {
      this.clock = changeClock(this.clock, action, this.world.now());
      done(true);
    };
    if (this.life === 'down') {
      here();
      return;
    }
    const child = this.child();
    this.exchange.ask(
      (order) => this.world.supervision.tell(child, { order, clock: { ...action } }),
      (clock) => {
        if (clock === undefined) {
          here();
          return;
        }
        this.clock = clock;
        done(true);
      },
    );
  }

  private child(): string {
    return `${this.id}.${this.incarnation}`;
  }

  /** One thing at a time: a node that is being killed can be started only after that. */
  private enqueue(task: (next: () => void) => void): void {
    this.queue.push(task);
    if (this.working) return;
    this.working = true;
    const next = () => {
      const first = this.queue.shift();
      if (first === undefined) this.working = false;
      else first(next);
    };
    next();
  }

  private signal(from: Life, signal: 'SIGSTOP' | 'SIGCONT', to: Life, done: (effect: Effect) => void): void {
    this.enqueue((next) => {
      const finish = (effect: Effect) => {
        done(effect);
        next();
      };
      if (this.life !== from) {
        finish(false);
        return;
      }
      this.world.supervision.signal(this.child(), signal, (error) => {
        if (error !== undefined) {
          finish(new Error(`${this.id}: ${error}`));
          return;
        }
        this.life = to;
        finish(true);
      });
    });
  }

  private boot(done: (error?: Error) => void): void {
    const { supervision, switchboard } = this.world;
    this.life = 'starting';
    this.incarnation++;
    let pid = 0;
    let waitingFor = 2;
    const ready = () => {
      if (--waitingFor > 0) return;
      this.life = 'up';
      this.starting?.();
    };
    const child = this.child();
    const limit = setTimeout(() => {
      this.late = true;
      supervision.signal(child, 'SIGKILL', () => {});
    }, this.options.startLimit / MS);
    this.starting = (error) => {
      clearTimeout(limit);
      this.starting = undefined;
      done(error);
    };
    const logged = logLength(this.log);
    supervision.spawn(child, this.world.command(this.config()), {
      spawned: (id) => {
        pid = id;
      },
      told: (what) => {
        const report = what as unknown as NodeReport;
        if (report.type === 'listening') {
          switchboard.attach(
            { node: this.id, incarnation: this.incarnation, port: report.port, pid },
            (error) => (error === undefined ? ready() : this.starting?.(error)),
          );
        } else if (report.type === 'started') ready();
        else this.hear(report);
      },
      ended: (how) => this.ended(how, logged),
    });
  }

  private hear(report: Exclude<NodeReport, { readonly type: 'listening' | 'started' }>): void {
    switch (report.type) {
      case 'answer':
        this.exchange.answered(report.order, report.clock);
        break;
      case 'event':
        this.world.event(this, report);
        break;
      case 'dropped':
        this.world.dropped(report.count);
        break;
    }
  }

  private ended(how: string, logged: number): void {
    this.life = 'down';
    const { killed, starting } = this;
    this.killed = undefined;
    this.exchange.abandon();
    if (killed !== undefined) {
      killed();
      return;
    }
    const words = logTail(this.log, logged);
    const what = this.late ? `did not start within ${this.options.startLimit / SECOND} s` : how;
    this.late = false;
    const reason = words === '' ? what : `${what}: ${words}`;
    this.world.switchboard.detach(this.id, () => {});
    this.world.crash(this, reason);
    starting?.(new Error(`${this.id} ${reason} (log: ${this.log})`));
  }

  private failPower(): Effect {
    const draw = draws(this.config().seed, 'power-failure');
    const node = hashText(this.id);
    try {
      cutPower(this.data, this.options.tear, (...at) => draw(node, this.incarnation, ...at));
      return true;
    } catch (error) {
      return environmentError(`cut ${this.data} back to what was synced`, error);
    }
  }

  private config(): NodeConfig {
    return {
      ...this.world.config(this.id),
      incarnation: this.incarnation,
      clock: this.clock,
      directory: this.data,
    };
  }
}

/** The environment in which a node of this configuration runs. */
export function nodeEnvironment(config: NodeConfig): { readonly [name: string]: string } {
  return { [NODE_VARIABLE]: JSON.stringify(config as unknown as Json) };
}
