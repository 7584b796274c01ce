import { FAIL, type History, INFO, NEVER } from '../history/history.ts';
import type { WitnessOp } from './verdict.ts';

/** A row of the history as a witness shows it, under the name that the words use. */
export function witnessOp(history: History, row: number, name: string): WitnessOp {
  const outcome = history.outcome[row];
  const ret = history.ret[row]!;
  const node = history.node[row]!;
  const epoch = history.epoch[row]!;
  return {
    name,
    invoked: history.inv[row]!,
    returned: ret === NEVER ? null : ret,
    process: history.process[row]!,
    type: outcome === INFO ? 'info' : outcome === FAIL ? 'fail' : 'ok',
    f: history.fs[history.f[row]!]!,
    value: history.value(row),
    ...(node >= 0 ? { node: history.nodes[node]! } : {}),
    ...(epoch >= 0 ? { epoch } : {}),
  };
}
