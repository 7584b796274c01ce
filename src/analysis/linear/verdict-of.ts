import type { Json } from '../../history/op.ts';
import { boundary } from '../models.ts';
import type { Anomaly, CheckOptions, Verdict } from '../verdict.ts';

/** Types that the lattice knows of transactions. Of one object they say no more than that the model is violated. */
const TRANSACTIONAL: ReadonlySet<string> = new Set([
  'future-read',
  'incompatible-order',
  'duplicate-elements',
]);

/** What a check of this room collects while it judges an object, or many keys of one. */
export class Findings {
  readonly anomalies: Anomaly[] = [];
  readonly counts: { [type: string]: number } = {};
  readonly engines = new Set<string>();
  readonly unknowns: string[] = [];
  private readonly most: number;

  constructor(options: CheckOptions) {
    this.most = options.witnesses ?? 8;
  }

  /** Whether one more witness of any type is wanted. */
  get wanting(): boolean {
    return this.anomalies.length < 4 * this.most;
  }

  add(anomaly: Anomaly): void {
    const before = this.counts[anomaly.type] ?? 0;
    this.counts[anomaly.type] = before + 1;
    if (before < this.most) this.anomalies.push(anomaly);
  }

  /** More occurrences of a type than were given a witness. */
  more(type: string, count: number): void {
    if (count > 0) this.counts[type] = (this.counts[type] ?? 0) + count;
  }

  verdict(
    check: string,
    model: string,
    considered: number,
    stats: { [name: string]: Json },
    options: CheckOptions,
  ): Verdict {
    const invalid = this.anomalies.length > 0;
    const nothing = considered === 0;
    const ruledOut = invalid
      ? boundary([
          `${model}-violation`,
          ...Object.keys(this.counts).filter((type) => !TRANSACTIONAL.has(type)),
        ])
      : { not: [], alsoNot: [] };
    const reason = nothing
      ? 'no operation was ok: there is nothing to judge'
      : this.unknowns.length > 0
        ? reasons(this.unknowns)
        : undefined;
    return {
      check,
      valid: invalid ? false : reason === undefined ? true : 'unknown',
      anomalyTypes: Object.keys(this.counts).sort(),
      counts: this.counts,
      anomalies: this.anomalies,
      ...ruledOut,
      judged: options.models ?? [model],
      consistentWith: invalid || reason !== undefined ? [] : [model],
      engine: [...this.engines].sort().join('+') || 'none',
      ...(reason === undefined ? {} : { reason }),
      stats: { operations: considered, ...stats },
    };
  }
}

function reasons(list: readonly string[]): string {
  const shown = list.slice(0, 3).join('; ');
  return list.length > 3 ? `${shown}; and ${list.length - 3} more` : shown;
}
