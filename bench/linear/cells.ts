import { CAS, type Calls, type Decision, READ } from '../../src/analysis/linear/calls.ts';
import { decideRegister } from '../../src/analysis/linear/deadlines/search.ts';
import { DEQUEUE, ENQUEUE, fifo } from '../../src/analysis/linear/fifo.ts';
import { decide, type Operation } from '../../src/analysis/linear/general.ts';
import { Meter } from '../../src/analysis/linear/meter.ts';
import { casRegister } from '../../src/analysis/linear/models/registers.ts';
import { obvious, SMALL } from '../../src/analysis/linear/obvious.ts';
import { Overlaps } from '../../src/analysis/linear/overlaps.ts';
import { QUICK } from '../../src/analysis/linear/register-check.ts';
import { zones } from '../../src/analysis/linear/zones.ts';
import { DEFAULT_BUDGET } from '../../src/analysis/verdict.ts';
import { FAIL, INFO, NEVER, OK } from '../../src/history/history.ts';
import { Draw, type RegisterLoad, simulateRegister } from './simulate.ts';

/** One figure of the bench: `run` generates nothing, it only decides. */
export interface Cell {
  readonly name: string;
  /** The aim in milliseconds, where there is one. */
  readonly aim?: number;
  /** What the answer has to be, where there is no doubt: a history made by a register, nothing added. */
  readonly valid?: boolean;
  /** So many calls at once of so many values that a search may end at its budget, if it says so. */
  readonly hard?: boolean;
  /** Generates the input, outside what is timed. */
  readonly prepare: () => () => CellResult;
}

export interface CellResult {
  readonly answer: 'legal' | 'illegal' | 'unknown';
  readonly engine: string;
  readonly steps: number;
  readonly width?: number;
  readonly reason?: string;
}

const overlaps = new Overlaps();

/** The way the register check goes: what overlaps, zones, what is obvious, deadlines. */
export function decideAsCheck(calls: Calls): CellResult {
  if (calls.n <= SMALL && overlaps.legal(calls, -1))
    return { answer: 'legal', engine: 'overlaps', steps: calls.n };
  const found = zones(calls, -1);
  if (found !== null)
    return { answer: found.count === 0 ? 'legal' : 'illegal', engine: 'zones', steps: calls.n };
  if (calls.n <= SMALL) {
    const quick = decideRegister(calls, -1, new Meter({ ...DEFAULT_BUDGET, steps: QUICK }));
    if (quick.answer === 'legal') return quick;
  }
  if (obvious(calls, -1).count > 0) return { answer: 'illegal', engine: 'obvious', steps: calls.n };
  return decideRegister(calls, -1, new Meter());
}

function registerCell(name: string, load: Omit<RegisterLoad, 'seed'>, aim: number): Cell {
  return {
    name,
    aim,
    ...(load.staleAt === undefined ? { valid: true } : {}),
    ...(load.values >= 20 && load.clients >= 100 ? { hard: true } : {}),
    prepare: () => {
      const calls = simulateRegister({ ...load, seed: 7 });
      return () => decideAsCheck(calls);
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
    prepare: () => {
      const keys = Array.from({ length: 10_000 }, (_, seed) =>
        simulateRegister({ operations: 100, clients: 5, dense: true, values: 5, seed }),
      );
      return () => {
        let steps = 0;
        for (const calls of keys) {
          const decision = decideAsCheck(calls);
          steps += decision.steps;
          if (decision.answer !== 'legal') return { ...decision, steps };
        }
        return { answer: 'legal', engine: 'deadlines', steps };
      };
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
    prepare: () => {
      const calls = simulateQueue(operations, 20, 3);
      return () => {
        const found = fifo(calls)!;
        return { answer: found.count === 0 ? 'legal' : 'illegal', engine: 'fifo-rules', steps: operations };
      };
    },
  };
}

/** The same register by the general engines, to compare with the fast path. */
export function generalCell(operations: number, clients: number): Cell {
  return {
    name: `general engines: register ${operations} ops, ${clients} clients sparse, 5 values`,
    prepare: () => {
      const calls = simulateRegister({ operations, clients, dense: false, values: 5, seed: 7 });
      const list = operationsOf(calls);
      return (): Decision => decide(list, casRegister, null, new Meter());
    },
  };
}

function operationsOf(calls: Calls): Operation[] {
  const word = (id: number) => (id < 0 ? null : id);
  const list: Operation[] = [];
  for (let i = 0; i < calls.n; i++) {
    if (calls.outcome[i] === FAIL) continue;
    const kind = calls.kind[i];
    const input = kind === CAS ? [word(calls.a[i]), word(calls.b[i])] : word(calls.a[i]);
    list.push({
      f: kind === READ ? 'read' : kind === CAS ? 'cas' : 'write',
      input,
      output: input,
      inv: calls.inv[i],
      ret: calls.outcome[i] === INFO ? NEVER : calls.ret[i],
      outcome: calls.outcome[i],
      process: i,
    });
  }
  return list;
}

/** Every cell of this room, the headline ones first. */
export function cells(): Cell[] {
  return [
    ...uniqueCells(),
    queueCell(),
    manyKeysCell(),
    ...registerCells(),
    ...registerCells(0.01),
    ...registerCells(0, [2, 10, 20, 50]),
    ...casCells(),
    generalCell(10_000, 10),
  ];
}
