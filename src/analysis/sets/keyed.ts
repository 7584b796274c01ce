import { History, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';
import { Tally } from '../tally.ts';
import type { Anomaly } from '../verdict.ts';

/** One of many sets, its values without their key. */
export interface KeyedSet {
  /** Undefined where the history has one set without a key. */
  readonly key: Json | undefined;
  readonly history: History;
}

/**
 * The sets of a history: `add [k, v]` and `read [k, [v…]]`, as Jepsen's independent keys write them, or one without keys.
 * Keyed are those whose adds are all pairs and of which some read shows a key and a list, and none a plain list.
 * Rows of other functions go to no key. O(rows).
 */
export function setsOf(history: History): KeyedSet[] {
  const add = history.fs.indexOf('add');
  const read = history.fs.indexOf('read');
  if (!isKeyed(history, add, read)) return [{ key: undefined, history }];
  const rows = new Map<number, number[]>();
  for (let row = 0; row < history.n; row++) {
    if (history.f[row] !== add && history.f[row] !== read) continue;
    const key = keyOf(history, row);
    if (key === undefined) continue;
    const list = rows.get(key);
    if (list === undefined) rows.set(key, [row]);
    else list.push(row);
  }
  return [...rows].map(([key, list]) => ({
    key: history.values.value(key),
    history: unwrapped(history, list),
  }));
}

function isKeyed({ n, f, shape, outcome }: History, add: number, read: number): boolean {
  let shown = false;
  for (let row = 0; row < n; row++) {
    const s = shape[row];
    if (f[row] === add && s !== Shape.Pair) return false;
    if (f[row] !== read || outcome[row] !== OK) continue;
    if (s === Shape.KeyedList || s === Shape.PairOfPair) shown = true;
    else if (s !== Shape.Pair) return false;
  }
  return shown;
}

function keyOf({ shape, x0 }: History, row: number): number | undefined {
  const s = shape[row];
  return s === Shape.Pair || s === Shape.KeyedList || s === Shape.PairOfPair ? x0[row] : undefined;
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
        const { message, key, ...rest } = witness();
        return {
          ...rest,
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
