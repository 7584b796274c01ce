import type { Anomaly } from '../verdict.ts';
import { type Cast, show } from '../weak/words.ts';
import type { CyclicVersions } from './sources.ts';
import { sourceNames } from './version-order.ts';
import type { Versions } from './versions.ts';

/** The versions of a key in a circle, with the transactions that installed them. */
export function cyclicVersionsAnomaly(cyclic: CyclicVersions, versions: Versions, cast: Cast): Anomaly {
  const { key } = cyclic;
  const sources = cyclic.sources.map((s) => sourceNames[s]);
  const named = cyclic.versions.map((v) => {
    const writer = versions.writer[v]!;
    return writer < 0 ? 'its initial value' : `${show(cast.written(writer, key))} (${cast.name(writer)})`;
  });
  const what =
    named.length === 0
      ? 'what overlaps in time and what does not leave no order for its versions'
      : `its versions would follow each other in a circle: ${[...named, named[0]].join(', then ')}`;
  const where = cast.key(key);
  return {
    type: cyclic.type,
    message: `${where[0]!.toUpperCase()}${where.slice(1)}: ${what} (by ${sources.join(', ')}). ${sources.length > 1 ? `The last of these is not used for this key.` : 'It is not used for this key.'}`,
    ops: cast.ops,
    key: cast.keyValue(key),
    detail: { sources },
  };
}
