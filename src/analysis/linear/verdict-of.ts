import type { Json } from '../../history/op.ts';
import { boundary } from '../models.ts';
import type { Anomaly, CheckOptions, Verdict } from '../verdict.ts';

/** Types that the lattice knows of transactions. Of one object they say no more than that the model is violated. */
const TRANSACTIONAL: ReadonlySet<string> = new Set([
  'future-read',
  'incompatible-order',
  'duplicate-elements',
]);

/** Of so many conflicts each is given the name that it has; those beyond are counted with the first. */
const NAMED = 64;

/** How many conflicts an engine is to hand out, that those named do not depend on how many witnesses are wanted. */
export function most(options: CheckOptions): number {
  return Math.max(NAMED, options.witnesses ?? 0);
}

/** What an engine found: the first conflicts, `most` of them, and how many there are. */
interface Conflicts<C> {
  readonly conflicts: readonly C[];
  readonly count: number;
}

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
    this.offer(anomaly.type, () => anomaly);
  }

  /** An anomaly of which the witness is built only if it is shown. */
  offer(type: string, witness: () => Anomaly): void {
    const before = this.counts[type] ?? 0;
    this.counts[type] = before + 1;
    if (before < this.most) this.anomalies.push(witness());
  }

  /** All that an engine found. The types named are the same however many witnesses are wanted. */
  addAll<C>(
    { conflicts, count }: Conflicts<C>,
    typeOf: (conflict: C) => string,
    witness: (conflict: C) => Anomaly,
  ): void {
    if (count === 0) return;
    const first = typeOf(conflicts[0]);
    conflicts.forEach((conflict, i) => {
      const type = typeOf(conflict);
      if (i < NAMED || this.counts[type] !== undefined) this.offer(type, () => witness(conflict));
      else this.more(first, 1);
    });
    this.more(first, count - conflicts.length);
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
