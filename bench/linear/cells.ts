import { check } from '../../src/analysis/check.ts';
import type { Calls } from '../../src/analysis/linear/calls.ts';
import { DEQUEUE, ENQUEUE } from '../../src/analysis/linear/fifo.ts';
import { checkOf } from '../../src/analysis/linear/general-check.ts';
import { casRegister } from '../../src/analysis/linear/models/registers.ts';
import type { Verdict } from '../../src/analysis/verdict.ts';
import { OK } from '../../src/history/history.ts';
import { setHistory } from '../sets.ts';
import { historyOf, QUEUE, REGISTER } from './as-history.ts';
import { Draw, type RegisterLoad, simulateRegister } from './simulate.ts';

/** One figure of the bench: `run` generates nothing, it only decides. */
export interface Cell {
  readonly name: string;
  /** The aim in milliseconds, where there is one. */
  readonly aim?: number;
  /** What the verdict has to be. */
  readonly valid: boolean;
  /** A valid history of the same size: this one must not cost more than twice as much. */
  readonly against?: Cell;
  /** Generates the history, outside what is timed; the check that comes back judges it. */
  readonly prepare: () => () => Verdict;
}

function registerCell(name: string, load: Omit<RegisterLoad, 'seed'>, aim?: number): Cell {
  return {
    name,
    ...(aim === undefined ? {} : { aim }),
    valid: load.staleAt === undefined,
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

/** What a queue may do wrong, once, near the end. */
type Fault = 'none' | 'lost' | 'duplicated';

/** A queue that processes share: enqueue and dequeue, never empty. */
function simulateQueue(operations: number, clients: number, seed: number, fault: Fault): Calls {
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
  let broken = fault === 'none';
  effect.forEach(({ row }, i) => {
    if (!broken && i > 0.95 * operations && kind[row] === DEQUEUE) {
      head += fault === 'lost' ? 1 : -1;
      broken = true;
    }
    if (kind[row] === DEQUEUE && head < inside.length) a[row] = inside[head++];
    else {
      kind[row] = ENQUEUE;
      a[row] = element++;
      inside.push(a[row]);
    }
  });
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

export function queueCell(operations = 1_000_000, fault: Fault = 'none'): Cell {
  return {
    name: `FIFO queue ${operations} ops, 20 clients${fault === 'none' ? '' : `, one element ${fault}`}`,
    aim: 500,
    valid: fault === 'none',
    prepare: () => {
      const history = historyOf([simulateQueue(operations, 20, 3, fault)], QUEUE);
      return () => check(history, { workload: 'queue' });
    },
  };
}

/** Whole reads of a set to which elements are added; the last tenth of the reads may miss the first element. */
export function setCell(elements: number, reads: number, lost = false): Cell {
  return {
    name: `set-full ${elements} elements × ${reads} reads${lost ? ', one element lost' : ''}`,
    aim: 500,
    valid: !lost,
    prepare: () => {
      const history = setHistory({ elements, reads });
      if (lost)
        for (let row = history.n - Math.floor(reads / 10); row < history.n; row++) {
          history.x0[row]++;
          history.x1[row]--;
        }
      return () => check(history, { workload: 'set-full' });
    },
  };
}

/** Invalid histories, each against the valid one from which one answer makes it differ. */
export function invalidCells(): Cell[] {
  const pairs: [valid: Cell, invalid: Cell][] = [];
  const registers = (name: string, load: Omit<RegisterLoad, 'seed' | 'staleAt'>) =>
    pairs.push([
      registerCell(`register ${load.operations} ops, ${name}`, load),
      registerCell(`register ${load.operations} ops, ${name}, one stale read`, { ...load, staleAt: 0.95 }),
    ]);
  for (const operations of [100_000, 1_000_000]) {
    const load = { operations, clients: 100, dense: true, values: 0 };
    registers('unique values', load);
    registers('unique values, with cas', { ...load, cas: 0.2, writes: 0.3 });
    registers('unique values, hardly anything but cas', { ...load, cas: 0.5, writes: 1e-4 });
    for (const fault of ['lost', 'duplicated'] as const)
      pairs.push([queueCell(operations), queueCell(operations, fault)]);
  }
  for (const dense of [false, true])
    registers(`5 values, 100 clients ${dense ? 'dense' : 'sparse'}`, {
      operations: 100_000,
      clients: 100,
      dense,
      values: 5,
    });
  pairs.push([setCell(100_000, 10_000), setCell(100_000, 10_000, true)]);
  return pairs.map(([against, invalid]) => ({ ...invalid, against }));
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
