import { FIRST_LIST, OK, W } from '../../history/history.ts';
import { Evidence, Rule } from './evidence.ts';
import type { Registers } from './registers.ts';

/**
 * The order of versions that reads of lists prove: each key's longest read, and after it the appends that nobody saw. Undefined for
 * histories without lists. Reads that are no prefixes of each other are not this function's business: the longest wins.
 * Linear in the longest reads and the accesses.
 */
export function listOrder(registers: Registers): Evidence | undefined {
  const { accesses, transactionOf } = registers;
  const { history, list, key, f, unit, row, value } = accesses;
  if (list === undefined) return undefined;
  const longest = new Int32Array(accesses.keys).fill(-1);
  for (let at = 0; at < list.length; at++) {
    if (list[at]! > FIRST_LIST || history.outcome[row[unit[at]!]!] !== OK) continue;
    const h = FIRST_LIST - list[at]!;
    const known = longest[key[at]!]!;
    if (known === -1 || history.listLength[h]! > history.listLength[known]!) longest[key[at]!] = h;
  }
  const known = new Evidence();
  const seen = new Uint8Array(f.length);
  const last = new Int32Array(accesses.keys).fill(-1);
  for (let x = 0; x < accesses.keys; x++) {
    const h = longest[x]!;
    if (h === -1) continue;
    const end = history.listOffset[h]! + history.listLength[h]!;
    for (let i = history.listOffset[h]!; i < end; i++) {
      const access = registers.writerOf(x, history.elements[i]!);
      if (access < 0) continue;
      seen[access] = 1;
      const t = transactionOf[unit[access]!]!;
      if (t < 0) continue;
      if (last[x] !== -1 && last[x] !== t) known.demand(last[x]!, t, -1, Rule.Known);
      last[x] = t;
    }
  }
  for (let at = 0; at < f.length; at++) {
    if (f[at] !== W || seen[at] === 1 || value[at]! < 0) continue;
    const t = transactionOf[unit[at]!]!;
    const before = last[key[at]!]!;
    if (t >= 0 && before !== -1 && before !== t) known.demand(before, t, -1, Rule.Known);
  }
  return known;
}
