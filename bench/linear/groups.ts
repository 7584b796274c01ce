import { check } from '../../src/analysis/check.ts';
import type { Verdict } from '../../src/analysis/verdict.ts';
import { setHistory } from '../sets.ts';
import {
  type Cell,
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
  readonly verdict: Verdict;
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
      return () => check(history, { workload: 'set-full' });
    },
  };
}

/** Judges a cell once, in this process. */
export function timeCell(cell: Cell): Timed {
  const run = cell.prepare();
  const before = process.cpuUsage();
  const verdict = run();
  const { user, system } = process.cpuUsage(before);
  return { cell, verdict, spent: (user + system) / 1000 };
}

/** Whether a cell was answered rightly; `unknown` may be where it is hard, with a reason. */
export function isRight({ cell, verdict: { valid, reason } }: Timed): boolean {
  if (valid === 'unknown') return cell.hard === true && reason !== undefined;
  return valid === cell.valid;
}

/** How many were answered, how many took longer than they should, and the slowest. */
export function summary(timed: readonly Timed[]): string {
  const answered = timed.filter(({ verdict }) => verdict.valid !== 'unknown').length;
  const late = timed.filter(({ cell, spent }) => cell.aim !== undefined && spent > cell.aim).length;
  const slowest = timed.reduce((a, b) => (b.spent > a.spent ? b : a));
  return `${answered} of ${timed.length} answered, ${late} over their aim, slowest ${slowest.spent.toFixed(0)} ms (${slowest.cell.name})`;
}

/** One line of the full table. */
export function row(one: Timed): string {
  const { cell, verdict, spent } = one;
  const aim = cell.aim === undefined ? '' : `aim ${cell.aim} ms`;
  const answer = verdict.valid === true ? 'valid' : verdict.valid === false ? 'invalid' : 'unknown';
  const why = verdict.reason === undefined ? '' : `  ${verdict.reason}`;
  return `  ${cell.name.padEnd(76)}  ${spent.toFixed(1).padStart(8)} ms  ${aim.padEnd(12)}  ${answer} by ${verdict.engine}${isRight(one) ? '' : '  WRONG'}${why}`;
}
