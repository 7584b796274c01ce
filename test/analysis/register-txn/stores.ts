import type { Json, Op } from '../../../src/history/op.ts';
import { Dice } from '../weak/random.ts';

/** Stores that keep exactly one level of isolation, driven by clients that overlap. */
export type Store = 'serializable' | 'snapshot' | 'read-committed' | 'causal' | 'eventual';

export interface Load {
  readonly store: Store;
  readonly transactions: number;
  readonly clients: number;
  readonly seed: number;
  /** Every transaction reads a key and writes it. */
  readonly updates?: boolean;
}

interface Version {
  readonly value: number;
  readonly at: number;
}

interface Client {
  readonly process: number;
  mops: (readonly [string, number, Json])[];
  next: number;
  open: boolean;
  snapshot: number;
  readonly buffer: Map<number, number>;
  aborted: boolean;
  replica: number;
}

const REPLICAS = 3;

/** The records of a run against the store. One key lives for 16 writes. */
export function simulate({ store, transactions, clients, seed, updates }: Load): Op[] {
  const dice = new Dice(seed);
  const ops: Op[] = [];
  const versions = new Map<number, Version[]>();
  const writes = new Map<number, number>();
  const live = [0, 1, 2, 3];
  let fresh = live.length;
  let commits = 0;
  let started = 0;
  // Replicas apply commits at their own pace: causal ones in the order of commits, and a transaction reads one state of its replica;
  // eventual ones in any order.
  const applied: Map<number, Version>[] = Array.from({ length: REPLICAS }, () => new Map());
  const position: number[] = new Array(REPLICAS).fill(0);
  const queues: (readonly [number, Version])[][][] = Array.from({ length: REPLICAS }, () => []);
  const all: Client[] = Array.from({ length: clients }, (_, process) => ({
    process,
    mops: [],
    next: 0,
    open: false,
    snapshot: 0,
    buffer: new Map(),
    aborted: false,
    replica: process % REPLICAS,
  }));
  const record = (c: Client, type: 'invoke' | 'ok' | 'fail', value: Json): void => {
    ops.push({ index: ops.length, time: ops.length * 1000, process: c.process, type, f: 'txn', value });
  };

  const latest = (key: number, until = Number.POSITIVE_INFINITY): Version | undefined => {
    const list = versions.get(key) ?? [];
    for (let i = list.length - 1; i >= 0; i--) if (list[i]!.at <= until) return list[i];
    return undefined;
  };

  const start = (c: Client): void => {
    started++;
    const mops: [string, number, Json][] = [];
    const size = updates === true ? 1 : 1 + dice.below(4);
    const read = new Set<number>();
    for (let i = 0; i < size; i++) {
      const at = dice.below(live.length);
      const key = live[at]!;
      const reads = updates === true || dice.below(2) === 0;
      if (reads && !read.has(key)) mops.push(['r', key, null]);
      read.add(key);
      if (reads && updates !== true) continue;
      const value = (writes.get(key) ?? 0) + 1;
      writes.set(key, value);
      mops.push(['w', key, value]);
      if (value >= 16) live[at] = fresh++;
    }
    Object.assign(c, {
      mops,
      next: 0,
      open: true,
      snapshot: store === 'causal' ? position[c.replica]! : commits,
      aborted: false,
    });
    c.buffer.clear();
    record(c, 'invoke', mops);
  };

  const see = (c: Client, key: number): number | null => {
    const own = c.buffer.get(key);
    if (own !== undefined) return own;
    if (store === 'snapshot' || store === 'causal') return latest(key, c.snapshot)?.value ?? null;
    if (store === 'eventual') return applied[c.replica]!.get(key)?.value ?? null;
    return latest(key)?.value ?? null;
  };

  const perform = (c: Client): void => {
    const mop = c.mops[c.next]!;
    if (mop[0] === 'w') c.buffer.set(mop[1], mop[2] as number);
    else c.mops[c.next] = ['r', mop[1], see(c, mop[1])];
    c.next++;
  };

  const commit = (c: Client): boolean => {
    if (store === 'snapshot')
      for (const key of c.buffer.keys()) if ((latest(key)?.at ?? 0) > c.snapshot) return false;
    commits++;
    const batch: (readonly [number, Version])[] = [];
    for (const [key, value] of c.buffer) {
      const version = { value, at: commits };
      const list = versions.get(key);
      if (list === undefined) versions.set(key, [version]);
      else list.push(version);
      batch.push([key, version]);
    }
    if (batch.length > 0) for (const queue of queues) queue.push(batch);
    return true;
  };

  const apply = (replica: number): void => {
    const queue = queues[replica]!;
    if (queue.length === 0) return;
    const at = store === 'eventual' ? dice.below(queue.length) : 0;
    for (const [key, version] of queue.splice(at, 1)[0]!) {
      position[replica] = version.at;
      const known = applied[replica]!.get(key);
      if (known === undefined || known.at < version.at) applied[replica]!.set(key, version);
    }
  };

  const step = (c: Client): void => {
    if (store === 'serializable') while (c.next < c.mops.length) perform(c);
    else if (c.next < c.mops.length) {
      perform(c);
      return;
    }
    if (!c.aborted && commit(c)) {
      // The one who commits at a causal replica sees its own writes: the replica catches up with the log first.
      if (store === 'causal') while (queues[c.replica]!.length > 0 && c.buffer.size > 0) apply(c.replica);
      c.open = false;
      // A serializable transaction takes effect at once and is acknowledged later.
      if (store === 'serializable') pending.push(c);
      else record(c, 'ok', c.mops);
    } else {
      c.open = false;
      record(c, 'fail', c.mops);
    }
  };

  const pending: Client[] = [];
  while (started < transactions || all.some((c) => c.open) || pending.length > 0) {
    if (store === 'causal' || store === 'eventual') apply(dice.below(REPLICAS));
    if (pending.length > 0 && dice.below(3) === 0) {
      const c = pending.splice(dice.below(pending.length), 1)[0]!;
      record(c, 'ok', c.mops);
      continue;
    }
    const c = all[dice.below(clients)]!;
    if (pending.includes(c)) continue;
    if (c.open) step(c);
    else if (started < transactions) start(c);
  }
  return ops;
}
