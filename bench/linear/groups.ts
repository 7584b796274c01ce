import type { Verdict } from '../../src/analysis/verdict.ts';
import {
  type Cell,
  casCells,
  generalCell,
  invalidCells,
  manyKeysCell,
  queueCell,
  registerCells,
  setCell,
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
  readonly aim: number | undefined;
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
    { name: 'invalid, against twice the time of valid', cells: invalidCells() },
  ];
}

/** Judges a cell once, in this process; where it stands against another, both in turn, and the fastest of three counts. */
export function timeCell(cell: Cell): Timed {
  const run = cell.prepare();
  if (cell.against === undefined) return { cell, ...timed(run), aim: cell.aim };
  const against = cell.against.prepare();
  const pairs = [1, 2, 3].map(() => [timed(against), timed(run)] as const);
  return {
    cell,
    verdict: pairs[0][1].verdict,
    spent: Math.min(...pairs.map(([, { spent }]) => spent)),
    aim: 2 * Math.min(...pairs.map(([{ spent }]) => spent)),
  };
}

function timed(run: () => Verdict): { verdict: Verdict; spent: number } {
  const before = process.cpuUsage();
  const verdict = run();
  const { user, system } = process.cpuUsage(before);
  return { verdict, spent: (user + system) / 1000 };
}

/** Whether a cell was answered, and rightly. */
export function isRight({ cell, verdict }: Timed): boolean {
  return verdict.valid === cell.valid;
}

/** How many were answered, how many took longer than they should, and the slowest. */
export function summary(timed: readonly Timed[]): string {
  const answered = timed.filter(({ verdict }) => verdict.valid !== 'unknown').length;
  const late = timed.filter(({ aim, spent }) => aim !== undefined && spent > aim).length;
  const slowest = timed.reduce((a, b) => (b.spent > a.spent ? b : a));
  return `${answered} of ${timed.length} answered, ${late} over their aim, slowest ${slowest.spent.toFixed(0)} ms (${slowest.cell.name})`;
}

/** One line of the full table. */
export function row(one: Timed): string {
  const { cell, verdict, spent } = one;
  const aim = one.aim === undefined ? '' : `aim ${Math.round(one.aim)} ms`;
  const answer = verdict.valid === true ? 'valid' : verdict.valid === false ? 'invalid' : 'unknown';
  const why = verdict.reason === undefined ? '' : `  ${verdict.reason}`;
  return `  ${cell.name.padEnd(76)}  ${spent.toFixed(1).padStart(8)} ms  ${aim.padEnd(12)}  ${answer} by ${verdict.engine}${isRight(one) ? '' : '  WRONG'}${why}`;
}
