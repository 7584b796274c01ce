import type { Random } from './random.ts';

/** What a simulated client does in one operation; called in this order, with other clients' calls in between. */
export interface Operation {
  invoke(process: number): void;
  /** The moment at which the operation happens. */
  effect(): void;
  complete(process: number): void;
}

export interface Load {
  readonly operations: number;
  readonly processes: number;
  /** Always busy, or busy for about 7 % of the time. */
  readonly busy: 'dense' | 'sparse';
  /** The share of operations whose outcome nobody learns. Half of them never happen. */
  readonly unknown: number;
}

const IDLE = 0;
const INVOKED = 1;
const HAPPENED = 2;

/** Clients of a store that does one thing at a time: each operation happens between its invocation and its completion. */
export function simulate(random: Random, load: Load, make: (unknown: boolean) => Operation): void {
  const state = new Uint8Array(load.processes);
  const process = Array.from(state, (_, i) => i);
  const current: (Operation | null)[] = process.map(() => null);
  const lost = new Uint8Array(load.processes);
  let left = load.operations;
  let open = 0;
  while (left > 0 || open > 0) {
    const i = random.below(load.processes);
    const operation = current[i];
    if (state[i] === IDLE) {
      // A step of waiting is as long as one of working: 2 of 29 steps are 7 %.
      if (left === 0 || (load.busy === 'sparse' && !random.chance(2 / 27))) continue;
      left--;
      open++;
      lost[i] = random.chance(load.unknown) ? 1 : 0;
      current[i] = make(lost[i] === 1);
      current[i]!.invoke(process[i]!);
      state[i] = INVOKED;
    } else if (state[i] === INVOKED) {
      if (lost[i] === 0 || random.chance(0.5)) operation!.effect();
      state[i] = HAPPENED;
    } else {
      operation!.complete(process[i]!);
      if (lost[i] === 1) process[i] = process[i]! + load.processes;
      open--;
      state[i] = IDLE;
    }
  }
}
