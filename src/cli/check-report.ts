import { rmSync, statSync, writeFileSync } from 'node:fs';
import { type HistoryReportInput, historyReport } from '../../reports/html/history-report.ts';
import { UsageError } from './exit.ts';

/** Writes the page about a judged history. */
export async function writeReport(file: string, input: HistoryReportInput): Promise<void> {
  const text = await historyReport(input);
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    // Half a page is worse than none.
    if (syscall === 'write' && statSync(file).isFile()) rmSync(file);
    throw new UsageError(`--report: ${message}`);
  }
}
