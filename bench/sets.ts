import { History, INFO, NEVER, OK, Shape } from '../src/history/history.ts';
import { ValueTable } from '../src/history/values.ts';

/** A set and its reads, straight in columns: written out, the largest would be gigabytes. */
export interface SetLoad {
  readonly elements: number;
  readonly reads: number;
  /**
   * Reads that begin a new stretch of memory, as if each showed the elements in an order of its own; the others share the
   * one of all reads in order of addition. Their elements are stored one by one: keep it small.
   */
  readonly apart?: number;
  /** Every so many adds one whose outcome is unknown; 0: none. */
  readonly unknownEvery?: number;
}

/**
 * Elements 0, 1, 2, … added one after another by one process, and whole reads by another: a tenth of them spread over the
 * adds, the rest after the last. Nothing is lost; everything is deterministic.
 */
export function setHistory({ elements, reads, apart = 0, unknownEvery = 0 }: SetLoad): History {
  const n = elements + reads;
  const early = Math.floor(reads / 10);
  const every = early === 0 ? Number.POSITIVE_INFINITY : Math.ceil(elements / early);
  const stored: Int32Array[] = [Int32Array.from({ length: elements }, (_, e) => e)];
  let end = elements;
  const ints = () => new Int32Array(n);
  const x0 = ints();
  const x1 = ints();
  const f = new Uint8Array(n);
  const shape = new Uint8Array(n);
  const outcome = new Uint8Array(n).fill(OK);
  let row = 0;
  let added = 0;
  const read = (count: number): void => {
    f[row] = 1;
    shape[row] = Shape.List;
    x1[row] = count;
    if (stored.length <= apart && count === elements) {
      const own = Int32Array.from({ length: count }, (_, e) => (e + stored.length) % count);
      stored.push(own);
      x0[row] = end;
      end += count;
    }
    row++;
  };
  while (row < n) {
    if (added < elements) {
      if (unknownEvery > 0 && added % unknownEvery === unknownEvery - 1) outcome[row] = INFO;
      x0[row++] = added++;
      if (added % every === 0 && row < n) read(added);
    } else read(elements);
  }
  const all = new Int32Array(end);
  let at = 0;
  for (const list of stored) {
    all.set(list, at);
    at += list.length;
  }
  const inv = Int32Array.from({ length: n }, (_, i) => 2 * i);
  const ret = inv.map((i, r) => (outcome[r] === INFO ? NEVER : i + 1));
  return new History({
    n,
    outcome,
    process: Int32Array.from(f),
    f,
    workload: new Uint8Array(n),
    inv,
    ret,
    invTime: Float64Array.from(inv, (i) => i * 1e6),
    retTime: Float64Array.from(ret, (i) => (i === NEVER ? Number.NaN : i * 1e6)),
    shape,
    x0,
    x1,
    x2: ints(),
    flags: new Uint8Array(n),
    node: new Int16Array(n).fill(-1),
    epoch: ints().fill(-1),
    mopF: new Uint8Array(0),
    mopKey: new Int32Array(0),
    mopVal: new Int32Array(0),
    listOffset: new Int32Array(0),
    listLength: new Int32Array(0),
    elements: all,
    values: new ValueTable(),
    fs: ['add', 'read'],
    workloads: [''],
    nodes: [],
    nemesis: [],
    errors: new Map(),
    records: 2 * n,
    warnings: [],
  });
}
