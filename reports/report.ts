import type { RunVerdict } from '../src/analysis/run-verdict.ts';
import type { History } from '../src/history/history.ts';
import type { ObservedEvent } from '../src/worlds/world.ts';

/** All that a report may show of a run. */
export interface ReportInput {
  readonly verdict: RunVerdict;
  readonly history: History;
  readonly events: readonly ObservedEvent[];
  /** The command line that repeats the run. */
  readonly repeat: string;
  /** When the run was made, for people: `2026-01-31 12:00:00`. Never part of the verdict. */
  readonly made?: string;
}

/** One format of a report, written as one file into the run directory. */
export interface ReportFormat {
  readonly name: string;
  /** The file's name in the run directory. */
  readonly file: string;
  render(input: ReportInput): Promise<string>;
}
