import { FAIL, type History } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import type { Anomaly, CheckOptions } from '../verdict.ts';
import { CAS, type Decision, MISS, READ } from './calls.ts';
import { decideRegister } from './deadlines/search.ts';
import { Cast } from './explain.ts';
import type { Operation } from './general.ts';
import { shrink } from './general-witness.ts';
import type { Meter } from './meter.ts';
import { keyValue } from './models/registers.ts';
import { obvious } from './obvious.ts';
import type { KeyCalls } from './register-history.ts';
import { type Impossible, NOTHING, refuteSequential } from './saturation.ts';
import { retired, sequentiallyConsistent } from './sequential.ts';
import type { Findings } from './verdict-of.ts';
import { zones } from './zones.ts';

/**
 * Sequential consistency of registers, all keys together. Linearizable keys are enough for it, and quicker to see, so
 * that is tried first; then whether what was read contradicts itself, and only then every order.
 */
export function sequentialRegisters(
  history: History,
  keys: readonly KeyCalls[],
  options: CheckOptions,
  meter: Meter,
  findings: Findings,
): void {
  const initial = options.initial ?? null;
  const id = history.values.id(initial);
  const part = meter.part(Math.floor(meter.left / 4));
  const linearizable = keys.every(({ calls }) => {
    const found = zones(calls, id, 1);
    if (found !== null) return found.count === 0;
    return obvious(calls, id, 1).count === 0 && decideRegister(calls, id, part).answer === 'legal';
  });
  meter.join(part);
  findings.engines.add(linearizable ? 'linearizable-keys' : 'sequential-search');
  if (linearizable) return;
  const rows: number[] = [];
  const operations: Operation[] = [];
  for (const key of keys) {
    const name: Json = key.key === undefined ? null : history.values.value(key.key);
    const value = (v: number) => history.values.value(v);
    const { n, kind, a, b, inv, ret, outcome } = key.calls;
    const rowOf = key.rows;
    for (let i = 0; i < n; i++) {
      const f = kind[i] === READ ? 'read' : kind[i] === CAS ? 'cas' : kind[i] === MISS ? 'miss' : 'write';
      const inner: Json = kind[i] >= CAS ? [value(a[i]), value(b[i])] : value(a[i]);
      const row = rowOf[i];
      rows.push(row);
      operations.push({
        f,
        input: [name, inner],
        output: [name, inner],
        inv: inv[i],
        ret: ret[i],
        outcome: outcome[i],
        process: history.process[row],
      });
    }
  }
  const order = operations.map((_, i) => i).sort((x, y) => operations[x].inv - operations[y].inv);
  const sorted = order.map((i) => operations[i]);
  const row = (o: number): number => rows[order[o]];
  const refuted = refuteByReads(sorted, history, id, meter.part(Math.floor(meter.left / 4)));
  if (refuted) {
    findings.engines.delete('sequential-search');
    findings.engines.add('saturation');
    const swaps = sorted.some(({ f }) => f === 'cas');
    // Without compare-and-set a value can be left out with all who wrote or saw it: the others come to no harm.
    const model = swaps ? keyValue : { ...keyValue, topic: (_: string, input: Json) => (input as Json[])[1] };
    const few = shrink(sorted, model, (subset) => !!refuteByReads(subset, history, id, meter.part(QUESTION)));
    const shown = few.length <= MOST_SHOWN ? few : refuted.rows;
    findings.add(conflict(history, shown.map(row), few.length <= MOST_SHOWN));
    return;
  }
  const decision: Decision = sequentiallyConsistent(sorted, keyValue, initial, meter);
  if (decision.answer === 'unknown')
    findings.unknowns.push(
      `${decision.reason}; the order found reaches to record ${decision.reached} before it gets stuck`,
    );
  if (decision.answer !== 'illegal') return;
  const few = shrink(
    sorted,
    keyValue,
    (subset) => sequentiallyConsistent(subset, keyValue, initial, meter.part(QUESTION)).answer === 'illegal',
  );
  findings.add(conflict(history, few.slice(0, MOST_SHOWN).map(row), few.length <= MOST_SHOWN));
}

/** Steps that each question of a shrinking may cost. */
const QUESTION = 200_000;
/** More operations than this explain nothing. */
const MOST_SHOWN = 24;

/** A proof by what was read, where values are unique; see `refuteSequential`. */
function refuteByReads(
  given: readonly Operation[],
  { values }: History,
  initial: number,
  meter: Meter,
): Impossible | null | undefined {
  const operations = retired(given) ?? given;
  const n = operations.length;
  const accesses = {
    n,
    process: new Int32Array(n),
    key: new Int32Array(n),
    reads: new Int32Array(n).fill(NOTHING),
    writes: new Int32Array(n).fill(NOTHING),
    outcome: new Uint8Array(n),
  };
  for (let i = 0; i < n; i++) {
    const { f, input, process, outcome } = operations[i];
    const [key, inner] = input as [Json, Json];
    if (f === 'miss') return undefined;
    accesses.process[i] = process;
    accesses.outcome[i] = outcome;
    accesses.key[i] = values.id(key);
    if (outcome === FAIL) continue;
    if (f !== 'write') accesses.reads[i] = values.id(f === 'cas' ? (inner as [Json, Json])[0] : inner);
    if (f !== 'read') accesses.writes[i] = values.id(f === 'cas' ? (inner as [Json, Json])[1] : inner);
  }
  return refuteSequential(accesses, initial, meter);
}

function conflict(history: History, rows: readonly number[], alone: boolean): Anomaly {
  return new Cast(history, rows).anomaly(
    'non-sequential',
    'no order of all operations respects the order of every process',
    [
      alone
        ? 'These alone have no order that respects what each process did first and in which every read sees the last write.'
        : 'These are some of them: each must come before the next by what was read, and the last before the first.',
    ],
  );
}
