import { setFull } from '../../src/analysis/sets/set-full.ts';
import { setHistory } from '../sets.ts';
import {
  type Cell,
  type CellResult,
  casCells,
  generalCell,
  manyKeysCell,
  queueCell,
  registerCells,
  uniqueCells,
} from './cells.ts';

/** Cells that are summed up in one line. */
export interface Group {
  readonly name: string;
  readonly cells: readonly Cell[];
}

/** What a cell came to. */
export interface Timed {
  readonly cell: Cell;
  readonly result: CellResult;
  /** Milliseconds of processor time, generating the input excluded. */
  readonly spent: number;
}

export function groups(): Group[] {
  return [
    { name: 'one register, 5 values or unique ones', cells: registerCells() },
    { name: 'the same, 1 % unknown', cells: registerCells(0.01) },
    { name: '2, 10, 20 or 50 values', cells: registerCells(0, [2, 10, 20, 50]) },
    { name: 'compare-and-set, 1 % unknown', cells: casCells() },
    { name: 'a million operations, many keys', cells: [...uniqueCells(), queueCell(), manyKeysCell()] },
    { name: 'sets', cells: [setCell(100_000, 10_000)] },
    { name: 'general engines', cells: [generalCell(10_000, 10)] },
  ];
}

function setCell(elements: number, reads: number): Cell {
  return {
    name: `set-full ${elements} elements × ${reads} reads`,
    aim: 500,
    valid: true,
    prepare: () => {
      const history = setHistory({ elements, reads });
      return () => {
        const { valid, engine } = setFull.judge(history);
        const answer = valid === true ? 'legal' : valid === false ? 'illegal' : 'unknown';
        return { answer, engine, steps: elements + reads };
      };
    },
  };
}

/** Decides a cell once, in this process. */
export function timeCell(cell: Cell): Timed {
  const run = cell.prepare();
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { cell, result, spent: (user + system) / 1000 };
}

/** Whether a cell was answered, with a reason at least where it is hard, and a valid history not called invalid. */
export function isRight({ cell, result }: Timed): boolean {
  if (result.answer === 'unknown') return cell.hard === true && result.reason !== undefined;
  return !(cell.valid === true && result.answer === 'illegal');
}

/** How many were answered, how many took longer than they should, and the slowest. */
export function summary(timed: readonly Timed[]): string {
  const answered = timed.filter(({ result }) => result.answer !== 'unknown').length;
  const late = timed.filter(({ cell, spent }) => cell.aim !== undefined && spent > cell.aim).length;
  const slowest = timed.reduce((a, b) => (b.spent > a.spent ? b : a));
  return `${answered} of ${timed.length} answered, ${late} over their aim, slowest ${slowest.spent.toFixed(0)} ms (${slowest.cell.name})`;
}

/** One line of the full table. */
export function row(one: Timed): string {
  const { cell, result, spent } = one;
  const aim = cell.aim === undefined ? '' : `aim ${cell.aim} ms`;
  const why = result.reason === undefined ? '' : `  ${result.reason}`;
  return `  ${cell.name.padEnd(76)}  ${spent.toFixed(1).padStart(8)} ms  ${aim.padEnd(12)}  ${result.answer} by ${result.engine}${isRight(one) ? '' : '  WRONG'}${why}`;
}
