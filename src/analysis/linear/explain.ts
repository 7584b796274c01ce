import type { History } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { showPlace, showRow } from '../evidence/show.ts';
import type { Anomaly } from '../verdict.ts';
import { witnessOp } from '../witness.ts';

/** The operations of a witness, named in order of invocation, and sentences about them. */
export class Cast {
  readonly history: History;
  private readonly names = new Map<number, string>();

  /** @param rows rows of the history; repeated and negative ones are left out. */
  constructor(history: History, rows: Iterable<number>) {
    this.history = history;
    const sorted = [...new Set(rows)].filter((row) => row >= 0);
    sorted.sort((x, y) => history.inv[x] - history.inv[y]);
    sorted.forEach((row, i) => {
      this.names.set(row, `T${i + 1}`);
    });
  }

  name(row: number): string {
    return row < 0 ? 'the initial value' : this.names.get(row)!;
  }

  /** `T1 (write 3)`. */
  called(row: number): string {
    return row < 0 ? 'the initial value' : `${this.name(row)} (${showRow(this.history, row)})`;
  }

  ended(row: number): string {
    return `${this.name(row)} had returned (record ${this.history.ret[row]})`;
  }

  began(row: number): string {
    return `${this.name(row)} was invoked (record ${this.history.inv[row]})`;
  }

  anomaly(
    type: string,
    heading: string,
    argument: readonly string[],
    more: { key?: Json; detail?: Anomaly['detail'] } = {},
  ): Anomaly {
    const { history } = this;
    const shown = [...this.names].map(
      ([row, name]) =>
        `  ${name}: ${showRow(history, row)}   (${showPlace(history, row)}${history.epoch[row] >= 0 ? `, epoch ${history.epoch[row]}` : ''})`,
    );
    return {
      type,
      message: [`${type}: ${heading}:`, ...shown, ...argument.map((line) => `  ${line}`)].join('\n'),
      ops: [...this.names].map(([row, name]) => witnessOp(history, row, name)),
      ...more,
    };
  }
}
