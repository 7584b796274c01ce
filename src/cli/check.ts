import { Command, InvalidArgumentError } from 'commander';
import type { HistoryReportInput } from '../../reports/html/history-report.ts';
import { CheckError, checkAll, ownOptions } from '../analysis/check.ts';
import { checks, findCheck } from '../analysis/checks.ts';
import { watched } from '../analysis/spending.ts';
import {
  type Budget,
  type Check,
  type CheckOptions,
  type CheckRequest,
  DEFAULT_BUDGET,
  type Verdict,
} from '../analysis/verdict.ts';
import { worst } from '../analysis/worst.ts';
import { HistoryError } from '../history/error.ts';
import type { History } from '../history/history.ts';
import type { Json } from '../history/op.ts';
import { MS, parseDuration } from '../nanoseconds.ts';
import { jsonOrText, list, pair, whole } from './arguments.ts';
import { verdictJson } from './check-json.ts';
import { checkProgress } from './check-progress.ts';
import { verdictText } from './check-text.ts';
import { colours } from './colours.ts';
import { EXIT, UsageError } from './exit.ts';
import { historyPath, readHistoryFile } from './history-file.ts';
import { complain, say, unheard } from './output.ts';
import { sameFile } from './output-file.ts';

interface Flags {
  readonly workload?: string;
  readonly model?: readonly string[];
  readonly initial?: Json;
  readonly set?: readonly (readonly [string, Json])[];
  readonly budget?: string;
  readonly memory?: number;
  readonly witnesses?: number;
  readonly report?: string;
  readonly gexf?: string;
  readonly dot?: string;
  readonly json?: boolean;
}

const HELP = `
FILE is a run directory, JSON Lines, Jepsen's EDN (history.edn), either gzipped, or - for standard input.
Workloads: ${checks.map((c) => c.name).join(', ')}

Options of a workload are set with --set, as in -w semaphore --set permits=3; \`ordeal list\` shows them.

Exit codes: 0 every judged model upheld; 1 an anomaly against one; 2 unknown; 254 no readable history, or bad usage;
            255 internal error. Of several files, the worst: 255, 254, 1, 2, 0.`;

/** `ordeal check FILE…`: judges histories from anywhere. */
export function checkCommand(): Command {
  return new Command('check')
    .description('judge recorded histories: of Ordeal, of Jepsen, of your own')
    .argument('<file...>', 'histories to judge')
    .option('-w, --workload <name>', 'which check judges it (default: detected from the operations)')
    .option('--model <names>', 'consistency models to judge against; repeatable or a comma list', list)
    .option(
      '--initial <value>',
      'what the object is at first, as JSON (default: null for registers, 0 for counters, else empty)',
      json,
    )
    .option(
      '--set <key=value>',
      'an option of the check alone, as in permits=3 of a semaphore; repeatable; see `ordeal list`',
      pair,
    )
    .option(
      '--budget <duration>',
      'give up a file after this long and say unknown, instead of counting steps',
    )
    .option('--memory <size>', 'bytes of tables a search may hold, as in 512m or 4g (default: 1g)', bytes)
    .option(
      '--witnesses <count>',
      'anomalies of each type told with all their operations (default: 8)',
      whole,
    )
    .option('--report <file>', 'write one HTML file that shows what was found, for a browser')
    .option(
      '--gexf <file>',
      'write the cycles of dependencies between transactions (list-append, rw-register) as GEXF, for Gephi',
    )
    .option('--dot <file>', 'the same, as Graphviz reads it')
    .option(
      '--json',
      'print one JSON object a file, a line each; of several workloads, what each was judged to be is in verdicts',
    )
    .addHelpText('after', HELP)
    .action(async (files: string[], flags: Flags) => {
      if (flags.workload !== undefined) takes(known(flags.workload), flags);
      if (outputs(flags).length > 0 && files.length > 1)
        throw new UsageError('--report, --gexf, --dot: one history at a time');
      if (files.filter((file) => file === '-').length > 1)
        throw new UsageError('-: standard input can be read only once');
      apart(files, outputs(flags));
      const limit = flags.budget === undefined ? null : milliseconds(flags.budget);
      let code: number = EXIT.valid;
      // Files that nobody will hear of are not judged: of these nothing is known.
      for (const file of files)
        code = worse(code, unheard() ? EXIT.unknown : await oneFile(file, flags, limit));
      process.exitCode = code;
    });
}

function known(workload: string): Check {
  const check = findCheck(workload);
  if (check === undefined)
    throw new UsageError(
      `--workload: there is no "${workload}"; known: ${checks.map((c) => c.name).join(', ')}`,
    );
  return check;
}

type Output = readonly [option: string, file: string];

function outputs({ report, gexf, dot }: Flags): readonly Output[] {
  return Object.entries({ '--report': report, '--gexf': gexf, '--dot': dot }).filter(
    (output): output is [string, string] => output[1] !== undefined,
  );
}

/** No output may take the place of what is judged, or of another. */
function apart(files: readonly string[], outs: readonly Output[]): void {
  outs.forEach(([option, out], i) => {
    for (const file of files)
      if (sameFile(out, historyPath(file))) throw new UsageError(`${option}: ${out} is the history to judge`);
    const twin = outs.slice(0, i).find(([, other]) => sameFile(out, other));
    if (twin !== undefined) throw new UsageError(`${twin[0]}, ${option}: both would write ${out}`);
  });
}

