import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findCheck } from '../src/analysis/checks.ts';
import { watchOutput } from '../src/cli/output.ts';
import { type Case, cases } from './analyzer/cases.ts';
import { type Measured, run } from './analyzer/run.ts';
import { groups, isRight, row, summary, timeCell } from './linear/groups.ts';
import { spineFigures } from './spine/spine.ts';

const WIDTH = 66;
const HELP = `npm run bench -- [--only TEXT] [--quick] [--runs N] [--inputs DIR] [--full] [--list]

  --only TEXT   cases whose name contains TEXT
  --quick       small cases only, once each
  --runs N      take the median of N runs (default 3)
  --inputs DIR  keep the generated inputs there and use them again (default: a folder in the temporary
                directory, removed at the end; all of them need about 5 GB)
  --list        names of the cases

'--only cells' decides the cells of one register and its relatives in this process, some 400 of them, and prints a line a
group; with --full a line a cell. The numbers are processor time, of one run each. With --quick those of 100,000 operations and
more are left out.
`;

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    inputs: { type: 'string' },
    full: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

watchOutput();
const chosen = cases.filter(
  (c) => (flags.only === undefined || c.name.includes(flags.only)) && !(flags.quick && c.slow === true),
);
if (flags.help) process.stdout.write(HELP);
else if (flags.list) for (const { name } of chosen) process.stdout.write(`${name}\n`);
else if (flags.only === 'cells') process.exitCode = measureCells();
else {
  if (flags.only === undefined || 'spine'.includes(flags.only)) await measureSpine();
  if (chosen.length > 0) process.exitCode = await measureAll();
}

/** The harness itself: simulator and controller. */
async function measureSpine(): Promise<void> {
  for (const { name, value, unit, aim } of await spineFigures(flags.quick ? 1 : Number(flags.runs)))
    process.stdout.write(
      `${`spine: ${name}`.padEnd(WIDTH)}  ${Math.round(value)} ${unit}${aim === undefined ? '' : `  aim ${aim}, ratio ${(value / aim).toFixed(2)}`}\n`,
    );
}

/** Sums up group by group; 1 if some cell was not answered. */
function measureCells(): number {
  let open = 0;
  for (const group of groups()) {
    const cells = flags.quick ? group.cells.filter((c) => !/\b10{5,}\b/.test(c.name)) : group.cells;
    if (cells.length === 0) continue;
    const timed = cells.map(timeCell);
    open += timed.filter((one) => !isRight(one)).length;
    process.stdout.write(`${`cells: ${group.name}`.padEnd(WIDTH)}  ${summary(timed)}\n`);
    for (const one of timed) if (flags.full || !isRight(one)) process.stdout.write(`${row(one)}\n`);
  }
  return open === 0 ? 0 : 1;
}

async function measureAll(): Promise<number> {
  const directory = flags.inputs ?? mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  mkdirSync(directory, { recursive: true });
  const runs = flags.quick ? 1 : Number(flags.runs);
  let problems = 0;
  process.stdout.write(
    `${'case'.padEnd(WIDTH)}  median   fastest     aim   ratio  processor     memory  decided by\n`,
  );
  try {
    for (const one of chosen) {
      if (one.measure !== 'read' && findCheck(one.check) === undefined) {
        process.stdout.write(`${one.name.padEnd(WIDTH)}  there is no ${one.check} check\n`);
        continue;
      }
      const measured = await run(one, directory, runs);
      if (measured.problem !== undefined) problems++;
      process.stdout.write(`${line(one, measured)}\n`);
    }
  } finally {
    if (flags.inputs === undefined) rmSync(directory, { recursive: true, force: true });
  }
  return problems === 0 ? 0 : 1;
}

function line(one: Case, { seconds, fastest, processor, memory, engine, problem }: Measured): string {
  const aim = one.aim === undefined ? '      –' : `${one.aim.toFixed(1).padStart(5)} s`;
  const ratio = one.aim === undefined ? '    –' : (seconds / one.aim).toFixed(2).padStart(5);
  const cells = [
    one.name.padEnd(WIDTH),
    time(seconds),
    time(fastest),
    aim,
    ratio,
    time(processor).padStart(9),
    `${Math.round(memory / 1e6)} MB`.padStart(9),
    engine,
  ];
  return `${cells.join('  ')}${problem === undefined ? '' : `  WRONG: ${problem}`}`;
}

function time(seconds: number): string {
  return seconds < 1
    ? `${(1000 * seconds).toFixed(1).padStart(5)} ms`
    : `${seconds.toFixed(2).padStart(6)} s`;
}
