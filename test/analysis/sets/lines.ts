import { History } from '../../../src/history/history.ts';
import type { Json, Op, OpType } from '../../../src/history/op.ts';

/** One record: process, type, function, value, and whatever else it says. */
export type Line = readonly [process: number, type: OpType, f: string, value: Json, more?: Partial<Op>];

/** A history from records in order, one a line; a second apart. */
export function history(...lines: readonly Line[]): History {
  return History.of(
    lines.map(
      ([process, type, f, value, more], index): Op => ({
        index,
        time: index * 1e9,
        process,
        type,
        f,
        value,
        ...more,
      }),
    ),
  );
}

/** An operation that nothing overlaps: invoked, and ok at once. */
export function alone(process: number, f: string, value: Json, more: Partial<Op> = {}): Line[] {
  const asked = f === 'read' || f === 'generate' || f === 'dequeue' ? null : value;
  return [
    [process, 'invoke', f, asked, more],
    [process, 'ok', f, value, more],
  ];
}

/** A small seeded generator (mulberry32). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** An integer from 0 up to below n. */
  below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }
}

/** An operation that a random client runs: what it asks, and how it ends. */
export interface Try {
  readonly f: string;
  readonly asked: Json;
  /** Called when it ends. */
  readonly end: () => {
    readonly type: 'ok' | 'fail' | 'info';
    readonly value: Json;
    readonly more?: Partial<Op>;
  };
  /** Called at a random moment in between, for stores that mean well. */
  readonly effect?: () => void;
}

/** Random clients run `operations` operations, interleaved at random. A process whose outcome is unknown is replaced. */
export function clients(dice: Dice, processes: number, operations: number, next: () => Try): Line[] {
  const lines: Line[] = [];
  const ids = Array.from({ length: processes }, (_, i) => i);
  const busy: ({ one: Try; done: boolean } | null)[] = ids.map(() => null);
  let begun = 0;
  while (begun < operations || busy.some((b) => b !== null)) {
    const c = dice.below(processes);
    const current = busy[c];
    if (current === null) {
      if (begun++ >= operations) continue;
      const one = next();
      busy[c] = { one, done: false };
      lines.push([ids[c], 'invoke', one.f, one.asked]);
    } else if (!current.done) {
      current.done = true;
      current.one.effect?.();
    } else {
      const { type, value, more } = current.one.end();
      lines.push([ids[c], type, current.one.f, value, more]);
      if (type === 'info') ids[c] += processes;
      busy[c] = null;
    }
  }
  return lines;
}

/** How many random histories: thousands always, 100,000 with ORDEAL_LONG=1. */
export const ROUNDS = process.env.ORDEAL_LONG === '1' ? 100_000 : 3000;
