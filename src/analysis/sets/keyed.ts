import { History, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';
import { isPair, LOOK, layoutOf, PUT } from '../keyed-lists.ts';
import { Tally } from '../tally.ts';
import type { Anomaly } from '../verdict.ts';
import { ADDS } from './observations.ts';

/** One of many sets, its values without their key. */
export interface KeyedSet {
  /** Undefined where the history has one set without a key. */
  readonly key: Json | undefined;
  readonly history: History;
}

/** The sets of a history, or why it has none: then there are no sets at all. */
export interface KeyedSets {
  readonly sets: readonly KeyedSet[];
  readonly reason?: string;
}

/**
 * The sets of a history: `add [k, v]` and `read [k, [v…]]`, as Jepsen's independent keys write them, or one without keys.
 * Rows that show no key are left out where others do, and those of other functions. O(rows).
 */
export function setsOf(history: History): KeyedSets {
  const kindOf = history.fs.map((name) => (ADDS.includes(name) ? PUT : name === 'read' ? LOOK : -1));
  const { keyed, reason } = layoutOf(history, kindOf);
  if (reason !== undefined) return { sets: [], reason };
  if (!keyed || !isShown(history, kindOf)) return { sets: [{ key: undefined, history }] };
  const rows = new Map<number, number[]>();
  for (let row = 0; row < history.n; row++) {
    if (kindOf[history.f[row]] < 0) continue;
    const key = keyOf(history, row);
    if (key === undefined) continue;
    const list = rows.get(key);
    if (list === undefined) rows.set(key, [row]);
    else list.push(row);
  }
  const sets = [...rows].map(([key, list]) => ({
    key: history.values.value(key),
    history: unwrapped(history, list),
  }));
  return { sets };
}

/** Whether some read succeeded: without, pairs that were added are elements as well as any. */
function isShown({ n, f, outcome }: History, kindOf: readonly number[]): boolean {
  for (let row = 0; row < n; row++) if (kindOf[f[row]] === LOOK && outcome[row] === OK) return true;
  return false;
}

function keyOf(history: History, row: number): number | undefined {
  if (!isPair(history, row)) return undefined;
  if (history.shape[row] !== Shape.Other) return history.x0[row];
  return history.values.id((history.value(row) as readonly Json[])[0]);
}

/** The given rows, of one key, with only what stands beside the key as their value. */
function unwrapped(history: History, rows: readonly number[]): History {
  const n = rows.length;
  const pick = <C extends Uint8Array | Int16Array | Int32Array | Float64Array>(column: C): C => {
    const picked = column.slice(0, n) as C;
    for (let i = 0; i < n; i++) picked[i] = column[rows[i]];
    return picked;
  };
  const shape = new Uint8Array(n);
  const x0 = new Int32Array(n).fill(NIL);
  const x1 = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const row = rows[i];
    const s = history.shape[row];
    shape[i] = s === Shape.KeyedList ? Shape.List : s === Shape.PairOfPair ? Shape.Pair : Shape.Scalar;
    if (s === Shape.Other) {
      x0[i] = history.values.id((history.value(row) as readonly Json[])[1]);
      shape[i] = x0[i] === NIL ? Shape.Scalar : Shape.Other;
      continue;
    }
    x0[i] = history.x1[row];
    x1[i] = s === Shape.Pair ? 0 : history.x2[row];
  }
  return new History({
    ...history,
    n,
    outcome: pick(history.outcome),
    process: pick(history.process),
    f: pick(history.f),
    workload: pick(history.workload),
    inv: pick(history.inv),
    ret: pick(history.ret),
    invTime: pick(history.invTime),
    retTime: pick(history.retTime),
    shape,
    x0,
    x1,
    x2: new Int32Array(n),
    flags: pick(history.flags),
    node: pick(history.node),
    epoch: pick(history.epoch),
    errors: new Map(),
  });
}

/** A tally that says of which key an anomaly is. */
export class KeyedTally extends Tally {
  /** The key being judged; undefined where there are none. */
  within: Json | undefined;

  override found(type: string, witness: () => Omit<Anomaly, 'type'>, occurrences = 1): void {
    const { within } = this;
    if (within === undefined) {
      super.found(type, witness, occurrences);
      return;
    }
    super.found(
      type,
      () => {
        const { message, key, ops, ...rest } = witness();
        return {
          ...rest,
          // As the history has them.
          ops: ops.map((op) => ({ ...op, value: [within, op.value] })),
          message: `Key ${JSON.stringify(within)}: ${message}`,
          key: key === undefined ? within : [within, key],
        };
      },
      occurrences,
    );
  }
}

/** Why keys are open, one reason for all of them, the first key as an example. */
export class OpenKeys {
  private readonly reasons: string[] = [];

  add(key: Json | undefined, reason: string | undefined): void {
    if (reason === undefined) return;
    this.reasons.push(key === undefined ? reason : `key ${JSON.stringify(key)}: ${reason}`);
  }

  get reason(): string | undefined {
    if (this.reasons.length === 0) return undefined;
    const more = this.reasons.length === 1 ? '' : `; and ${this.reasons.length - 1} keys more`;
    return `${this.reasons[0]}${more}`;
  }
}
