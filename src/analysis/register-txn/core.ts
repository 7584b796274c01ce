import type { Core } from '../evidence/core.ts';
import type { CycleReport } from '../graph/cycles.ts';
import { WW } from '../graph/labels.ts';
import type { Registers } from '../weak/registers.ts';
import type { VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';

/** The cyclic core of a history of registers: of what is known of the order of versions, not of what a search supposes. */
export function coreOf(
  versions: Versions,
  pairs: VersionPairs,
  { parts, cycles }: Pick<CycleReport, 'parts' | 'cycles'>,
): Core {
  const { registers, key, ofRead } = versions;
  const { accesses, unit } = registers;
  const { history, row, keyId } = accesses;
  return {
    history,
    parts,
    cycles,
    rowOf: (t) => row[unit[t]!]!,
    // As `dependencies` has it: the pair of versions for ww, else the read.
    keyOf: (why, label) => history.values.show(keyId[key[label === WW ? pairs.to[why]! : ofRead[why]!]!]!),
  };
}

/** The core of a history on whose dependencies no cycle was found, or looked for. */
export function emptyCore({ accesses, unit }: Registers): Core {
  const { history, row } = accesses;
  return { history, parts: [], cycles: [], rowOf: (t) => row[unit[t]!]!, keyOf: () => '' };
}
