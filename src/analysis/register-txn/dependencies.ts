import { Edges } from '../graph/edges.ts';
import { RW, WR, WW } from '../graph/labels.ts';
import { INITIAL } from '../weak/transactions.ts';
import { Source, type VersionPairs } from './version-order.ts';
import type { Versions } from './versions.ts';

/**
 * More transactions than this that read one initial version and replaced it are so many lost updates that nothing is saved by
 * keeping them off the hub.
 */
const MANY = 64;

/**
 * The dependency graph: wr from reads, ww and rw from the pairs of version order, rw from readers of an initial version to
 * the writers that nothing precedes. `why` is the read for wr and rw, the index of the pair for ww. Linear.
 *
 * Who replaces what it read has a wr from its writer already. A ww beside it would say that the order is one of writes, which
 * only holds from read committed up, and would make a circle of such reads a G0.
 */
export function dependencies(versions: Versions, pairs: VersionPairs): Edges {
  const { registers, written, count, writer, ofRead, reader, readsStart, reads } = versions;
  const edges = new Edges(registers.n, Math.max(1024, ofRead.length + 3 * pairs.count));
  for (let r = 0; r < ofRead.length; r++) {
    const from = registers.readFrom[r]!;
    if (from !== INITIAL) edges.add(from, reader[r]!, WR, r);
  }
  const preceded = new Uint8Array(count);
  for (let e = 0; e < pairs.count; e++) {
    const a = pairs.from[e]!;
    const b = pairs.to[e]!;
    const to = writer[b]!;
    if (to === INITIAL) continue;
    if (a < written) {
      preceded[b] = 1;
      if (writer[a] !== to && pairs.source[e] !== Source.ReadThenWrite) edges.add(writer[a]!, to, WW, e);
      for (let i = readsStart[a]!; i < readsStart[a + 1]!; i++)
        if (reader[reads[i]!] !== to) edges.add(reader[reads[i]!]!, to, RW, reads[i]!);
    }
  }
  addInitial(versions, preceded, edges);
  return edges;
}

function addInitial(versions: Versions, preceded: Uint8Array, edges: Edges): void {
  const { registers, written, key, writer, reader, readsStart, reads } = versions;
  const { keys } = registers;
  const start = new Int32Array(keys + 1);
  const wanted = (w: number): boolean => {
    const initial = written + key[w]!;
    return preceded[w] === 0 && readsStart[initial] !== readsStart[initial + 1];
  };
  for (let w = 0; w < written; w++) if (wanted(w)) start[key[w]! + 1]!++;
  for (let x = 0; x < keys; x++) start[x + 1]! += start[x]!;
  const cursor = start.slice(0, keys);
  const firsts = new Int32Array(start[keys]!);
  for (let w = 0; w < written; w++) if (wanted(w)) firsts[cursor[key[w]!]!++] = w;
  const writes = new Int32Array(registers.n);
  let stamp = 0;
  for (let x = 0; x < keys; x++) {
    const first = readsStart[written + x]!;
    const readers = readsStart[written + x + 1]! - first;
    const writers = start[x + 1]! - start[x]!;
    if (readers === 0 || writers === 0) continue;
    // A reader that is among the writers must not pass through the hub: it would seem to precede itself.
    stamp++;
    for (let j = start[x]!; j < start[x + 1]!; j++) writes[writer[firsts[j]!]!] = stamp;
    let both = 0;
    for (let i = first; i < first + readers; i++) if (writes[reader[reads[i]!]!] === stamp) both++;
    const direct = both <= MANY && readers * writers <= 2 * (readers + writers);
    const hub = direct ? -1 : edges.hub();
    for (let i = first; i < first + readers; i++) {
      const from = reader[reads[i]!]!;
      if (hub !== -1 && (both > MANY || writes[from] !== stamp)) edges.add(from, hub, RW, reads[i]!);
      else
        for (let j = start[x]!; j < start[x + 1]!; j++)
          if (from !== writer[firsts[j]!]) edges.add(from, writer[firsts[j]!]!, RW, reads[i]!);
    }
    if (hub !== -1)
      for (let j = start[x]!; j < start[x + 1]!; j++) edges.add(hub, writer[firsts[j]!]!, RW, -1);
  }
}
