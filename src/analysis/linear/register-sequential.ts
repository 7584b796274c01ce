import type { History } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import type { CheckOptions } from '../verdict.ts';
import { CAS, type Decision, MISS, READ } from './calls.ts';
import { decideRegister } from './deadlines/search.ts';
import { Cast } from './explain.ts';
import type { Operation } from './general.ts';
import type { Meter } from './meter.ts';
import { keyValue } from './models/registers.ts';
import { obvious } from './obvious.ts';
import type { KeyCalls } from './register-history.ts';
import { sequentiallyConsistent } from './sequential.ts';
import type { Findings } from './verdict-of.ts';
import { zones } from './zones.ts';

/**
 * Sequential consistency of registers, all keys together. Linearizable keys are enough for it, and quicker to see, so
 * that is tried first.
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
    for (let i = 0; i < key.calls.n; i++) {
      const { kind, a, b, inv, ret, outcome } = key.calls;
      const f = kind[i] === READ ? 'read' : kind[i] === CAS ? 'cas' : kind[i] === MISS ? 'miss' : 'write';
      const inner: Json = kind[i] >= CAS ? [value(a[i]), value(b[i])] : value(a[i]);
      const row = key.rows[i];
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
  const decision: Decision = sequentiallyConsistent(operations, keyValue, initial, meter);
  if (decision.answer === 'unknown')
    findings.unknowns.push(
      `${decision.reason}; the order found reaches to record ${decision.reached} before it gets stuck`,
    );
  if (decision.answer !== 'illegal') return;
  const stuck = furthestReads(operations, decision.reached ?? 0).map((i) => rows[i]);
  const cast = new Cast(history, stuck);
  findings.add(
    cast.anomaly('non-sequential', 'no order of all operations respects the order of every process', [
      'Every order was tried. The furthest any of them came is just before these operations.',
    ]),
  );
}

/** The operations around the furthest point that any order reached. */
function furthestReads(operations: readonly Operation[], reached: number): number[] {
  const near = operations.map((_, i) => i).filter((i) => operations[i].inv >= reached);
  near.sort((x, y) => operations[x].inv - operations[y].inv);
  return near.slice(0, 4);
}
