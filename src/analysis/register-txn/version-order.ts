import { grownBytes, grownInts } from '../../history/growable.ts';
import type { Versions } from './versions.ts';

/** Where a piece of version order comes from. */
export const Source = {
  /** A transaction read one version and wrote the other: writes follow reads. */
  ReadThenWrite: 0,
  /** The history lists transactions in the order of their effects. */
  TransactionOrder: 1,
  /** One process met the versions in this order. */
  Process: 2,
  /** An access of one version had returned before an access of the other began. */
  Realtime: 3,
  /** Any other order would contradict what is known, given the model that is asked about. */
  Forced: 4,
} as const;
export type Source = (typeof Source)[keyof typeof Source];

export const sourceNames: Readonly<Record<Source, string>> = {
  0: 'wfr-keys',
  1: 'transaction-order',
  2: 'sequential-keys',
  3: 'linearizable-keys',
  4: 'saturation',
};

/** A growing list of "version a comes before version b". Order is transitive: covering pairs suffice. */
export class VersionPairs {
  count = 0;
  from: Int32Array = new Int32Array(1024);
  to: Int32Array = new Int32Array(1024);
  source: Uint8Array = new Uint8Array(1024);

  add(from: number, to: number, source: Source): void {
    const at = this.count++;
    if (at === this.from.length) {
      this.from = grownInts(this.from, at + 1);
      this.to = grownInts(this.to, at + 1);
      this.source = grownBytes(this.source, at + 1);
    }
    this.from[at] = from;
    this.to[at] = to;
    this.source[at] = source;
  }

  copy(): VersionPairs {
    const copy = new VersionPairs();
    for (let e = 0; e < this.count; e++) copy.add(this.from[e]!, this.to[e]!, this.source[e]! as Source);
    return copy;
  }

  /** Those that any model has, given what is assumed: that a read version comes before the one written after it is for read committed to say. */
  withoutReads(written: number): VersionPairs {
    const kept = new VersionPairs();
    for (let e = 0; e < this.count; e++)
      if (this.source[e] !== Source.ReadThenWrite || this.from[e]! >= written)
        kept.add(this.from[e]!, this.to[e]!, this.source[e]! as Source);
    return kept;
  }

  /** Drops the pairs from `first` on whose key is in the set. */
  drop(first: number, keyOf: Int32Array, keys: ReadonlySet<number>): void {
    let kept = first;
    for (let e = first; e < this.count; e++) {
      if (keys.has(keyOf[this.from[e]!]!)) continue;
      this.from[kept] = this.from[e]!;
      this.to[kept] = this.to[e]!;
      this.source[kept++] = this.source[e]!;
    }
    this.count = kept;
  }
}

/** The keys whose pairs have a cycle (Kahn; versions of different keys never meet). Linear. */
export function cyclicKeys(versions: Versions, pairs: VersionPairs): Set<number> {
  const { count, key } = versions;
  const start = new Int32Array(count + 1);
  const waiting = new Int32Array(count);
  for (let e = 0; e < pairs.count; e++) {
    start[pairs.from[e]! + 1]!++;
    waiting[pairs.to[e]!]!++;
  }
  for (let v = 0; v < count; v++) start[v + 1]! += start[v]!;
  const cursor = start.slice(0, count);
  const targets = new Int32Array(pairs.count);
  for (let e = 0; e < pairs.count; e++) targets[cursor[pairs.from[e]!]!++] = pairs.to[e]!;
  const queue = new Int32Array(count);
  let tail = 0;
  for (let v = 0; v < count; v++) if (waiting[v] === 0) queue[tail++] = v;
  for (let head = 0; head < tail; head++) {
    const v = queue[head]!;
    for (let e = start[v]!; e < start[v + 1]!; e++)
      if (--waiting[targets[e]!]! === 0) queue[tail++] = targets[e]!;
  }
  const cyclic = new Set<number>();
  if (tail < count) for (let v = 0; v < count; v++) if (waiting[v]! > 0) cyclic.add(key[v]!);
  return cyclic;
}
