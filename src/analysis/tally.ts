import type { Json } from '../history/op.ts';
import { boundary, friendly, isModel } from './models.ts';
import type { Anomaly, CheckOptions, Validity, Verdict } from './verdict.ts';

/** Model → the anomaly types that it forbids, the strongest claim first. Models may be of the lattice or plain names. */
export type Forbids = { readonly [model: string]: readonly string[] };

/** What a check knows beside its anomalies. */
export interface Conclusion {
  readonly check: string;
  readonly engine: string;
  readonly forbids: Forbids;
  readonly options: CheckOptions;
  /** Judged when the user names no models; the first of `forbids` when absent. */
  readonly judged?: readonly string[];
  /** Model → why the history does not decide it. A broken model is broken nevertheless. */
  readonly open?: { readonly [model: string]: string };
  readonly assumptions?: readonly string[];
  readonly warnings?: readonly string[];
  readonly stats: { readonly [name: string]: Json };
}

/** Collects the anomalies of a check whose models are lists of forbidden anomalies: all are counted, the first shown. */
export class Tally {
  readonly anomalies: Anomaly[] = [];
  readonly counts = new Map<string, number>();
  private readonly kept = new Map<string, number>();
  private readonly most: number;

  constructor(options: CheckOptions) {
    this.most = options.witnesses ?? 8;
  }

  /** An anomaly of which the witness is made only if it is wanted. */
  found(type: string, witness: () => Omit<Anomaly, 'type'>, occurrences = 1): void {
    this.counts.set(type, (this.counts.get(type) ?? 0) + occurrences);
    const kept = this.kept.get(type) ?? 0;
    if (kept >= this.most) return;
    this.kept.set(type, kept + 1);
    this.anomalies.push({ type, ...witness() });
  }

  verdict({ check, engine, forbids, options, open = {}, ...more }: Conclusion): Verdict {
    const models = Object.keys(forbids);
    const types = [...this.counts.keys()].sort();
    const broken = models.filter((m) => forbids[m]!.some((type) => this.counts.has(type)));
    const judged = options.models ?? more.judged ?? models.slice(0, 1);
    const lattice = boundary(broken.filter(isModel).map((m) => `${m}-violation`));
    const undecided = judged.filter((m) => !broken.includes(m) && open[m] !== undefined);
    const valid: Validity = judged.some((m) => broken.includes(m))
      ? false
      : undecided.length > 0
        ? 'unknown'
        : true;
    const { assumptions = [], warnings = [] } = more;
    return {
      check,
      valid,
      anomalyTypes: types,
      counts: Object.fromEntries(types.map((type) => [type, this.counts.get(type)!])),
      anomalies: this.anomalies,
      not: [...broken.filter((m) => !isModel(m)), ...lattice.not],
      alsoNot: lattice.alsoNot,
      judged: judged.map((m) => (isModel(m) ? friendly(m) : m)),
      consistentWith: models.filter((m) => !broken.includes(m) && open[m] === undefined),
      engine,
      ...(undecided.length === 0 ? {} : { reason: [...new Set(undecided.map((m) => open[m]))].join('; ') }),
      ...(assumptions.length === 0 ? {} : { assumptions }),
      ...(warnings.length === 0 ? {} : { warnings }),
      stats: more.stats,
    };
  }
}

/** The same reason for each of the models, as `Conclusion.open` wants it. */
export function openAll(models: Iterable<string>, reason: string | undefined): { [model: string]: string } {
  return reason === undefined ? {} : Object.fromEntries([...models].map((m) => [m, reason]));
}
