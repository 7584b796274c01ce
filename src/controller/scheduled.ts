import type { Completed, Context, Generator, Next } from '../generator/generator.ts';
import { DONE, emission, PENDING } from '../generator/next.ts';
import type { OpLine } from '../schedule.ts';

/**
 * The operations of an explicit plan: each thread does its own in order of their ids, none before its time. What a
 * thread missed because an earlier operation took longer it does as soon as it can.
 */
export function scheduled(ops: readonly OpLine[], concurrency: number): Generator {
  const queues: OpLine[][] = Array.from({ length: concurrency }, () => []);
  for (const op of [...ops].sort((a, b) => a.op - b.op)) queues[op.process % concurrency]!.push(op);
  return new Scheduled(queues, new Int32Array(concurrency));
}

class Scheduled implements Generator {
  private readonly queues: readonly (readonly OpLine[])[];
  private readonly heads: Int32Array;

  constructor(queues: readonly (readonly OpLine[])[], heads: Int32Array) {
    this.queues = queues;
    this.heads = heads;
  }

  next(context: Context): Next {
    let best: OpLine | undefined;
    let thread = -1;
    let left = false;
    this.queues.forEach((queue, t) => {
      if (this.heads[t]! < queue.length) left = true;
    });
    for (const t of context.free) {
      const op = this.queues[t]?.[this.heads[t]!];
      if (op === undefined) continue;
      if (best === undefined || op.time < best.time || (op.time === best.time && op.op < best.op)) {
        best = op;
        thread = t;
      }
    }
    if (best === undefined) return left ? PENDING : DONE;
    const heads = this.heads.slice();
    heads[thread]!++;
    const { op: id, time, f, value, workload } = best;
    return emission({ thread, time, f, value, workload, id }, new Scheduled(this.queues, heads));
  }

  update(_context: Context, _completed: Completed): Generator {
    return this;
  }
}
