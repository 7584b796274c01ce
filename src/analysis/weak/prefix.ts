import { OK } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import type { Anomaly } from '../verdict.ts';
import type { Found } from './found.ts';
import type { Registers } from './registers.ts';
import { torn } from './snapshots.ts';
import { INITIAL } from './transactions.ts';
import { Cast, show } from './words.ts';

/**
 * Consistent prefix where the log is known: transactions took effect in the order in which the history lists them. Every transaction must
 * read one prefix of that log. O(n log n).
 */
export function findTornReads(registers: Registers, found: Found, witnesses: number, initial: Json): number {
  const { n, keys, unit, accesses, readStart, readKey, readFrom, writeStart, writeKey } = registers;
  const { history, row } = accesses;
  const count = new Int32Array(keys + 1);
  for (let w = 0; w < writeStart[n]!; w++) count[writeKey[w]! + 1]!++;
  for (let x = 0; x < keys; x++) count[x + 1]! += count[x]!;
  const cursor = count.slice(0, keys);
  const writers = new Int32Array(writeStart[n]!);
  for (let t = 0; t < n; t++)
    for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) writers[cursor[writeKey[w]!]!++] = t;

  /** The first writer of the key after `t` in the log, the transaction `but` left out. */
  const after = (key: number, t: number, but: number): number => {
    let low = count[key]!;
    let high = count[key + 1]!;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (writers[middle]! <= t) low = middle + 1;
      else high = middle;
    }
    if (low < count[key + 1]! && writers[low] === but) low++;
    return low < count[key + 1]! ? writers[low]! : Number.POSITIVE_INFINITY;
  };

  let looked = 0;
  let broken = 0;
  const shown: Anomaly[] = [];
  for (let t = 0; t < n; t++) {
    const start = readStart[t]!;
    const end = readStart[t + 1]!;
    if (end === start || history.outcome[row[unit[t]!]!] !== OK) continue;
    looked++;
    const read: number[] = [];
    const next: number[] = [];
    for (let r = start; r < end; r++) {
      read.push(readFrom[r]!);
      next.push(after(readKey[r]!, readFrom[r]!, t));
    }
    const bad = torn(read, next);
    if (bad === undefined) continue;
    broken++;
    if (shown.length < witnesses)
      shown.push(witness(t, start + bad.seen, start + bad.missed, next[bad.missed]!));
  }
  found.add('prefix-violation', broken, shown);
  return looked;

  function witness(t: number, seen: number, missed: number, writer: number): Anomaly {
    const cast = new Cast(registers, initial);
    const name = cast.name(t);
    const early = cast.name(writer);
    const late = readFrom[seen] === INITIAL ? name : cast.name(readFrom[seen]!);
    const [x, y] = [readKey[seen]!, readKey[missed]!];
    return {
      type: 'prefix-violation',
      message: `${name} read ${cast.key(x)} as ${show(cast.read(seen))}, which ${late} wrote, and ${cast.key(y)} as ${show(cast.read(missed))}, without ${early}'s write of ${show(cast.written(writer, y))}, though ${early === late ? 'that is the same transaction' : `${early} comes before ${late} in the log`}.`,
      ops: cast.ops,
      key: cast.keyValue(y),
    };
  }
}
