import type { Completed, Context, Emitted, Generator } from '../../src/generator/generator.ts';
import type { Json } from '../../src/history/op.ts';
import { draws } from '../../src/random.ts';

/** One operation that a driven generator did. */
export interface Done extends Emitted {
  readonly id: number;
  readonly process: number;
  readonly end: number;
  readonly type: 'ok' | 'fail' | 'info';
  readonly result: Json;
}

export interface Driving {
  readonly threads?: number;
  readonly seed?: number;
  /** Virtual ns that an operation takes. */
  readonly latency?: (op: Emitted, id: number) => number;
  readonly outcome?: (op: Emitted, id: number) => { type: 'ok' | 'fail' | 'info'; value?: Json };
  /** Stop after so many operations, or at this virtual time. */
  readonly most?: number;
  readonly until?: number;
}

export interface Driven {
  readonly ops: readonly Done[];
  /** How it ended: the generator had done, the limits of the driver, or it waits for something that never comes. */
  readonly ended: 'done' | 'limit' | 'stuck';
  readonly time: number;
}

/** A context as a test wants it. */
export function context(given: Partial<Context> & { readonly seed?: number } = {}): Context {
  const threads = given.threads ?? [0, 1, 2, 3, 4];
  const drawn = new Map<string, (...at: readonly number[]) => number>();
  return {
    time: 0,
    free: threads,
    threads,
    process: (thread) => thread,
    id: 0,
    draw(what, ...at) {
      let draw = drawn.get(what);
      if (draw === undefined) drawn.set(what, (draw = draws(given.seed ?? 1, what)));
      return draw(...at);
    },
    ...given,
  };
}

/** Runs a generator in virtual time as a controller would: completions first, only dispatched operations kept. */
export function drive(generator: Generator, driving: Driving = {}): Driven {
  const { threads: count = 5, seed = 1, most = 1000, until = Number.POSITIVE_INFINITY } = driving;
  const latency = driving.latency ?? (() => 1_000_000);
  const outcome: Driving['outcome'] & object = driving.outcome ?? (() => ({ type: 'ok' }));
  const threads = Array.from({ length: count }, (_, i) => i);
  const processes = threads.slice();
  const base = context({ seed, threads });
  const busy: Done[] = [];
  const ops: Done[] = [];
  let time = 0;
  let current = generator;

  const now = (): Context => ({
    ...base,
    time,
    id: ops.length,
    free: threads.filter((thread) => !busy.some((op) => op.thread === thread)),
    process: (thread) => processes[thread]!,
  });
  const complete = (): void => {
    const op = busy.shift()!;
    time = Math.max(time, op.end);
    const { thread, type, f, result, workload, final } = op;
    if (type === 'info') processes[thread]! += count;
    const completed: Completed = {
      thread,
      type,
      f,
      value: result,
      ...(workload === undefined ? {} : { workload }),
      ...(final === undefined ? {} : { final }),
    };
    current = current.update(now(), completed);
  };

  for (;;) {
    if (ops.length >= most || time >= until) return { ops, ended: 'limit', time };
    const answer = current.next(now());
    const end = busy[0]?.end ?? Number.POSITIVE_INFINITY;
    if (answer.kind === 'emit' && (answer.op.time <= time || answer.op.time < end)) {
      const { op } = answer;
      if (busy.some((other) => other.thread === op.thread) || !threads.includes(op.thread))
        throw new Error(`thread ${op.thread} is not free`);
      time = Math.max(time, op.time);
      const id = ops.length;
      const { type, value } = outcome(op, id);
      const done: Done = {
        ...op,
        id,
        process: processes[op.thread]!,
        time,
        end: time + latency(op, id),
        type,
        result: value ?? op.value,
      };
      ops.push(done);
      busy.push(done);
      busy.sort((a, b) => a.end - b.end || a.id - b.id);
      current = answer.then;
    } else if (busy.length > 0 && (answer.kind !== 'pending' || end <= (answer.until ?? end))) {
      complete();
    } else if (answer.kind === 'pending' && answer.until !== undefined && answer.until > time) {
      time = answer.until;
    } else {
      return { ops, ended: answer.kind === 'done' ? 'done' : 'stuck', time };
    }
  }
}
