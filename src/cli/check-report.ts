import { type HistoryReportInput, historyReport } from '../../reports/html/history-report.ts';
import { UsageError } from './exit.ts';
import { writeWhole } from './output-file.ts';

/** Writes the page about a judged history: all of it, or nothing. */
export async function writeReport(file: string, input: HistoryReportInput): Promise<void> {
  const text = await historyReport(input);
  try {
    writeWhole(file, [text]);
  } catch (error) {
    throw new UsageError(`--report: ${(error as Error).message}`);
  }
}
