import type { Outcome } from '../cluster/client.ts';
import type { Completed, Context, Emitted, Generator } from '../generator/generator.ts';
import { type Draw, hashText } from '../random.ts';
import type { World } from '../worlds/world.ts';
import type { Recorder } from './recorder.ts';
import type { Threads } from './threads.ts';

/** What happened to an operation, as others in the controller are told. */
export interface Completion extends Completed {
  readonly id: number;
  readonly invoked: number;
  readonly returned: number;
}

/** What drives need to know of the run around them. */
export interface Stage {
  readonly world: World;
  readonly threads: Threads;
  readonly recorder: Recorder;
  readonly draw: Draw;
  /** Nanoseconds since the load began. */
  readonly now: () => number;
  readonly at: (time: number, fn: () => void) => () => void;
  readonly dispatched?: (id: number, process: number, op: Emitted, time: number) => void;
  readonly completed: (completion: Completion) => void;
}

/**
 * Works a generator off: asks it for operations, records their invocations, hands them to clients, records what became
 * of them. All invocations of one tick are with the kernel before the first of their requests leaves.
 */
export class Driver {
  private readonly stage: Stage;
  private readonly context: { time: number; free: readonly number[]; id: number } & Context;
  private readonly idle: () => void;
  private generator: Generator;
  private stopped = false;
  private exhausted = false;
  private finished = false;
  private pumping = false;
  private again = false;
  private outstanding = 0;
  private wakeUp: (() => void) | undefined;

  /** `idle` is called once, when the generator is done (or was stopped) and nothing is outstanding. */
  constructor(stage: Stage, generator: Generator, firstId: number, idle: () => void) {
    const { threads, draw } = stage;
    this.stage = stage;
    this.generator = generator;
    this.idle = idle;
    this.context = {
      time: 0,
      free: threads.free,
      threads: threads.all,
      id: firstId,
      process: (thread) => threads.process(thread),
      draw: (what, ...at) => draw(hashText(what), ...at),
    };
  }

  start(): void {
    this.pump();
  }

  /** A thread that another driver had has become free. */
  nudge(): void {
    if (!this.finished) this.pump();
  }

  /** No more operations; those outstanding go on. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.pump();
  }

  private pump(): void {
    // A client may answer while others of the same tick are being invoked.
    if (this.pumping) {
      this.again = true;
      return;
    }
    this.pumping = true;
    do {
      this.again = false;
      this.tick();
    } while (this.again);
    this.pumping = false;
    if ((this.exhausted || this.stopped) && this.outstanding === 0 && !this.finished) {
      this.finished = true;
      this.wakeUp?.();
      this.stage.at(this.stage.now(), this.idle);
    }
  }

  private tick(): void {
    this.wakeUp?.();
    this.wakeUp = undefined;
    const batch: { readonly op: Emitted; readonly id: number; readonly process: number }[] = [];
    const { threads, recorder } = this.stage;
    while (!this.stopped && !this.exhausted) {
      this.context.time = this.stage.now();
      this.context.free = threads.free;
      const next = this.generator.next(this.context);
      if (next.kind === 'done') {
        this.exhausted = true;
      } else if (next.kind === 'pending') {
        if (next.until !== undefined) this.wakeAt(next.until);
        break;
      } else if (next.op.time > this.context.time) {
        this.wakeAt(next.op.time);
        break;
      } else {
        this.generator = next.then;
        const { op } = next;
        const id = op.id ?? this.context.id;
        this.context.id = Math.max(this.context.id, id) + 1;
        const process = threads.process(op.thread);
        threads.take(op.thread);
        this.outstanding++;
        this.stage.dispatched?.(id, process, op, this.context.time);
        recorder.record({
          time: this.context.time,
          process,
          type: 'invoke',
          f: op.f,
          value: op.value,
          workload: op.workload,
          final: op.final,
        });
        batch.push({ op, id, process });
      }
    }
    if (batch.length === 0) return;
    if (!this.stage.world.virtual) recorder.flush();
    for (const { op, id, process } of batch) {
      const { f, value, final, at } = op;
      const invoked = this.stage.now();
      this.stage.threads.invoke(op.thread, { id, f, value, space: op.workload ?? '', final, at }, (outcome) =>
        this.complete(op, id, process, invoked, outcome),
      );
    }
  }

  private complete(op: Emitted, id: number, process: number, invoked: number, outcome: Outcome): void {
    const { f, workload, final, thread } = op;
    const { type, error, node, epoch } = outcome;
    const value = outcome.value === undefined ? op.value : outcome.value;
    const time = this.stage.now();
    this.stage.recorder.record({ time, process, type, f, value, workload, error, node, epoch, final });
    this.outstanding--;
    this.context.time = time;
    this.context.free = this.stage.threads.free;
    const completed = { thread, type, f, value, workload, final, node };
    this.generator = this.generator.update(this.context, completed);
    this.stage.completed({ thread, type, f, value, workload, final, node, id, invoked, returned: time });
    this.pump();
  }

  private wakeAt(time: number): void {
    this.wakeUp = this.stage.at(time, () => {
      this.wakeUp = undefined;
      this.pump();
    });
  }
}
