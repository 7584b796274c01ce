import type { Json } from '../../../src/history/op.ts';
import type { Dice } from '../graph/dice.ts';
import type { Mop, Timed } from './lists.ts';

/**
 * A few transactions on few keys. Reads are prefixes of one order per key, drawn to agree with some interleaving more or less, so that
 * valid and invalid histories are both common.
 */
export function tiny(dice: Dice): Timed[] {
  const n = 2 + dice.below(3);
  const keys = 1 + dice.below(3);
  const failing = dice.chance(15) ? 15 : 0;
  const unknown = dice.chance(30) ? 30 : 0;
  const processes = 1 + dice.below(3);
  const shapes = Array.from({ length: n }, () =>
    Array.from({ length: 1 + dice.below(3) }, () => ({ append: dice.chance(50), key: dice.below(keys) })),
  );
  // Take effect in a random order of micro-operations, mostly transaction by transaction.
  const turns: number[] = [];
  for (const t of dice.shuffle(shapes.map((_, i) => i))) for (const _ of shapes[t]!) turns.push(t);
  for (let swaps = dice.pick([0, 0, 1, 3]); swaps > 0 && turns.length > 1; swaps--) {
    const i = dice.below(turns.length - 1);
    [turns[i], turns[i + 1]] = [turns[i + 1]!, turns[i]!];
  }
  const lists = Array.from({ length: keys }, (): number[] => []);
  const mops = shapes.map((): Mop[] => []);
  let next = 1;
  const stale = dice.pick([0, 10, 40]);
  const swapping = dice.chance(15) ? 50 : 0;
  for (const t of turns) {
    const { append, key } = shapes[t]![mops[t]!.length]!;
    const list = lists[key]!;
    if (append) {
      list.push(next);
      mops[t]!.push(['append', key, next++]);
    } else {
      const read = list.slice(0, dice.chance(stale) ? dice.below(list.length + 1) : undefined);
      if (read.length > 1 && dice.chance(swapping)) {
        const i = dice.below(read.length - 1);
        [read[i], read[i + 1]] = [read[i + 1]!, read[i]!];
      }
      mops[t]!.push(['r', key, read]);
    }
  }
  // One process runs its transactions one after the other; their events mix with those of others.
  const busy = new Array<number>(processes).fill(-1);
  const process = busy.map((_, p) => p);
  const started: number[] = [];
  const txns: Timed[] = [];
  const order = dice.chance(50)
    ? turns.filter((t, i) => turns.indexOf(t) === i)
    : dice.shuffle(shapes.map((_, i) => i));
  for (let now = 0; txns.length < n; now++) {
    const p = dice.below(processes);
    if (busy[p]! < 0 && order.length > 0) {
      busy[p] = order.shift()!;
      started[busy[p]!] = now;
    } else if (busy[p]! >= 0) {
      const t = busy[p]!;
      const roll = dice.below(100);
      const type = roll < failing ? 'fail' : roll < failing + unknown ? 'info' : 'ok';
      txns.push({ type, mops: mops[t]!, process: process[p]!, inv: started[t]!, ret: now });
      // After an info the process is retired: later transactions of its thread belong to another.
      if (type === 'info') process[p]! += processes;
      busy[p] = -1;
    }
  }
  return txns;
}

/** Whether replaying the transactions one after the other gives every successful one what it read. */
function replays(txns: readonly Timed[]): boolean {
  const lists = new Map<Json, Json[]>();
  for (const { type, mops } of txns)
    for (const [f, key, value] of mops) {
      const list = lists.get(key) ?? [];
      lists.set(key, list);
      if (f === 'append') list.push(value);
      else if (type === 'ok' && !same(list, value)) return false;
    }
  return true;
}

const same = (list: readonly Json[], read: Json): boolean =>
  list.length === ((read as Json[] | null) ?? []).length && list.every((e, i) => e === (read as Json[])[i]);

/** Must `a` come before `b`? */
export type Before = (a: Timed, b: Timed) => boolean;

export const inRealtime: Before = (a, b) => a.type === 'ok' && a.ret < b.inv;
export const inProcess: Before = (a, b) => a.type === 'ok' && a.process === b.process && a.inv < b.inv;
export const inNoOrder: Before = () => false;

/** Whether some order of the successful transactions, and of any of the unknown ones, replays. By trying all of them. */
export function serializable(txns: readonly Timed[], before: Before): boolean {
  const possible = txns.filter((t) => t.type !== 'fail');
  const extend = (placed: Timed[], left: readonly Timed[]): boolean => {
    if (!replays(placed)) return false;
    if (left.every((t) => t.type === 'info')) return true;
    return left.some((t) => {
      const others = left.filter((o) => o !== t);
      return !others.some((o) => before(o, t)) && extend([...placed, t], others);
    });
  };
  return extend([], possible);
}

/** Whether some order of starts and commits explains the history under snapshot isolation. By trying all of them. */
export function snapshotIsolated(txns: readonly Timed[]): boolean {
  type State = {
    committed: readonly Mop[];
    open: ReadonlyMap<Timed, readonly Mop[]>;
    left: readonly Timed[];
  };
  const writes = (t: Timed): Mop[] => t.mops.filter(([f]) => f === 'append');
  const explore = ({ committed, open, left }: State): boolean => {
    if (open.size === 0 && left.every((t) => t.type === 'info')) return true;
    for (const t of left) {
      const rest = left.filter((o) => o !== t);
      const snapshot: Timed = { type: 'info', mops: committed, inv: 0, ret: 0 };
      if (!replays([snapshot, t])) continue;
      if (explore({ committed, open: new Map([...open, [t, committed]]), left: rest })) return true;
    }
    for (const [t, snapshot] of open) {
      // First committer wins: nobody may have committed a write to my keys since my snapshot.
      const since = committed.slice(snapshot.length);
      if (since.some(([, key]) => writes(t).some(([, own]) => own === key))) continue;
      const others = new Map(open);
      others.delete(t);
      if (explore({ committed: [...committed, ...writes(t)], open: others, left })) return true;
    }
    return false;
  };
  return explore({ committed: [], open: new Map(), left: txns.filter((t) => t.type !== 'fail') });
}