/** Says what is wrong with options before any history is read. */
function takes(check: Check, { set = [], initial }: Flags): void {
  const asked = { '--set': { set: Object.fromEntries(set) }, '--initial': { initial } };
  for (const [flag, own] of Object.entries(asked))
    try {
      ownOptions(check, own);
    } catch (error) {
      throw error instanceof CheckError ? new UsageError(`${flag}: ${error.message}`) : error;
    }
}

/** Judges one file, prints what it is, and gives its exit code. */
async function oneFile(file: string, flags: Flags, limit: number | null): Promise<number> {
  const progress = checkProgress(file);
  try {
    const history = await readHistoryFile(file, progress.reading);
    const asked: CheckRequest = {
      ...options(flags, budget(limit, flags)),
      ...(progress.judging === undefined ? {} : { progress: progress.judging }),
    };
    const verdicts = checkAll(history, asked);
    progress.clear();
    await print(file, verdicts, flags);
    const valid = worst(verdicts);
    const code = valid === true ? EXIT.valid : valid === false ? EXIT.invalid : EXIT.unknown;
    return worse(code, await evidence(file, history, verdicts, asked, flags, progress.clear));
  } catch (error) {
    progress.clear();
    if (flags.json === true) await say(`${JSON.stringify({ file, valid: 'unknown', ...told(error) })}\n`);
    return refuse(file, error);
  }
}

/** Writes the files that show what was found. What is wrong with them spoils no verdict: that is printed before. */
async function evidence(
  file: string,
  history: History,
  verdicts: readonly Verdict[],
  asked: CheckRequest,
  flags: Flags,
  clear: () => void,
): Promise<number> {
  try {
    if (flags.gexf !== undefined || flags.dot !== undefined) await graphs(history, verdicts, asked, flags);
    if (flags.report !== undefined) await report(flags.report, { name: file, verdicts, history });
    clear();
    return EXIT.valid;
  } catch (error) {
    clear();
    return refuse(file, error);
  }
}

/** Loaded when needed, as it brings a graph library. */
async function graphs(
  history: History,
  verdicts: readonly Verdict[],
  { set, workload: _, ...options }: CheckRequest,
  flags: Flags,
): Promise<void> {
  const { hasGraph, writeGraphs } = await import('./check-graph.ts');
  const verdict = verdicts.find((v) => hasGraph(v.check));
  if (verdict === undefined)
    throw new UsageError('--gexf, --dot: only transactions (list-append, rw-register) have a graph to write');
  const { workload } = verdict;
  const asked: CheckOptions = { ...ownOptions(known(verdict.check), { set }), ...watched(options) };
  writeGraphs(verdict.check, workload === undefined ? history : history.only(workload), asked, flags);
}

/** Loaded when needed: few want a page, and it brings what draws it. */
async function report(file: string, input: HistoryReportInput): Promise<void> {
  const { writeReport } = await import('./check-report.ts');
  await writeReport(file, input);
}

function options(flags: Flags, budget: Budget): CheckRequest {
  return {
    ...(flags.workload === undefined ? {} : { workload: flags.workload }),
    ...(flags.model === undefined ? {} : { models: flags.model }),
    ...(flags.initial === undefined ? {} : { initial: flags.initial }),
    ...(flags.set === undefined ? {} : { set: Object.fromEntries(flags.set) }),
    ...(flags.witnesses === undefined ? {} : { witnesses: flags.witnesses }),
    budget,
  };
}

/** With a limit on wall time steps are not counted: the caller has said what counts. */
function budget(limit: number | null, { memory }: Flags): Budget {
  const tableBytes = memory ?? DEFAULT_BUDGET.tableBytes;
  if (limit === null) return { ...DEFAULT_BUDGET, tableBytes };
  const end = performance.now() + limit;
  return { steps: Number.MAX_SAFE_INTEGER, tableBytes, expired: () => performance.now() > end };
}

function milliseconds(text: string): number {
  try {
    return parseDuration(text) / MS;
  } catch (error) {
    throw new UsageError(`--budget: ${(error as Error).message}`);
  }
}

async function print(file: string, verdicts: readonly Verdict[], flags: Flags): Promise<void> {
  if (flags.json === true) await say(`${JSON.stringify(verdictJson(file, verdicts))}\n`);
  else for (const verdict of verdicts) await say(`${verdictText(file, verdict, colours())}\n`);
}

/** What a program is told of an error. */
function told(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  const { line, column } = error instanceof HistoryError ? error : {};
  return { error: message, ...(line === undefined ? {} : { line, column }) };
}

/** Says why a file could not be judged, or evidence not be written. */
function refuse(file: string, error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) complain(message);
  else if (error instanceof CheckError) complain(`${file}: ${message}`);
  else if (error instanceof HistoryError) complain(`${file}:${error.line}:${error.column}: ${message}`);
  else {
    const stack = error instanceof Error ? error.stack : undefined;
    complain(...`${file}: internal error: ${stack ?? message}`.split('\n'));
    return EXIT.internal;
  }
  return EXIT.usage;
}

const ORDER: readonly number[] = [EXIT.valid, EXIT.unknown, EXIT.invalid, EXIT.usage, EXIT.internal];

function worse(a: number, b: number): number {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}

/** JSON, Clojure's nil, or plain text. */
const json = (text: string): Json => (text === 'nil' ? null : jsonOrText(text));

function bytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('Expected a number of bytes, as in 512m or 4g.');
  return Math.floor(Number(match[1]) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(match[2]!.toLowerCase()));
}
