import type { Json } from '../../../src/history/op.ts';
import type { Dice } from '../graph/dice.ts';
import type { Mop, Timed } from './lists.ts';

/**
 * How a simulated store isolates transactions. `serializable`: each takes effect at one moment. `snapshot`: reads from a snapshot taken
 * at the start, first committer wins. `committed`: every read sees the latest commit. `dirty`: appends are seen at once, and stay
 * when their transaction fails.
 */
export type Isolation = 'serializable' | 'snapshot' | 'committed' | 'dirty';

export interface StoreOptions {
  readonly txns: number;
  readonly processes?: number;
  readonly keys?: number;
  /** Percent of transactions that fail, and whose outcome is unknown. */
  readonly fail?: number;
  readonly info?: number;
}

interface Running {
  readonly thread: number;
  readonly process: number;
  readonly inv: number;
  readonly plan: { append: boolean; key: number }[];
  readonly mops: Mop[];
  /** Lengths of all lists when the transaction began. */
  readonly snapshot: ReadonlyMap<number, number>;
}

/** A history of clients that talk to a simulated store. Keys are replaced by fresh ones as they fill up. */
export function simulate(dice: Dice, isolation: Isolation, options: StoreOptions): Timed[] {
  const { txns, processes = 5, keys = 4, fail = 5, info = 5 } = options;
  const lists = new Map<number, number[]>();
  const list = (key: number): number[] => lists.get(key) ?? lists.set(key, []).get(key)!;
  const live = Array.from({ length: keys }, (_, i) => i);
  let fresh = keys;
  let element = 1;
  const running = new Map<number, Running>();
  const retired = new Map<number, number>();
  const done: Timed[] = [];
  let started = 0;

  const own = (r: Running, key: number): number[] =>
    r.mops.flatMap(([f, k, v]) => (f === 'append' && k === key ? [v as number] : []));

  const step = (r: Running): void => {
    const { append, key } = r.plan[r.mops.length]!;
    // Where a read of the own pending append would have to guess its final place, there is none.
    if (append || (isolation === 'committed' && own(r, key).length > 0)) {
      if (isolation === 'dirty') list(key).push(element);
      r.mops.push(['append', key, element++]);
    } else {
      const committed = isolation === 'snapshot' ? list(key).slice(0, r.snapshot.get(key) ?? 0) : list(key);
      r.mops.push(['r', key, [...committed, ...(isolation === 'dirty' ? [] : own(r, key))] as Json]);
    }
  };

  const end = (r: Running, now: number): void => {
    if (isolation === 'serializable') while (r.mops.length < r.plan.length) step(r);
    const written = new Set(r.mops.flatMap(([f, k]) => (f === 'append' ? [k as number] : [])));
    const overtaken = [...written].some((k) => list(k).length !== (r.snapshot.get(k) ?? 0));
    const roll = dice.below(100);
    const conflict = isolation === 'snapshot' && overtaken;
    const type = conflict || roll < fail ? 'fail' : roll < fail + info ? 'info' : 'ok';
    const takesEffect = type === 'ok' || (type === 'info' && dice.chance(50));
    if (isolation !== 'dirty' && takesEffect)
      for (const [f, k, v] of r.mops) if (f === 'append') list(k as number).push(v as number);
    for (const [i, k] of live.entries()) if (list(k).length > 12) live[i] = fresh++;
    if (type === 'info') retired.set(r.thread, (retired.get(r.thread) ?? r.thread) + processes);
    done.push({ type, mops: r.mops, process: r.process, inv: r.inv, ret: now });
    running.delete(r.thread);
  };

  for (let now = 0; started < txns || running.size > 0; now++) {
    const thread = dice.below(processes);
    const r = running.get(thread);
    if (r === undefined) {
      if (started >= txns) continue;
      started++;
      const plan = Array.from({ length: 1 + dice.below(4) }, () => ({
        append: dice.chance(50),
        key: dice.pick(live),
      }));
      const snapshot = new Map([...lists].map(([k, l]) => [k, l.length]));
      running.set(thread, {
        thread,
        process: retired.get(thread) ?? thread,
        inv: now,
        plan,
        mops: [],
        snapshot,
      });
    } else if (isolation !== 'serializable' && r.mops.length < r.plan.length) step(r);
    else end(r, now);
  }
  return done;
}
