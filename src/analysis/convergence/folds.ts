import { FAIL, type History } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import { exactly } from '../integers.ts';
import type { Tally } from '../tally.ts';
import { witnessOp } from '../witness.ts';
import { fold, type Kind, normal, type Update } from './crdt.ts';
import type { ReplicaRead } from './replica-reads.ts';

/**
 * Folds the updates that each read says were delivered and compares: `wrong-merge` where the value is another,
 * `unexpected-update` where a delivered update was never issued. Updates are operations whose value is an object with an
 * `id`, and `value`, `after`, `stamp`, `node` as in `Update`. Gives the number of reads that were compared.
 * O(reads · updates delivered).
 */
export function folds(history: History, reads: readonly ReplicaRead[], kind: Kind, tally: Tally): number {
  const updates = issued(history);
  let compared = 0;
  for (const { row, value, delivered } of reads) {
    if (delivered === undefined) continue;
    compared++;
    const known = delivered.map((id) => updates.get(canonical(id)));
    const strange = delivered.find((_, i) => known[i] === undefined);
    if (strange !== undefined) {
      tally.found('unexpected-update', () => ({
        message: `R says that update ${canonical(strange)} was delivered, which nobody issued.`,
        ops: [witnessOp(history, row, 'R')],
      }));
      continue;
    }
    const expected = fold(kind, known as Update[]);
    if (canonical(normal(kind, value)) === canonical(expected)) continue;
    tally.found('wrong-merge', () => ({
      message: `R shows ${canonical(value)}, but the ${delivered.length} updates it says were delivered make ${canonical(expected)} of a ${kind}.`,
      ops: [witnessOp(history, row, 'R')],
      detail: { expected },
    }));
  }
  return compared;
}

/** Updates by the canonical text of their id. An unknown one may have been issued, a failed one was not. */
function issued(history: History): Map<string, Update> {
  const updates = new Map<string, Update>();
  for (let row = 0; row < history.n; row++) {
    if (history.outcome[row] === FAIL) continue;
    const value = history.value(row);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
    const fields = value as { readonly [field: string]: Json };
    if (fields.id === undefined) continue;
    const id = canonical(fields.id);
    const stamp = exactly(fields.stamp ?? null);
    updates.set(id, {
      id,
      f: history.fs[history.f[row]],
      value: fields.value ?? null,
      ...(Array.isArray(fields.after) ? { after: (fields.after as Json[]).map(canonical) } : {}),
      ...(stamp === undefined ? {} : { stamp }),
      ...(typeof fields.node === 'string' ? { node: fields.node } : {}),
    });
  }
  return updates;
}
