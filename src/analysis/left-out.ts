import { FAIL, type History, INFO, Shape } from '../history/history.ts';
import { NIL } from '../history/values.ts';
import type { Check } from './verdict.ts';

/** Looked for by `includes`, a byte array is passed over in no time: there is mostly nothing but transactions. */
const NO_TRANSACTIONS = Object.values(Shape).filter((shape) => shape !== Shape.Txn);

/**
 * What a check passes over because it does not know the function, in words: it may have changed what others read. One warning a
 * function. Operations that failed changed nothing. Of a history of several workloads, those of which the check knows
 * nothing at all are not meant for it. O(rows); O(functions) where the check knows them all.
 */
export function leftOut(check: Check, history: History): string[] {
  const { functions, transactions = false } = check;
  if (functions === undefined) return [];
  const { n, fs, f, shape, outcome, workload, workloads, x0, x1, inv } = history;
  const known = fs.map((name) => functions.includes(name));
  if (transactions ? !NO_TRANSACTIONS.some((other) => shape.includes(other)) : !known.includes(false))
    return [];
  // By workload and function.
  const count = new Int32Array(workloads.length * fs.length);
  const first = new Int32Array(workloads.length * fs.length);
  const used = new Uint8Array(workloads.length);
  const meant = new Uint8Array(workloads.length);
  for (let row = 0; row < n; row++) {
    const w = workload[row]!;
    used[w] = 1;
    const s = shape[row];
    if (known[f[row]!] || (transactions && (s === Shape.Txn || (s === Shape.List && x1[row] === 0)))) {
      meant[w] = 1;
      continue;
    }
    if (outcome[row] === FAIL) continue;
    // A transaction of which nobody wrote down what it was to do.
    if (transactions && outcome[row] === INFO && s === Shape.Scalar && x0[row] === NIL) continue;
    const at = w * fs.length + f[row]!;
    if (count[at]!++ === 0) first[at] = inv[row]!;
  }
  const alone = used.indexOf(1) === used.lastIndexOf(1);
  const knows = [...(transactions ? ['transactions of reads and writes'] : []), ...functions].join(', ');
  const warnings: string[] = [];
  for (let at = 0; at < count.length; at++) {
    if (count[at] === 0 || !(alone || meant[Math.floor(at / fs.length)] === 1)) continue;
    const many = count[at] === 1 ? 'operation' : 'operations';
    const was = count[at] === 1 ? 'was' : 'were';
    warnings.push(
      `${count[at]} ${many} "${fs[at % fs.length]}" ${was} left out, index ${first[at]} first: ${check.name} knows ${knows}; what others changed counts as never done`,
    );
  }
  return warnings;
}
