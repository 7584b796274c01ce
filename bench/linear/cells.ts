import { check } from '../../src/analysis/check.ts';
import type { Calls } from '../../src/analysis/linear/calls.ts';
import { DEQUEUE, ENQUEUE } from '../../src/analysis/linear/fifo.ts';
import { checkOf } from '../../src/analysis/linear/general-check.ts';
import { casRegister } from '../../src/analysis/linear/models/registers.ts';
import type { Verdict } from '../../src/analysis/verdict.ts';
import { OK } from '../../src/history/history.ts';
import { historyOf, QUEUE, REGISTER } from './as-history.ts';
import { Draw, type RegisterLoad, simulateRegister } from './simulate.ts';

/** One figure of the bench: `run` generates nothing, it only decides. */
export interface Cell {
  readonly name: string;
  /** The aim in milliseconds, where there is one. */
  readonly aim?: number;
  /** What the verdict has to be. */
  readonly valid: boolean;
  /** So many calls at once of so many values that a search may end at its budget, if it says so. */
  readonly hard?: boolean;
  /** Generates the history, outside what is timed; the check that comes back judges it. */
  readonly prepare: () => () => Verdict;
}

function registerCell(name: string, load: Omit<RegisterLoad, 'seed'>, aim: number): Cell {
  return {
    name,
    aim,
    valid: load.staleAt === undefined,
    ...(load.values >= 20 && load.clients >= 100 ? { hard: true } : {}),
    prepare: () => {
      const history = historyOf([simulateRegister({ ...load, seed: 7 })], REGISTER);
      return () => check(history, { workload: 'cas-register' });
    },
  };
}

const SIZES = [1_000, 10_000, 100_000];
const CLIENTS = [10, 30, 100];
const aimOf = (operations: number) => (operations > 10_000 ? 2_500 : 500);

/** The 72 cells: size × load × clients × valid or one stale read × 5 values or unique ones. */
export function registerCells(unknown = 0, valueCounts: readonly number[] = [5, 0]): Cell[] {
  const cells: Cell[] = [];
  for (const values of valueCounts)
    for (const staleAt of [undefined, 0.95])
      for (const dense of [false, true])
        for (const operations of SIZES)
          for (const clients of CLIENTS)
            cells.push(
              registerCell(
                `register ${operations} ops, ${clients} clients ${dense ? 'dense' : 'sparse'}, ${values || 'unique'} values, ${staleAt ? 'one stale read' : 'valid'}${unknown ? `, ${unknown * 100} % unknown` : ''}`,
                { operations, clients, dense, values, staleAt, unknown },
                valueCounts.length > 2 ? 2_000 : aimOf(operations),
              ),
            );
  return cells;
}

/** Compare-and-set with 1 % unknown outcomes, 10,000 operations. */
export function casCells(): Cell[] {
  return [10, 30].flatMap((clients) =>
    [false, true].flatMap((dense) =>
      [undefined, 0.95].map((staleAt) =>
        registerCell(
          `cas register 10000 ops, ${clients} clients ${dense ? 'dense' : 'sparse'}, 5 values, ${staleAt ? 'one stale read' : 'valid'}, 1 % unknown`,
          { operations: 10_000, clients, dense, values: 5, staleAt, unknown: 0.01, writes: 0.35, cas: 0.15 },
          2_500,
        ),
      ),
    ),
  );
}

/** A million operations on one register of unique values, compare-and-set among them. */
export function uniqueCells(): Cell[] {
  return [
    registerCell(
      'register 1000000 ops, 100 clients, unique values, with cas',
      { operations: 1_000_000, clients: 100, dense: true, values: 0, cas: 0.2, writes: 0.3, unknown: 0.001 },
      500,
    ),
  ];
}

/** 10,000 registers of 100 operations. */
export function manyKeysCell(): Cell {
  return {
    name: 'registers 10000 keys × 100 ops, 5 values',
    aim: 1_000,
    valid: true,
    prepare: () => {
      const keys = Array.from({ length: 10_000 }, (_, seed) =>
        simulateRegister({ operations: 100, clients: 5, dense: true, values: 5, seed }),
      );
      const history = historyOf(keys, REGISTER);
      return () => check(history, { workload: 'register' });
    },
  };
}

/** A queue that processes share: enqueue and dequeue, never empty. */
export function simulateQueue(operations: number, clients: number, seed: number): Calls {
  const draw = new Draw(seed);
  const events: { at: number; row: number; kind: 0 | 1 | 2 }[] = [];
  const free = new Float64Array(clients);
  const kind = new Uint8Array(operations);
  const effect: { at: number; row: number }[] = [];
  for (let i = 0; i < operations; i++) {
    const c = i % clients;
    const begin = free[c];
    const end = begin + 0.2 + draw.unit();
    free[c] = end + draw.unit() * 0.1;
    kind[i] = draw.chance(0.5) ? ENQUEUE : DEQUEUE;
    effect.push({ at: begin + draw.unit() * (end - begin), row: i });
    events.push({ at: begin, row: i, kind: 0 }, { at: end, row: i, kind: 1 });
  }
  effect.sort((x, y) => x.at - y.at);
  const a = new Int32Array(operations);
  const inside: number[] = [];
  let head = 0;
  let element = 0;
  for (const { row } of effect) {
    if (kind[row] === DEQUEUE && head < inside.length) a[row] = inside[head++];
    else {
      kind[row] = ENQUEUE;
      a[row] = element++;
      inside.push(a[row]);
    }
  }
  events.sort((x, y) => x.at - y.at);
  const inv = new Int32Array(operations);
  const ret = new Int32Array(operations);
  const order: number[] = [];
  events.forEach((event, position) => {
    if (event.kind === 0) {
      inv[event.row] = position;
      order.push(event.row);
    } else ret[event.row] = position;
  });
  const by = (column: ArrayLike<number>) => Int32Array.from(order, (row) => column[row]);
  return {
    n: operations,
    kind: Uint8Array.from(order, (row) => kind[row]),
    a: by(a),
    b: new Int32Array(operations),
    inv: by(inv),
    ret: by(ret),
    outcome: new Uint8Array(operations).fill(OK),
  };
}

export function queueCell(operations = 1_000_000): Cell {
  return {
    name: `FIFO queue ${operations} ops, 20 clients`,
    aim: 500,
    valid: true,
    prepare: () => {
      const history = historyOf([simulateQueue(operations, 20, 3)], QUEUE);
      return () => check(history, { workload: 'queue' });
    },
  };
}

/** The same register by the general engines, to compare with the fast path. */
export function generalCell(operations: number, clients: number): Cell {
  const { judge } = checkOf(casRegister, 'cas-register', 'a register, by its model alone');
  return {
    name: `general engines: register ${operations} ops, ${clients} clients sparse, 5 values`,
    valid: true,
    prepare: () => {
      const calls = simulateRegister({ operations, clients, dense: false, values: 5, seed: 7 });
      const history = historyOf([calls], REGISTER);
      return () => judge(history);
    },
  };
}
