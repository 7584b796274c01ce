import type { Core } from '../analysis/evidence/core.ts';
import { coreGraph } from '../analysis/evidence/core-graph.ts';
import { dotLines, toGexf } from '../analysis/evidence/export.ts';
import { analyzeListAppend } from '../analysis/list-append/check.ts';
import { analyzeRegisterTxn } from '../analysis/register-txn/judge.ts';
import type { CheckOptions } from '../analysis/verdict.ts';
import type { History } from '../history/history.ts';
import { UsageError } from './exit.ts';
import { writeWhole } from './output-file.ts';

export interface GraphFiles {
  /** Up to 2,000 transactions, those of witnesses first, for Gephi and the like. */
  readonly gexf?: string;
  /** All of it, for Graphviz. */
  readonly dot?: string;
}

/** The checks that find dependencies between transactions. */
const ANALYSES: {
  readonly [check: string]: (history: History, options: CheckOptions) => { readonly core: Core | null };
} = { 'list-append': analyzeListAppend, 'rw-register': analyzeRegisterTxn };

export function hasGraph(check: string): boolean {
  return Object.hasOwn(ANALYSES, check);
}

/**
 * Writes the cyclic core of a history of transactions, each file whole or not at all: the operations that no order explains, and
 * why each edge is there.
 */
export function writeGraphs(
  check: string,
  history: History,
  options: CheckOptions,
  { gexf, dot }: GraphFiles,
): void {
  const { core } = ANALYSES[check]!(history, options);
  if (core === null)
    throw new UsageError('--gexf, --dot: nothing of this history was judged, so there is no graph');
  try {
    if (gexf !== undefined) writeWhole(gexf, [toGexf(coreGraph(core))]);
    if (dot !== undefined) writeWhole(dot, lines(dotLines(core)));
  } catch (error) {
    throw new UsageError(`--gexf, --dot: ${(error as Error).message}`);
  }
}

function* lines(of: Iterable<string>): Generator<string> {
  for (const line of of) yield `${line}\n`;
}
