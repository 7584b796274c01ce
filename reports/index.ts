import { html } from './html/html.ts';
import { junit } from './junit.ts';
import type { ReportFormat } from './report.ts';

/** Every format that a run writes into its directory. */
export const reports: readonly ReportFormat[] = [html, junit];
