import type { Anomaly } from '../verdict.ts';

/** Anomalies as they are gathered: every occurrence counted, the first few of a type kept. */
export class Found {
  readonly counts: Record<string, number> = {};
  readonly anomalies: Anomaly[] = [];

  add(type: string, count: number, witnesses: readonly Anomaly[]): void {
    if (count === 0) return;
    this.counts[type] = (this.counts[type] ?? 0) + count;
    this.anomalies.push(...witnesses);
  }

  get types(): string[] {
    return Object.keys(this.counts).sort();
  }
}
